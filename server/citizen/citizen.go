// Package citizen is what citizens reach over HTTP (市民入口): the API under /api/v1 and the portal's pages.
// It reads requests, calls conversation and knowledge, and gives back what they say; how bytes travel is the server's
// business, how a page looks the portal's. One file a resource. Start at API.Routes and Pages.Routes.
package citizen

import (
	"context"
	"time"

	"bangban/affairs/promise"
	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/kernel/fault"
	"bangban/knowledge"
	"bangban/nlu"
	"bangban/server"
)

// Conversation holds the talks; *conversation.Service is one. An unknown talk and another's fail alike with fault.NotFound.
type Conversation interface {
	Receive(ctx context.Context, in message.Inbound) (*conversation.Receipt, error)
	History(ctx context.Context, id, token string, after, limit int) ([]conversation.Turn, error)
	Turn(ctx context.Context, id, token, turn string) (*conversation.Turn, error)
	// File returns a file of a talk.
	File(ctx context.Context, id, token, turn string) (*conversation.File, []byte, error)
	AnswerByNumber(ctx context.Context, typed string) (*conversation.Given, error)
	Feedback(ctx context.Context, f conversation.Feedback) error
	// Standing tells where a talk stands, CitizenAct runs a command of its citizen, Arrived says what has come to the citizen's screen.
	Standing(ctx context.Context, id, token string) (*conversation.Standing, error)
	CitizenAct(ctx context.Context, id, token string, cmd ownership.Command) (*conversation.Conversation, error)
	Arrived(ctx context.Context, id, token string, upTo int, seen bool) error
	// Know keeps who the citizen of a talk is.
	Know(ctx context.Context, id, token, citizen string) error
	// Who is what citizens are told of an agent.
	Who(a conversation.Author) string
}

// Understander turns words into meaning; *nlu.Understander is one.
type Understander interface {
	Understand(text string, now time.Time) *nlu.Understanding
}

// Knowledge is one consistent view of what the city knows: its parts belong together.
type Knowledge struct {
	Library    *knowledge.Library
	Search     knowledge.Searcher
	Understand Understander
}

// Promises looks up promises and keeps how their citizens want to be reached; *promise.Service is one.
type Promises interface {
	Lookup(ctx context.Context, typedNo, typedCode string) (*promise.Promise, error)
	SetContact(ctx context.Context, typedNo, typedCode string, c promise.Change) error
}

// Phones proves the number of a citizen by a one-time code; *identity.Citizens is one.
type Phones interface {
	Start(ctx context.Context, conversation, typed string) error
	Confirm(ctx context.Context, conversation, typed string) (key string, err error)
}

// Services is what the citizens' side needs.
type Services struct {
	Conversation Conversation
	// Knowledge returns the view of this moment; a request takes one and keeps it to its end.
	Knowledge func() Knowledge
	Live      *server.Live
	// Statutes is the law library; nil: there is none.
	Statutes Statutes
	// Promises looks up what was promised; nil: nothing ever was.
	Promises Promises
	// Phones proves phone numbers; nil: none can be proven.
	Phones Phones
	// Followers are WeChat's; nil: no account is configured.
	Followers Followers
	// Now may be nil.
	Now func() time.Time
	// TurnHTML renders a turn for the live chat with the template of the page; nil leaves it out.
	TurnHTML func(t conversation.Turn) (string, error)
}

// API is the citizens' API under /api/v1.
type API struct {
	Services

	server  *server.Server
	suggest suggestions
}

// Routes adds the API to a server.
func (a *API) Routes(s *server.Server) {
	a.server = s
	if a.Now == nil {
		a.Now = time.Now
	}
	reads, lookups := server.Spend(s.Reads()), server.Spend(s.Lookups())
	s.POST("/api/v1/ask", server.JSON(a.ask), server.Spend(s.Asks()))
	s.POST("/api/v1/files", server.Upload(a.sendFile), server.Spend(s.Asks()))
	s.GET("/api/v1/conversations/{id}/files/{turn}", server.Download(a.file), reads)
	s.GET("/api/v1/conversations/{id}/turns", server.JSON(a.turns), reads)
	s.GET("/api/v1/conversations/{id}/events", server.Events(a.events), reads)
	a.peopleRoutes(s)
	s.GET("/api/v1/promises/{no}", server.JSON(a.promise), lookups)
	s.POST("/api/v1/promises/{no}/contact", server.JSON(a.promiseContact), lookups)
	s.GET("/api/v1/answers/{no}", server.JSON(a.answer), lookups)
	s.GET("/api/v1/items", server.JSON(a.items), reads)
	s.GET("/api/v1/items/{id}", server.JSON(a.item), reads)
	s.GET("/api/v1/suggest", server.JSON(a.suggested), reads)
	s.GET("/api/v1/regions", server.JSON(a.regions), reads)
	s.GET("/api/v1/points", server.JSON(a.points), reads)
	s.GET("/api/v1/hotlines", server.JSON(a.hotlines), reads)
	s.GET("/api/v1/life-events", server.JSON(a.lifeEvents), reads)
	s.POST("/api/v1/feedback", server.JSON(a.feedback), reads)
	a.lawRoutes(s)
	s.GET("/api/v1/openapi.json", server.JSON(openAPI), reads)
}

// region turns what a caller calls a region (code, name, alias) into its code; empty stays empty.
func region(lib *knowledge.Library, named string) (string, error) {
	if named == "" {
		return "", nil
	}
	if r, ok := lib.RegionNamed(named); ok {
		return r.Code, nil
	}
	return "", &fault.Error{Kind: fault.Invalid, Key: "region.unknown", Args: map[string]string{"region": short(named), "field": "region"}}
}

// short cuts what the caller wrote to what a sentence can bear.
func short(s string) string {
	if runes := []rune(s); len(runes) > 20 {
		return string(runes[:20]) + "…"
	}
	return s
}

// cityTime is the clock of everything that citizens read.
var cityTime = time.FixedZone("CST", 8*3600)

// moment writes Unix microseconds as RFC 3339 on the city's clock.
func moment(at int64) string { return time.UnixMicro(at).In(cityTime).Format(time.RFC3339) }
