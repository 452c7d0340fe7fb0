package simulator

import (
	"fmt"
	"html"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

const (
	codeLife    = 5 * time.Minute
	refreshLife = 30 * 24 * time.Hour
	maxState    = 128
	// phoneHeader and phoneCookie say whose phone opens a page.
	phoneHeader = "X-Simulated-Openid"
	phoneCookie = "simulated_openid"
)

// code is what the authorize page hands out: good once, five minutes.
type code struct {
	openid, scope string
	ends          time.Time
	used          bool
}

// grant is what a code was exchanged for.
type grant struct {
	openid, scope, refresh string
	ends, refreshEnds      time.Time
}

// Browse is the browser inside a person's WeChat: it keeps cookies, follows redirects and is recognised by the authorize page.
func (s *Simulator) Browse(openid string) *http.Client {
	s.mu.Lock()
	s.person(openid)
	s.mu.Unlock()
	jar, _ := cookiejar.New(nil) // never fails without options
	return &http.Client{Jar: jar, Transport: browser{s.url, openid, s.client.Transport}}
}

type browser struct {
	own, openid string
	next        http.RoundTripper
}

func (b browser) RoundTrip(q *http.Request) (*http.Response, error) {
	q = q.Clone(q.Context())
	q.Header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50")
	if strings.HasPrefix(q.URL.String(), b.own+"/") {
		q.Header.Set(phoneHeader, b.openid)
	}
	return b.next.RoundTrip(q)
}

// Hold gives the phone to somebody: a page opened by a browser that does not say whose it is is opened by them.
func (s *Simulator) Hold(openid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.person(openid)
	s.holder = openid
}

// Snapshot makes somebody's next authorizations 快照页: a made-up openid and is_snapshotuser.
func (s *Simulator) Snapshot(openid string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.person(openid).snapshot = on
}

// phone makes a real browser somebody's phone, by a cookie: /phone?openid=…&to=…
func (s *Simulator) phone(w http.ResponseWriter, q *http.Request) {
	openid := q.URL.Query().Get("openid")
	s.mu.Lock()
	known := s.people[openid] != nil
	s.mu.Unlock()
	if !known {
		http.NotFound(w, q)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: phoneCookie, Value: openid, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	if to := q.URL.Query().Get("to"); to != "" {
		http.Redirect(w, q, to, http.StatusFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// authorize is the page of open.weixin.qq.com. It agrees at once: nobody has to tap.
func (s *Simulator) authorize(w http.ResponseWriter, q *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	openid := q.Header.Get(phoneHeader)
	if c, err := q.Cookie(phoneCookie); openid == "" && err == nil {
		openid = c.Value
	}
	if openid == "" {
		openid = s.holder
	}
	v := q.URL.Query()
	to, err := url.Parse(v.Get("redirect_uri"))
	scope := v.Get("scope")
	switch {
	case openid == "" || s.people[openid] == nil:
		page(w, "请在微信客户端打开链接")
	case v.Get("appid") != s.a.AppID:
		page(w, "appid 参数错误，错误码：10013")
	case v.Get("response_type") != "code":
		page(w, "response_type 参数错误")
	case scope != "snsapi_base" && scope != "snsapi_userinfo":
		page(w, "scope 参数错误或没有 scope 权限，错误码：10005")
	case len(v.Get("state")) > maxState:
		page(w, "state 参数过长")
	case err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" || s.a.Domain != "" && to.Host != s.a.Domain:
		page(w, "redirect_uri 域名与后台配置不一致，错误码：10003")
	default:
		value := random(32)
		s.codes[value] = &code{openid: openid, scope: scope, ends: s.o.Now().Add(codeLife)}
		back := to.Query()
		back.Set("code", value)
		back.Set("state", v.Get("state"))
		to.RawQuery = back.Encode()
		w.Header().Set("Location", to.String())
		w.WriteHeader(http.StatusFound)
	}
}

func page(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, "<!doctype html><meta charset=utf-8><title>微信</title><p>%s", html.EscapeString(text))
}

func (s *Simulator) oauthToken(r *request) (any, errcode) {
	v := r.query
	if v.Get("grant_type") != "authorization_code" {
		return nil, 40002
	}
	if e := s.credentials(v.Get("appid"), v.Get("secret"), ""); e != 0 { // the whitelist is not for this path
		return nil, e
	}
	c := s.codes[v.Get("code")]
	switch {
	case v.Get("code") == "":
		return nil, 41008
	case c == nil:
		return nil, 40029
	case c.used:
		return nil, 40163
	case !r.now.Before(c.ends):
		return nil, 40029
	}
	c.used = true
	openid, snapshot := c.openid, s.person(c.openid).snapshot
	if snapshot {
		openid = "snapshot-" + random(19)
	}
	g := &grant{openid: openid, scope: c.scope, refresh: random(110), refreshEnds: r.now.Add(refreshLife)}
	answer := s.renew(g, r.now)
	if snapshot {
		answer["is_snapshotuser"] = 1
	}
	return answer, 0
}

// renew gives a grant a token of its own.
func (s *Simulator) renew(g *grant, now time.Time) map[string]any {
	value := random(110)
	g.ends = now.Add(tokenLife)
	s.grants[value], s.grants[g.refresh] = g, g
	return map[string]any{"access_token": value, "expires_in": int(tokenLife.Seconds()), "refresh_token": g.refresh,
		"openid": g.openid, "scope": g.scope}
}

func (s *Simulator) oauthRefresh(r *request) (any, errcode) {
	g := s.grants[r.query.Get("refresh_token")]
	switch {
	case r.query.Get("grant_type") != "refresh_token":
		return nil, 40002
	case r.query.Get("appid") != s.a.AppID:
		return nil, 40013
	case g == nil || g.refresh != r.query.Get("refresh_token"):
		return nil, 40030
	case !r.now.Before(g.refreshEnds):
		return nil, 42002
	}
	return s.renew(g, r.now), 0
}

// granted finds the OAuth token of a call.
func (s *Simulator) granted(r *request) (*grant, errcode) {
	value := r.query.Get("access_token")
	g := s.grants[value]
	switch {
	case g == nil || value == g.refresh:
		return nil, 40001
	case !r.now.Before(g.ends):
		return nil, 42001
	case r.query.Get("openid") != g.openid:
		return nil, 40003
	}
	return g, 0
}

func (s *Simulator) oauthUser(r *request) (any, errcode) {
	g, e := s.granted(r)
	if e != 0 {
		return nil, e
	}
	if g.scope != "snsapi_userinfo" {
		return nil, 48001
	}
	answer := map[string]any{"openid": g.openid, "nickname": "微信用户", "sex": 0, "province": "", "city": "", "country": "",
		"headimgurl": "", "privilege": []string{}}
	if strings.HasPrefix(g.openid, "snapshot-") {
		answer["is_snapshotuser"] = 1
	}
	return answer, 0
}

func (s *Simulator) oauthCheck(r *request) (any, errcode) {
	_, e := s.granted(r)
	return nil, e
}
