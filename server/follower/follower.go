// Package follower is the HTTP side of the WeChat accounts (公众号): the callback that the platform pushes to, and the way by which a follower
// enters the portal. It checks nothing itself and answers nothing: channels/wechat does. Start at API.
package follower

import (
	"context"
	"net/url"

	"bangban/channels"
	"bangban/channels/wechat"
	"bangban/kernel/fault"
	"bangban/server"
)

// Account is channels/wechat, as far as HTTP needs it.
type Account interface {
	Greet(name string, q url.Values) (string, error)
	Push(ctx context.Context, name string, q url.Values, body []byte) (kind string, reply []byte, err error)
	Enter(name, to, agent string) (location, cookie string, err error)
	Entered(ctx context.Context, state, code, cookie string, have channels.Proof) (to string, p channels.Proof, err error)
}

// API serves the callback at /wechat, and at /wechat/NAME for further accounts.
type API struct {
	// Account is nil when none is configured: then a link that was given out before still leads to its page.
	Account Account
	// Names are the accounts' names; "" is the first one's.
	Names []string
}

// Routes adds the routes.
func (a *API) Routes(s *server.Server) {
	s.GET("/wechat/enter", server.HTML(a.enter), server.Spend(s.Reads()))
	if a.Account == nil {
		return
	}
	s.GET("/wechat/entered", server.HTML(a.entered), server.Spend(s.Reads()))
	for _, name := range a.Names {
		path := "/wechat"
		if name != "" {
			path += "/" + name
		}
		s.GET(path, server.Plain(func(_ context.Context, r *server.Raw) (*server.Page, error) {
			echo, err := a.Account.Greet(name, r.Query)
			if err != nil {
				return nil, refused(err)
			}
			return &server.Page{Type: "text/plain", Body: []byte(echo)}, nil
		}))
		s.POST(path, server.Plain(func(ctx context.Context, r *server.Raw) (*server.Page, error) {
			kind, reply, err := a.Account.Push(ctx, name, r.Query, r.Body)
			if err != nil {
				return nil, refused(err)
			}
			return &server.Page{Type: kind, Body: reply}, nil
		}))
	}
}

// refused hides from the caller why a push was refused: 403, and the cause is in the log.
func refused(err error) error {
	if wechat.Refused(err) {
		return fault.Wrap(fault.Forbidden, "request.refused", err)
	}
	return err
}
