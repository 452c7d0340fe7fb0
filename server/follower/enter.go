package follower

import (
	"context"
	"time"

	"bangban/channels"
	"bangban/channels/wechat"
	"bangban/server"
)

// enteringCookie binds the way through the platform to the browser that began it.
const enteringCookie = "bb_entering"

type enterRequest struct {
	server.Caller
	To      string `query:"to" json:"-"`
	Account string `query:"account" json:"-"`
}

// enter sends a follower's browser to the platform, and any other to the page.
func (a *API) enter(_ context.Context, req *enterRequest) (*server.Page, error) {
	if a.Account == nil {
		return &server.Page{Location: wechat.Local(req.To)}, nil
	}
	location, cookie, err := a.Account.Enter(req.Account, req.To, req.Agent)
	if err != nil {
		return nil, err
	}
	page := &server.Page{Location: location}
	if cookie != "" {
		page.Cookies = []server.Cookie{{Name: enteringCookie, Value: cookie, MaxAge: 5 * time.Minute}}
	}
	return page, nil
}

type enteredRequest struct {
	server.Caller
	State    string `query:"state" json:"-"`
	Code     string `query:"code" json:"-"`
	Entering string `cookie:"bb_entering" json:"-"`
	Talk     string `cookie:"bb_talk" json:"-"`
}

// entered gives the browser the proof of the follower's talk, and sends it on to the page.
func (a *API) entered(ctx context.Context, req *enteredRequest) (*server.Page, error) {
	have := server.ReadTalk(req.Talk)
	to, p, err := a.Account.Entered(ctx, req.State, req.Code, req.Entering, channels.Proof(have))
	if err != nil {
		return nil, err
	}
	page := &server.Page{Location: to}
	page.Cookies = []server.Cookie{{Name: enteringCookie, MaxAge: -1}}
	if p.Token != "" {
		page.Cookies = append(page.Cookies, server.Talk(server.TalkProof(p)))
	}
	return page, nil
}
