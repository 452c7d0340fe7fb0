package identity

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"

	"bangban/kernel/fault"
	sealing "bangban/kernel/seal"
)

// The second factor: time-based one-time passwords (RFC 6238) of six digits, 30 s, SHA-1, as every authenticator has them.
const (
	totpStep   = 30
	totpDigits = 1_000_000
	recoveries = 10
)

var base32NoPad = base32.StdEncoding.WithPadding(base32.NoPadding)

// totpAt is the code of a time step (RFC 4226 §5.3).
func totpAt(secret []byte, step int64) uint32 {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return (binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff) % totpDigits
}

// checkTOTP returns the time step that a code belongs to: this one, the one before or after.
func checkTOTP(secret []byte, code string, now int64) (step int64, ok bool) {
	code = strings.NewReplacer(" ", "", "-", "").Replace(code)
	if len(code) != 6 {
		return 0, false
	}
	for _, d := range []int64{0, -1, 1} {
		step := now/totpStep + d
		if subtle.ConstantTimeCompare([]byte(fmt.Sprintf("%06d", totpAt(secret, step))), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}

// second checks a code of the authenticator, each once, or a recovery code.
func (s *Service) second(ctx context.Context, a *Account, code string) (bool, error) {
	secret, err := unseal(s.cfg.Secret, a.TOTP, "totp:"+a.ID)
	if err != nil {
		return false, fmt.Errorf("second factor of %s: %w", a.ID, err)
	}
	if step, ok := checkTOTP(secret, code, s.now().Unix()); ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.used[a.ID] >= step {
			return false, nil // used already
		}
		s.used[a.ID] = step
		return true, nil
	}
	return s.store.UseRecovery(ctx, a.ID, hashRecovery(code))
}

func hashRecovery(code string) []byte {
	sum := sha256.Sum256([]byte("recovery\x00" + strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(code))))
	return sum[:]
}

// StartTOTP draws a secret for an authenticator. It counts only after ConfirmTOTP has shown that the authenticator has it; sealed comes back then.
func (s *Service) StartTOTP(ctx context.Context, account string) (uri, secret string, sealed []byte, err error) {
	a, err := s.store.Account(ctx, account)
	if err != nil {
		return "", "", nil, err
	}
	raw := make([]byte, 20)
	if _, err := rand.Read(raw); err != nil {
		return "", "", nil, fmt.Errorf("make a second factor: %w", err)
	}
	if sealed, err = seal(s.cfg.Secret, raw, "totp:"+account); err != nil {
		return "", "", nil, err
	}
	secret = base32NoPad.EncodeToString(raw)
	issuer := "帮办"
	if s.cfg.City != "" {
		issuer = s.cfg.City
	}
	q := url.Values{"secret": {secret}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+a.Name) + "?" + q.Encode(), secret, sealed, nil
}

// ConfirmTOTP turns the second factor on and returns ten recovery codes, once. Errors: login.code_wrong (Invalid).
func (s *Service) ConfirmTOTP(ctx context.Context, account string, sealed []byte, code string) ([]string, error) {
	secret, err := unseal(s.cfg.Secret, sealed, "totp:"+account)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "totp.begin_again", err)
	}
	if _, ok := checkTOTP(secret, code, s.now().Unix()); !ok {
		return nil, &fault.Error{Kind: fault.Invalid, Key: "login.code_wrong", Args: map[string]string{"field": "code"}}
	}
	var codes []string
	var hashes [][]byte
	for range recoveries {
		c := readable()[:9]
		codes, hashes = append(codes, c), append(hashes, hashRecovery(c))
	}
	if err := s.store.SaveRecovery(ctx, account, hashes); err != nil {
		return nil, err
	}
	_, err = s.change(ctx, account, "totp.on", "account:"+account, nil, func(a *Account) error { a.TOTP = sealed; return nil })
	return codes, err
}

// DropTOTP turns the second factor off, for whoever knows the password. Errors: password.wrong (Forbidden).
func (s *Service) DropTOTP(ctx context.Context, account, password string) error {
	a, err := s.store.Account(ctx, account)
	if err != nil {
		return err
	}
	if ok, err := s.matches(ctx, a.Password, password); err != nil {
		return err
	} else if !ok {
		return &fault.Error{Kind: fault.Forbidden, Key: "password.wrong", Args: map[string]string{"field": "password"}}
	}
	if err := s.store.SaveRecovery(ctx, account, nil); err != nil {
		return err
	}
	_, err = s.change(ctx, account, "totp.off", "account:"+account, nil, func(a *Account) error { a.TOTP = nil; return nil })
	return err
}

// seal encrypts under the city's secret key; what it is for is bound to it.
func seal(secret, plain []byte, of string) ([]byte, error) {
	box, err := sealing.New(secret, "identity")
	if err != nil {
		return nil, err
	}
	return box.Seal(plain, of)
}

func unseal(secret, sealed []byte, of string) ([]byte, error) {
	box, err := sealing.New(secret, "identity")
	if err != nil {
		return nil, err
	}
	return box.Open(sealed, of)
}

// CodeAt is the code that an authenticator with a secret shows at a moment: for tests, and for trying one out.
func CodeAt(secret string, at time.Time) string {
	raw, err := base32NoPad.DecodeString(secret)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%06d", totpAt(raw, at.Unix()/totpStep))
}
