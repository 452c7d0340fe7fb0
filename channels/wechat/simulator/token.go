package simulator

import (
	"crypto/rand"
	"encoding/base64"
	"slices"
	"time"
)

const (
	tokenLife  = 7200 * time.Second
	tokenEarly = 5 * time.Minute // a stable token is renewed so early, and an old token outlives its replacement so long
	forceEvery = 30 * time.Second
	forceADay  = 20
	// tokenLen is what the platform asks everybody to keep room for.
	tokenLen = 512
)

// token is one access_token; a replaced one has an earlier end.
type token struct {
	value   string
	number  int // 1 for the first issued
	expires time.Time
	ends    time.Time // replaced: refused with 40001 from here on
}

// tokens are those ever issued. The stable ones and those of /cgi-bin/token are two lines that leave each other alone.
type tokens struct {
	all            map[string]*token
	stable, direct *token
	forced         []time.Time
}

func (t *tokens) issue(now time.Time) *token {
	if t.all == nil {
		t.all = map[string]*token{}
	}
	n := &token{value: random(tokenLen), number: len(t.all) + 1, expires: now.Add(tokenLife)}
	t.all[n.value] = n
	return n
}

// check is 0 for a token that may be used.
func (t *tokens) check(value string, now time.Time) errcode {
	if value == "" {
		return 41001
	}
	if len(value) != tokenLen {
		return 40014
	}
	k := t.all[value]
	switch {
	case k == nil:
		return 40001
	case !k.ends.IsZero() && !now.Before(k.ends):
		return 40001
	case !now.Before(k.expires):
		return 42001
	}
	return 0
}

// takeStable is the current stable token. In its last five minutes a new one takes its place and both are valid until the old one
// expires; force replaces it at once. The documents give the limits of force, not their codes: here 45009 for the day's and 45011 for the
// half minute's.
func (t *tokens) takeStable(now time.Time, force bool) (*token, errcode) {
	if force {
		today := day(now)
		t.forced = slices.DeleteFunc(t.forced, func(f time.Time) bool { return !day(f).Equal(today) })
		if len(t.forced) >= forceADay {
			return nil, 45009
		}
		if n := len(t.forced); n > 0 && now.Sub(t.forced[n-1]) < forceEvery {
			return nil, 45011
		}
		t.forced = append(t.forced, now)
		if t.stable != nil {
			t.stable.ends = now
		}
		t.stable = t.issue(now)
	} else if t.stable == nil || t.stable.expires.Sub(now) < tokenEarly {
		t.stable = t.issue(now)
	}
	return t.stable, 0
}

// takeDirect is what /cgi-bin/token gives: a new one each time, the one before lives on for five minutes.
func (t *tokens) takeDirect(now time.Time) *token {
	if t.direct != nil {
		t.direct.ends = now.Add(tokenEarly)
	}
	t.direct = t.issue(now)
	return t.direct
}

// RefreshElsewhere replaces every token as if another program had forced it: the product's next call gets 40001.
func (s *Simulator) RefreshElsewhere() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.o.Now()
	for _, k := range s.tokens.all {
		if k.ends.IsZero() || k.ends.After(now) {
			k.ends = now
		}
	}
	s.tokens.stable, s.tokens.direct = s.tokens.issue(now), s.tokens.issue(now)
	s.note()
}

func (s *Simulator) cgiToken(r *request) (any, errcode) {
	if r.query.Get("grant_type") != "client_credential" {
		return nil, 40002
	}
	if e := s.credentials(r.query.Get("appid"), r.query.Get("secret"), r.ip); e != 0 {
		return nil, e
	}
	k := s.tokens.takeDirect(r.now)
	return map[string]any{"access_token": k.value, "expires_in": int(tokenLife.Seconds())}, 0
}

func (s *Simulator) stableToken(r *request) (any, errcode) {
	var in struct {
		Grant  string `json:"grant_type"`
		AppID  string `json:"appid"`
		Secret string `json:"secret"`
		Force  bool   `json:"force_refresh"`
	}
	if e := r.decode(&in); e != 0 {
		return nil, e
	}
	if in.Grant != "client_credential" {
		return nil, 40002
	}
	if e := s.credentials(in.AppID, in.Secret, r.ip); e != 0 {
		return nil, e
	}
	k, e := s.tokens.takeStable(r.now, in.Force)
	if e != 0 {
		return nil, e
	}
	return map[string]any{"access_token": k.value, "expires_in": int(k.expires.Sub(r.now).Seconds())}, 0
}

// credentials is 0 when app id, address and secret are right; an empty address is not asked for.
func (s *Simulator) credentials(appID, secret, ip string) errcode {
	switch {
	case appID == "":
		return 41002
	case secret == "":
		return 41004
	case appID != s.a.AppID:
		return 40013
	case ip != "" && len(s.a.Whitelist) > 0 && !slices.Contains(s.a.Whitelist, ip):
		return 40164
	case secret != s.a.Secret:
		return 40125
	}
	return 0
}

// random is n characters of base64url.
func random(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails
	return base64.RawURLEncoding.EncodeToString(raw)[:n]
}

// china is where the platform's day begins.
var china = time.FixedZone("CST", 8*3600)

func day(t time.Time) time.Time {
	y, m, d := t.In(china).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, china)
}
