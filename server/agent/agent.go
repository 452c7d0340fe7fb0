// Package agent is the agents' desk over HTTP (坐席工作台接口): requests, lists and the live stream, for those who have signed in. It turns requests into
// calls of desk and shows what comes back; it decides nothing. The shapes are in docs/handoff.md §5. Start at API.Routes.
package agent

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	promises "bangban/affairs/promise"
	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/desk"
	"bangban/identity"
	"bangban/kernel/privacy"
	"bangban/server"
	"bangban/server/staff"
)

// Assist is what the machine would say, and what else it has found.
type Assist struct {
	Reply  message.Reply
	Others []Other
}

// Other is another entry that was found.
type Other struct {
	EntryID string  `json:"entry_id"`
	Title   string  `json:"title"`
	Score   float64 `json:"score"`
}

// Entry is a piece of knowledge as the search shows it.
type Entry struct {
	EntryID   string `json:"entry_id"`
	Title     string `json:"title"`
	Text      string `json:"text"`
	Issuer    string `json:"issuer,omitempty"`
	UpdatedAt string `json:"updated_at,omitempty"`
	URL       string `json:"url,omitempty"`
	Expired   bool   `json:"expired,omitempty"`
}

// Knowledge is what the city knows, as the desk uses it.
type Knowledge interface {
	Assist(ctx context.Context, text, region string) (*Assist, error)
	Find(ctx context.Context, words string) ([]Entry, error)
	// Canned are ready sentences (常用语) that match words; all with "".
	Canned(words string) []Entry
	Departments() []Named
	Topics() []Named
	// Region names a region by its code.
	Region(code string) string
}

// Phones knows the proven numbers of citizens; *identity.Citizens is one.
type Phones interface {
	Phone(ctx context.Context, key string) (privacy.Phone, error)
}

// Promises tells what is beside the open promises; *promises.Service is one.
type Promises interface {
	Asides(ctx context.Context) (map[string]*promises.Aside, error)
	Aside(ctx context.Context, no string) (*promises.Aside, error)
	Unseal(no string, sealed []byte) (promises.Contact, error)
}

// Named is something to choose.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Window is how many messages a channel lets us send by our own will, and until when; not every channel has one.
type Window struct {
	Open     bool   `json:"open"`
	Messages int    `json:"messages"`
	Until    string `json:"until,omitempty"`
}

// WindowUntil is a Window whose messages may be sent until a time.
func WindowUntil(messages int, until time.Time) *Window {
	return &Window{Open: true, Messages: messages, Until: until.UTC().Format(time.RFC3339)}
}

// API is the agents' side under /api/v1/desk.
type API struct {
	Auth      *staff.Auth
	Desk      *desk.Service
	Talks     *conversation.Service
	Phones    Phones
	Promises  Promises
	Live      *server.Live
	Knowledge func() Knowledge
	// Window is a talk's window on its channel, nil when there is none; the func may be nil.
	Window  func(ctx context.Context, talk *conversation.Conversation) (*Window, error)
	mu      sync.Mutex
	rows    map[string]seenRow // the newest row of each talk that streams have shown
	order   []string
	reads   singleflight.Group
	known   map[string]string // 工号 by account
	knownAt time.Time
}

// signed is part of every request.
type signed = staff.Signed

// Routes adds the desk to a server.
func (a *API) Routes(s *server.Server) {
	a.rows = map[string]seenRow{}
	const d = "/api/v1/desk"
	s.GET(d+"/state", server.JSON(a.state))
	s.GET(d+"/events", server.Events(a.events))
	s.POST(d+"/seat", server.JSON(a.seat))
	s.POST(d+"/lease", server.JSON(a.lease))
	s.POST(d+"/extend", server.JSON(a.extend))
	s.GET(d+"/talks/{id}", server.JSON(a.talk))
	s.GET(d+"/talks/{id}/turns", server.JSON(a.turns))
	a.talkRoutes(s, d+"/talks/{id}")
	s.GET(d+"/talks/{id}/assist", server.JSON(a.assist))
	s.GET(d+"/search", server.JSON(a.search))
	s.GET(d+"/canned", server.JSON(a.canned))
	s.GET(d+"/agents", server.JSON(a.agents))
	s.GET(d+"/promises", server.JSON(a.promises))
	s.POST(d+"/promises/{no}/attempt", server.JSON(a.attempt))
	s.POST(d+"/promises/{no}/claim", server.JSON(a.claimPromise))
	s.POST(d+"/promises/{no}/resolve", server.JSON(a.resolvePromise))
	s.GET(d+"/handover", server.JSON(a.shift))
	s.POST(d+"/handover", server.JSON(a.handOver))
	s.POST(d+"/handover/{id}/acknowledge", server.JSON(a.acknowledge))
	s.GET(d+"/wall", server.JSON(a.wall))
	s.POST(d+"/seats/{agent}", server.JSON(a.forceSeat))
	s.POST(d+"/notices", server.JSON(a.notify))
	s.POST(d+"/practice", server.JSON(a.practice))
}

// who returns the person who calls: an agent or a supervisor.
func (a *API) who(ctx context.Context, s signed) (desk.Person, *identity.Account, error) {
	account, err := a.Auth.Require(ctx, s, identity.Agent, identity.Supervisor)
	if err != nil {
		return desk.Person{}, nil, err
	}
	return personOf(account), account, nil
}

func personOf(a *identity.Account) desk.Person {
	return desk.Person{ID: a.ID, Number: a.Number, Name: a.Shown, Team: a.Team, Department: a.Department, Supervisor: a.Has(identity.Supervisor), Takes: a.Has(identity.Agent)}
}

// Moved is told of every change of a talk: streams are woken, and when the queue may have changed its figures are told to everyone.
func (a *API) Moved(ctx context.Context, e ownership.Effects) {
	if !e.Seek && !e.Freed && len(e.Promises) == 0 && e.Row != "T5" && e.Row != "T9" {
		return
	}
	line, err := a.Desk.Line(ctx)
	if err != nil {
		return // the next change tells it
	}
	a.aside("desk", liveEvent{Kind: "queue", Queue: lineOf(line)})
}
