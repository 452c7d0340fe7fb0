package simulator

import (
	"maps"
	"time"
)

// perDay are the calls a day that a new account has.
var perDay = map[string]int{
	"/cgi-bin/token":                 2000,
	"/cgi-bin/stable_token":          500_000,
	"/cgi-bin/message/custom/send":   500_000,
	"/cgi-bin/message/template/send": 100_000,
	"/cgi-bin/qrcode/create":         100_000,
	"/cgi-bin/media/upload":          100_000,
	"/cgi-bin/media/get":             200_000,
	"/cgi-bin/menu/create":           1000,
	"/cgi-bin/menu/get":              10_000,
	"/cgi-bin/menu/delete":           1000,
	"/cgi-bin/user/info":             5_000_000,
	"/cgi-bin/user/get":              500,
}

// perMinute are the calls a minute.
var perMinute = map[string]int{
	"/cgi-bin/stable_token":    10_000,
	"/sns/oauth2/access_token": 50_000,
}

// clearsAMonth is how often clear_quota works.
const clearsAMonth = 10

// usage counts the calls of the day and of the minute.
type usage struct {
	perDay, perMinute map[string]int
	day, minute       time.Time
	today, now        map[string]int
	month             time.Time
	clears            int
}

func newUsage(o Options) usage {
	u := usage{perDay: maps.Clone(perDay), perMinute: maps.Clone(perMinute), today: map[string]int{}, now: map[string]int{}}
	maps.Copy(u.perDay, o.Quotas)
	maps.Copy(u.perMinute, o.PerMinute)
	return u
}

// take counts one call, or says which limit it meets. A refused call counts as well, as far as the minute goes.
func (u *usage) take(path string, now time.Time) errcode {
	if d := day(now); !d.Equal(u.day) {
		u.day = d
		clear(u.today)
	}
	if m := now.Truncate(time.Minute); !m.Equal(u.minute) {
		u.minute = m
		clear(u.now)
	}
	u.now[path]++
	if limit, ok := u.perMinute[path]; ok && u.now[path] > limit {
		return 45011
	}
	if limit, ok := u.perDay[path]; ok && u.today[path] >= limit {
		return 45009
	}
	u.today[path]++
	return 0
}

func (s *Simulator) clearQuota(r *request) (any, errcode) {
	var in struct {
		AppID string `json:"appid"`
	}
	if e := r.decode(&in); e != 0 {
		return nil, e
	}
	if in.AppID != s.a.AppID {
		return nil, 40013
	}
	y, m, _ := r.now.In(china).Date()
	if month := time.Date(y, m, 1, 0, 0, 0, 0, china); !month.Equal(s.usage.month) {
		s.usage.month, s.usage.clears = month, 0
	}
	if s.usage.clears >= clearsAMonth {
		return nil, 48006
	}
	s.usage.clears++
	clear(s.usage.today)
	return nil, 0
}
