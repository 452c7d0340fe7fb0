package wechat_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/channels"
	"bangban/channels/wechat"
	"bangban/channels/wechat/simulator"
	"bangban/kernel/fault"
	"bangban/store"
	"bangban/store/storetest"
)

var templates = []simulator.Template{
	{ID: "once", Title: "咨询回复提醒", Kind: simulator.OneTime, Content: "事项：{{thing1.DATA}}\n时间：{{time2.DATA}}"},
	{ID: "long", Title: "办理进度提醒", Kind: simulator.LongTerm, Content: "事项：{{thing1.DATA}}\n状态：{{phrase2.DATA}}"},
	{ID: "plain", Title: "回复通知", Kind: simulator.Category, Content: "回复人：{{thing1.DATA}}\n时间：{{time2.DATA}}"},
}

var (
	onceNotice  = wechat.Notice{Kind: "subscription", ID: "once", Fields: map[string]string{"thing1": "{matter}", "time2": "{time}"}}
	longNotice  = wechat.Notice{Kind: "subscription", ID: "long", Long: true, Fields: map[string]string{"thing1": "{matter}，这一段比二十个字长得多，平台不收", "phrase2": "有新的回复了"}}
	plainNotice = wechat.Notice{Kind: "template", ID: "plain", Fields: map[string]string{"thing1": "{from}", "time2": "{time}"}}
)

// phones takes short messages, or fails.
type phones struct {
	mu    sync.Mutex
	texts []string
	fail  error
}

func (p *phones) send(_ context.Context, citizen, text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if citizen != "citizen-key" {
		return fault.New(fault.NotFound, "reveal.empty")
	}
	if p.fail != nil {
		return p.fail
	}
	p.texts = append(p.texts, text)
	return nil
}

func (p *phones) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.texts)
}

// bind makes every follower a citizen whose phone is known.
func (r *rig) bind(t testing.TB) {
	t.Helper()
	if _, err := r.store.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE wechat_follower SET citizen = 'citizen-key'`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// notices are what a follower got outside of the chat.
func (r *rig) notices(openid string) (list []simulator.Shown) {
	for _, s := range r.sim.Shown(openid) {
		if s.Way == simulator.Notice || s.Way == simulator.Subscription {
			list = append(list, s)
		}
	}
	return list
}

const (
	bizsend      = "/cgi-bin/message/subscribe/bizsend"
	templateSend = "/cgi-bin/message/template/send"
)

// Each case closes the window and lets an agent write: exactly one rung is delivered, and what is told is true.
func TestTheLadder(t *testing.T) {
	sent := func(fallback string) channels.Delivery {
		return channels.Delivery{State: channels.Delivered, Reason: "window", Fallback: fallback}
	}
	bySMS := channels.Delivery{State: channels.Sent, Reason: "window", Fallback: "sms"}
	call := channels.Delivery{State: channels.Failed, Reason: "window", Fallback: "call_back"}
	unsure := channels.Delivery{State: channels.Failed, Reason: "unsure", Fallback: "call_back"}
	all := []wechat.Notice{plainNotice, onceNotice}
	for _, c := range []struct {
		name    string
		notices []wechat.Notice
		consent []string
		bound   bool
		path    string
		fault   simulator.Fault
		smsFail error
		want    channels.Delivery
		notice  int // shown to the follower
		sms     int
	}{
		{name: "consent", notices: all, consent: []string{"once"}, bound: true, want: sent("subscription"), notice: 1},
		{name: "no consent", notices: all, bound: true, want: sent("template"), notice: 1},
		{name: "no templates", bound: true, want: bySMS, sms: 1},
		{name: "no phone", want: call},
		{name: "the SMS fails", bound: true, smsFail: errors.New("no"), want: call},
		{name: "consent is gone", notices: all, consent: []string{"once"}, path: bizsend, fault: simulator.Fault{Code: 43101}, want: sent("template"), notice: 1},
		{name: "fields refused", notices: all, consent: []string{"once"}, path: bizsend, fault: simulator.Fault{Code: 47003}, want: sent("template"), notice: 1},
		{name: "a field that fits nothing", notices: []wechat.Notice{{Kind: "template", ID: "plain", Fields: map[string]string{"amount1": "没有"}}}, bound: true, want: bySMS, sms: 1},
		{name: "template not allowed", notices: []wechat.Notice{plainNotice}, bound: true, path: templateSend, fault: simulator.Fault{Code: 48001}, want: bySMS, sms: 1},
		{name: "a day's quota", notices: []wechat.Notice{plainNotice}, path: templateSend, fault: simulator.Fault{Code: 45009}, want: sent("template"), notice: 1},
		{name: "busy", notices: []wechat.Notice{plainNotice}, path: templateSend, fault: simulator.Fault{Code: -1, Times: 2}, want: sent("template"), notice: 1},
		{name: "busy for ever", notices: []wechat.Notice{plainNotice}, bound: true, path: templateSend, fault: simulator.Fault{Code: -1, Times: -1}, want: bySMS, sms: 1},
		{name: "502 once", notices: []wechat.Notice{plainNotice}, path: templateSend, fault: simulator.Fault{Status: 502}, want: sent("template"), notice: 1},
		{name: "502 for ever", notices: []wechat.Notice{plainNotice}, bound: true, path: templateSend, fault: simulator.Fault{Status: 502, Times: -1}, want: unsure},
		{name: "the answer is lost", notices: all, consent: []string{"once"}, bound: true, path: bizsend, fault: simulator.Fault{Cut: true, Effect: true}, want: unsure, notice: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := &phones{fail: c.smsFail}
			r := newRig(t, rigSetting{source: storetest.SQLite(t), notices: c.notices, sms: p.send})
			r.sim.AddFollowers("o")
			r.sim.Say("o", "问")
			for _, id := range c.consent {
				r.sim.Consent("o", 1, simulator.Answer{Template: id, Accept: true})
			}
			if c.bound {
				r.bind(t)
			}
			r.clock.Add(49 * time.Hour)
			if c.path != "" {
				r.sim.Fault(c.path, c.fault)
			}
			r.talks.say("t1", r.talks.thread(), "您的证办好了，可以来取")
			waits := 0
			r.until(t, "settled", func() bool {
				if n := strings.Count(r.log.String(), "tried again"); n > waits {
					waits = n
					r.clock.Add(24 * time.Hour)
				}
				return r.talks.last("t1") == c.want
			})
			if n := len(r.notices("o")); n != c.notice || p.count() != c.sms {
				t.Errorf("%d notices and %d short messages", n, p.count())
			}
			if n := r.count("o", "您的证办好了"); n != 0 {
				t.Error("a notice tells what was said")
			}
			if log := r.log.String(); strings.Contains(log, "您的证") || strings.Contains(log, "access_token") {
				t.Error("the log tells too much")
			}
		})
	}
}

// A follower who blocks notices: the platform takes the template and reports that it did not arrive. The ladder goes on from there, once.
func TestAReportMovesTheLadder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		p := &phones{}
		r := newRig(t, rigSetting{source: source, nodes: 2, notices: []wechat.Notice{plainNotice}, sms: p.send})
		r.sim.AddFollowers("o")
		r.sim.Say("o", "问")
		r.bind(t)
		r.sim.Block("o", true)
		r.clock.Add(49 * time.Hour)
		for i := range 5 {
			r.talks.say(fmt.Sprint("t", i), r.talks.thread(), "坐席的话")
		}
		r.until(t, "all by SMS", func() bool {
			for i := range 5 {
				if r.talks.last(fmt.Sprint("t", i)) != (channels.Delivery{State: channels.Sent, Reason: "window", Fallback: "sms"}) {
					return false
				}
			}
			return true
		})
		if n := p.count(); n != 5 {
			t.Errorf("%d short messages", n)
		}
		if n := r.calls(templateSend); n != 5 {
			t.Errorf("%d template messages", n)
		}
	})
}

// Consents: one for each accepted box, spent one by one; a lasting one lasts until it is refused.
func TestConsentsCount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		r := newRig(t, rigSetting{source: source, notices: []wechat.Notice{onceNotice}})
		r.sim.AddFollowers("o")
		r.sim.Say("o", "问")
		for range 2 {
			r.sim.Consent("o", 1, simulator.Answer{Template: "once", Accept: true})
			r.clock.Add(time.Second)
		}
		r.clock.Add(49 * time.Hour)
		for i, want := range []string{"subscription", "subscription", "call_back"} {
			turn := fmt.Sprint("t", i)
			r.talks.say(turn, r.talks.thread(), "坐席的话")
			r.until(t, want, func() bool { return r.talks.last(turn).Fallback == want })
		}
		if n := r.calls(bizsend); n != 2 {
			t.Errorf("%d calls: one without consent", n)
		}
	})
	t.Run("long", func(t *testing.T) {
		r := newRig(t, rigSetting{source: storetest.SQLite(t), notices: []wechat.Notice{longNotice}})
		r.sim.AddFollowers("o")
		r.sim.Say("o", "问")
		r.sim.Consent("o", 1, simulator.Answer{Template: "long", Accept: true})
		r.clock.Add(49 * time.Hour)
		for i := range 3 {
			turn := fmt.Sprint("t", i)
			r.talks.say(turn, r.talks.thread(), "坐席的话")
			r.until(t, "noticed", func() bool { return r.talks.last(turn).State == channels.Delivered })
		}
		got := r.notices("o")[0]
		if n := len([]rune(got.Fields["thing1"])); n > 20 || got.Fields["phrase2"] != "有新的回复" {
			t.Errorf("fields %v", got.Fields)
		}
		if !strings.Contains(got.Link, "https://city.example/wechat/enter?to=") {
			t.Errorf("link %q", got.Link)
		}
		r.clock.Add(time.Second)
		r.sim.Refuse("o", "long")
		r.talks.say("last", r.talks.thread(), "坐席的话")
		r.until(t, "refused", func() bool { return r.talks.last("last").Fallback == "call_back" })
		if n := r.calls(bizsend); n != 3 {
			t.Errorf("%d calls", n)
		}
	})
}

// A long turn is several messages; outside of the window it is one notice.
func TestALongTurnIsOneNotice(t *testing.T) {
	r := newRig(t, rigSetting{source: storetest.SQLite(t), notices: []wechat.Notice{plainNotice}})
	r.sim.AddFollowers("o")
	r.sim.Say("o", "问")
	r.clock.Add(49 * time.Hour)
	r.talks.say("t1", r.talks.thread(), strings.Repeat("很长的一段话。", 300))
	r.until(t, "noticed", func() bool { return r.talks.last("t1").State == channels.Delivered })
	r.talks.say("t2", r.talks.thread(), "第二句")
	r.until(t, "noticed", func() bool { return r.talks.last("t2").State == channels.Delivered })
	if n := len(r.notices("o")); n != 2 {
		t.Errorf("%d notices for two turns", n)
	}
}

// A node that dies with a rung under way: the same rung is tried by another, never one after it.
func TestADeadNodesRungIsTriedAgain(t *testing.T) {
	p := &phones{}
	r := newRig(t, rigSetting{source: storetest.SQLite(t), nodes: 2, notices: []wechat.Notice{onceNotice}, sms: p.send})
	r.sim.AddFollowers("o")
	r.sim.Say("o", "问")
	r.sim.Consent("o", 1, simulator.Answer{Template: "once", Accept: true})
	r.bind(t)
	r.clock.Add(49 * time.Hour)
	r.sim.Fault(bizsend, simulator.Fault{Hang: make(chan struct{}), Effect: true})
	r.talks.say("t1", r.talks.thread(), "坐席的话")
	r.until(t, "the notice is out, nobody knows", func() bool { return len(r.notices("o")) == 1 })
	r.clock.Add(time.Minute) // the lease is over; the other node finds a rung that may have been taken
	r.until(t, "a person must look", func() bool { return r.talks.last("t1").Fallback == "call_back" })
	if n := len(r.notices("o")); n != 1 || p.count() != 0 {
		t.Errorf("%d notices and %d short messages", n, p.count())
	}
}

// The window's meter: five for 48 hours after a message, one less for each that is sent, closed when they are over or the follower has gone.
func TestTheWindowsMeter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		r := newRig(t, rigSetting{source: source})
		r.sim.AddFollowers("o")
		r.sim.Say("o", "问")
		thread := r.talks.thread()
		at := r.clock.Now()
		look := func() wechat.Window {
			w, err := r.chans[0].Window(t.Context(), thread)
			if err != nil || w == nil {
				t.Fatal(w, err)
			}
			return *w
		}
		if w := look(); !w.Open || w.Messages != 5 || w.Until.Sub(at).Round(time.Second) != 48*time.Hour {
			t.Errorf("after a message: %+v", w)
		}
		r.talks.say("t1", thread, "坐席的话")
		r.until(t, "sent", func() bool { return r.talks.last("t1").State == channels.Sent })
		if w := look(); w.Messages != 4 {
			t.Errorf("after one is sent: %+v", w)
		}
		r.clock.Add(48 * time.Hour)
		if w := look(); w.Open || w.Messages != 0 {
			t.Errorf("after 48 hours: %+v", w)
		}
		r.sim.Say("o", "又问")
		r.sim.Unfollow("o")
		if w := look(); w.Open {
			t.Errorf("after leaving: %+v", w)
		}
		if w, err := r.chans[0].Window(t.Context(), "portal-thread"); w != nil || err != nil {
			t.Error(w, err)
		}
	})
}

// A report of the platform about somebody who has left does not make them a follower again.
func TestAReportBringsNobodyBack(t *testing.T) {
	r := newRig(t, rigSetting{source: storetest.SQLite(t), notices: []wechat.Notice{onceNotice}})
	r.sim.AddFollowers("o")
	r.sim.Say("o", "问")
	r.sim.Unfollow("o")
	r.clock.Add(time.Second)
	if o := r.sim.Refuse("o", "once"); o.Ending != simulator.Acknowledged {
		t.Fatal(o)
	}
	if n := r.rows(t, "wechat_follower WHERE openid IS NOT NULL OR state <> 'left'"); n != 0 {
		t.Errorf("%d are kept as followers", n)
	}
}

// Who waits for a late answer sees that it is being made; a refusal of that changes nothing.
func TestALateAnswerShowsTyping(t *testing.T) {
	const typing = "/cgi-bin/message/custom/typing"
	for _, code := range []int{0, 45080, 45081} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			r := newRig(t, rigSetting{source: storetest.SQLite(t), patience: 20 * time.Millisecond})
			r.sim.AddFollowers("o")
			hold := make(chan struct{})
			r.talks.hold = hold
			if code != 0 {
				r.sim.Fault(typing, simulator.Fault{Code: code})
			}
			if o := r.sim.Say("o", "问"); o.Ending != simulator.Acknowledged {
				t.Fatal(o)
			}
			r.until(t, "typing", func() bool { return r.sim.Count(typing, code) == 1 })
			close(hold)
			r.until(t, "answered", func() bool { return r.count("o", "答：问") == 1 })
		})
	}
}
