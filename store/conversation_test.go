package store_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/kernel/fault"
	"bangban/store"
	"bangban/store/storetest"
)

// parrot answers with what it was asked, and counts the turns of a talk in its context.
type parrot struct{ asked atomic.Int64 }

func (p *parrot) Answer(_ context.Context, q message.Question, c message.Context) (message.Reply, message.Context, error) {
	p.asked.Add(1)
	c.Recent = append(c.Recent, q.Text)
	reply := message.Reply{Kind: message.Answer, Text: fmt.Sprintf("%d: %s", len(c.Recent), q.Text), Voice: "好的", Confidence: .9,
		Features: map[string]float64{"margin": .4}, Citations: []message.Citation{{EntryID: "id-card-replace", Title: "补领身份证", Revision: 3}}}
	switch q.Text {
	case "panic":
		panic("engine broke")
	case "error":
		return message.Reply{}, message.Context{}, errors.New("engine failed")
	case "unknown":
		reply = message.Reply{Kind: message.Unknown, Reason: message.NoEntry, Text: "不知道"}
	case "person":
		reply = message.Reply{Kind: message.Handoff, Reason: message.Asked, Text: "您的问题已经记下。"}
	case "danger":
		reply = message.Reply{Kind: message.Handoff, Reason: message.Danger, Text: "请马上拨打 110"}
	}
	return reply, c, nil
}

func sentences(key string) (text, voice string) { return "words of " + key, "voice of " + key }

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func talks(s *store.Store, a conversation.Answerer) *conversation.Service {
	return conversation.New(s.Conversations(), a, conversation.Config{Sentences: sentences, Log: quiet})
}

func say(t *testing.T, c *conversation.Service, in message.Inbound) *conversation.Receipt {
	t.Helper()
	r, err := c.Receive(context.Background(), in)
	if err != nil {
		t.Fatalf("receive %q: %v", in.Text, err)
	}
	return r
}

func wantKey(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key {
		t.Errorf("got %v, want %s %s", err, kind, key)
	}
}

func TestTalk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		s := storetest.Open(t, source)
		c := talks(s, &parrot{})
		first := say(t, c, message.Inbound{Text: " 身份证丢了\n电话13800138000 \x00\x07", Channel: message.Portal, Region: "330106"})
		if first.Token == "" || first.ConversationID == "" || !first.Kept || first.Duplicate {
			t.Fatalf("first receipt %+v", first)
		}
		r := first.Reply
		if _, err := conversation.ParseAnswerNo(r.AnswerNo); err != nil || r.Text != "1: 身份证丢了\n电话13800138000" || r.TurnID == "" ||
			r.ConversationID != first.ConversationID || r.State != "machine" || r.Features != nil {
			t.Fatalf("first reply %+v, %v", r, err)
		}
		// The talk goes on after a restart.
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = storetest.Open(t, source)
		c = talks(s, &parrot{})
		in := message.Inbound{ConversationID: first.ConversationID, Token: first.Token, Text: "要多久", Channel: message.Portal}
		if second := say(t, c, in); second.Reply.Text != "2: 要多久" || second.Token != "" {
			t.Fatalf("second receipt %+v", second)
		}
		turns, err := c.History(ctx, first.ConversationID, first.Token, 0, 0)
		if err != nil || len(turns) != 4 {
			t.Fatalf("history %v, %v", turns, err)
		}
		if q, a := turns[0], turns[1]; q.Author != conversation.Citizen || q.No != 1 || q.Masked != "身份证丢了\n电话138****8000" ||
			a.Author != conversation.Engine || a.No != 2 || string(a.ID) != r.TurnID || a.Reply.AnswerNo != r.AnswerNo || a.Reply.Features != nil {
			t.Errorf("turns %+v %+v", q, a)
		}
		if rest, err := c.History(ctx, first.ConversationID, first.Token, 2, 1); err != nil || len(rest) != 1 || rest[0].Text != "要多久" {
			t.Errorf("from the third on: %v, %v", rest, err)
		}
		checkEvents(t, s, first.ConversationID)
	})
}

// checkEvents looks at what TestTalk left in the log: the right lines, and no word of what was said.
func checkEvents(t *testing.T, s *store.Store, id string) {
	t.Helper()
	list, err := s.EventsOf(context.Background(), "conversation:"+id, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range list {
		kinds = append(kinds, e.Kind)
		raw, _ := json.Marshal(e)
		for _, word := range []string{"13800138000", "身份证", "多久"} {
			if strings.Contains(string(raw), word) {
				t.Errorf("event holds %s: %s", word, raw)
			}
		}
	}
	if got, want := strings.Join(kinds, " "), "conversation.opened turn.received reply.given turn.received reply.given"; got != want {
		t.Errorf("events %s, want %s", got, want)
	}
}

func TestBadInput(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	p := &parrot{}
	c := talks(s, p)
	mine := say(t, c, message.Inbound{Text: "你好"})
	other := say(t, c, message.Inbound{Text: "你好"})
	for _, row := range []struct {
		name string
		in   message.Inbound
		kind fault.Kind
		key  string
	}{
		{"empty", message.Inbound{}, fault.Invalid, "ask.empty"},
		{"blank", message.Inbound{Text: " \n\t　"}, fault.Invalid, "ask.empty"},
		{"control characters only", message.Inbound{Text: "\x00\x1b\u0085"}, fault.Invalid, "ask.empty"},
		{"broken UTF-8", message.Inbound{Text: "身份\xe8\xaf"}, fault.Invalid, "ask.not_text"},
		{"2,001 characters", message.Inbound{Text: strings.Repeat("长", 2001)}, fault.TooLarge, "ask.too_long"},
		{"long value", message.Inbound{Value: strings.Repeat("v", 201)}, fault.Invalid, "ask.bad_value"},
		{"long key", message.Inbound{Text: "x", Key: strings.Repeat("k", 201)}, fault.Invalid, "ask.bad_key"},
		{"key with a line break", message.Inbound{Text: "x", Key: "a\nb"}, fault.Invalid, "ask.bad_key"},
		{"unknown conversation", message.Inbound{Text: "x", ConversationID: "0190aaaa-0000-7000-8000-000000000000", Token: mine.Token}, fault.NotFound, "conversation.not_found"},
		{"no id at all", message.Inbound{Text: "x", ConversationID: "'; DROP TABLE turn --", Token: mine.Token}, fault.NotFound, "conversation.not_found"},
		{"another's conversation", message.Inbound{Text: "x", ConversationID: mine.ConversationID, Token: other.Token}, fault.NotFound, "conversation.not_found"},
		{"without token", message.Inbound{Text: "x", ConversationID: mine.ConversationID}, fault.NotFound, "conversation.not_found"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := c.Receive(context.Background(), row.in)
			wantKey(t, err, row.kind, row.key)
		})
	}
	if n := p.asked.Load(); n != 2 {
		t.Errorf("the engine was asked %d times, want 2", n)
	}
	say(t, c, message.Inbound{Text: strings.Repeat("长", 2000)})
	_, err := c.History(context.Background(), mine.ConversationID, other.Token, 0, 0)
	wantKey(t, err, fault.NotFound, "conversation.not_found")
}

func TestTheSameKeyGetsTheFirstReply(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		s := storetest.Open(t, source)
		p := &parrot{}
		c := talks(s, p)
		open := message.Inbound{Text: "开店要什么", Key: "5f0c6a1e-8b1f-4c57-9d2e-1c7e2f9a0b11"}
		first := say(t, c, open)
		in := message.Inbound{ConversationID: first.ConversationID, Token: first.Token, Text: "要多久", Key: "k1"}
		replies := make([]*conversation.Receipt, 16)
		var wg sync.WaitGroup
		for i := range replies {
			wg.Go(func() { replies[i], _ = c.Receive(ctx, in) })
		}
		wg.Wait()
		originals := 0
		for i, r := range replies {
			if r == nil || r.Reply.AnswerNo != replies[0].Reply.AnswerNo || r.Reply.TurnID != replies[0].Reply.TurnID {
				t.Fatalf("reply %d: %+v, want %+v", i, r, replies[0])
			}
			if !r.Duplicate {
				originals++
			}
		}
		if originals != 1 || p.asked.Load() != 2 {
			t.Fatalf("%d originals, engine asked %d times", originals, p.asked.Load())
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		c = talks(storetest.Open(t, source), p)
		if again := say(t, c, in); !again.Duplicate || again.Reply.AnswerNo != replies[0].Reply.AnswerNo {
			t.Errorf("after a restart: %+v", again)
		}
		// The request that opened the talk, repeated because its reply was lost: the same talk, and a token that works.
		again := say(t, c, open)
		if !again.Duplicate || again.ConversationID != first.ConversationID || again.Token != first.Token || again.Reply.AnswerNo != first.Reply.AnswerNo {
			t.Errorf("opened again: %+v, want %+v", again, first)
		}
		if turns, err := c.History(ctx, again.ConversationID, again.Token, 0, 0); err != nil || len(turns) != 4 {
			t.Errorf("%d turns, %v; want 4", len(turns), err)
		}
		// The same key in another talk, or with other words to open one, is another request.
		open.Text = "关店要什么"
		if other := say(t, c, open); other.Duplicate || other.ConversationID == first.ConversationID || other.Token == first.Token {
			t.Errorf("other words: %+v", other)
		}
	})
}

func TestTurnsOfOneTalkAreSerialised(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		// Two services on one store stand for two nodes: their locks know nothing of each other.
		s := storetest.Open(t, source)
		nodes := []*conversation.Service{talks(s, &parrot{}), talks(s, &parrot{})}
		first := say(t, nodes[0], message.Inbound{Text: "第一句"})
		var wg sync.WaitGroup
		var kept atomic.Int64
		for i := range 16 {
			wg.Go(func() {
				in := message.Inbound{ConversationID: first.ConversationID, Token: first.Token, Text: fmt.Sprintf("第 %d 句", i)}
				_, err := nodes[i%2].Receive(context.Background(), in)
				if err == nil {
					kept.Add(1)
				} else if !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		turns, err := nodes[0].History(context.Background(), first.ConversationID, first.Token, 0, 0)
		if err != nil || int64(len(turns)) != 2+2*kept.Load() || kept.Load() < 8 {
			t.Fatalf("%d turns for %d kept, %v", len(turns), kept.Load(), err)
		}
		for i, turn := range turns {
			if turn.No != i+1 {
				t.Fatalf("turn %d has number %d", i+1, turn.No)
			}
			if turn.Reply != nil && turn.Reply.Text != fmt.Sprintf("%d: %s", i/2+1, turns[i-1].Text) {
				t.Errorf("turn %d answers %q to %q: its context was another's", i+1, turn.Reply.Text, turns[i-1].Text)
			}
		}
	})
}

func TestEngineTroubleKeepsTheTurn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		c := talks(storetest.Open(t, source), &parrot{})
		first := say(t, c, message.Inbound{Text: "你好"})
		for _, text := range []string{"panic", "error"} {
			r := say(t, c, message.Inbound{ConversationID: first.ConversationID, Token: first.Token, Text: text}).Reply
			if r.Kind != message.Handoff || r.Reason != message.Trouble || !strings.HasPrefix(r.Text, "words of before.trouble") || !strings.HasPrefix(r.Voice, "voice of before.trouble") || r.State != "promised" || r.AnswerNo != "" {
				t.Errorf("%s: %+v", text, r)
			}
		}
		say(t, c, message.Inbound{ConversationID: first.ConversationID, Token: first.Token, Text: "unknown"})
		last := say(t, c, message.Inbound{ConversationID: first.ConversationID, Token: first.Token, Text: "接着说"})
		if last.Reply.Text != "3: 接着说" { // the context is as it was before the trouble
			t.Errorf("after the trouble: %s", last.Reply.Text)
		}
		list, err := c.Unanswered(ctx, 0, "", 0)
		if err != nil || len(list) != 3 || list[0].Masked != "panic" || list[2].Reason != message.NoEntry {
			t.Errorf("unanswered: %+v, %v", list, err)
		}
		if rest, err := c.Unanswered(ctx, list[0].At, list[0].Turn, 10); err != nil || len(rest) != 2 {
			t.Errorf("the next page: %+v, %v", rest, err)
		}
	})
}

func TestAnswerByNumber(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		c := talks(storetest.Open(t, source), &parrot{})
		first := say(t, c, message.Inbound{Text: "身份证丢了"})
		got, err := c.AnswerByNumber(ctx, strings.ToLower(first.Reply.AnswerNo))
		if err != nil || got.Reply.Text != first.Reply.Text || got.Reply.AnswerNo != first.Reply.AnswerNo || len(got.Reply.Citations) != 1 || got.At == 0 {
			t.Fatalf("got %+v, %v", got, err)
		}
		if raw, _ := json.Marshal(got); strings.Contains(string(raw), first.ConversationID) || strings.Contains(string(raw), first.Reply.TurnID) {
			t.Errorf("the answer leads to the asker: %s", raw)
		}
		_, err = c.AnswerByNumber(ctx, "A123")
		wantKey(t, err, fault.NotFound, "answer.bad_number")
		_, err = c.AnswerByNumber(ctx, "A00000000"+"0")
		wantKey(t, err, fault.NotFound, "answer.not_found")
	})
}

// repeatedNumbers gives the same eight digits twice: a full city's numbers collide.
type repeatedNumbers struct {
	mu   sync.Mutex
	left int
}

func (r *repeatedNumbers) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(p) == 4 && r.left > 0 { // what crypto/rand.Int reads for 27 bits
		r.left--
		copy(p, []byte{0, 0, 0, 7})
		return len(p), nil
	}
	return rand.Read(p)
}

func TestATakenAnswerNumberIsDrawnAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		s := storetest.Open(t, source)
		random := &repeatedNumbers{left: 3}
		c := conversation.New(s.Conversations(), &parrot{}, conversation.Config{Random: random, Log: quiet})
		a, b := say(t, c, message.Inbound{Text: "一"}), say(t, c, message.Inbound{Text: "二"})
		if a.Reply.AnswerNo[:9] != "A00000007" || b.Reply.AnswerNo == a.Reply.AnswerNo || random.left != 0 {
			t.Errorf("numbers %s and %s, %d left", a.Reply.AnswerNo, b.Reply.AnswerNo, random.left)
		}
	})
}

func TestFeedback(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		s := storetest.Open(t, source)
		c := talks(s, &parrot{})
		first := say(t, c, message.Inbound{Text: "身份证丢了"})
		turns, err := c.History(ctx, first.ConversationID, first.Token, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		f := conversation.Feedback{Conversation: conversation.ID(first.ConversationID), Token: first.Token, Turn: conversation.TurnID(first.Reply.TurnID)}
		for _, row := range []struct {
			name   string
			change func(*conversation.Feedback)
			kind   fault.Kind
			key    string
		}{
			{"no use, with a reason", func(f *conversation.Feedback) { f.Reason = conversation.Wrong }, "", ""},
			{"then useful after all", func(f *conversation.Feedback) { f.Useful = true }, "", ""},
			{"useful with a reason", func(f *conversation.Feedback) { f.Useful, f.Reason = true, conversation.Wrong }, fault.Invalid, "feedback.bad_reason"},
			{"a reason of one's own", func(f *conversation.Feedback) { f.Reason = "because" }, fault.Invalid, "feedback.bad_reason"},
			{"another's talk", func(f *conversation.Feedback) { f.Token = "x" }, fault.NotFound, "conversation.not_found"},
			{"the citizen's own turn", func(f *conversation.Feedback) { f.Turn = turns[0].ID }, fault.NotFound, "turn.not_found"},
			{"no turn", func(f *conversation.Feedback) { f.Turn = "" }, fault.NotFound, "turn.not_found"},
		} {
			t.Run(row.name, func(t *testing.T) {
				f := f
				row.change(&f)
				err := c.Feedback(ctx, f)
				if row.key == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				wantKey(t, err, row.kind, row.key)
			})
		}
		list, err := s.Events(ctx, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		given := 0
		for _, e := range list {
			if e.Kind == "feedback.given" {
				given++
			}
		}
		if given != 2 {
			t.Errorf("%d feedback events, want 2", given)
		}
	})
}

func TestAThreadIsOneTalk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		c := talks(storetest.Open(t, source), &parrot{})
		in := message.Inbound{Text: "你好", Channel: message.WeChat, Thread: "openid-1", Trusted: true}
		a, b := say(t, c, in), say(t, c, in)
		if a.ConversationID != b.ConversationID || b.Reply.Text != "2: 你好" || b.Reply.Features == nil {
			t.Errorf("got %+v and %+v", a, b)
		}
		in.Trusted = false // a thread's name proves nothing
		if stranger := say(t, c, in); stranger.ConversationID == a.ConversationID {
			t.Error("a stranger got into the talk by naming its thread")
		}
	})
}

func TestAFullDiskStillAnswers(t *testing.T) {
	ctx := context.Background()
	s := storetest.OpenWith(t, storetest.SQLite(t), store.Options{MaxBytes: 800 << 10, Log: quiet})
	c := talks(s, &parrot{})
	first := say(t, c, message.Inbound{Text: "你好"})
	in := message.Inbound{ConversationID: first.ConversationID, Token: first.Token, Text: strings.Repeat("满", 1500)}
	var r *conversation.Receipt
	for i := 0; i < 500; i++ {
		if r = say(t, c, in); !r.Kept {
			break
		}
	}
	if r.Kept || r.Reply.Kind != message.Answer || r.Reply.AnswerNo != "" || r.Reply.TurnID != "" || r.ConversationID != first.ConversationID {
		t.Fatalf("on a full disk: %+v %+v", r, r.Reply)
	}
	var fresh *conversation.Receipt
	for range 500 { // a new talk may still fit where a turn of the old one does not
		if fresh = say(t, c, message.Inbound{Text: strings.Repeat("新", 1500)}); !fresh.Kept {
			break
		}
	}
	if fresh.Kept || fresh.ConversationID != "" || fresh.Token != "" || fresh.Reply.ConversationID != "" {
		t.Errorf("a new talk: %+v", fresh)
	}
	for i := 0; i < 500 && say(t, c, message.Inbound{Text: "小"}).Kept; i++ { // until nothing at all fits
	}
	for text, want := range map[string]string{"person": "words of handoff.not_kept", "danger": "请马上拨打 110"} {
		if r := say(t, c, message.Inbound{Text: text}); r.Kept || r.Reply.Text != want {
			t.Errorf("%s: kept %t, %s", text, r.Kept, r.Reply.Text)
		}
	}
	wantKey(t, s.Trouble(ctx), fault.Unavailable, "store.full")
	if turns, err := c.History(ctx, first.ConversationID, first.Token, 0, 0); err != nil || len(turns) < 2 {
		t.Errorf("history: %d turns, %v", len(turns), err)
	}
	if _, err := c.AnswerByNumber(ctx, first.Reply.AnswerNo); err != nil {
		t.Error(err)
	}
	if _, _, err := s.Verify(ctx); err != nil {
		t.Error(err)
	}
}
