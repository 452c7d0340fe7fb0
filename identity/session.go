package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"bangban/kernel/fault"
)

// Times of log-in and sessions.
const (
	// Idle is how long a session lives without being used, Longest how long at most.
	Idle    = 30 * time.Minute
	Longest = 12 * time.Hour
	// Tries wrong passwords or codes in a row lock an account for LockTime.
	Tries    = 5
	LockTime = 15 * time.Minute
	seenStep = time.Minute
)

// Login is what somebody gives to sign in. Address and Agent are kept with the session, for its owner to see.
type Login struct {
	Name, Password, Code string
	Address, Agent       string
}

// Login checks name, password and second factor and opens a session; the token is returned once. Whether a name exists, is locked or disabled can't be
// told from the answer or its time.
//
// Errors: login.wrong (Unauthorised), login.code_needed, login.code_wrong (Unauthorised).
func (s *Service) Login(ctx context.Context, l Login) (*Account, string, error) {
	a, err := s.store.AccountNamed(ctx, l.Name)
	unknown := fault.Is(err, fault.NotFound)
	if err != nil && !unknown {
		return nil, "", err
	}
	kept := s.empty
	if !unknown {
		kept = a.Password
	}
	ok, err := s.matches(ctx, kept, cutTo(l.Password, LongestPassword*4))
	if err != nil && !unknown {
		return nil, "", fmt.Errorf("account %s: %w", a.ID, err)
	}
	now := s.now().UnixMicro()
	switch {
	case unknown:
		return nil, "", fault.New(fault.Unauthorised, "login.wrong")
	case a.LockedTill > now, a.Disabled:
		return nil, "", s.refuse(ctx, a.ID, "login.wrong", false)
	case !ok:
		return nil, "", s.refuse(ctx, a.ID, "login.wrong", true)
	}
	if a.TOTP != nil {
		if l.Code == "" {
			return nil, "", fault.New(fault.Unauthorised, "login.code_needed")
		}
		good, err := s.second(ctx, a, l.Code)
		if err != nil {
			return nil, "", err
		}
		if !good {
			return nil, "", s.refuse(ctx, a.ID, "login.code_wrong", true)
		}
	}
	return s.open(ctx, a, l)
}

// refuse counts a failure and locks the account after the last.
func (s *Service) refuse(ctx context.Context, id, key string, counts bool) error {
	refusal := fault.New(fault.Unauthorised, key)
	if !counts {
		if err := s.store.Append(ctx, s.event("login.refused", "system", id, nil)); err != nil {
			return err
		}
		return refusal
	}
	_, err := s.change(ctx, id, "login.failed", "system", nil, func(a *Account) error {
		a.Failures++
		if a.Failures >= Tries {
			a.Failures, a.LockedTill = 0, s.now().Add(LockTime).UnixMicro()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return refusal
}

// open begins a session.
func (s *Service) open(ctx context.Context, a *Account, l Login) (*Account, string, error) {
	if a.Failures > 0 || a.LockedTill > 0 {
		fresh, err := s.change(ctx, a.ID, "login.cleared", "system", nil, func(a *Account) error { a.Failures, a.LockedTill = 0, 0; return nil })
		if err != nil {
			return nil, "", err
		}
		a = fresh
	}
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return nil, "", fmt.Errorf("make a session: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(raw)
	now := s.now()
	session := &Session{ID: newID(), TokenHash: hashToken(token), Account: a.ID, CreatedAt: now.UnixMicro(), SeenAt: now.UnixMicro(),
		EndsAt: now.Add(Longest).UnixMicro(), Address: cutTo(l.Address, 64), Agent: cutTo(l.Agent, 120)}
	if err := s.store.SaveSession(ctx, session, s.event("login.done", "account:"+a.ID, a.ID, map[string]any{"session": session.ID})); err != nil {
		return nil, "", err
	}
	return a, token, nil
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func cutTo(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}

// Who returns the account and the session of a token. Errors: session.over (Unauthorised).
func (s *Service) Who(ctx context.Context, token string) (*Account, *Session, error) {
	over := fault.New(fault.Unauthorised, "session.over")
	if len(token) < 40 || len(token) > 64 {
		return nil, nil, over
	}
	session, err := s.store.Session(ctx, hashToken(token))
	if fault.Is(err, fault.NotFound) {
		return nil, nil, over
	}
	if err != nil {
		return nil, nil, err
	}
	now := s.now()
	if session.EndsAt <= now.UnixMicro() || session.SeenAt <= now.Add(-Idle).UnixMicro() {
		return nil, nil, over
	}
	a, err := s.store.Account(ctx, session.Account)
	if fault.Is(err, fault.NotFound) || err == nil && a.Disabled {
		return nil, nil, over
	}
	if err != nil {
		return nil, nil, err
	}
	if session.SeenAt <= now.Add(-seenStep).UnixMicro() {
		if err := s.store.SeeSession(ctx, session.ID, now.UnixMicro()); err != nil {
			return nil, nil, err
		}
	}
	return a, session, nil
}

// Logout ends the session of a token; one that is over already is no error.
func (s *Service) Logout(ctx context.Context, token string) error {
	session, err := s.store.Session(ctx, hashToken(token))
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.EndSession(ctx, session.Account, session.ID)
}

// Sessions are an account's open sessions.
func (s *Service) Sessions(ctx context.Context, account string) ([]Session, error) {
	list, err := s.store.Sessions(ctx, account)
	open := list[:0]
	for _, x := range list {
		if x.EndsAt > s.now().UnixMicro() && x.SeenAt > s.now().Add(-Idle).UnixMicro() {
			open = append(open, x)
		}
	}
	return open, err
}

// EndSession ends one session of an account.
func (s *Service) EndSession(ctx context.Context, account, id string) error {
	return s.store.EndSessions(ctx, account, id, "", s.event("session.ended", "account:"+account, account, map[string]any{"session": id}))
}

// Reveal records that somebody has read personal data in the clear.
func (s *Service) Reveal(ctx context.Context, account, subject, field string) error {
	ev := s.event("personal.read", "account:"+account, account, map[string]any{"of": subject, "field": field})
	ev.Subject = subject
	return s.store.Append(ctx, ev)
}

// LoginBy opens a session for somebody whom the city's single sign-on has proven. Errors: oidc.no_account (Forbidden).
func (s *Service) LoginBy(ctx context.Context, subject string, l Login) (*Account, string, error) {
	a, err := s.store.AccountOf(ctx, subject)
	if fault.Is(err, fault.NotFound) || err == nil && a.Disabled {
		return nil, "", fault.New(fault.Forbidden, "oidc.no_account")
	}
	if err != nil {
		return nil, "", err
	}
	return s.open(ctx, a, l)
}
