package promise

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"bangban/kernel/event"
	"bangban/kernel/fault"
	"bangban/kernel/privacy"
)

// MaxWish bounds the words about a good time, in characters.
const MaxWish = 50

// Contact is how a citizen wants to be reached about an open promise (回拨方式). Nobody has proven the number. It is kept sealed, and forgotten when the
// promise ends: 个人信息保护法 第十九条, no longer than the purpose needs.
type Contact struct {
	Phone privacy.Phone // the zero value for none
	Wish  string        // 方便接听的时间, in their words
}

// Empty reports whether nothing was left.
func (c Contact) Empty() bool { return c.Phone.Reveal() == "" && c.Wish == "" }

// written is a Contact before it is sealed.
type written struct {
	Phone string `json:"phone,omitempty"`
	Wish  string `json:"wish,omitempty"`
}

// Change is what a citizen changes of a Contact, as typed: nil leaves a field as it is, empty takes it away.
type Change struct{ Phone, Wish *string }

// apply reads what was typed into w.
func (c Change) apply(w *written) error {
	if c.Phone != nil {
		w.Phone = ""
		if strings.TrimSpace(*c.Phone) != "" {
			var ok bool
			if w.Phone, ok = parsePhone(*c.Phone); !ok {
				return &fault.Error{Kind: fault.Invalid, Key: "promise.phone_invalid", Args: map[string]string{"field": "phone"}}
			}
		}
	}
	if c.Wish != nil {
		w.Wish = strings.Join(strings.Fields(*c.Wish), " ")
		if !utf8.ValidString(w.Wish) || utf8.RuneCountInString(w.Wish) > MaxWish || strings.ContainsFunc(w.Wish, unicode.IsControl) {
			return &fault.Error{Kind: fault.Invalid, Key: "promise.wish_long", Args: map[string]string{"field": "wish", "limit": strconv.Itoa(MaxWish)}}
		}
	}
	return nil
}

// SetContact changes how the citizen of an open promise wants to be reached. It asks for number and code like Lookup and fails like it; further
// errors: promise.phone_invalid, promise.wish_long (Invalid), promise.ended (Conflict).
func (s *Service) SetContact(ctx context.Context, typedNo, typedCode string, c Change) error {
	no, err := s.admit(ctx, typedNo, typedCode)
	if err != nil {
		return err
	}
	p, err := s.store.Promise(ctx, no)
	if err != nil {
		return err
	}
	have, err := s.Contact(ctx, no)
	if err != nil {
		return err
	}
	w := written{have.Phone.Reveal(), have.Wish}
	if err := c.apply(&w); err != nil {
		return err
	}
	var sealed []byte
	if w != (written{}) {
		plain, err := json.Marshal(w)
		if err != nil {
			return fmt.Errorf("write a contact: %w", err)
		}
		if sealed, err = s.box.Seal(plain, "promise:"+no); err != nil {
			return err
		}
	}
	at := s.now().UnixMicro()
	ev := event.New(at, "citizen", "promise.contact", "conversation:"+p.Conversation, map[string]any{"promise": no, "left": sealed != nil})
	return s.store.SaveContact(ctx, no, sealed, at, ev)
}

// Contact is what the citizen of an open promise left, empty for nothing. Who shows the whole number to somebody keeps an event of it.
func (s *Service) Contact(ctx context.Context, no string) (Contact, error) {
	a, err := s.Aside(ctx, no)
	if err != nil {
		return Contact{}, err
	}
	return s.Unseal(no, a.Contact)
}

// Unseal opens the contact of an Aside; nil is the empty Contact.
func (s *Service) Unseal(no string, sealed []byte) (Contact, error) {
	if len(sealed) == 0 {
		return Contact{}, nil
	}
	plain, err := s.box.Open(sealed, "promise:"+no)
	if err != nil {
		return Contact{}, fmt.Errorf("contact of %s: %w", no, err)
	}
	var w written
	if err := json.Unmarshal(plain, &w); err != nil {
		return Contact{}, fmt.Errorf("contact of %s: %w", no, err)
	}
	c := Contact{Wish: w.Wish}
	if w.Phone != "" {
		c.Phone = privacy.NewPhone(w.Phone)
	}
	return c, nil
}

// dialled is a mainland mobile number, or a fixed line with its area code or without.
var dialled = regexp.MustCompile(`^(1[3-9]\d{9}|0\d{9,11}|[2-8]\d{6,7})$`)

// parsePhone reads a number as people type it: spaces, dashes, brackets, wide digits, +86 before it.
func parsePhone(typed string) (string, bool) {
	if len(typed) > 64 {
		return "", false
	}
	var b strings.Builder
	for _, r := range width.Narrow.String(typed) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.IsSpace(r), unicode.Is(unicode.Pd, r), r == '+', r == '(', r == ')':
		default:
			return "", false
		}
	}
	phone := b.String()
	if short, ok := strings.CutPrefix(phone, "86"); ok && len(phone) == 13 {
		phone = short
	}
	return phone, dialled.MatchString(phone)
}
