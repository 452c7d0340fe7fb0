// Package identity is who someone is (身份): the accounts of those who work for the city, their roles, passwords, second factors and sessions. It knows
// no HTTP and no screen; it keeps no secret in the clear. Start at Service.Login and Service.Who.
package identity

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"bangban/kernel/event"
	"bangban/kernel/fault"
)

// Role is what an account may do (角色).
type Role string

// The roles.
const (
	Agent      Role = "agent"      // 坐席
	Supervisor Role = "supervisor" // 班长
	Curator    Role = "curator"    // 采编
	Reviewer   Role = "reviewer"   // 审核
	Department Role = "department" // 部门经办
	Operator   Role = "operator"   // 运维: configuration and accounts
	Auditor    Role = "auditor"    // 审计: reads the audit, changes nothing
)

// Roles lists every role.
var Roles = []Role{Agent, Supervisor, Curator, Reviewer, Department, Operator, Auditor}

// Account is somebody who works for the city. Name is the log-in; Number is the 工号 that citizens are told.
type Account struct {
	ID         string
	Name       string
	Number     string
	Shown      string // display name, for colleagues only
	Roles      []Role
	Team       string
	Department string
	Password   string // argon2id, PHC string format
	MustChange bool   // the password was given by somebody else
	Disabled   bool
	TOTP       []byte // sealed secret of the second factor, nil without one
	Subject    string // of single sign-on, "" without it
	Failures   int    // wrong passwords or codes in a row
	LockedTill int64  // Unix microseconds
	CreatedAt  int64
	Version    int64
}

// Has reports whether the account has one of the roles.
func (a *Account) Has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(a.Roles, r) })
}

// Session is one signed-in browser. Only the hash of its token is kept.
type Session struct {
	ID        string
	TokenHash []byte
	Account   string
	CreatedAt int64
	SeenAt    int64 // written at most once a minute
	EndsAt    int64
	Address   string // masked: the network, not the host
	Agent     string // the browser's name, cut
}

// Store keeps accounts and sessions. Look-ups fail with fault.NotFound; SaveAccount fails with fault.Conflict when the account has changed since it was
// read, or its name, number or subject is taken.
type Store interface {
	Account(ctx context.Context, id string) (*Account, error)
	AccountNamed(ctx context.Context, name string) (*Account, error)
	AccountOf(ctx context.Context, subject string) (*Account, error)
	Accounts(ctx context.Context) ([]Account, error)
	SaveAccount(ctx context.Context, a *Account, ev ...event.Event) error
	Session(ctx context.Context, tokenHash []byte) (*Session, error)
	Sessions(ctx context.Context, account string) ([]Session, error)
	SaveSession(ctx context.Context, s *Session, ev ...event.Event) error
	SeeSession(ctx context.Context, id string, at int64) error
	// EndSessions ends one session of an account, or with "" all but one.
	EndSessions(ctx context.Context, account, id, but string, ev ...event.Event) error
	SaveRecovery(ctx context.Context, account string, hashes [][]byte) error
	// UseRecovery takes a recovery code away and reports whether it was there.
	UseRecovery(ctx context.Context, account string, hash []byte) (bool, error)
	Append(ctx context.Context, ev event.Event) error
}

// Config is what a Service needs besides its store.
type Config struct {
	Now func() time.Time
	Log *slog.Logger
	// Secret seals second factors; 32 bytes.
	Secret []byte
	// City names the issuer in an authenticator.
	City string
	// Cost of password hashing; the zero value takes DefaultCost.
	Cost Cost
}

// Service holds the accounts. It is safe for concurrent use.
type Service struct {
	store Store
	now   func() time.Time
	log   *slog.Logger
	cfg   Config
	work  chan struct{} // bounds how many passwords are hashed at a time
	empty string        // a hash to compare with when there is no account: the answer takes as long

	mu   sync.Mutex
	used map[string]int64 // the last time step of each account's second factor: a code works once
}

// New makes a Service.
func New(store Store, cfg Config) (*Service, error) {
	s := &Service{store: store, now: cfg.Now, log: cfg.Log, cfg: cfg, work: make(chan struct{}, 2), used: map[string]int64{}}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.cfg.Cost == (Cost{}) {
		s.cfg.Cost = DefaultCost
	}
	var err error
	s.empty, err = s.cfg.Cost.hash("nobody's password")
	return s, err
}

func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func (s *Service) event(kind, actor, account string, data any) event.Event {
	return event.New(s.now().UnixMicro(), actor, kind, "account:"+account, data)
}

// NewAccount is what is needed to make one. Number may be empty: then it is counted on from 8001.
type NewAccount struct {
	Name, Number, Shown, Team, Department string
	Roles                                 []Role
}

// Add makes an account with a password that must be changed at the first log-in; it is returned once. Errors: account.bad_name, account.bad_role
// (Invalid), account.taken (Conflict).
func (s *Service) Add(ctx context.Context, by string, n NewAccount) (*Account, string, error) {
	n.Name = strings.TrimSpace(n.Name)
	if n.Name == "" || utf8.RuneCountInString(n.Name) > 40 || strings.ContainsAny(n.Name, " \t\r\n") {
		return nil, "", &fault.Error{Kind: fault.Invalid, Key: "account.bad_name", Args: map[string]string{"field": "name"}}
	}
	if err := checkRoles(n.Roles); err != nil {
		return nil, "", err
	}
	if n.Number == "" {
		var err error
		if n.Number, err = s.nextNumber(ctx); err != nil {
			return nil, "", err
		}
	}
	password := readable()
	hash, err := s.hash(ctx, password)
	if err != nil {
		return nil, "", err
	}
	a := &Account{ID: newID(), Name: n.Name, Number: n.Number, Shown: n.Shown, Roles: n.Roles, Team: n.Team, Department: n.Department, Password: hash,
		MustChange: true, CreatedAt: s.now().UnixMicro(), Version: 1}
	if a.Shown == "" {
		a.Shown = a.Name
	}
	if err := s.store.SaveAccount(ctx, a, s.event("account.made", by, a.ID, map[string]any{"roles": a.Roles})); err != nil {
		return nil, "", err
	}
	return a, password, nil
}

func checkRoles(roles []Role) error {
	for _, r := range roles {
		if !slices.Contains(Roles, r) {
			return &fault.Error{Kind: fault.Invalid, Key: "account.bad_role", Args: map[string]string{"field": "roles"}}
		}
	}
	if len(roles) == 0 {
		return &fault.Error{Kind: fault.Invalid, Key: "account.bad_role", Args: map[string]string{"field": "roles"}}
	}
	return nil
}

// nextNumber counts the numbers on.
func (s *Service) nextNumber(ctx context.Context) (string, error) {
	list, err := s.store.Accounts(ctx)
	if err != nil {
		return "", err
	}
	most := 8000
	for _, a := range list {
		n := 0
		for _, r := range a.Number {
			if r < '0' || r > '9' {
				n = 0
				break
			}
			n = n*10 + int(r-'0')
		}
		if n < 1_000_000 {
			most = max(most, n)
		}
	}
	return itoa(most + 1), nil
}

func itoa(n int) string {
	digits := []byte{}
	for ; n > 0; n /= 10 {
		digits = append([]byte{byte('0' + n%10)}, digits...)
	}
	return string(digits)
}

// List returns every account.
func (s *Service) List(ctx context.Context) ([]Account, error) { return s.store.Accounts(ctx) }

// Get returns an account by id, Named by log-in name.
func (s *Service) Get(ctx context.Context, id string) (*Account, error) {
	return s.store.Account(ctx, id)
}

// Named returns an account by its log-in name.
func (s *Service) Named(ctx context.Context, name string) (*Account, error) {
	return s.store.AccountNamed(ctx, name)
}

// change reads an account, changes it and writes it, again when another was faster.
func (s *Service) change(ctx context.Context, id, kind, by string, data map[string]any, fn func(*Account) error) (*Account, error) {
	for try := 1; ; try++ {
		a, err := s.store.Account(ctx, id)
		if err != nil {
			return nil, err
		}
		if err := fn(a); err != nil {
			return nil, err
		}
		a.Version++
		err = s.store.SaveAccount(ctx, a, s.event(kind, by, id, data))
		if err == nil {
			return a, nil
		}
		if !fault.Is(err, fault.Conflict) || try == 5 {
			return nil, err
		}
	}
}

// Edit changes what an operator may change: name for colleagues, number, team, department, roles, disabled. Other roles, or disabling, end every
// session.
func (s *Service) Edit(ctx context.Context, by, id string, fn func(*Account)) (*Account, error) {
	ends := false
	a, err := s.change(ctx, id, "account.changed", by, nil, func(a *Account) error {
		roles, disabled := slices.Clone(a.Roles), a.Disabled
		fn(a)
		ends = a.Disabled && !disabled || !slices.Equal(roles, a.Roles)
		return checkRoles(a.Roles)
	})
	if err == nil && ends {
		err = s.store.EndSessions(ctx, id, "", "", s.event("session.ended", by, id, map[string]any{"all": true}))
	}
	return a, err
}

// EnsureOperator makes the first account when there is none: the operator, who may do everything at the desk as well, so that one person can try the
// whole. Its password is returned once and must be changed.
func (s *Service) EnsureOperator(ctx context.Context) (password string, made bool, err error) {
	list, err := s.store.Accounts(ctx)
	if err != nil || len(list) > 0 {
		return "", false, err
	}
	_, password, err = s.Add(ctx, "system", NewAccount{Name: "operator", Shown: "运维", Department: "市民中心", Team: "general",
		Roles: []Role{Operator, Supervisor, Agent}})
	if fault.Is(err, fault.Conflict) { // another node was faster
		return "", false, nil
	}
	return password, err == nil, err
}
