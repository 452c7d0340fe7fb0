package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"bangban/kernel/fault"
)

// Cost is what one password costs to try: KiB of memory, passes, lanes (Argon2id, RFC 9106).
type Cost struct {
	Memory  uint32
	Passes  uint32
	Threads uint8
}

// DefaultCost takes some 50 ms on one core. RFC 9106 §4 recommends 64 MiB and three passes where memory is scarce; with two log-ins at a time on a
// machine of 2 cores, 46 MiB and one pass is the equal choice of OWASP's password sheet, and leaves the rest of the memory to citizens.
var DefaultCost = Cost{Memory: 46 << 10, Passes: 1, Threads: 1}

const (
	saltLength = 16
	keyLength  = 32
	// ShortestPassword is in characters; LongestPassword bounds the work.
	ShortestPassword = 10
	LongestPassword  = 200
)

// hash writes a password in the PHC string format.
func (c Cost) hash(password string) (string, error) {
	salt := make([]byte, saltLength)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("make a salt: %w", err)
	}
	key := argon2.IDKey([]byte(password), salt, c.Passes, c.Memory, c.Threads, keyLength)
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Passes, c.Threads, b.EncodeToString(salt), b.EncodeToString(key)), nil
}

var errHash = errors.New("not an argon2id hash of ours")

// matches compares a password with a kept hash, in the same time whatever it is.
func matches(kept, password string) (bool, error) {
	parts := strings.Split(kept, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errHash
	}
	var version int
	var c Cost
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Passes, &c.Threads); err != nil || c.Memory > 1<<18 || c.Passes == 0 || c.Passes > 20 || c.Threads == 0 {
		return false, errHash
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil || len(salt) < 8 {
		return false, errHash
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) < 16 || len(want) > 64 {
		return false, errHash
	}
	got := argon2.IDKey([]byte(password), salt, c.Passes, c.Memory, c.Threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// busy waits for one of the places where passwords are hashed.
func (s *Service) busy(ctx context.Context) (done func(), err error) {
	select {
	case s.work <- struct{}{}:
		return func() { <-s.work }, nil
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Unavailable, "slow", ctx.Err())
	}
}

func (s *Service) hash(ctx context.Context, password string) (string, error) {
	done, err := s.busy(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return s.cfg.Cost.hash(password)
}

func (s *Service) matches(ctx context.Context, kept, password string) (bool, error) {
	done, err := s.busy(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	return matches(kept, password)
}

// common are passwords that are tried first everywhere; parts of them count as well.
var common = []string{"password", "12345678", "11111111", "qwertyui", "abcd1234", "88888888", "woaini", "iloveyou", "admin123", "bangban", "hangzhou"}

// checkPassword says what is wrong with a new password, nil when nothing is.
func checkPassword(password, name string) error {
	refuse := func(key string) error {
		return &fault.Error{Kind: fault.Invalid, Key: key, Args: map[string]string{"field": "new", "limit": itoa(ShortestPassword)}}
	}
	n := utf8.RuneCountInString(password)
	low := strings.ToLower(password)
	switch {
	case n < ShortestPassword:
		return refuse("password.too_short")
	case n > LongestPassword || !utf8.ValidString(password):
		return refuse("password.too_long")
	case slices.ContainsFunc(common, func(c string) bool { return strings.Contains(low, c) && n < len(c)+8 }), name != "" && strings.Contains(low, strings.ToLower(name)):
		return refuse("password.too_common")
	}
	return nil
}

// readable draws a password that can be read out: three groups of four, without letters that look alike; about 59 bits.
func readable() string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789"
	var b strings.Builder
	for i := range 12 {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		if err != nil {
			panic("no randomness: " + err.Error()) // crypto/rand never fails on our systems
		}
		b.WriteByte(letters[n.Int64()])
	}
	return b.String()
}

// SetPassword gives an account a new password on behalf of an operator: it is returned once, must be changed, and every session ends.
func (s *Service) SetPassword(ctx context.Context, by, id string) (string, error) {
	password := readable()
	hash, err := s.hash(ctx, password)
	if err != nil {
		return "", err
	}
	if _, err := s.change(ctx, id, "password.given", by, nil, func(a *Account) error {
		a.Password, a.MustChange, a.Failures, a.LockedTill = hash, true, 0, 0
		return nil
	}); err != nil {
		return "", err
	}
	return password, s.store.EndSessions(ctx, id, "", "", s.event("session.ended", by, id, map[string]any{"all": true}))
}

// ChangePassword is somebody changing their own: every other session ends. Errors: password.wrong (Forbidden), password.too_short, too_long, too_common
// (Invalid).
func (s *Service) ChangePassword(ctx context.Context, id, session, old, fresh string) error {
	a, err := s.store.Account(ctx, id)
	if err != nil {
		return err
	}
	if ok, err := s.matches(ctx, a.Password, old); err != nil {
		return err
	} else if !ok {
		return &fault.Error{Kind: fault.Forbidden, Key: "password.wrong", Args: map[string]string{"field": "old"}}
	}
	if err := checkPassword(fresh, a.Name); err != nil {
		return err
	}
	if old == fresh {
		return &fault.Error{Kind: fault.Invalid, Key: "password.same", Args: map[string]string{"field": "new"}}
	}
	hash, err := s.hash(ctx, fresh)
	if err != nil {
		return err
	}
	if _, err := s.change(ctx, id, "password.changed", "account:"+id, nil, func(a *Account) error {
		a.Password, a.MustChange = hash, false
		return nil
	}); err != nil {
		return err
	}
	return s.store.EndSessions(ctx, id, "", session, s.event("session.ended", "account:"+id, id, map[string]any{"others": true}))
}
