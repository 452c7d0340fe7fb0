package agent_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"bangban/affairs/promise"
	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/desk"
	"bangban/identity"
	"bangban/server"
	"bangban/server/agent"
	"bangban/server/staff"
	"bangban/store"
)

// asks answers everything, but for 转人工.
type asks struct{}

func (asks) Answer(_ context.Context, q message.Question, c message.Context) (message.Reply, message.Context, error) {
	if q.Text == "转人工" {
		return message.Reply{Kind: message.Handoff, Reason: message.Asked, Text: "好"}, c, nil
	}
	return message.Reply{Kind: message.Answer, Text: "答：" + q.Text}, c, nil
}

// knows is a small city.
type knows struct{}

func (knows) Assist(_ context.Context, text, _ string) (*agent.Assist, error) {
	if text == "转人工" {
		return &agent.Assist{Reply: message.Reply{Kind: message.Handoff}}, nil
	}
	return &agent.Assist{Reply: message.Reply{Kind: message.Answer, Text: "机器会说：" + text}}, nil
}
func (knows) Find(context.Context, string) ([]agent.Entry, error) { return nil, nil }
func (knows) Canned(string) []agent.Entry {
	return []agent.Entry{{EntryID: "canned.hello", Title: "开场", Text: "您好"}}
}
func (knows) Departments() []agent.Named { return []agent.Named{} }
func (knows) Topics() []agent.Named      { return []agent.Named{} }
func (knows) Region(string) string       { return "" }

type always struct{}

func (always) Open(time.Time) bool                          { return true }
func (always) Next(t time.Time) time.Time                   { return t }
func (always) After(t time.Time, d time.Duration) time.Time { return t.Add(d) }

// city is the desk over HTTP, with a router that runs.
type city struct {
	t        *testing.T
	url      string
	talks    *conversation.Service
	accounts *identity.Service
	promises *promise.Service
}

func start(t *testing.T) *city {
	t.Helper()
	st, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := &city{t: t}
	d := desk.New(st.Desk(), desk.Config{Hours: always{}})
	live := server.NewLive(st, nil)
	c.talks = conversation.New(st.Conversations(), asks{}, conversation.Config{Seats: d, Sentences: func(k string) (string, string) { return k + " {promise} {code}", k },
		After: d.Changed})
	d.Connect(c.talks, c.talks.Clock())
	if c.accounts, err = identity.New(st.Identity(), identity.Config{Secret: []byte("s"), Cost: identity.Cost{Memory: 64, Passes: 1, Threads: 1}}); err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Config{NoLimits: true}, server.Services{})
	if err != nil {
		t.Fatal(err)
	}
	auth := &staff.Auth{Identity: c.accounts}
	auth.Routes(s)
	c.promises, err = promise.New(st.Promises(), []byte("s"), nil)
	if err != nil {
		t.Fatal(err)
	}
	(&agent.API{Auth: auth, Promises: c.promises, Desk: d, Talks: c.talks, Live: live, Knowledge: func() agent.Knowledge { return knows{} }}).Routes(s)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.url = "http://" + listener.Addr().String() + "/api/v1"
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 3)
	go func() { done <- s.Serve(ctx, listener) }()
	go func() { done <- live.Run(ctx) }()
	go func() { d.Run(ctx); done <- nil }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-done, <-done, <-done, st.Close()); err != nil {
			t.Error(err)
		}
	})
	return c
}

// browser is somebody who has signed in.
type browser struct {
	c      *city
	id     string
	cookie string
	site   string
}

func (c *city) signIn(name string, roles ...identity.Role) *browser {
	c.t.Helper()
	a, password, err := c.accounts.Add(c.t.Context(), "test", identity.NewAccount{Name: name, Roles: roles, Team: "general"})
	if err != nil {
		c.t.Fatal(err)
	}
	b := &browser{c: c, id: a.ID, site: "same-origin"}
	b.want("POST", "/staff/login", `{"name":"`+name+`","password":"`+password+`"}`, 200)
	b.want("GET", "/desk/state", "", 403) // a one-time password opens nothing
	b.want("POST", "/staff/password", `{"old":"`+password+`","new":"西湖边的一棵柳树下"}`, 400)
	b.want("POST", "/staff/password", `{"old":"`+password+`","new":"西湖边的一棵柳树下面"}`, 200)
	return b
}

func (b *browser) want(method, path, body string, status int) map[string]any {
	b.c.t.Helper()
	req, err := http.NewRequestWithContext(b.c.t.Context(), method, b.c.url+path, bytes.NewBufferString(body))
	if err != nil {
		b.c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Sec-Fetch-Site", b.site)
	req.Header.Set("Cookie", b.cookie)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.c.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	if res.StatusCode != status {
		b.c.t.Fatalf("%s %s: %d %s, want %d", method, path, res.StatusCode, raw, status)
	}
	for _, k := range res.Cookies() {
		if k.Name == server.StaffCookie {
			b.cookie = k.Name + "=" + k.Value
			if !k.HttpOnly || k.SameSite != http.SameSiteStrictMode {
				b.c.t.Errorf("cookie %+v", k)
			}
		}
	}
	var out map[string]any
	_ = json.Unmarshal(raw, &out)
	return out
}

// until reads the agent's stream until an event satisfies, which it returns.
func (b *browser) follow(after float64) (next func(ok func(e map[string]any) bool) map[string]any) {
	b.c.t.Helper()
	req, _ := http.NewRequestWithContext(b.c.t.Context(), "GET", b.c.url+"/desk/events?after="+jsonOf(after), nil)
	req.Header.Set("Cookie", b.cookie)
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != 200 {
		b.c.t.Fatalf("stream: %v, %v", res, err)
	}
	b.c.t.Cleanup(func() { _ = res.Body.Close() })
	lines := bufio.NewScanner(res.Body)
	return func(ok func(e map[string]any) bool) map[string]any {
		b.c.t.Helper()
		for lines.Scan() {
			var e map[string]any
			if data, found := strings.CutPrefix(lines.Text(), "data: "); found && json.Unmarshal([]byte(data), &e) == nil && ok(e) {
				return e
			}
		}
		b.c.t.Fatalf("the stream ended: %v", lines.Err())
		return nil
	}
}

func jsonOf(v any) string { raw, _ := json.Marshal(v); return string(raw) }

func at(v any, path ...string) any {
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

// Who has not signed in, comes from another site, or lacks the role, gets nowhere.
func TestRights(t *testing.T) {
	c := start(t)
	nobody := &browser{c: c, site: "same-origin"}
	for _, path := range []string{"/desk/state", "/desk/wall", "/desk/promises", "/staff/me", "/admin/accounts", "/desk/search?q=x", "/desk/events"} {
		nobody.want("GET", path, "", 401)
	}
	a := c.signIn("lin", identity.Agent)
	a.want("GET", "/desk/wall", "", 403)
	a.want("GET", "/admin/accounts", "", 403)
	a.want("POST", "/desk/notices", `{"text":"x"}`, 403)
	a.want("GET", "/desk/talks/01900000-0000-7000-8000-000000000000", "", 404)
	a.site = "cross-site"
	a.want("POST", "/desk/seat", `{"status":"ready"}`, 403)
	a.site = "same-origin"
	curator := c.signIn("cai", identity.Curator)
	curator.want("GET", "/desk/state", "", 403)
	s := c.signIn("ban", identity.Supervisor)
	s.want("GET", "/desk/wall", "", 200)
	s.want("POST", "/desk/notices", `{"text":"系统维护"}`, 200)
	a.want("POST", "/staff/logout", `{}`, 200)
	a.cookie = "bb_staff=" + strings.Repeat("x", 43)
	a.want("GET", "/desk/state", "", 401)
}

// A talk is offered, accepted, answered and resolved; the stream brings each step with the number before it, and nothing of others' talks.
func TestATalkAtTheDesk(t *testing.T) {
	c := start(t)
	ctx := t.Context()
	a, b := c.signIn("lin", identity.Agent), c.signIn("wang", identity.Agent)
	first := a.want("GET", "/desk/state", "", 200)
	next := a.follow(at(first, "seq").(float64))
	a.want("POST", "/desk/seat", `{"status":"ready"}`, 200)
	a.want("POST", "/desk/seat", `{"status":"break"}`, 400)
	ask := func(in message.Inbound) *conversation.Receipt {
		r, err := c.talks.Receive(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := ask(message.Inbound{Text: "居住证怎么办"})
	ask(message.Inbound{ConversationID: r.ConversationID, Token: r.Token, Text: "转人工"})
	path := "/desk/talks/" + r.ConversationID
	e := next(func(e map[string]any) bool { return at(e, "talk", "offer", "id") != nil })
	b.want("POST", path+"/accept", `{"offer":"`+at(e, "talk", "offer", "id").(string)+`"}`, 409)
	a.want("POST", path+"/accept", `{"offer":"`+at(e, "talk", "offer", "id").(string)+`"}`, 200)
	b.want("GET", path, "", 403)
	b.want("POST", path+"/reply", `{"text":"我来"}`, 409)
	sight := a.want("GET", path, "", 200)
	if got := at(sight, "brief", "question"); got != "居住证怎么办" {
		t.Errorf("brief: %v", at(sight, "brief"))
	}
	if got := at(a.want("GET", path+"/assist", "", 200), "reply", "text"); got != "机器会说：居住证怎么办" {
		t.Errorf("assist: %v", got)
	}
	a.want("PUT", path+"/draft", `{"text":"您好，我"}`, 200)
	if got := at(a.want("GET", path, "", 200), "draft", "text"); got != "您好，我" {
		t.Errorf("draft: %v", got)
	}
	turn := a.want("POST", path+"/reply", `{"text":"您好","key":"k1"}`, 200)
	again := a.want("POST", path+"/reply", `{"text":"您好","key":"k1"}`, 200)
	if at(turn, "turn", "id") != at(again, "turn", "id") {
		t.Error("the same key said it twice")
	}
	next(func(e map[string]any) bool { return at(e, "turn", "text") == "您好" })
	a.want("POST", path+"/note", `{"text":""}`, 400)
	a.want("POST", path+"/note", `{"text":"内部"}`, 200)
	next(func(e map[string]any) bool { return at(e, "note", "text") == "内部" })
	ask(message.Inbound{ConversationID: r.ConversationID, Token: r.Token, Text: "好的"})
	said := next(func(e map[string]any) bool { return at(e, "turn", "text") == "好的" })
	if at(said, "talk", "unanswered_since") == nil {
		t.Errorf("nobody waits? %v", said)
	}
	if err := c.talks.Arrived(ctx, r.ConversationID, r.Token, 10, true); err != nil {
		t.Fatal(err)
	}
	next(func(e map[string]any) bool { return e["kind"] == "delivery" && at(e, "delivery", "state") == "read" })
	a.want("POST", path+"/reveal", `{"field":"phone"}`, 404)
	a.want("POST", path+"/resolve", `{"topic":"居住证","outcome":"great"}`, 400)
	a.want("POST", path+"/resolve", `{"topic":"居住证","outcome":"solved"}`, 200)
	next(func(e map[string]any) bool {
		return at(e, "talk", "gone") == true || at(e, "talk", "state") == "resolved"
	})
	turns, err := c.talks.History(ctx, r.ConversationID, r.Token, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, turn := range turns {
		if strings.Contains(turn.Text, "内部") {
			t.Error("the citizen sees an internal note")
		}
	}
}
