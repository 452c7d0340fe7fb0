package store_test

import (
	"crypto/rand"
	"io"
	"testing"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/store/storetest"
)

// stubborn draws the same number so many times before it draws others: four bytes make a number, other lengths are random. Each step of a talk draws one,
// in case it makes a promise, and each answer one.
type stubborn struct{ times int }

func (s *stubborn) Read(p []byte) (int, error) {
	if len(p) != 4 || s.times == 0 {
		return io.ReadFull(rand.Reader, p)
	}
	s.times--
	return copy(p, []byte{0, 0, 0, 7}), nil
}

// An answer number that is taken is drawn again; the citizen notices nothing. With a million answers kept, one in a hundred meets it.
func TestATakenNumberIsDrawnAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		h := newHouseOf(t, storetest.Open(t, source).Conversations(), func(c *conversation.Config) { c.Random = &stubborn{6} })
		first, second := say(t, h.Service, message.Inbound{Text: "身份证丢了"}), say(t, h.Service, message.Inbound{Text: "身份证丢了"})
		a, b := first.Reply.AnswerNo, second.Reply.AnswerNo
		if a == "" || b == "" || a == b || !second.Kept {
			t.Errorf("numbers %q and %q", a, b)
		}
	})
}
