package wechat_test

import (
	"context"
	"strings"
	"testing"

	"bangban/channels/wechat/simulator"
)

// A question is answered passively, with source, number and the way to the whole, in every mode.
func TestAQuestionIsAnswered(t *testing.T) {
	for _, mode := range []simulator.Mode{simulator.Plain, simulator.Compat, simulator.Safe} {
		t.Run(string(mode), func(t *testing.T) {
			w := newWorld(t, setting{mode: mode})
			if err := w.sim.Verify(context.Background()); err != nil {
				t.Fatal(err)
			}
			welcome := w.sim.Follow("o1", "")
			if welcome.Ending != simulator.Replied || !strings.Contains(welcome.Reply.Text, "智能客服") {
				t.Fatalf("followed: %s", welcome)
			}
			o := w.sim.Say("o1", "身份证丢了怎么补办")
			if o.Ending != simulator.Replied || len(o.Attempts) != 1 {
				t.Fatalf("asked: %s", o)
			}
			for _, want := range []string{"60 日", "来源：", "编号 A", "/wechat/enter?to="} {
				if !strings.Contains(o.Reply.Text, want) {
					t.Errorf("%q is not in %s", want, o.Reply.Text)
				}
			}
			if n := len(w.sim.Calls()); n > 0 {
				t.Errorf("%d calls of the interface for a passive reply", n)
			}
		})
	}
}

// A choice comes back with its number, without it, and as typed words; each leads on.
func TestAChoiceLeadsOn(t *testing.T) {
	w := newWorld(t, setting{})
	for i, way := range []string{"id", "no id", "typed"} {
		openid := "chooser" + string(rune('a'+i))
		w.sim.AddFollowers(openid)
		o := w.sim.Say(openid, "营业执照怎么办")
		if o.Ending != simulator.Replied || len(o.Reply.Choices) < 3 {
			t.Fatalf("%s: no choices: %s\n%+v", way, o, o.Reply)
		}
		c := o.Reply.Choices[2]
		switch way {
		case "id":
			o = w.sim.TapChoice(openid, c.ID, c.Content)
		case "no id":
			o = w.sim.TapChoice(openid, "", c.Content)
		default:
			o = w.sim.Say(openid, c.Content)
		}
		if o.Ending != simulator.Replied || !strings.Contains(o.Reply.Text, "编号 A") || !strings.Contains(o.Reply.Text, "执照") {
			t.Errorf("%s: %s", way, o)
		}
	}
}
