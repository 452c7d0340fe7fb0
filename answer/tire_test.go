package answer

import (
	"testing"

	"bangban/conversation/message"
)

// A talk that gets nowhere goes to a person: the same question for the third time, six turns without an answer; not before, and not when something
// else comes between.
func TestATalkThatGetsNowhere(t *testing.T) {
	e := engine(t, town)
	for _, c := range []struct {
		name   string
		turns  []string
		kind   message.Kind
		reason message.Reason
	}{
		{"twice", []string{"居民卡补领多少钱", "居民卡补领多少钱"}, message.Answer, ""},
		{"three times", []string{"居民卡补领多少钱", "居民卡补领多少钱", "居民卡补领多少钱？"}, message.Handoff, message.Repeated},
		{"with another between", []string{"居民卡补领多少钱", "居民卡补领多少钱", "居民卡是什么", "居民卡补领多少钱"}, message.Answer, ""},
		{"four times", []string{"居民卡补领多少钱", "居民卡补领多少钱", "居民卡补领多少钱", "居民卡补领多少钱"}, message.Answer, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var talk message.Context
			var r message.Reply
			for _, text := range c.turns {
				var err error
				if r, talk, err = e.Answer(t.Context(), message.Question{Text: text, Channel: message.API, Now: asked.UnixMicro()}, talk); err != nil {
					t.Fatal(err)
				}
			}
			if r.Kind != c.kind || c.reason != "" && r.Reason != c.reason {
				t.Errorf("%s %s: %s", r.Kind, r.Reason, r.Text)
			}
		})
	}
	// Turns without an answer: a clarifying question, something unknown, and so on by turns, so that no rule of its own ends it.
	talk := message.Context{Stuck: maxStuck - 1, Kind: message.Answer}
	r, next, err := e.Answer(t.Context(), message.Question{Text: "量子物理的波函数", Channel: message.API, Now: asked.UnixMicro()}, talk)
	if err != nil || r.Kind != message.Handoff || r.Reason != message.MaxTurns || next.Stuck != 0 {
		t.Errorf("the sixth: %s %s, %+v, %v", r.Kind, r.Reason, next, err)
	}
	r, next, err = e.Answer(t.Context(), message.Question{Text: "居民卡补领多少钱", Channel: message.API, Now: asked.UnixMicro()}, talk)
	if err != nil || r.Kind != message.Answer || next.Stuck != 0 {
		t.Errorf("an answer: %s %s, %+v, %v", r.Kind, r.Reason, next, err)
	}
}
