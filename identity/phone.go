package identity

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"time"

	"bangban/kernel/event"
	"bangban/kernel/fault"
	"bangban/kernel/number"
	"bangban/kernel/privacy"
)

// SMS sends a short message (短信). A city has one provider; FileSMS is for trials.
type SMS interface {
	Send(ctx context.Context, to privacy.Phone, text string) error
}

// FileSMS writes messages to a file instead of sending them: for trials, on this machine alone.
type FileSMS struct{ Path string }

// Send appends the message to the file.
func (f FileSMS) Send(_ context.Context, to privacy.Phone, text string) error {
	file, err := os.OpenFile(f.Path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write a short message: %w", err)
	}
	_, err = fmt.Fprintf(file, "%s\t%s\n", to.Reveal(), text)
	if e := file.Close(); err == nil {
		err = e
	}
	return err
}

// PhoneCode is a one-time code on its way to prove a number.
type PhoneCode struct {
	Conversation, Key string
	Phone, CodeHash   []byte // the number sealed; the code's hash
	MadeAt            int64
	Tries             int
}

// CitizenStore keeps proven numbers and codes on their way. Look-ups fail with fault.NotFound.
type CitizenStore interface {
	SavePhoneCode(ctx context.Context, c *PhoneCode, ev event.Event) error
	PhoneCode(ctx context.Context, conversation string) (*PhoneCode, error)
	// LastPhoneCode is when a code was last made for a number, 0 for never.
	LastPhoneCode(ctx context.Context, key string) (int64, error)
	CountPhoneTry(ctx context.Context, conversation string) error
	// Prove keeps a proven number and takes the code away.
	Prove(ctx context.Context, c *PhoneCode, at int64, ev event.Event) error
	Phone(ctx context.Context, key string) ([]byte, error)
}

// Citizens proves who a citizen is, as far as a phone number goes. It is safe for concurrent use.
type Citizens struct {
	store  CitizenStore
	sms    SMS
	now    func() time.Time
	secret []byte
	words  func(code string) string
}

// NewCitizens makes the service. words writes the message that carries a code.
func NewCitizens(store CitizenStore, sms SMS, secret []byte, words func(code string) string, now func() time.Time) *Citizens {
	if now == nil {
		now = time.Now
	}
	return &Citizens{store, sms, now, secret, words}
}

const (
	codeLives = 5 * time.Minute
	codeTries = 5
	codeEvery = time.Minute // and number
)

// mobile is a mainland mobile number.
var mobile = regexp.MustCompile(`^1[3-9]\d{9}$`)

// Start sends a code to a number that a citizen names in a talk. Errors: phone.invalid (Invalid), phone.too_soon (TooMany), phone.not_sent (Unavailable).
func (s *Citizens) Start(ctx context.Context, conversation, typed string) error {
	phone, ok := parsePhone(typed)
	if !ok {
		return &fault.Error{Kind: fault.Invalid, Key: "phone.invalid", Args: map[string]string{"field": "phone"}}
	}
	key := s.key(phone)
	last, err := s.store.LastPhoneCode(ctx, key)
	if err != nil {
		return err
	}
	now := s.now()
	if wait := time.UnixMicro(last).Add(codeEvery).Sub(now); last > 0 && wait > 0 {
		seconds := int(wait.Seconds()) + 1
		return &fault.Error{Kind: fault.TooMany, Key: "phone.too_soon", RetryAfter: seconds, Args: map[string]string{"seconds": itoa(seconds)}}
	}
	code, err := number.DrawCode(rand.Reader)
	if err != nil {
		return err
	}
	sealed, err := seal(s.secret, []byte(phone), "phone:"+key)
	if err != nil {
		return err
	}
	c := &PhoneCode{Conversation: conversation, Key: key, Phone: sealed, CodeHash: s.hash(conversation, code), MadeAt: now.UnixMicro()}
	if err := s.store.SavePhoneCode(ctx, c, event.New(now.UnixMicro(), "citizen", "phone.asked", "conversation:"+conversation, nil)); err != nil {
		return err
	}
	if err := s.sms.Send(ctx, privacy.NewPhone(phone), s.words(code)); err != nil {
		return fault.Wrap(fault.Unavailable, "phone.not_sent", err)
	}
	return nil
}

// parsePhone reads a number as people type it, with spaces, dashes, wide digits, +86 or 86 before it.
func parsePhone(typed string) (string, bool) {
	var digits []rune
	for _, r := range typed {
		switch {
		case r >= '０' && r <= '９':
			digits = append(digits, r-'０'+'0')
		case r >= '0' && r <= '9':
			digits = append(digits, r)
		case r == ' ', r == '-', r == '+', r == '　', r == '－':
		default:
			return "", false
		}
	}
	phone := string(digits)
	if len(phone) == 13 && phone[:2] == "86" {
		phone = phone[2:]
	}
	return phone, mobile.MatchString(phone)
}

// Confirm checks the code and returns the key under which this citizen's talks belong together. Wrong, too late and never asked fail alike with
// phone.wrong_code (Invalid).
func (s *Citizens) Confirm(ctx context.Context, conversation, typed string) (key string, err error) {
	wrong := &fault.Error{Kind: fault.Invalid, Key: "phone.wrong_code", Args: map[string]string{"field": "code"}}
	c, err := s.store.PhoneCode(ctx, conversation)
	if fault.Is(err, fault.NotFound) {
		return "", wrong
	}
	if err != nil {
		return "", err
	}
	now := s.now()
	code, ok := number.Code(typed)
	if c.Tries >= codeTries || now.Sub(time.UnixMicro(c.MadeAt)) > codeLives {
		return "", wrong
	}
	if !ok || subtle.ConstantTimeCompare(s.hash(conversation, code), c.CodeHash) != 1 {
		if err := s.store.CountPhoneTry(ctx, conversation); err != nil {
			return "", err
		}
		return "", wrong
	}
	return c.Key, s.store.Prove(ctx, c, now.UnixMicro(), event.New(now.UnixMicro(), "citizen", "phone.proven", "conversation:"+conversation, nil))
}

// Text sends a short message to the proven number of a citizen. Errors: fault.NotFound when none is proven, phone.not_sent (Unavailable).
func (s *Citizens) Text(ctx context.Context, key, text string) error {
	phone, err := s.Phone(ctx, key)
	if err != nil {
		return err
	}
	if err := s.sms.Send(ctx, phone, text); err != nil {
		return fault.Wrap(fault.Unavailable, "phone.not_sent", err)
	}
	return nil
}

// Phone is the proven number of a citizen; it masks itself wherever it is printed. Errors: fault.NotFound.
func (s *Citizens) Phone(ctx context.Context, key string) (privacy.Phone, error) {
	sealed, err := s.store.Phone(ctx, key)
	if err != nil {
		return privacy.Phone{}, err
	}
	plain, err := unseal(s.secret, sealed, "phone:"+key)
	return privacy.NewPhone(string(plain)), err
}

// key is a keyed hash of a number: the same number gives the same key, and a key tells nothing of the number.
func (s *Citizens) key(phone string) string {
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte("citizen\x00" + phone))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

func (s *Citizens) hash(conversation, code string) []byte {
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte("phone-code\x00" + conversation + "\x00" + code))
	return mac.Sum(nil)
}
