package citizen

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"time"

	"bangban/channels/portal"
	"bangban/conversation"
	"bangban/kernel/fault"
	"bangban/server"
)

// Pages are the portal's pages.
type Pages struct {
	Services
	Renderer *portal.Renderer
	// Random makes the keys of forms; nil is the system's.
	Random io.Reader

	words func(error) server.Problem
	allow func(conversation string) error
}

// Routes adds the pages to a server.
func (p *Pages) Routes(s *server.Server) {
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.Random == nil {
		p.Random = rand.Reader
	}
	p.words = s.Problem
	p.allow = func(conversation string) error { return s.Allow(s.ConversationAsks(), conversation) }
	s.GET("/", server.HTML(p.home))
	s.GET("/chat", server.HTML(p.chat))
	s.POST("/chat", server.HTML(p.say), server.Spend(s.Asks()))
	s.GET("/chat/files/{turn}", server.HTML(p.file))
	s.POST("/chat/feedback", server.HTML(p.rate))
	s.POST("/chat/rate", server.HTML(p.rateAnswer), server.Spend(s.Reads()))
	s.GET("/items", server.HTML(p.topics))
	s.GET("/items/{id}", server.HTML(p.item))
	s.GET("/topics/{code}", server.HTML(p.topic))
	s.GET("/faq/{id}", server.HTML(p.question))
	s.GET("/life-events", server.HTML(p.events))
	s.GET("/life-events/{id}", server.HTML(p.event))
	s.GET("/search", server.HTML(p.search))
	p.lawPages(s)
	s.GET("/points", server.HTML(p.points))
	s.GET("/answers", server.HTML(p.answers))
	s.GET("/answers/{no}", server.HTML(p.answer))
	s.GET("/chat/phone", server.HTML(p.phoneForm))
	s.POST("/chat/phone", server.HTML(p.phone), server.Spend(s.Lookups()))
	s.POST("/chat/phone/unbind", server.HTML(p.unbind), server.Spend(s.Lookups()))
	s.POST("/chat/wechat", server.HTML(p.carry), server.Spend(s.Lookups()))
	s.GET("/progress", server.HTML(p.progressForm))
	s.POST("/progress", server.HTML(p.progress), server.Spend(s.Lookups()))
	s.POST("/progress/contact", server.HTML(p.progressContact), server.Spend(s.Lookups()))
	s.GET("/sitemap", server.HTML(p.sitemap))
	s.GET("/about", server.HTML(p.text("about", "关于我们")))
	s.GET("/privacy", server.HTML(p.text("privacy", "隐私说明")))
	s.GET("/accessibility", server.HTML(p.text("accessibility", "无障碍")))
	s.GET("/dev/gallery", server.HTML(p.gallery))
}

// ProblemPage renders a problem for people who read pages.
func ProblemPage(r *portal.Renderer) func(server.Problem) []byte {
	return func(problem server.Problem) []byte {
		var b bytes.Buffer
		page := portal.Page{View: portal.View{Path: "/"}, Title: problem.Title,
			Body: portal.ErrorPage{Status: problem.Status, Title: problem.Title, Detail: problem.Detail}}
		if err := r.Render(&b, page); err != nil {
			return []byte(problem.Title + "\n" + problem.Detail + "\n")
		}
		return b.Bytes()
	}
}

// Looks is how the visitor sees pages: kept in cookies, changed by links that work without script (?elder=1).
type Looks struct {
	server.Caller
	Talk       string `cookie:"bb_talk" json:"-"`
	Theme      string `cookie:"bb_theme" json:"-"`
	Elder      string `cookie:"bb_elder" json:"-"`
	Pointer    string `cookie:"bb_pointer" json:"-"`
	SetTheme   string `query:"theme" json:"-"`
	SetElder   string `query:"elder" json:"-"`
	SetPointer string `query:"pointer" json:"-"`
	Reset      string `query:"reset" json:"-"`
	Embed      string `query:"embed" json:"-"`
}

const year = 365 * 24 * time.Hour

var themes = map[string]bool{"light": true, "dark": true, "contrast": true}

// view reads how the visitor sees the page, and which cookies keep it so.
func (p *Pages) view(l *Looks) (portal.View, []server.Cookie, error) {
	var cookies []server.Cookie
	keep := func(name, value string) {
		c := server.Cookie{Name: name, Value: value, MaxAge: year, Readable: true}
		if value == "" {
			c.MaxAge = -1
		}
		cookies = append(cookies, c)
	}
	if l.Reset == "1" {
		l.SetTheme, l.SetElder, l.SetPointer = "auto", "0", "0"
	}
	if l.SetTheme != "" {
		l.Theme = l.SetTheme
		if !themes[l.Theme] {
			l.Theme = ""
		}
		keep("bb_theme", l.Theme)
	}
	flag := func(value *string, set, name string) {
		switch set {
		case "1":
			*value = "1"
		case "0":
			*value = ""
		default:
			return
		}
		keep(name, *value)
	}
	flag(&l.Elder, l.SetElder, "bb_elder")
	flag(&l.Pointer, l.SetPointer, "bb_pointer")
	if !themes[l.Theme] {
		l.Theme = ""
	}
	key := make([]byte, 18)
	if _, err := io.ReadFull(p.Random, key); err != nil {
		return portal.View{}, nil, fmt.Errorf("make a key for the page's forms: %w", err)
	}
	return portal.View{Path: l.Path, Theme: l.Theme, Elder: l.Elder == "1", Pointer: l.Pointer == "1", Embed: l.Embed == "1",
		FormToken: l.FormToken, Key: base64.RawURLEncoding.EncodeToString(key)}, cookies, nil
}

// page renders a whole page as this visitor sees it.
func (p *Pages) page(l *Looks, page portal.Page) (*server.Page, error) {
	view, cookies, err := p.view(l)
	if err != nil {
		return nil, err
	}
	page.View = view
	var b bytes.Buffer
	if err := p.Renderer.Render(&b, page); err != nil {
		return nil, err
	}
	return &server.Page{Head: server.Head{Cookies: cookies}, Body: b.Bytes()}, nil
}

func (p *Pages) text(name, title string) func(context.Context, *Looks) (*server.Page, error) {
	return func(_ context.Context, l *Looks) (*server.Page, error) {
		return p.page(l, portal.Page{Title: title, Body: portal.TextPage{Name: name}})
	}
}

func (p *Pages) gallery(_ context.Context, l *Looks) (*server.Page, error) {
	return p.page(l, portal.Page{Title: "组件一览", Body: portal.Gallery()})
}

func (p *Pages) answers(_ context.Context, req *struct {
	Looks
	No string `query:"no" json:"-"`
}) (*server.Page, error) {
	if req.No == "" {
		return p.page(&req.Looks, portal.Page{Title: "查答复", Body: portal.AnswersPage{}})
	}
	no, err := conversation.ParseAnswerNo(req.No)
	if err != nil {
		return p.wrongNumber(&req.Looks, req.No)
	}
	return &server.Page{Location: "/answers/" + string(no)}, nil
}

func (p *Pages) wrongNumber(l *Looks, typed string) (*server.Page, error) {
	page, err := p.page(l, portal.Page{Title: "查答复", Body: portal.AnswersPage{No: typed, Problem: "没有查到。请核对编号再试。"}})
	if page != nil {
		page.Status = 404
	}
	return page, err
}

func (p *Pages) answer(ctx context.Context, req *struct {
	Looks
	No string `path:"no" json:"-"`
}) (*server.Page, error) {
	given, err := p.Conversation.AnswerByNumber(ctx, req.No)
	if fault.Is(err, fault.NotFound) {
		return p.wrongNumber(&req.Looks, req.No)
	}
	if err != nil {
		return nil, err
	}
	// No turn id: who looks an answer up did not ask, and has nothing to rate or to choose.
	reply := given.Reply
	reply.Options, reply.Suggestions = nil, nil
	turn := portal.Turn{Speaker: portal.Machine, Text: reply.Text, Reply: &reply}
	return p.page(&req.Looks, portal.Page{Title: "答复 " + portal.Threes(string(given.No)), Crumbs: []portal.Crumb{{Label: "查答复", URL: "/answers"}},
		Body: portal.AnswerPage{No: string(given.No), Turn: turn, Given: time.UnixMicro(given.At).In(cityTime).Format("2006-01-02 15:04")}})
}
