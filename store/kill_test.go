package store_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/store"
	"bangban/store/storetest"
)

// The kill test: a child process takes turns under load and writes a line to its parent for each one that it acknowledges; the
// parent kills it with SIGKILL at a random moment, opens the database again and looks for every acknowledged turn and its event.
// TestTheKillTestSeesALoss runs the same with a child that acknowledges before the commit, and must find turns missing: so it is
// known to fail when the promise is broken.

const (
	killSource = "BANGBAN_KILL_SOURCE" // set in the child: which database
	killLies   = "BANGBAN_KILL_LIES"   // set in the child: acknowledge before the commit
)

func TestMain(m *testing.M) {
	if source := os.Getenv(killSource); source != "" {
		if err := killChild(source, os.Getenv(killLies) != ""); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if source := os.Getenv(offerSource); source != "" {
		if err := offerChild(source); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// liar says that a turn is kept before it is.
type liar struct{ conversation.Store }

func (l liar) Append(ctx context.Context, x *conversation.Change) error {
	copied := *x
	go func() { _ = l.Store.Append(context.WithoutCancel(ctx), &copied) }()
	return nil
}

// acknowledged is one line from the child.
type acknowledged struct {
	Conversation, Token, Turn, Key, AnswerNo string
}

// killChild takes turns with 16 citizens until it is killed.
func killChild(source string, lies bool) error {
	ctx := context.Background()
	s, err := store.Open(ctx, source, store.Options{Log: quiet})
	if err != nil {
		return err
	}
	kept := s.Conversations()
	if lies {
		kept = liar{kept}
	}
	c := conversation.New(kept, &parrot{}, conversation.Config{Sentences: sentences, Log: quiet})
	errs := make(chan error)
	for range 16 {
		go func() { errs <- talkForEver(ctx, c, lies) }()
	}
	return <-errs
}

func talkForEver(ctx context.Context, c *conversation.Service, lies bool) error {
	var in message.Inbound
	for n := 0; ; n++ {
		if n%8 == 0 || lies { // what a liar keeps of a talk cannot be gone on with
			in = message.Inbound{}
		}
		in.Text, in.Key = fmt.Sprintf("第 %d 句", n), fmt.Sprintf("key-%d-%d", n, rand.Int64())
		r, err := c.Receive(ctx, in)
		if err != nil {
			return err
		}
		if r.Token != "" {
			in.ConversationID, in.Token = r.ConversationID, r.Token
		}
		line, err := json.Marshal(acknowledged{in.ConversationID, in.Token, r.Reply.TurnID, in.Key, r.Reply.AnswerNo})
		if err != nil {
			return err
		}
		if _, err := os.Stdout.Write(append(line, '\n')); err != nil { // one write: lines of a pipe do not mix
			return err
		}
	}
}

// runAndKill starts a child, kills it after a number of acknowledged turns and returns all that it acknowledged.
func runAndKill(t *testing.T, source string, after int, lies bool) []acknowledged {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), killSource+"="+source)
	if lies {
		child.Env = append(child.Env, killLies+"=1")
	}
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var list []acknowledged
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var a acknowledged
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			break // the line that was being written
		}
		if list = append(list, a); len(list) == after {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = child.Wait() // "signal: killed" is what we came for
	if len(list) < after {
		t.Fatalf("the child ended by itself after %d turns", len(list))
	}
	return list
}

// missing opens the database as a new process would and counts acknowledged turns that are not there, whole and in the log.
func missing(t *testing.T, source string, list []acknowledged) (lost int) {
	t.Helper()
	ctx := context.Background()
	s := storetest.Open(t, source)
	defer s.Close()
	if _, _, err := s.Verify(ctx); err != nil { // gapless, and each line follows from the one before
		t.Fatal(err)
	}
	logged := map[string]bool{}
	for after := int64(0); ; {
		events, err := s.Events(ctx, after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) == 0 {
			break
		}
		for _, e := range events {
			var d struct{ Turn string }
			if err := json.Unmarshal(e.Data, &d); err != nil {
				t.Fatal(err)
			}
			if e.Kind == "reply.given" {
				logged[strings.TrimPrefix(e.Subject, "conversation:")+d.Turn] = true
			}
			after = e.Seq
		}
	}
	c := talks(s, &parrot{})
	turns := map[string]map[string]bool{}
	for _, a := range list {
		if turns[a.Conversation] == nil {
			turns[a.Conversation] = map[string]bool{}
			history, err := c.History(ctx, a.Conversation, a.Token, 0, 0)
			if err == nil && len(history)%2 != 0 {
				t.Errorf("half an exchange in %s", a.Conversation)
			}
			for _, turn := range history {
				turns[a.Conversation][string(turn.ID)] = true
			}
		}
		if !turns[a.Conversation][a.Turn] || !logged[a.Conversation+a.Turn] {
			lost++
		}
	}
	for i := 0; i < len(list) && lost == 0; i += 1 + len(list)/20 { // a client that heard nothing asks again
		a := list[i]
		r := say(t, c, message.Inbound{ConversationID: a.Conversation, Token: a.Token, Text: "再问一次", Key: a.Key})
		if !r.Duplicate || r.Reply.TurnID != a.Turn || r.Reply.AnswerNo != a.AnswerNo {
			t.Errorf("asked again with %s: %+v, want turn %s", a.Key, r, a.Turn)
		}
	}
	return lost
}

func TestKillLosesNothingAcknowledged(t *testing.T) {
	rounds := 3
	if testing.Short() {
		rounds = 1
	}
	storetest.Each(t, func(t *testing.T, source string) {
		storetest.Open(t, source).Close() // the schema, before the load
		var all []acknowledged
		for round := range rounds {
			all = append(all, runAndKill(t, source, 50+rand.IntN(350), false)...)
			if lost := missing(t, source, all); lost > 0 {
				t.Fatalf("round %d: %d of %d acknowledged turns are lost", round, lost, len(all))
			}
		}
		t.Logf("%d kills, %d acknowledged turns, none lost", rounds, len(all))
	})
}

func TestTheKillTestSeesALoss(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		storetest.Open(t, source).Close()
		list := runAndKill(t, source, 200, true)
		if missing(t, source, list) == 0 {
			t.Errorf("a child that acknowledges before the commit lost none of %d turns: the kill test proves nothing", len(list))
		}
	})
}
