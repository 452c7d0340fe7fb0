// Package staff is the door of those who work for the city (工作人员入口): signing in and out, their own account, and the accounts that an operator keeps.
// It turns requests into calls of identity. Start at Auth.Routes; other packages ask Auth.Require who calls.
package staff

import (
	"context"
	"encoding/base64"
	"net/netip"
	"slices"
	"time"

	"bangban/identity"
	"bangban/kernel/fault"
	"bangban/server"
)

// Auth knows who calls.
type Auth struct {
	Identity *identity.Service
	// SignOn is the city's single sign-on; nil: passwords alone.
	SignOn SignOn
	// Departments names a department by its id; nil: as it is.
	Departments func(id string) string
}

// Signed is part of a request of somebody who has signed in.
type Signed struct {
	Session string `cookie:"bb_staff" json:"-"`
}

// Require returns who calls, if they have one of the roles; without roles anyone who has signed in. Who still has the password that somebody else
// gave may do nothing but change it. Errors: session.over (Unauthorised), role.missing, password.must_change (Forbidden).
func (a *Auth) Require(ctx context.Context, s Signed, roles ...identity.Role) (*identity.Account, error) {
	account, _, err := a.Identity.Who(ctx, s.Session)
	if err != nil {
		return nil, err
	}
	if account.MustChange {
		return nil, fault.New(fault.Forbidden, "password.must_change")
	}
	if len(roles) > 0 && !account.Has(roles...) {
		return nil, fault.New(fault.Forbidden, "role.missing")
	}
	return account, nil
}

// Routes adds signing in and the accounts to a server.
func (a *Auth) Routes(s *server.Server) {
	logins := server.Spend(server.Budget{Name: "login", PerMinute: 20})
	s.POST("/api/v1/staff/login", server.JSON(a.login), logins)
	s.POST("/api/v1/staff/logout", server.JSON(a.logout))
	s.GET("/api/v1/staff/me", server.JSON(a.me))
	s.POST("/api/v1/staff/password", server.JSON(a.password), logins)
	s.POST("/api/v1/staff/totp/start", server.JSON(a.totpStart))
	s.POST("/api/v1/staff/totp/confirm", server.JSON(a.totpConfirm), logins)
	s.POST("/api/v1/staff/totp/off", server.JSON(a.totpOff), logins)
	s.GET("/api/v1/staff/sessions", server.JSON(a.sessions))
	s.POST("/api/v1/staff/sessions/{id}/end", server.JSON(a.endSession))
	a.signOnRoutes(s)
	a.accountRoutes(s)
}

// Account is somebody as the screens show them.
type Account struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Number     string          `json:"number"`
	Login      string          `json:"login"`
	Roles      []identity.Role `json:"roles"`
	Team       string          `json:"team,omitempty"`
	Department string          `json:"department,omitempty"`
	MustChange bool            `json:"must_change,omitempty"`
	TOTP       bool            `json:"totp,omitempty"`
	Disabled   bool            `json:"disabled,omitempty"`
}

// Show is an account without its secrets.
func (a *Auth) Show(x *identity.Account) Account {
	department := x.Department
	if a.Departments != nil {
		department = a.Departments(department)
	}
	return Account{ID: x.ID, Name: x.Shown, Number: x.Number, Login: x.Name, Roles: x.Roles, Team: x.Team, Department: department, MustChange: x.MustChange,
		TOTP: x.TOTP != nil, Disabled: x.Disabled}
}

type loginRequest struct {
	Caller   server.Caller `json:"-"`
	Name     string        `json:"name"`
	Password string        `json:"password"`
	Code     string        `json:"code"`
}

// accountResult is an account, and the cookie that comes with it.
type accountResult struct {
	Account Account `json:"account"`
	cookies []server.Cookie
}

// Head sets the cookie.
func (r *accountResult) Head() server.Head { return server.Head{Cookies: r.cookies} }

func (a *Auth) login(ctx context.Context, req *loginRequest) (*accountResult, error) {
	account, token, err := a.Identity.Login(ctx, identity.Login{Name: req.Name, Password: req.Password, Code: req.Code,
		Address: network(req.Caller.Address), Agent: req.Caller.Agent})
	if err != nil {
		return nil, err
	}
	return &accountResult{a.Show(account), []server.Cookie{{Name: server.StaffCookie, Value: token, MaxAge: identity.Longest, Strict: true}}}, nil
}

// network is the part of an address that says from where, not who.
func network(a netip.Addr) string {
	bits := 24
	if a.Is6() {
		bits = 48
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// done is the answer of what has nothing to say.
type done struct {
	cookies []server.Cookie
}

// Head sets cookies.
func (d *done) Head() server.Head { return server.Head{Cookies: d.cookies} }

type signedRequest struct {
	Signed `json:"-"`
}

func (a *Auth) logout(ctx context.Context, req *signedRequest) (*done, error) {
	if err := a.Identity.Logout(ctx, req.Session); err != nil {
		return nil, err
	}
	return &done{[]server.Cookie{{Name: server.StaffCookie, MaxAge: -time.Second, Strict: true}}}, nil
}

func (a *Auth) me(ctx context.Context, req *signedRequest) (*accountResult, error) {
	account, _, err := a.Identity.Who(ctx, req.Session)
	if err != nil {
		return nil, err
	}
	return &accountResult{Account: a.Show(account)}, nil
}

type passwordRequest struct {
	Signed `json:"-"`
	Old    string `json:"old"`
	New    string `json:"new"`
}

func (a *Auth) password(ctx context.Context, req *passwordRequest) (*done, error) {
	account, session, err := a.Identity.Who(ctx, req.Session)
	if err != nil {
		return nil, err
	}
	return &done{}, a.Identity.ChangePassword(ctx, account.ID, session.ID, req.Old, req.New)
}

type totpResult struct {
	URI     string `json:"uri"`
	Secret  string `json:"secret"`
	cookies []server.Cookie
}

// totpCookie holds the sealed secret until the authenticator has shown a code: nothing is kept before.
const totpCookie = "bb_totp"

// Head sets the cookie.
func (r *totpResult) Head() server.Head { return server.Head{Cookies: r.cookies} }

func (a *Auth) totpStart(ctx context.Context, req *signedRequest) (*totpResult, error) {
	account, err := a.Require(ctx, req.Signed)
	if err != nil {
		return nil, err
	}
	uri, secret, sealed, err := a.Identity.StartTOTP(ctx, account.ID)
	if err != nil {
		return nil, err
	}
	return &totpResult{uri, secret, []server.Cookie{{Name: totpCookie, Value: base64.RawURLEncoding.EncodeToString(sealed), MaxAge: 10 * time.Minute, Strict: true}}}, nil
}

type totpConfirmRequest struct {
	Signed `json:"-"`
	Sealed string `cookie:"bb_totp" json:"-"`
	Code   string `json:"code"`
}

type codesResult struct {
	RecoveryCodes []string `json:"recovery_codes"`
}

func (a *Auth) totpConfirm(ctx context.Context, req *totpConfirmRequest) (*codesResult, error) {
	account, err := a.Require(ctx, req.Signed)
	if err != nil {
		return nil, err
	}
	sealed, err := base64.RawURLEncoding.DecodeString(req.Sealed)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "totp.begin_again", err)
	}
	codes, err := a.Identity.ConfirmTOTP(ctx, account.ID, sealed, req.Code)
	if err != nil {
		return nil, err
	}
	return &codesResult{codes}, nil
}

type totpOffRequest struct {
	Signed   `json:"-"`
	Password string `json:"password"`
}

func (a *Auth) totpOff(ctx context.Context, req *totpOffRequest) (*done, error) {
	account, err := a.Require(ctx, req.Signed)
	if err != nil {
		return nil, err
	}
	return &done{}, a.Identity.DropTOTP(ctx, account.ID, req.Password)
}

type session struct {
	ID        string `json:"id"`
	CreatedAt string `json:"created_at"`
	SeenAt    string `json:"seen_at"`
	Address   string `json:"address,omitempty"`
	Agent     string `json:"agent,omitempty"`
	Current   bool   `json:"current,omitempty"`
}

type sessionsResult struct {
	Sessions []session `json:"sessions"`
}

func (a *Auth) sessions(ctx context.Context, req *signedRequest) (*sessionsResult, error) {
	account, current, err := a.Identity.Who(ctx, req.Session)
	if err != nil {
		return nil, err
	}
	list, err := a.Identity.Sessions(ctx, account.ID)
	if err != nil {
		return nil, err
	}
	res := &sessionsResult{Sessions: []session{}}
	for _, s := range list {
		res.Sessions = append(res.Sessions, session{s.ID, moment(s.CreatedAt), moment(s.SeenAt), s.Address, s.Agent, s.ID == current.ID})
	}
	return res, nil
}

var cityTime = time.FixedZone("CST", 8*3600)

func moment(at int64) string { return time.UnixMicro(at).In(cityTime).Format(time.RFC3339) }

type endSessionRequest struct {
	Signed `json:"-"`
	ID     string `path:"id" json:"-"`
}

func (a *Auth) endSession(ctx context.Context, req *endSessionRequest) (*done, error) {
	account, _, err := a.Identity.Who(ctx, req.Session)
	if err != nil {
		return nil, err
	}
	return &done{}, a.Identity.EndSession(ctx, account.ID, req.ID)
}

// sorted orders roles as identity lists them.
func sorted(roles []identity.Role) []identity.Role {
	return slices.DeleteFunc(slices.Clone(identity.Roles), func(r identity.Role) bool { return !slices.Contains(roles, r) })
}
