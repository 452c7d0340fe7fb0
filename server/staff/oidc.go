package staff

import (
	"context"
	"time"

	"bangban/identity"
	"bangban/identity/oidc"
	"bangban/kernel/fault"
	"bangban/server"
)

// SignOn is the city's single sign-on; *oidc.Provider is one.
type SignOn interface {
	Begin() (address string, t oidc.Trip, err error)
	Finish(ctx context.Context, t oidc.Trip, state, code string) (subject string, err error)
}

// tripCookie holds the secrets of a trip to the sign-on. It is lax: the provider sends the browser back from another site.
const tripCookie = "bb_oidc"

func (a *Auth) signOnRoutes(s *server.Server) {
	logins := server.Spend(server.Budget{Name: "login", PerMinute: 20})
	s.GET("/api/v1/staff/oidc/start", server.HTML(a.signOn), logins)
	s.GET("/api/v1/staff/oidc/callback", server.HTML(a.signedOn), logins)
}

func (a *Auth) signOn(_ context.Context, _ *struct{}) (*server.Page, error) {
	if a.SignOn == nil {
		return nil, fault.New(fault.NotFound, "oidc.none")
	}
	address, trip, err := a.SignOn.Begin()
	if err != nil {
		return nil, err
	}
	return &server.Page{Location: address, Head: server.Head{Cookies: []server.Cookie{{Name: tripCookie, Value: trip.String(), MaxAge: 10 * time.Minute}}}}, nil
}

type callbackRequest struct {
	Caller server.Caller
	Trip   string `cookie:"bb_oidc" json:"-"`
	State  string `query:"state" json:"-"`
	Code   string `query:"code" json:"-"`
}

func (a *Auth) signedOn(ctx context.Context, req *callbackRequest) (*server.Page, error) {
	if a.SignOn == nil {
		return nil, fault.New(fault.NotFound, "oidc.none")
	}
	trip, ok := oidc.ParseTrip(req.Trip)
	if !ok {
		return nil, fault.New(fault.Unauthorised, "oidc.refused")
	}
	subject, err := a.SignOn.Finish(ctx, trip, req.State, req.Code)
	if err != nil {
		return nil, err
	}
	_, token, err := a.Identity.LoginBy(ctx, subject, identity.Login{Address: network(req.Caller.Address), Agent: req.Caller.Agent})
	if err != nil {
		return nil, err
	}
	return &server.Page{Location: "/staff", Head: server.Head{Cookies: []server.Cookie{
		{Name: server.StaffCookie, Value: token, MaxAge: identity.Longest, Strict: true}, {Name: tripCookie, MaxAge: -time.Second}}}}, nil
}
