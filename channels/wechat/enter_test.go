package wechat_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"bangban"
	"bangban/channels/wechat/simulator"
	"bangban/store/storetest"
)

// worlds runs a test on both databases.
func worlds(t *testing.T, s setting, do func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) { do(t, newWorld(t, s)) })
	t.Run("postgres", func(t *testing.T) {
		storetest.Postgres(t) // skips where there is none
		s.postgres = true
		do(t, newWorld(t, s))
	})
}

// read opens a page and returns it with the address where the browser ended up.
func read(t testing.TB, c *http.Client, address string) (page string, at *url.URL) {
	t.Helper()
	r, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d, %v\n%s", address, r.StatusCode, err, body)
	}
	return string(body), r.Request.URL
}

var formToken = regexp.MustCompile(`name="form_token" value="([^"]+)"`)

// submit posts a form of a page that was read.
func submit(t testing.TB, c *http.Client, page, action string, fields url.Values) string {
	t.Helper()
	m := formToken.FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the page has no form")
	}
	fields.Set("form_token", m[1])
	r, err := c.PostForm(action, fields)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, _ := io.ReadAll(r.Body)
	if r.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d\n%s", action, r.StatusCode, body)
	}
	return string(body)
}

// A link in an answer opens the portal as the follower: their own talk stands there and goes on there, and nobody else's browser sees it.
func TestAFollowerEntersThePortal(t *testing.T) {
	worlds(t, setting{}, func(t *testing.T, w *world) {
		const openid = "o-enters-the-portal"
		w.sim.AddFollowers(openid, "o-other")
		if o := w.sim.Say(openid, "身份证丢了怎么补，我有点急"); o.Ending != simulator.Replied {
			t.Fatal(o)
		}
		site := w.nodes[0].url
		phone := w.sim.Browse(openid)
		page, at := read(t, phone, site+"/wechat/enter?to="+url.QueryEscape("/chat?elder=1"))
		if at.Path != "/chat" || at.RawQuery != "elder=1" || !strings.Contains(page, "身份证丢了怎么补，我有点急") {
			t.Fatalf("at %s the talk is not there", at)
		}
		said := submit(t, phone, page, site+"/chat", url.Values{"text": {"要带什么材料"}, "key": {"0123456789abcdef0123"}})
		if !strings.Contains(said, "身份证丢了怎么补，我有点急") || !strings.Contains(said, "要带什么材料") {
			t.Error("the portal has opened another talk")
		}
		again, _ := read(t, phone, site+"/wechat/enter?to=/chat") // the same browser keeps its proof
		if !strings.Contains(again, "要带什么材料") {
			t.Error("entering again lost the talk")
		}
		for name, c := range map[string]*http.Client{"another follower": w.sim.Browse("o-other"), "no WeChat": {Jar: nil}} {
			page, at := read(t, c, site+"/wechat/enter?to=/chat")
			if at.Path != "/chat" || strings.Contains(page, "身份证丢了怎么补，我有点急") {
				t.Errorf("%s: at %s with another's talk", name, at)
			}
		}
		w.private(t, openid)
	})
}

// private fails when the log holds what leads to a person.
func (w *world) private(t testing.TB, words ...string) {
	t.Helper()
	log := w.log.String()
	for _, word := range append(words, "entered?", "access_token?", "secretsecret") {
		if strings.Contains(log, word) {
			t.Errorf("the log holds %q", word)
		}
	}
}

// Addresses that lead away from the site lead to its front page, with and without WeChat's browser.
func TestEnteringLeadsNowhereElse(t *testing.T) {
	w := newWorld(t, setting{})
	w.sim.AddFollowers("o")
	for _, to := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "/\t/evil.example", "javascript:alert(1)", "", "chat", "/wechat/enter?to=/",
		"///evil.example", `\\evil.example`, "/" + strings.Repeat("a", 2000)} {
		for name, c := range map[string]*http.Client{"WeChat": w.sim.Browse("o"), "other": {}} {
			if _, at := read(t, c, w.nodes[0].url+"/wechat/enter?to="+url.QueryEscape(to)); at.Path != "/" || "http://"+at.Host != w.nodes[0].url {
				t.Errorf("%s, %q: at %s", name, to, at)
			}
		}
	}
	if _, at := read(t, w.sim.Browse("o"), w.nodes[0].url+"/wechat/enter?account=none&to=/points"); at.Path != "/points" {
		t.Errorf("unknown account: at %s", at)
	}
}

// The way back is good once, for the browser that began it, and for a while; whatever goes wrong, the page is shown, without a talk.
func TestTheWayBackIsGoodOnce(t *testing.T) {
	worlds(t, setting{}, func(t *testing.T, w *world) {
		const openid, asked, exchange = "o-comes-back", "身份证丢了怎么补，我有点急", "/sns/oauth2/access_token"
		w.sim.AddFollowers(openid)
		w.sim.Say(openid, asked)
		enter := w.nodes[0].url + "/wechat/enter?to=/chat"
		// stopped is a phone that shows where it would go back to, instead of going.
		stopped := func() (*http.Client, string) {
			c := w.sim.Browse(openid)
			var back string
			c.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
				if r.URL.Path == "/wechat/entered" {
					back = r.URL.String()
					return http.ErrUseLastResponse
				}
				return nil
			}
			r, err := c.Get(enter)
			if err != nil {
				t.Fatal(err)
			}
			_ = r.Body.Close()
			c.CheckRedirect = nil
			if back == "" {
				t.Fatal("the platform did not send back")
			}
			return c, back
		}
		c, back := stopped()
		if q, _ := url.Parse(back); len(q.Query().Get("state")) > 128 {
			t.Error("state is too long")
		}
		if page, _ := read(t, w.sim.Browse("o-thief"), back); strings.Contains(page, asked) {
			t.Error("another browser came in with the address")
		}
		jar := c.Jar.Cookies(mustURL(t, w.nodes[0].url))
		if page, _ := read(t, c, back); !strings.Contains(page, asked) {
			t.Error("the browser that began it did not come in")
		}
		copied := w.sim.Browse("o-copy") // with the cookie, but late
		copied.Jar.SetCookies(mustURL(t, w.nodes[0].url), jar)
		if page, at := read(t, copied, back); strings.Contains(page, asked) || at.Path != "/chat" {
			t.Errorf("it was good twice, at %s", at)
		}
		for name, spoil := range map[string]func(){
			"cut line":  func() { w.sim.Fault(exchange, simulator.Fault{Cut: true, Effect: true}) },
			"bad code":  func() { w.sim.Fault(exchange, simulator.Fault{Code: 40029}) },
			"used code": func() { w.sim.Fault(exchange, simulator.Fault{Code: 40163}) },
			"snapshot":  func() { w.sim.Snapshot(openid, true) },
		} {
			spoil()
			if page, at := read(t, w.sim.Browse(openid), enter); strings.Contains(page, asked) || at.Path != "/chat" {
				t.Errorf("%s: at %s", name, at)
			}
			w.sim.Snapshot(openid, false)
		}
		w.private(t, openid)
	})
}

func mustURL(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// A city without an account still has the pages behind links that were given out before.
func TestWithoutAnAccountTheDoorIsOpen(t *testing.T) {
	w := newWorld(t, setting{config: func(c *bangban.Config) {
		c.WeChatAppID, c.WeChatSecret, c.WeChatToken, c.WeChatKey, c.WeChatOldKey = "", "", "", "", ""
	}})
	for to, want := range map[string]string{"/points": "/points", "//evil.example": "/"} {
		if _, at := read(t, w.sim.Browse("o"), w.nodes[0].url+"/wechat/enter?to="+url.QueryEscape(to)); at.Path != want {
			t.Errorf("%s: at %s", to, at)
		}
	}
}
