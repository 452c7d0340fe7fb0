package store_test

import (
	"context"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"bangban/affairs/promise"
	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/kernel/fault"
	"bangban/store"
	"bangban/store/storetest"
)

func promiseService(t *testing.T, st *store.Store, now func() time.Time) *promise.Service {
	t.Helper()
	s, err := promise.New(st.Promises(), []byte("the city's secret"), now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A promise is told with a number and a code, found with both, and locked after five wrong codes; wrong, unknown and locked look alike.
func TestPromiseLookup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		st := storetest.Open(t, source)
		at := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
		now := func() time.Time { return at }
		c := conversation.New(st.Conversations(), &parrot{}, conversation.Config{Log: quiet, Now: now,
			Sentences: func(key string) (string, string) { return key + " {promise} {code} {due}", "" }})
		r := say(t, c, message.Inbound{Text: "person"}).Reply
		told := regexp.MustCompile(`(P \d{3} \d{3} \d{3}) (\d{6}) 明天 18:00`).FindStringSubmatch(r.Text)
		if told == nil {
			t.Fatalf("told: %s", r.Text)
		}
		s := promiseService(t, st, now)
		p, err := s.Lookup(ctx, told[1], told[2])
		if err != nil || p.State != promise.Open || p.No != r.Promise || p.Due != at.Add(24*time.Hour).UnixMicro() {
			t.Fatalf("found %+v, %v", p, err)
		}
		wrong := "000000"
		if told[2] == wrong {
			wrong = "000001"
		}
		for range promise.MaxMisses {
			_, err := s.Lookup(ctx, told[1], wrong)
			wantKey(t, err, fault.NotFound, "promise.not_found")
		}
		_, err = s.Lookup(ctx, told[1], told[2]) // locked, and it doesn't show
		wantKey(t, err, fault.NotFound, "promise.not_found")
		at = at.Add(promise.LockTime)
		if _, err := s.Lookup(ctx, told[1], told[2]); err != nil {
			t.Errorf("after the lock: %v", err)
		}
		for _, no := range []string{"", "P", "P000000000", "A123456780"} {
			_, err := s.Lookup(ctx, no, told[2])
			wantKey(t, err, fault.NotFound, "promise.not_found")
		}
	})
}

// promised is a house without seats, a talk with a promise, and its query code.
func promised(t *testing.T, st *store.Store) (h *house, id, no, code string) {
	t.Helper()
	h = &house{seat: &oneSeat{}}
	h.at.Store(time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC).UnixMicro())
	h.Service = conversation.New(st.Conversations(), &parrot{}, conversation.Config{Log: quiet, Seats: h.seat, Now: func() time.Time { return time.UnixMicro(h.at.Load()) },
		Sentences: func(key string) (string, string) { return key + " {code} {due} {tries}", "" }})
	r := say(t, h.Service, message.Inbound{Text: "person"})
	told := regexp.MustCompile(`promise\.made_closed (\d{6}) `).FindStringSubmatch(r.Reply.Text)
	if told == nil {
		t.Fatalf("told: %s", r.Reply.Text)
	}
	return h, r.ConversationID, r.Reply.Promise, told[1]
}

// Guesses at the same time are counted one by one: however many come at once, five are looked at.
func TestGuessesAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		st := storetest.Open(t, source)
		h, _, no, code := promised(t, st)
		s := promiseService(t, st, func() time.Time { return time.UnixMicro(h.at.Load()) })
		var wg sync.WaitGroup
		for i := range 40 {
			guess := "00000" + string(rune('0'+i%10))
			if guess == code {
				guess = "999999"
			}
			wg.Go(func() {
				_, err := s.Lookup(ctx, no, guess)
				if !fault.Is(err, fault.NotFound) {
					t.Errorf("guess: %v", err)
				}
			})
		}
		wg.Wait()
		missed, err := st.Events(ctx, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, e := range missed {
			if e.Kind == "promise.missed" {
				n++
			}
		}
		if n != promise.MaxMisses {
			t.Errorf("%d guesses were looked at", n)
		}
		_, err = s.Lookup(ctx, no, code)
		wantKey(t, err, fault.NotFound, "promise.not_found")
	})
}

// A citizen says how to be reached; it is sealed, shows masked, changes by fields, and goes when the promise is kept. What was tried is kept with it, and
// the answer is what an agent said while it was open.
func TestPromiseIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		st := storetest.Open(t, source)
		h, id, no, code := promised(t, st)
		s := promiseService(t, st, func() time.Time { return time.UnixMicro(h.at.Load()) })
		set := func(phone, wish *string) error {
			return s.SetContact(ctx, no, code, promise.Change{Phone: phone, Wish: wish})
		}
		text := func(s string) *string { return &s }
		for _, c := range []struct {
			phone, wish *string
			key         string
		}{{text("12"), nil, "promise.phone_invalid"}, {nil, text("字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字"), "promise.wish_long"}, {nil, text("a\x00b"), "promise.wish_long"}} {
			wantKey(t, set(c.phone, c.wish), fault.Invalid, c.key)
		}
		wantKey(t, s.SetContact(ctx, no, "0", promise.Change{}), fault.NotFound, "promise.not_found")
		if err := set(text("138 0013 8000"), text(" 下午  3 点以后 ")); err != nil {
			t.Fatal(err)
		}
		if err := set(nil, text("晚上")); err != nil { // the number stays
			t.Fatal(err)
		}
		p, err := s.Lookup(ctx, no, code)
		if err != nil || p.Contact.Phone.Reveal() != "13800138000" || p.Contact.Wish != "晚上" || p.Contact.Phone.Masked() != "138****8000" {
			t.Fatalf("contact %v, %v", p, err)
		}
		sealed, err := s.Aside(ctx, no)
		if err != nil || len(sealed.Contact) == 0 || regexp.MustCompile(`138|晚上`).Match(sealed.Contact) {
			t.Fatalf("beside: %q, %v", sealed.Contact, err)
		}
		other, err := promise.New(st.Promises(), []byte("another secret"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.Contact(ctx, no); err == nil {
			t.Error("another secret opens it")
		}

		at := h.at.Load()
		h.must(t, id, ownership.Command{Do: ownership.Attempt, By: "agent:8012", Agent: "8012", Why: "无人接听", Due: at + 3_600_000_000})
		h.at.Add(1)
		h.must(t, id, ownership.Command{Do: ownership.Attempt, By: "agent:8013", Agent: "8013"})
		all, err := s.Asides(ctx)
		want := []promise.Attempt{{At: at, By: "agent:8012", Note: "无人接听", NextAt: at + 3_600_000_000}, {At: at + 1, By: "agent:8013"}}
		if err != nil || len(all) != 1 || all[no].Words != "" || !slices.Equal(all[no].Attempts, want) {
			t.Fatalf("attempts %+v, %v", all[no], err)
		}
		h.seat.open.Store(true)
		h.must(t, id, ownership.Command{Do: ownership.Claim, By: "agent:8012", Agent: "8012"})
		if _, err := h.Speak(ctx, conversation.ID(id), "8012", "可以，带身份证。", "", ""); err != nil {
			t.Fatal(err)
		}
		h.must(t, id, ownership.Command{Do: ownership.Resolve, By: "agent:8012", Agent: "8012", ID: "r1", Topic: "户籍", Outcome: "solved"})
		p, err = s.Lookup(ctx, no, code)
		if err != nil || p.State != promise.Kept || p.Answer != "可以，带身份证。" || p.EndedAt == 0 || !p.Contact.Empty() || len(p.Attempts) != 2 {
			t.Fatalf("kept %+v, %v", p, err)
		}
		wantKey(t, set(text("13800138000"), nil), fault.Conflict, "promise.ended")
		if all, err := s.Asides(ctx); err != nil || len(all) != 0 {
			t.Errorf("beside what has ended: %v, %v", all, err)
		}
	})
}
