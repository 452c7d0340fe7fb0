package store_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/kernel/fault"
	"bangban/store/storetest"
)

// oneSeat is a house with one seat that is there, or is not.
type oneSeat struct{ open atomic.Bool }

func (s *oneSeat) Facts(_ context.Context, _ *conversation.Conversation, cmd ownership.Command) (ownership.Facts, error) {
	open := s.open.Load()
	return ownership.Facts{Open: open, Live: open, Ready: open, Able: open, OwnerLive: open, OwnerReady: open, Position: 1,
		NextOpen: cmd.At + 3_600_000_000, Due: cmd.At + 7_200_000_000}, nil
}

// house is talks with a seat and a clock that is set by hand.
type house struct {
	*conversation.Service
	seat *oneSeat
	at   atomic.Int64
}

func newHouse(t *testing.T, kept conversation.Store) *house {
	t.Helper()
	return newHouseOf(t, kept, func(*conversation.Config) {})
}

func newHouseOf(t *testing.T, kept conversation.Store, change func(*conversation.Config)) *house {
	t.Helper()
	h := &house{seat: &oneSeat{}}
	h.at.Store(time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC).UnixMicro())
	h.seat.open.Store(true)
	cfg := conversation.Config{Sentences: sentences, Log: quiet, Seats: h.seat, Now: func() time.Time { return time.UnixMicro(h.at.Load()) }}
	change(&cfg)
	h.Service = conversation.New(kept, &parrot{}, cfg)
	return h
}

// pass lets time go by and fires what is due.
func (h *house) pass(t *testing.T, d time.Duration) {
	t.Helper()
	h.at.Add(d.Microseconds())
	if _, stuck, err := h.Clock().Tick(context.Background()); err != nil || stuck > 0 {
		t.Fatalf("timers: %d stuck, %v", stuck, err)
	}
}

func (h *house) must(t *testing.T, id string, cmd ownership.Command) *conversation.Conversation {
	t.Helper()
	c, err := h.Act(context.Background(), conversation.ID(id), cmd, nil)
	if err != nil {
		t.Fatalf("%s: %v", cmd.Do, err)
	}
	return c
}

func (h *house) want(t *testing.T, id string, state ownership.State) *conversation.Conversation {
	t.Helper()
	c, err := h.Load(context.Background(), conversation.ID(id))
	if err != nil || c.Handling.State != state {
		t.Fatalf("state %s, %v; want %s", c.Handling.State, err, state)
	}
	return c
}

// A talk goes to an agent, is answered, resolved, rated badly and opened again; what the citizen says meanwhile is kept and nothing is said by the
// machine.
func TestATalkGoesToAPersonAndBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		h := newHouse(t, storetest.Open(t, source).Conversations())
		first := say(t, h.Service, message.Inbound{Text: "person"})
		id := first.ConversationID
		if r := first.Reply; r.Kind != message.Handoff || r.State != "queued" || !strings.Contains(r.Text, "queue.next_unsure") || len(r.Options) != 2 {
			t.Fatalf("asked for a person: %+v", r)
		}
		more := say(t, h.Service, message.Inbound{ConversationID: id, Token: first.Token, Text: "我补充一句", Key: "key-1"})
		again := say(t, h.Service, message.Inbound{ConversationID: id, Token: first.Token, Text: "我补充一句", Key: "key-1"})
		if more.Reply.Kind != message.Relayed || more.Reply.Reason != message.Queued || !again.Duplicate || again.Reply.Text != more.Reply.Text {
			t.Fatalf("in the queue: %+v, again %+v", more.Reply, again.Reply)
		}
		offered := h.must(t, id, ownership.Command{Do: ownership.Hold, Agent: "8012", By: "system"})
		if offered.Handling.Offer == nil {
			t.Fatal("no offer")
		}
		_, err := h.Act(ctx, conversation.ID(id), ownership.Command{Do: ownership.Accept, Agent: "8013", By: "agent:8013"}, nil)
		wantKey(t, err, fault.Conflict, "talk.taken")
		h.must(t, id, ownership.Command{Do: ownership.Accept, Agent: "8012", By: "agent:8012"})
		if _, err := h.Speak(ctx, conversation.ID(id), "8013", "我来", "", ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stranger spoke: %v", err)
		}
		turn, err := h.Speak(ctx, conversation.ID(id), "8012", "您好，我在。", "", "k")
		if err != nil || turn.Author.Agent() != "8012" {
			t.Fatalf("spoke: %+v, %v", turn, err)
		}
		if same, err := h.Speak(ctx, conversation.ID(id), "8012", "您好，我在。", "", "k"); err != nil || same.ID != turn.ID {
			t.Errorf("said twice: %+v, %v", same, err)
		}
		while := say(t, h.Service, message.Inbound{ConversationID: id, Token: first.Token, Text: "好的"})
		if while.Reply.Kind != message.Relayed || while.Reply.Reason != message.Serving {
			t.Errorf("while served: %+v", while.Reply)
		}
		c := h.must(t, id, ownership.Command{Do: ownership.Resolve, Agent: "8012", By: "agent:8012", Topic: "身份证", Outcome: "solved"})
		r := c.Handling.Resolution
		_, err = h.CitizenAct(ctx, id, first.Token, ownership.Command{Do: ownership.Rate, ID: r.ID, Stars: 1})
		if err != nil {
			t.Fatal(err)
		}
		c = h.want(t, id, ownership.Queued)
		if c.Handling.Handoff.Class != ownership.Reopened || c.Handling.Reopened != 1 || len(c.Handling.Avoid) != 1 {
			t.Errorf("reopened: %+v", c.Handling)
		}
		_, err = h.CitizenAct(ctx, id, first.Token, ownership.Command{Do: ownership.Rate, ID: r.ID, Stars: 5})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("rated twice: %v", err)
		}
		turns, err := h.History(ctx, id, first.Token, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i, turn := range turns {
			if turn.No != i+1 || turn.Author == conversation.Engine && i > 1 {
				t.Errorf("turn %d: %+v", i+1, turn)
			}
		}
	})
}

// Nobody sits, or the agent falls silent, or time passes: every way ends in a person or a promise.
func TestTimeNeverStrandsATalk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		h := newHouse(t, storetest.Open(t, source).Conversations())
		h.seat.open.Store(false)
		r := say(t, h.Service, message.Inbound{Text: "person"}).Reply
		if r.State != "promised" || r.Promise == "" {
			t.Fatalf("nobody sits: %+v", r)
		}
		h.pass(t, 3*time.Hour)
		if c := h.want(t, r.ConversationID, ownership.Promised); !c.Handling.Overdue {
			t.Error("the promise is not overdue")
		}
		h.seat.open.Store(true)
		id := say(t, h.Service, message.Inbound{Text: "person"}).ConversationID
		h.must(t, id, ownership.Command{Do: ownership.Hold, Agent: "8012"})
		h.pass(t, time.Minute) // the offer runs out
		h.want(t, id, ownership.Queued)
		h.must(t, id, ownership.Command{Do: ownership.Claim, Agent: "8012"})
		h.pass(t, 2*time.Minute) // she does not reply
		c := h.want(t, id, ownership.Queued)
		if c.Handling.Agent() != "" {
			t.Error("the silent agent is still the owner")
		}
		for range 20 {
			h.pass(t, 3*time.Minute)
		}
		h.want(t, id, ownership.Promised)
		quiet := say(t, h.Service, message.Inbound{Text: "身份证丢了"})
		h.pass(t, 31*time.Minute)
		h.want(t, quiet.ConversationID, ownership.Resolved)
		h.pass(t, 73*time.Hour)
		h.want(t, quiet.ConversationID, ownership.Closed)
		next := say(t, h.Service, message.Inbound{ConversationID: quiet.ConversationID, Token: quiet.Token, Text: "还有一件事"})
		if next.ConversationID == quiet.ConversationID || next.Token == "" {
			t.Error("a closed talk was gone on with")
		}
	})
}

// Two agents take one talk at the same time: one succeeds, the other is told so.
func TestTwoAgentsOneTalk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		h := newHouse(t, storetest.Open(t, source).Conversations())
		for range 20 {
			id := say(t, h.Service, message.Inbound{Text: "person"}).ConversationID
			var won atomic.Int32
			var wg sync.WaitGroup
			for _, agent := range []string{"8012", "8013", "8014"} {
				wg.Go(func() {
					_, err := h.Act(context.Background(), conversation.ID(id), ownership.Command{Do: ownership.Claim, Agent: agent, By: "agent:" + agent}, nil)
					switch {
					case err == nil:
						won.Add(1)
					case !fault.Is(err, fault.Conflict):
						t.Errorf("%s: %v", agent, err)
					}
				})
			}
			wg.Wait()
			if won.Load() != 1 {
				t.Fatalf("%d agents have the talk", won.Load())
			}
		}
	})
}
