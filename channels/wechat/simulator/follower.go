package simulator

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Way is how something came to a follower's phone.
type Way string

const (
	Passive      Way = "passive"      // the reply to a push
	Custom       Way = "custom"       // a customer-service message
	Notice       Way = "template"     // a template message
	Subscription Way = "subscription" // a 订阅通知; it stands under 服务通知
	Platform     Way = "platform"     // WeChat's own words: Trouble
)

// Trouble is what a follower reads when the product answers with nothing or with something else than the platform takes.
const Trouble = "该服务号提供的服务出现故障，请稍后再试"

// Shown is one thing that a follower sees on the phone.
type Shown struct {
	At       time.Time
	Way      Way
	Kind     string // text, image, voice, video, music, news, msgmenu, miniprogrampage, template, subscription, trouble
	Text     string // of a msgmenu: head, options and tail, a line each; of a template: its lines
	Articles []Article
	Choices  []Choice // of a msgmenu, and of bizmsgmenu links within a text
	Media    string   // media_id
	Link     string   // of a template or a subscription
	Template string   // its id
	Fields   map[string]string
	AI       bool   // with the AI label
	Staff    string // the kf_account it is signed with
	MsgID    int64  // of a template or subscription message
	Answers  int64  // of a passive reply: the MsgId it answers, 0 for an event
}

// Article is one card of news.
type Article struct{ Title, Description, URL, Picture string }

// Choice is an option that can be tapped.
type Choice struct{ ID, Content string }

// person is somebody on WeChat, follower or not.
type person struct {
	openid                string
	follows, ever, blocks bool
	since                 time.Time
	scene                 string
	windows               windows
	acted                 time.Time // the last interaction, for typing
	typing                time.Time // when 正在输入 ends
	shown                 []Shown
	consents              map[string]int // by template; unlimited for 长期
	snapshot              bool
}

// person finds or makes somebody; the caller holds mu.
func (s *Simulator) person(openid string) *person {
	p := s.people[openid]
	if p == nil {
		p = &person{openid: openid, windows: windows{}, consents: map[string]int{}}
		s.people[openid] = p
	}
	return p
}

// does notes what somebody did; the caller holds mu.
func (s *Simulator) does(p *person, a act) {
	now := s.o.Now()
	p.windows.open(a, now)
	if a != nothing {
		p.acted = now
	}
}

// show puts something on the phone; the caller holds mu.
func (s *Simulator) show(p *person, m Shown) {
	m.At = s.o.Now()
	if m.Kind != "text" || len(m.Choices) == 0 {
		m.Choices = append(m.Choices, links(m.Text)...)
	}
	p.shown = append(p.shown, m)
	p.typing = time.Time{} // a message ends 正在输入
	s.note()
}

var menuLink = regexp.MustCompile(`<a href="weixin://bizmsgmenu\?msgmenucontent=([^"&]*)&(?:amp;)?msgmenuid=([^"&]*)">`)

// links are the options laid out within a text.
func links(text string) []Choice {
	var out []Choice
	for _, m := range menuLink.FindAllStringSubmatch(text, -1) {
		out = append(out, Choice{ID: m[2], Content: m[1]})
	}
	return out
}

// Shown is what a follower has seen so far, in order.
func (s *Simulator) Shown(openid string) []Shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.people[openid]; p != nil {
		return slices.Clone(p.shown)
	}
	return nil
}

// Wait waits until cond holds for what a follower has seen, and returns that.
func (s *Simulator) Wait(ctx context.Context, openid string, cond func([]Shown) bool) ([]Shown, error) {
	var seen []Shown
	err := s.Until(ctx, func() bool {
		seen = s.Shown(openid)
		return cond(seen)
	})
	return seen, err
}

// Typing says whether a follower sees 正在输入.
func (s *Simulator) Typing(openid string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.people[openid]
	return p != nil && s.o.Now().Before(p.typing)
}

// Allowance is how many customer-service messages a follower may still get, and until when the last open row lasts.
func (s *Simulator) Allowance(openid string) (messages int, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.people[openid]; p != nil {
		for w := range maps.Values(p.windows) {
			if s.o.Now().Before(w.until) {
				messages += w.left
				if w.until.After(until) {
					until = w.until
				}
			}
		}
	}
	return messages, until
}

// Block makes a follower refuse template messages; they end as failed:user block.
func (s *Simulator) Block(openid string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.person(openid).blocks = on
}

// known is 0 when somebody can be written to as a follower.
func (s *Simulator) known(openid string) (*person, errcode) {
	p := s.people[openid]
	switch {
	case p == nil:
		return nil, 40003
	case !p.follows && !p.ever:
		return nil, 43004
	}
	return p, 0
}

func (s *Simulator) userInfo(r *request) (any, errcode) {
	p := s.people[r.query.Get("openid")]
	if p == nil {
		return nil, 40003
	}
	if !p.follows {
		return map[string]any{"subscribe": 0, "openid": p.openid}, 0
	}
	from, number := "ADD_SCENE_SEARCH", 0
	if p.scene != "" {
		from = "ADD_SCENE_QR_CODE"
		number, _ = strconv.Atoi(p.scene)
	}
	// No nickname, picture, sex or region: gone since 2021-12.
	return map[string]any{"subscribe": 1, "openid": p.openid, "language": "zh_CN", "subscribe_time": p.since.Unix(), "remark": "",
		"groupid": 0, "tagid_list": []int{}, "subscribe_scene": from, "qr_scene": number, "qr_scene_str": p.scene}, 0
}

func (s *Simulator) userList(r *request) (any, errcode) {
	const page = 10_000
	var all []string
	for openid, p := range s.people {
		if p.follows && openid > r.query.Get("next_openid") {
			all = append(all, openid)
		}
	}
	slices.Sort(all)
	total := len(all)
	all = all[:min(page, total)]
	if len(all) == 0 {
		return map[string]any{"total": total, "count": 0, "next_openid": ""}, 0
	}
	return map[string]any{"total": total, "count": len(all), "data": map[string]any{"openid": all}, "next_openid": all[len(all)-1]}, 0
}

func (s *Simulator) staffList(*request) (any, errcode) {
	list := []any{}
	for i, a := range s.a.Staff {
		list = append(list, map[string]any{"kf_account": a, "kf_id": strconv.Itoa(1001 + i), "kf_nick": a})
	}
	return map[string]any{"kf_list": list}, 0
}
