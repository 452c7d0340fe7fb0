package wechat_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/channels"
	"bangban/channels/wechat/simulator"
	"bangban/conversation/message"
	"bangban/store"
	"bangban/store/storetest"
)

// What the platform sends again is answered once: at the same time, after a lost answer, and on another node.
func TestAQuestionIsAnsweredOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		r := newRig(t, rigSetting{source: source, nodes: 2})
		for name, send := range map[string]func(openid string) simulator.Outcome{
			"five at once": func(o string) simulator.Outcome { return r.sim.Say(o, "问", simulator.Copies(5)) },
			"lost answer":  func(o string) simulator.Outcome { return r.sim.Say(o, "问", simulator.LoseAnswers(2)) },
			"another node": func(o string) simulator.Outcome {
				p := r.sim.Compose(o, simulator.Text("问"))
				p.Send(simulator.LoseAnswers(1), simulator.Once())
				r.sim.SetCallback(r.urls[1])
				defer r.sim.SetCallback(r.urls[0])
				return p.Send()
			},
		} {
			openid := strings.ReplaceAll(name, " ", "")
			r.sim.AddFollowers(openid)
			before := len(r.talks.texts())
			o := send(openid)
			if o.Ending != simulator.Replied || o.Reply.Text == "" {
				t.Errorf("%s: %s", name, o)
			}
			if n := r.count(openid, "答：问"); n != 1 {
				t.Errorf("%s: shown %d times", name, n)
			}
			if n := len(r.talks.texts()) - before; n != 1 {
				t.Errorf("%s: received %d times", name, n)
			}
		}
	})
}

// A question that takes longer than the platform waits is acknowledged, and answered by a customer-service message: once, and in order.
func TestASlowAnswerComesLater(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		r := newRig(t, rigSetting{source: source, patience: 50 * time.Millisecond})
		r.sim.AddFollowers("o")
		r.talks.hold = make(chan struct{})
		first := r.sim.Say("o", "慢一")
		if first.Ending != simulator.Acknowledged {
			t.Fatalf("first: %s", first)
		}
		second := r.sim.Say("o", "慢二", simulator.Copies(2))
		if second.Ending != simulator.Acknowledged {
			t.Fatalf("second: %s", second)
		}
		close(r.talks.hold)
		r.until(t, "both answers", func() bool { return len(r.texts("o")) == 2 })
		if got := r.texts("o"); !strings.HasPrefix(got[0], "答：慢一") || !strings.HasPrefix(got[1], "答：慢二") {
			t.Errorf("read %q", got)
		}
		for _, s := range r.sim.Shown("o") {
			if !s.AI {
				t.Errorf("%q has no label", s.Text)
			}
		}
	})
}

// Two questions in one second, on two nodes, are answered in their order.
func TestOrderIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		r := newRig(t, rigSetting{source: source, nodes: 2})
		r.sim.AddFollowers("o")
		r.talks.hold = make(chan struct{})
		var all sync.WaitGroup
		pushes := []*simulator.Push{r.sim.Compose("o", simulator.Text("一")), r.sim.Compose("o", simulator.Text("二"))}
		for i, p := range pushes {
			r.sim.SetCallback(r.urls[i])
			all.Go(func() { p.Send() })
			r.until(t, "kept", func() bool { return r.rows(t, "wechat_inbox") == i+1 })
		}
		close(r.talks.hold)
		all.Wait()
		r.until(t, "both", func() bool { return len(r.texts("o")) == 2 })
		if got := r.talks.texts(); !slices.Equal(got, []string{"一", "二"}) {
			t.Errorf("received %q", got)
		}
	})
}

// A node that dies with a question in its hands: another takes it up, and the follower is answered once.
func TestADeadNodesQuestionIsTakenUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		r := newRig(t, rigSetting{source: source, nodes: 2, patience: 50 * time.Millisecond})
		r.sim.AddFollowers("o")
		r.talks.hold = make(chan struct{})
		if o := r.sim.Say("o", "问"); o.Ending != simulator.Acknowledged {
			t.Fatal(o)
		}
		r.stops[0]()
		r.sim.SetCallback(r.urls[1])
		close(r.talks.hold)
		r.clock.Add(time.Minute)
		r.until(t, "the answer", func() bool { return r.count("o", "答：问") == 1 })
	})
}

// The platform's refusals end as they must, and never in a storm of calls.
func TestTheOutboxAndTheCodes(t *testing.T) {
	const send = "/cgi-bin/message/custom/send"
	for _, c := range []struct {
		name   string
		fault  simulator.Fault
		wait   time.Duration // moved on while waiting
		sent   bool
		want   channels.Delivery
		atMost int // calls of send
	}{
		{"busy", simulator.Fault{Code: -1, Times: 2}, time.Second, true, channels.Delivery{State: channels.Sent}, 3},
		{"502", simulator.Fault{Status: 502}, time.Second, true, channels.Delivery{State: channels.Sent}, 2},
		{"no JSON", simulator.Fault{Body: simulator.BrokenJSON}, time.Second, true, channels.Delivery{State: channels.Sent}, 2},
		{"cut", simulator.Fault{Cut: true}, time.Second, true, channels.Delivery{State: channels.Sent}, 2},
		{"token refused", simulator.Fault{Code: 40001}, 0, true, channels.Delivery{State: channels.Sent}, 2},
		{"token over", simulator.Fault{Code: 42001}, 0, true, channels.Delivery{State: channels.Sent}, 2},
		{"a minute's limit", simulator.Fault{Code: 45011}, time.Minute, true, channels.Delivery{State: channels.Sent}, 2},
		{"a day's quota", simulator.Fault{Code: 45009}, 24 * time.Hour, true, channels.Delivery{State: channels.Sent}, 2},
		{"busy for ever", simulator.Fault{Code: -1, Times: -1}, 3 * time.Minute, false, channels.Delivery{State: channels.Failed, Reason: "platform"}, 6},
		{"window over", simulator.Fault{Code: 45015}, 0, false, channels.Delivery{State: channels.Failed, Reason: "window", Fallback: "call_back"}, 1},
		{"count used up", simulator.Fault{Code: 45047}, 0, false, channels.Delivery{State: channels.Failed, Reason: "count", Fallback: "hold"}, 1},
		{"not allowed", simulator.Fault{Code: 48001}, 0, false, channels.Delivery{State: channels.Failed, Reason: "account"}, 1},
		{"not following", simulator.Fault{Code: 43004}, 0, false, channels.Delivery{State: channels.Failed, Reason: "unfollowed"}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, rigSetting{source: storetest.SQLite(t)})
			r.sim.AddFollowers("o")
			r.sim.Say("o", "问")
			r.sim.Fault(send, c.fault)
			r.talks.say("t1", r.talks.thread(), "坐席的话")
			waits := 0
			r.until(t, "settled", func() bool {
				if n := strings.Count(r.log.String(), "tried again"); n > waits {
					waits = n
					r.clock.Add(c.wait)
				}
				return r.talks.last("t1") == c.want
			})
			if n := r.count("o", "坐席的话"); (n == 1) != c.sent {
				t.Errorf("shown %d times", n)
			}
			if n := r.calls(send); n > c.atMost {
				t.Errorf("%d calls", n)
			}
			if log := r.log.String(); strings.Contains(log, "坐席的话") || strings.Contains(log, "access_token") || strings.Contains(log, "secretsecret") {
				t.Errorf("the log tells too much:\n%s", log)
			}
		})
	}
}

// What was held because the count is used up goes out when the follower writes again, before the answer to what they write.
func TestHeldWordsGoFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		r := newRig(t, rigSetting{source: source})
		r.sim.AddFollowers("o")
		r.sim.Say("o", "问")
		for i := range 7 {
			r.talks.say(fmt.Sprint("t", i), r.talks.thread(), fmt.Sprint("坐席第", i, "句"))
		}
		r.until(t, "five are sent, two are held", func() bool {
			return r.talks.last("t4").State == channels.Sent && r.talks.last("t6") == channels.Delivery{State: channels.Failed, Reason: "count", Fallback: "hold"} &&
				r.talks.last("t5").Reason == "count"
		})
		r.sim.Say("o", "又问")
		r.until(t, "all", func() bool { return r.count("o", "坐席第") == 7 && r.count("o", "答：又问") == 1 })
		if got := r.texts("o"); !strings.Contains(got[len(got)-1], "又问") || !strings.Contains(got[len(got)-2], "第6句") {
			t.Errorf("read %q", got)
		}
		if r.talks.last("t6").State != channels.Sent {
			t.Errorf("told %+v", r.talks.last("t6"))
		}
	})
}

// A talk that fails is answered with a sentence, not with silence.
func TestTroubleIsSaid(t *testing.T) {
	r := newRig(t, rigSetting{source: storetest.SQLite(t)})
	r.sim.AddFollowers("o")
	r.talks.answer = func(message.Inbound) (*message.Reply, error) { return nil, errors.New("broken") }
	if o := r.sim.Say("o", "问"); o.Ending != simulator.Replied || o.Reply.Text != "[wechat.trouble]" {
		t.Error(o, o.Reply)
	}
	if o := r.sim.Unfollow("o"); o.Ending != simulator.Acknowledged {
		t.Error(o)
	}
	if n := r.rows(t, "wechat_follower WHERE openid IS NOT NULL"); n != 0 {
		t.Errorf("%d openids are kept", n)
	}
}

// rows counts the rows of a table.
func (r *rig) rows(t testing.TB, table string) (n int) {
	t.Helper()
	if _, err := r.store.Write(context.Background(), func(tx *store.Tx) error { return tx.QueryRow(`SELECT COUNT(*) FROM ` + table).Scan(&n) }); err != nil {
		t.Fatal(err)
	}
	return n
}

// calls counts the calls of a path.
func (r *rig) calls(path string) (n int) {
	for _, c := range r.sim.Calls() {
		if c.Path == path {
			n++
		}
	}
	return n
}
