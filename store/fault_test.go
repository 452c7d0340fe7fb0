package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/desk"
	"bangban/kernel/fault"
	"bangban/store"
	"bangban/store/storetest"
)

const offerSource = "BANGBAN_OFFER_SOURCE" // set in the child: hold offers in this database until killed

// offerChild offers three talks to three agents, says so, and waits for its death.
func offerChild(source string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, source, store.Options{Log: quiet})
	if err != nil {
		return err
	}
	var at atomic.Int64
	at.Store(time.Now().UnixMicro())
	h := newHall(s, &at)
	for _, id := range []string{"12", "13", "14"} {
		if _, err := h.desk.Sit(ctx, person(id)); err != nil {
			return err
		}
		if _, err := h.desk.SetStatus(ctx, person(id), id, desk.Ready, ""); err != nil {
			return err
		}
	}
	for range 3 {
		r, err := h.Receive(ctx, message.Inbound{Text: "person"})
		if err != nil {
			return err
		}
		for range 3 {
			if err := h.desk.Settle(ctx); err != nil {
				return err
			}
		}
		c, err := h.Load(ctx, conversation.ID(r.ConversationID))
		if err != nil || c.Handling.Offer == nil {
			return errors.Join(err, fmt.Errorf("%s is %s: no offer", c.ID, c.Handling.State))
		}
		fmt.Println(c.ID)
	}
	select {}
}

// A node is killed while three agents look at offers: the next one takes the talks back into the queue, at the place that they had, and nobody is lost.
func TestOffersOfAKilledNode(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), offerSource+"="+source)
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		var ids []string
		for lines := bufio.NewScanner(out); len(ids) < 3 && lines.Scan(); {
			ids = append(ids, lines.Text())
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait() // "signal: killed"
		if len(ids) != 3 {
			t.Fatalf("offered %q", ids)
		}
		var at atomic.Int64
		at.Store(time.Now().UnixMicro())
		h := newHall(storetest.Open(t, source), &at)
		queued := map[string]int64{}
		for _, id := range ids {
			queued[id] = h.state(t, id, ownership.Offered).Handoff.EnqueuedAt
		}
		if _, err := h.desk.Sit(context.Background(), person("15")); err != nil { // somebody comes to the node that lives
			t.Fatal(err)
		}
		if _, err := h.desk.SetStatus(context.Background(), person("15"), "15", desk.Ready, ""); err != nil {
			t.Fatal(err)
		}
		h.at.Add((25 * time.Second).Microseconds())
		if _, err := h.desk.Renew(context.Background(), "15"); err != nil {
			t.Fatal(err)
		}
		h.pass(t, 10*time.Second) // the offers are over, and the leases of those who sat at the dead node
		for _, id := range ids {
			c, err := h.Load(context.Background(), conversation.ID(id))
			if err != nil {
				t.Fatal(err)
			}
			talk := c.Handling
			if talk.State != ownership.Queued && talk.State != ownership.Offered || talk.Handoff.EnqueuedAt != queued[id] || talk.Offer != nil && talk.Offer.Agent != "15" {
				t.Errorf("%s: %s since %d (was %d), %+v", id, talk.State, talk.Handoff.EnqueuedAt, queued[id], talk.Offer)
			}
		}
	})
}

// line passes connections on to the database until it is cut; what is cut is refused until it is mended.
type line struct {
	mu    sync.Mutex
	down  bool
	conns map[net.Conn]bool
}

func (l *line) cut(down bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = down
	if down {
		for c := range l.conns {
			_ = c.Close()
		}
		clear(l.conns)
	}
}

// through gives the source of a database behind a line that can be cut.
func through(t *testing.T, source string) (string, *line) {
	t.Helper()
	host, port := "", "5432"
	for _, word := range strings.Fields(source) {
		if v, ok := strings.CutPrefix(word, "host="); ok {
			host = v
		}
		if v, ok := strings.CutPrefix(word, "port="); ok {
			port = v
		}
	}
	network, address := "unix", host+"/.s.PGSQL."+port
	if !strings.HasPrefix(host, "/") {
		network, address = "tcp", net.JoinHostPort(host, port)
	}
	front, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = front.Close() })
	l := &line{conns: map[net.Conn]bool{}}
	go func() {
		for {
			c, err := front.Accept()
			if err != nil {
				return
			}
			go l.pass(c, network, address)
		}
	}()
	_, own, _ := net.SplitHostPort(front.Addr().String())
	rest := strings.Join(strings.Fields(strings.ReplaceAll(strings.ReplaceAll(source, "host="+host, ""), "port="+port, "")), " ")
	return "host=127.0.0.1 port=" + own + " sslmode=disable " + rest, l
}

func (l *line) pass(c net.Conn, network, address string) {
	defer c.Close()
	back, err := net.Dial(network, address)
	if err != nil {
		return
	}
	defer back.Close()
	l.mu.Lock()
	if l.down {
		l.mu.Unlock()
		return
	}
	l.conns[c], l.conns[back] = true, true
	l.mu.Unlock()
	go func() { _, _ = io.Copy(back, c); _ = back.Close() }()
	_, _ = io.Copy(c, back)
}

// The database goes away in the middle of a talk: citizens are told that nothing is kept, agents that their words were not; when it is back, everything
// goes on without a restart, nothing is lost that was acknowledged, and nothing is there twice.
func TestTheDatabaseGoesAway(t *testing.T) {
	source, wire := through(t, storetest.Postgres(t))
	ctx := context.Background()
	h := newHall(storetest.Open(t, source), morning())
	a := h.sits(t, person("12"))
	first := say(t, h.Service, message.Inbound{Text: "person"})
	id := conversation.ID(first.ConversationID)
	h.settle(t)
	if _, err := h.desk.Accept(ctx, a, id, h.state(t, string(id), ownership.Offered).Offer.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.desk.Reply(ctx, a, id, "第一句", "", "k1"); err != nil {
		t.Fatal(err)
	}
	wire.cut(true)
	if _, err := h.desk.Reply(ctx, a, id, "第二句", "", "k2"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("an agent's words without a database: %v", err)
	}
	if r, err := h.Receive(ctx, message.Inbound{Text: "新的一问"}); err == nil && (r.Kept || r.ConversationID != "" || r.Reply.AnswerNo != "") {
		t.Errorf("a new citizen: %+v", r)
	} else if err != nil && !fault.Is(err, fault.Unavailable) {
		t.Errorf("a new citizen: %v", err)
	}
	if _, err := h.Receive(ctx, message.Inbound{ConversationID: string(id), Token: first.Token, Text: "我在补充"}); err != nil && !fault.Is(err, fault.Unavailable) {
		t.Errorf("a citizen in a talk: %v", err)
	}
	if _, _, err := h.Clock().Tick(ctx); err == nil {
		t.Error("the clock did not notice")
	}
	wire.cut(false)
	deadline, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for { // the pool finds out by itself
		_, err := h.desk.Reply(deadline, a, id, "第二句", "", "k2")
		if err == nil {
			break
		}
		if deadline.Err() != nil || !fault.Is(err, fault.Unavailable) {
			t.Fatalf("after it came back: %v", err)
		}
	}
	if _, err := h.desk.Reply(ctx, a, id, "第二句", "", "k2"); err != nil {
		t.Fatal(err)
	}
	h.pass(t, time.Second)
	turns, err := h.TurnsOf(ctx, id, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, turn := range turns {
		if turn.Author.Agent() != "" {
			said += turn.Text
		}
	}
	if said != "第一句第二句" {
		t.Errorf("the agent said %q", said)
	}
	second := say(t, h.Service, message.Inbound{Text: "person"})
	h.settle(t)
	if _, err := h.desk.Accept(ctx, a, conversation.ID(second.ConversationID), h.state(t, second.ConversationID, ownership.Offered).Offer.ID); err != nil {
		t.Errorf("the desk does not go on: %v", err)
	}
}

// The clock jumps an hour, both ways: what is due fires once, leases are over or hold, and talks go on.
func TestTheClockJumps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		h := newHall(storetest.Open(t, source), morning())
		a := h.sits(t, person("12"))
		id := say(t, h.Service, message.Inbound{Text: "person"}).ConversationID
		h.settle(t)
		h.state(t, id, ownership.Offered)
		h.pass(t, time.Hour) // forwards: the offer and the lease are over, nobody sits any more
		h.pass(t, 0)
		promised := h.state(t, id, ownership.Promised)
		h.pass(t, 0)
		if again := h.state(t, id, ownership.Promised); again.Promise != promised.Promise {
			t.Errorf("promised twice: %s, %s", promised.Promise, again.Promise)
		}
		h.sits(t, a)
		h.pass(t, -time.Hour) // backwards
		if _, err := h.desk.Renew(ctx, a.ID); err != nil {
			t.Fatal(err)
		}
		next := say(t, h.Service, message.Inbound{Text: "person"}).ConversationID
		h.settle(t)
		offer := h.state(t, next, ownership.Offered).Offer
		if _, err := h.desk.Accept(ctx, a, conversation.ID(next), offer.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := h.desk.Reply(ctx, a, conversation.ID(next), "您好", "", ""); err != nil {
			t.Fatal(err)
		}
		h.state(t, next, ownership.Serving)
	})
}
