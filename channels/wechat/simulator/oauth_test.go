package simulator

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// site is the product's page that the authorize page sends back to; it says what it got.
func site(t *testing.T) *httptest.Server {
	p := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		_, _ = io.WriteString(w, "code="+q.URL.Query().Get("code")+" state="+q.URL.Query().Get("state")+" a="+q.URL.Query().Get("a"))
	}))
	t.Cleanup(p.Close)
	return p
}

// open follows the authorize page and returns what the browser ends up reading.
func (r *rig) open(c *http.Client, change func(url.Values), back string) string {
	r.t.Helper()
	v := url.Values{"appid": {r.a.AppID}, "redirect_uri": {back}, "response_type": {"code"}, "scope": {"snsapi_base"}, "state": {"s1"}}
	if change != nil {
		change(v)
	}
	resp, err := c.Get(r.URL() + "/connect/oauth2/authorize?" + v.Encode() + "#wechat_redirect")
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return string(body)
}

func (r *rig) codeFor(openid, scope string) string {
	r.t.Helper()
	s := site(r.t.(*testing.T))
	read := r.open(r.Browse(openid), func(v url.Values) { v.Set("scope", scope) }, s.URL)
	code, _, _ := strings.Cut(strings.TrimPrefix(read, "code="), " ")
	return code
}

func (r *rig) exchange(code string) map[string]any {
	r.t.Helper()
	return r.call("/sns/oauth2/access_token?appid="+r.a.AppID+"&secret="+r.a.Secret+"&grant_type=authorization_code&code="+code, nil)
}

func TestAuthorizeRedirectsAtOnce(t *testing.T) {
	s := site(t)
	a := testAccount()
	a.Domain = strings.TrimPrefix(s.URL, "http://")
	r := newRig(t, a, Options{})
	for _, row := range []struct {
		name   string
		change func(url.Values)
		want   string
	}{
		{"good", nil, "state=s1 a="},
		{"query kept", func(v url.Values) { v.Set("redirect_uri", s.URL+"/x?a=1") }, "state=s1 a=1"},
		{"state of 128", func(v url.Values) { v.Set("state", strings.Repeat("s", 128)) }, "state=sss"},
		{"state of 129", func(v url.Values) { v.Set("state", strings.Repeat("s", 129)) }, "state 参数过长"},
		{"another host", func(v url.Values) { v.Set("redirect_uri", "http://evil.example/") }, "10003"},
		{"no host", func(v url.Values) { v.Set("redirect_uri", "/x") }, "10003"},
		{"another app", func(v url.Values) { v.Set("appid", "wx") }, "appid 参数错误"},
		{"another scope", func(v url.Values) { v.Set("scope", "all") }, "10005"},
		{"another type", func(v url.Values) { v.Set("response_type", "token") }, "response_type"},
	} {
		if got := r.open(r.Browse("o"), row.change, s.URL); !strings.Contains(got, row.want) {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
	if got := r.open(http.DefaultClient, nil, s.URL); !strings.Contains(got, "请在微信客户端打开链接") {
		t.Errorf("outside WeChat: %s", got)
	}
	r.Hold("o")
	if got := r.open(http.DefaultClient, nil, s.URL); !strings.Contains(got, "state=s1") {
		t.Errorf("with the phone in hand: %s", got)
	}
}

func TestPhoneCookie(t *testing.T) {
	s := site(t)
	r := newRig(t, testAccount(), Options{})
	c := r.Browse("other")
	c.Transport = nil // a real browser: no header, but it keeps cookies
	get := func(openid string) int {
		resp, err := c.Get(r.URL() + "/phone?openid=" + openid + "&to=" + url.QueryEscape(s.URL))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	if got := get("nobody"); got != 404 {
		t.Errorf("nobody's phone: %d, want 404", got)
	}
	r.AddFollowers("o")
	if got := get("o"); got != 200 {
		t.Errorf("%d, want the page it was sent to", got)
	}
	read := r.open(c, nil, s.URL)
	code, _, _ := strings.Cut(strings.TrimPrefix(read, "code="), " ")
	if got := r.exchange(code)["openid"]; got != "o" {
		t.Errorf("openid %v, want o", got)
	}
}

func TestCodesWorkOnceAndForFiveMinutes(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.SetWhitelist("10.0.0.1") // does not matter here
	code := r.codeFor("o", "snsapi_base")
	if got := r.exchange(code); got["openid"] != "o" || got["scope"] != "snsapi_base" || got["expires_in"] != 7200.0 || got["is_snapshotuser"] != nil {
		t.Errorf("first: %v", got)
	}
	want := func(what, code string, errcode float64) {
		t.Helper()
		if got := r.exchange(code)["errcode"]; got != errcode {
			t.Errorf("%s: %v, want %v", what, got, errcode)
		}
	}
	want("used", code, 40163)
	want("unknown", "none", 40029)
	want("missing", "", 41008)
	late := r.codeFor("o", "snsapi_base")
	r.clock.pass(5 * time.Minute)
	want("after five minutes", late, 40029)
	for path, errcode := range map[string]int{
		"appid=wx&secret=" + r.a.Secret + "&grant_type=authorization_code":   40013,
		"appid=" + r.a.AppID + "&secret=x&grant_type=authorization_code":     40125,
		"appid=" + r.a.AppID + "&secret=" + r.a.Secret + "&grant_type=other": 40002,
	} {
		if got := r.code("/sns/oauth2/access_token?code=c&"+path, nil); got != errcode {
			t.Errorf("%s: %d, want %d", path, got, errcode)
		}
	}
}

func TestUserinfoAndSnapshot(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	userinfo := func(g map[string]any) map[string]any {
		return r.call(fmt.Sprintf("/sns/userinfo?access_token=%v&openid=%v", g["access_token"], g["openid"]), nil)
	}
	base := r.exchange(r.codeFor("o", "snsapi_base"))
	if got := userinfo(base)["errcode"]; got != 48001.0 {
		t.Errorf("with snsapi_base: %v, want 48001", got)
	}
	full := r.exchange(r.codeFor("o", "snsapi_userinfo"))
	if got := userinfo(full); got["openid"] != "o" || got["is_snapshotuser"] != nil {
		t.Errorf("userinfo %v", got)
	}
	if got := userinfo(map[string]any{"access_token": full["access_token"], "openid": "x"})["errcode"]; got != 40003.0 {
		t.Errorf("another's openid: %v", got)
	}
	if got := userinfo(map[string]any{"access_token": full["refresh_token"], "openid": "o"})["errcode"]; got != 40001.0 {
		t.Errorf("with the refresh token: %v", got)
	}
	check := func(openid string) int {
		return r.code(fmt.Sprintf("/sns/auth?access_token=%v&openid=%s", full["access_token"], openid), nil)
	}
	if a, b := check("o"), check("x"); a != 0 || b != 40003 {
		t.Errorf("sns/auth: %d and %d, want 0 and 40003", a, b)
	}
	r.Snapshot("o", true)
	snap := r.exchange(r.codeFor("o", "snsapi_userinfo"))
	if snap["is_snapshotuser"] != 1.0 || snap["openid"] == "o" || userinfo(snap)["is_snapshotuser"] != 1.0 {
		t.Errorf("快照页: %v", snap)
	}
	r.clock.pass(2 * time.Hour)
	if got := userinfo(full)["errcode"]; got != 42001.0 {
		t.Errorf("after two hours: %v, want 42001", got)
	}
	refresh := func() map[string]any {
		return r.call(fmt.Sprintf("/sns/oauth2/refresh_token?appid=%s&grant_type=refresh_token&refresh_token=%v", r.a.AppID, full["refresh_token"]), nil)
	}
	if got := userinfo(refresh()); got["openid"] != "o" {
		t.Errorf("renewed: %v", got)
	}
	r.clock.pass(30 * 24 * time.Hour)
	if got := refresh()["errcode"]; got != 42002.0 {
		t.Errorf("after 30 days: %v, want 42002", got)
	}
}
