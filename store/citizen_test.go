package store_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"
	"time"

	"bangban/conversation/message"
	"bangban/identity"
	"bangban/kernel/fault"
	"bangban/kernel/privacy"
	"bangban/store/storetest"
)

// outbox keeps the short messages that were sent.
type outbox struct{ sent []string }

func (o *outbox) Send(_ context.Context, to privacy.Phone, text string) error {
	o.sent = append(o.sent, to.Reveal()+" "+text)
	return nil
}

// A number is proven by the code that was sent to it; it is kept sealed, and the same number has the same key.
func TestAProvenPhone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		st := storetest.Open(t, source)
		at := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
		var sms outbox
		s := identity.NewCitizens(st.Citizens(), &sms, []byte("secret"), func(code string) string { return "code " + code }, func() time.Time { return at })
		c := talks(st, &parrot{})
		open := func() (id, token string) {
			r := say(t, c, message.Inbound{Text: "你好"})
			return r.ConversationID, r.Token
		}
		id, token := open()
		for _, bad := range []string{"", "1380013800", "23800138000", "1380013800a", "138001380000"} {
			wantKey(t, s.Start(ctx, id, bad), fault.Invalid, "phone.invalid")
		}
		if err := s.Start(ctx, id, "+86 138-0013-8000"); err != nil {
			t.Fatal(err)
		}
		wantKey(t, s.Start(ctx, id, "13800138000"), fault.TooMany, "phone.too_soon")
		code := regexp.MustCompile(`13800138000 code (\d{6})`).FindStringSubmatch(sms.sent[0])[1]
		_, err := s.Confirm(ctx, id, "abc")
		wantKey(t, err, fault.Invalid, "phone.wrong_code")
		key, err := s.Confirm(ctx, id, code)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Know(ctx, id, token, key); err != nil {
			t.Fatal(err)
		}
		phone, err := s.Phone(ctx, key)
		if err != nil || phone.Reveal() != "13800138000" || fmt.Sprint(phone) != "138****8000" {
			t.Errorf("%v, %v", phone, err)
		}
		_, err = s.Confirm(ctx, id, code) // a code works once
		wantKey(t, err, fault.Invalid, "phone.wrong_code")
		at = at.Add(2 * time.Minute)
		other, _ := open()
		if err := s.Start(ctx, other, "138 0013 8000"); err != nil {
			t.Fatal(err)
		}
		code = regexp.MustCompile(`code (\d{6})`).FindStringSubmatch(sms.sent[1])[1]
		at = at.Add(6 * time.Minute) // too late
		_, err = s.Confirm(ctx, other, code)
		wantKey(t, err, fault.Invalid, "phone.wrong_code")
		if err := s.Start(ctx, other, "13800138000"); err != nil {
			t.Fatal(err)
		}
		code = regexp.MustCompile(`code (\d{6})`).FindStringSubmatch(sms.sent[2])[1]
		if same, err := s.Confirm(ctx, other, code); err != nil || same != key {
			t.Errorf("the same number has the key %s, %v; want %s", same, err, key)
		}
		third, _ := open()
		at = at.Add(2 * time.Minute)
		if err := s.Start(ctx, third, "13900139000"); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			_, _ = s.Confirm(ctx, third, "000000")
		}
		code = regexp.MustCompile(`code (\d{6})`).FindStringSubmatch(sms.sent[3])[1]
		_, err = s.Confirm(ctx, third, code) // five tries are all
		if code != "000000" {
			wantKey(t, err, fault.Invalid, "phone.wrong_code")
		}
	})
}
