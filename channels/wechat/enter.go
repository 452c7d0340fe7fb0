package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	"bangban/channels"
	"bangban/conversation/message"
)

const (
	// authorizing is where the platform says who opens a page.
	authorizing = "https://open.weixin.qq.com"
	// enterFor is how long somebody may be on the way.
	enterFor = 5 * time.Minute
	// maxTarget bounds the address that an entering leads to.
	maxTarget = 1024
)

// entering is what the browser of somebody on the way keeps, sealed.
type entering struct {
	State   string `json:"state"`
	To      string `json:"to"`
	Account string `json:"account"`
	Ends    int64  `json:"ends"`
}

// Enter begins to find out which follower opens a page of ours, and where the browser goes for it: to the platform, with a cookie that binds
// the way back to this browser. Where nobody can be found out, that is at once the page, and no cookie.
func (c *Channel) Enter(name, to, agent string) (location, cookie string, err error) {
	to = Local(to)
	a := c.account(name)
	if a == nil || c.doors == nil || c.site == "" || !strings.Contains(agent, "MicroMessenger") {
		return to, "", nil
	}
	raw, err := random(18)
	if err != nil {
		return "", "", err
	}
	e := entering{State: base64.RawURLEncoding.EncodeToString(raw), To: to, Account: name, Ends: c.now().Add(enterFor).UnixMicro()}
	sealed, err := c.seal(e, "entering")
	if err != nil {
		return "", "", err
	}
	// The platform wants them in this order, which is the alphabet's.
	q := url.Values{"appid": {a.AppID}, "redirect_uri": {c.site + "/wechat/entered"}, "response_type": {"code"}, "scope": {"snsapi_base"}, "state": {e.State}}
	return a.host(authorizing) + "/connect/oauth2/authorize?" + q.Encode() + "#wechat_redirect", base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Entered ends it: the browser is back with the platform's code. It says where to go on to, and the proof of the follower's open talk, the
// zero Proof when there is none or nobody could be found out: then the page is shown as to everybody. have is the proof that the browser holds.
func (c *Channel) Entered(ctx context.Context, state, code, cookie string, have channels.Proof) (to string, p channels.Proof, err error) {
	e, ok := c.entering(cookie)
	if !ok {
		return "/", channels.Proof{}, nil
	}
	if !equal(e.State, state) || c.micro() >= e.Ends {
		return e.To, channels.Proof{}, nil
	}
	sum := sha256.Sum256([]byte("entered\x00" + state))
	first, err := c.store.Once(ctx, sum[:], c.micro(), e.Ends)
	if err != nil || !first {
		return e.To, channels.Proof{}, err
	}
	a := c.account(e.Account)
	if a == nil || code == "" || len(code) > 512 {
		return e.To, channels.Proof{}, nil
	}
	openid, err := a.api.who(ctx, code)
	if err != nil {
		c.log.Warn("who enters was not found out", "account", a.Name, "code", Code(err), "uncertain", Uncertain(err))
		return e.To, channels.Proof{}, nil
	}
	if openid == "" {
		return e.To, channels.Proof{}, nil
	}
	p, _, err = c.doors.Enter(ctx, message.WeChat, thread(a.Name, c.follower(a, openid)), have)
	return e.To, p, err
}

func (c *Channel) entering(cookie string) (e entering, ok bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(cookie)
	if err != nil || len(cookie) > 4096 {
		return e, false
	}
	err = c.unseal(sealed, "entering", &e)
	return e, err == nil
}

// who exchanges a code for the openid; "" for a visitor of a snapshot page (快照页), whose openid is made up. A code is good once: there is no
// second try.
func (p *api) who(ctx context.Context, code string) (string, error) {
	var got struct {
		Openid   string `json:"openid"`
		Snapshot int    `json:"is_snapshotuser"`
	}
	q := url.Values{"appid": {p.appID}, "secret": {p.secret}, "code": {code}, "grant_type": {"authorization_code"}}
	if err := p.do(ctx, "/sns/oauth2/access_token", q, nil, &got); err != nil {
		return "", err
	}
	if got.Snapshot == 1 {
		return "", nil
	}
	return got.Openid, nil
}

// Local keeps an address on this site: a path of ours with its query and fragment, else the front page.
func Local(to string) string {
	if len(to) > maxTarget || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") ||
		strings.ContainsFunc(to, func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f }) {
		return "/"
	}
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") || u.Path == "/wechat" || strings.HasPrefix(u.Path, "/wechat/") {
		return "/"
	}
	return u.String()
}
