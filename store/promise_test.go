package store_test

import (
	"context"
	"regexp"
	"testing"
	"time"

	"bangban/affairs/promise"
	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/kernel/fault"
	"bangban/store/storetest"
)

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
		s := promise.New(st.Promises(), now)
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
