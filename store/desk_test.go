package store_test

import (
	"context"
	"strings"
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

// always is a desk that is open day and night.
type always struct{}

func (always) Open(time.Time) bool                          { return true }
func (always) Next(t time.Time) time.Time                   { return t }
func (always) After(t time.Time, d time.Duration) time.Time { return t.Add(d) }

// hall is talks and the desk together, on a clock that is set by hand.
type hall struct {
	*conversation.Service
	desk   *desk.Service
	at     *atomic.Int64
	tokens map[string]string
}

// knows makes the citizen of a talk known.
func (h *hall) knows(ctx context.Context, id string) error {
	return h.Know(ctx, id, h.tokens[id], "citizen-key")
}

func newHall(st *store.Store, at *atomic.Int64) *hall {
	now := func() time.Time { return time.UnixMicro(at.Load()) }
	h := &hall{at: at, desk: desk.New(st.Desk(), desk.Config{Now: now, Log: quiet, Hours: always{}})}
	h.Service = conversation.New(st.Conversations(), &parrot{}, conversation.Config{Sentences: sentences, Log: quiet, Seats: h.desk, Now: now, After: h.desk.Changed})
	h.desk.Connect(h.Service, h.Clock())
	return h
}

func (h *hall) settle(t *testing.T) {
	t.Helper()
	for range 3 { // what settling tells is settled as well
		if err := h.desk.Settle(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

func (h *hall) pass(t *testing.T, d time.Duration) {
	t.Helper()
	h.at.Add(d.Microseconds())
	if _, stuck, err := h.Clock().Tick(context.Background()); err != nil || stuck > 0 {
		t.Fatalf("timers: %d stuck, %v", stuck, err)
	}
	h.settle(t)
}

// sits seats somebody and makes them ready.
func (h *hall) sits(t *testing.T, p desk.Person) desk.Person {
	t.Helper()
	if _, err := h.desk.Sit(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	if _, err := h.desk.SetStatus(context.Background(), p, p.ID, desk.Ready, ""); err != nil {
		t.Fatal(err)
	}
	h.settle(t)
	return p
}

func (h *hall) state(t *testing.T, id string, want ownership.State) ownership.Talk {
	t.Helper()
	c, err := h.Load(context.Background(), conversation.ID(id))
	if err != nil || c.Handling.State != want {
		t.Fatalf("%s is %s (%v), want %s: %+v", id, c.Handling.State, err, want, c.Handling)
	}
	return c.Handling
}

func morning() *atomic.Int64 {
	var at atomic.Int64
	at.Store(time.Date(2026, 11, 25, 2, 0, 0, 0, time.UTC).UnixMicro())
	return &at
}

func person(id string) desk.Person {
	return desk.Person{ID: id, Number: "80" + id, Name: "坐席" + id, Team: "general", Department: "市民中心"}
}

func TestTheDeskServes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		h := newHall(storetest.Open(t, source), morning())
		promised := say(t, h.Service, message.Inbound{Text: "person"})
		h.state(t, promised.ConversationID, ownership.Promised)
		a := h.sits(t, person("12"))
		asked := say(t, h.Service, message.Inbound{Text: "person"})
		id := asked.ConversationID
		h.tokens = map[string]string{id: asked.Token, promised.ConversationID: promised.Token}
		h.settle(t)
		offer := h.state(t, id, ownership.Offered).Offer
		if offer.Agent != a.ID || !strings.Contains(offer.Why, "只有您空闲") {
			t.Errorf("offer: %+v", offer)
		}
		if _, err := h.desk.Accept(ctx, person("13"), conversation.ID(id), offer.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stranger accepted: %v", err)
		}
		if _, err := h.desk.Accept(ctx, a, conversation.ID(id), offer.ID); err != nil {
			t.Fatal(err)
		}
		if err := h.desk.Draft(ctx, a, conversation.ID(id), "您好，我正在"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.desk.Note(ctx, a, conversation.ID(id), "内部：先核对"); err != nil {
			t.Fatal(err)
		}
		sight, err := h.desk.See(ctx, a, conversation.ID(id))
		if err != nil || len(sight.Notes) != 1 || len(sight.Drafts) != 1 || len(sight.Turns) < 3 || sight.Row.Unread != 1 {
			t.Fatalf("sight: %+v, %v", sight, err)
		}
		for _, x := range []string{id, promised.ConversationID} { // two talks of one citizen
			if err := h.knows(ctx, x); err != nil {
				t.Fatal(err)
			}
		}
		if sight, err := h.desk.See(ctx, a, conversation.ID(id)); err != nil || len(sight.Earlier) != 1 || string(sight.Earlier[0].Conversation.ID) != promised.ConversationID {
			t.Errorf("earlier: %+v, %v", sight.Earlier, err)
		}
		if _, err := h.desk.See(ctx, person("13"), conversation.ID(id)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a stranger looked: %v", err)
		}
		if _, err := h.desk.Reply(ctx, a, conversation.ID(id), "您好，我在。", "", "key"); err != nil {
			t.Fatal(err)
		}
		h.settle(t)
		if sight, _ = h.desk.See(ctx, a, conversation.ID(id)); len(sight.Drafts) != 0 || sight.Row.Unread != 0 {
			t.Errorf("after the reply: %+v", sight)
		}
		if _, err := h.desk.Resolve(ctx, a, conversation.ID(id), "身份证", "solved", ""); err != nil {
			t.Fatal(err)
		}
		h.settle(t)
		if seat, err := h.desk.Renew(ctx, a.ID); err != nil || seat.Status != desk.Wrap {
			t.Errorf("after the talk: %+v, %v", seat, err)
		}
		h.pass(t, 31*time.Second)
		if _, err := h.desk.Claim(ctx, a, conversation.ID(promised.ConversationID)); err == nil {
			t.Error("claimed without a lease") // 31 s without a sign of life
		}
	})
}

// An agent who is gone, silent or busy loses her talks; the queue ends in a person or a promise.
func TestTheDeskLosesNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		h := newHall(storetest.Open(t, source), morning())
		a, b := h.sits(t, person("12")), h.sits(t, person("13"))
		id := say(t, h.Service, message.Inbound{Text: "person"}).ConversationID
		h.settle(t)
		first := h.state(t, id, ownership.Offered).Offer.Agent
		h.pass(t, 12*time.Second)
		for _, p := range []desk.Person{a, b} {
			if _, err := h.desk.Renew(ctx, p.ID); err != nil {
				t.Fatal(err)
			}
		}
		h.pass(t, 19*time.Second) // the first lets it pass
		second := h.state(t, id, ownership.Offered).Offer
		if second.Agent == first {
			t.Error("offered to the same agent again")
		}
		taker, other := a, b
		if second.Agent == b.ID {
			taker, other = b, a
		}
		if _, err := h.desk.Accept(ctx, taker, conversation.ID(id), second.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := h.desk.SetStatus(ctx, taker, taker.ID, desk.Offline, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("went with a talk in hand: %v", err)
		}
		if _, err := h.desk.Transfer(ctx, taker, conversation.ID(id), ownership.ToTeam, "general", "要查社保"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.desk.Renew(ctx, other.ID); err != nil {
			t.Fatal(err)
		}
		h.settle(t)
		talk := h.state(t, id, ownership.Serving)
		if talk.Transfer == nil || talk.Transfer.Agent != other.ID || talk.Agent() != taker.ID {
			t.Fatalf("transfer: %+v", talk)
		}
		if _, err := h.desk.AcceptTransfer(ctx, other, conversation.ID(id)); err != nil {
			t.Fatal(err)
		}
		if talk = h.state(t, id, ownership.Serving); talk.Agent() != other.ID {
			t.Fatalf("after the transfer: %+v", talk)
		}
		h.pass(t, 40*time.Second) // both leases run out
		h.pass(t, time.Second)
		talk = h.state(t, id, ownership.Promised)
		if talk.Promise == "" || talk.PromiseFrom == 0 {
			t.Errorf("promise: %+v", talk)
		}
	})
}

func TestPracticeAndShift(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		h := newHall(storetest.Open(t, source), morning())
		a, b := h.sits(t, person("12")), h.sits(t, person("13"))
		id, err := h.desk.Practise(ctx, a)
		if err != nil {
			t.Fatal(err)
		}
		h.settle(t)
		if offer := h.state(t, string(id), ownership.Offered).Offer; offer.Agent != a.ID {
			t.Fatalf("practice went to %s", offer.Agent)
		}
		if _, err := h.desk.Accept(ctx, a, id, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := h.desk.Reply(ctx, a, id, "您好，我在。", "", ""); err != nil {
			t.Fatal(err)
		}
		h.settle(t)
		turns, err := h.TurnsOf(ctx, id, 0, 0)
		if err != nil || turns[len(turns)-1].Author != conversation.Citizen {
			t.Fatalf("the citizen of the practice is silent: %+v, %v", turns[len(turns)-1], err)
		}
		shift, err := h.desk.Shift(ctx, a)
		if err != nil || len(shift.Mine) != 1 {
			t.Fatalf("shift: %+v, %v", shift, err)
		}
		if n, err := h.desk.HandOver(ctx, a, []desk.Passed{{Talk: id, To: b.ID}}); err != nil || n != 1 {
			t.Fatalf("%d handed over, %v", n, err)
		}
		if talk := h.state(t, string(id), ownership.Serving); talk.Agent() != b.ID {
			t.Errorf("handed to %s", talk.Agent())
		}
		in, err := h.desk.Incoming(ctx, b)
		if err != nil || len(in) != 1 || len(in[0].Talks) != 1 {
			t.Fatalf("incoming: %+v, %v", in, err)
		}
		if err := h.desk.Acknowledge(ctx, b, in[0].ID); err != nil {
			t.Fatal(err)
		}
		if in, _ = h.desk.Incoming(ctx, b); len(in) != 0 {
			t.Error("acknowledged twice")
		}
		if _, err := h.desk.SetStatus(ctx, a, a.ID, desk.Offline, ""); err != nil {
			t.Errorf("with empty hands: %v", err)
		}
	})
}
