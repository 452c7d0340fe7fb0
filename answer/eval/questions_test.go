package eval

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"bangban/conversation/message"
)

func TestReadQuestions(t *testing.T) {
	rows, err := ReadQuestions(strings.NewReader("\ufeff# comment\n\nanswer\t身份证丢了 >> 那要多久\t身份证.*补领|遗失\nunknown|handoff\t火星怎么去\r\nclarify\t过户\t\n"), "q.tsv")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 3 || rows[0].Line != 3 || len(rows[0].Turns) != 2 || rows[0].Turns[1] != "那要多久" || rows[1].label() != "unknown|handoff" || rows[2].Pattern != nil {
		t.Errorf("rows %+v", rows)
	}
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "# only\n", "no question in it"},
		{"one column", "answer\n", "q.tsv, line 1: want kind, question, pattern"},
		{"four columns", "# \nanswer\tx\ty\tz\n", "line 2: want kind, question, pattern"},
		{"unknown kind", "reply\tx\ty\n", `no kind "reply"`},
		{"no pattern", "answer\tx\n", "wants a pattern"},
		{"bad pattern", "answer\tx\t(\n", "pattern: error parsing regexp"},
		{"empty turn", "clarify\tx >>  >> y\n", "a turn is empty"},
	} {
		if _, err := ReadQuestions(strings.NewReader(tt.text), "q.tsv"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}

// script answers by the words of a turn, and remembers what it was asked.
type script struct {
	replies map[string]message.Reply
	asked   []message.Question
	talks   []message.Context
}

func (s *script) Answer(_ context.Context, q message.Question, talk message.Context) (message.Reply, message.Context, error) {
	s.asked = append(s.asked, q)
	s.talks = append(s.talks, talk)
	r := s.replies[q.Text]
	return r, message.Context{LastQuestion: q.Text}, nil
}

func answered(title string) message.Reply {
	return message.Reply{Kind: message.Answer, Citations: []message.Citation{{Title: title}}}
}

func TestQuestions(t *testing.T) {
	engine := &script{replies: map[string]message.Reply{
		"身份证丢了": answered("居民身份证丢失补领"),
		"护照丢了":  answered("居民身份证丢失补领"),
		"过户":    {Kind: message.Clarify, Options: []message.Option{{Label: "房子", Value: "item:house"}, {Label: "车子", Value: "item:car"}}},
		"车子":    answered("机动车转移登记"),
		"天气":    answered("气象服务"),
		"你好":    {Kind: message.Smalltalk, Reason: message.Greeting},
		"社保":    {Kind: message.Unknown},
	}}
	rows, err := ReadQuestions(strings.NewReader(strings.Join([]string{
		"answer\t身份证丢了\t身份证.*补领",
		"answer\t护照丢了\t护照",
		"answer\t社保\t社保",
		"answer\t过户 >> 车子\t机动车",
		"clarify\t过户",
		"unknown\t天气",
		"smalltalk\t你好",
		"clarify|answer\t身份证丢了\t护照",
	}, "\n")), "q.tsv")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Questions(context.Background(), rows, engine, 42, nil)
	if err != nil {
		t.Fatal(err)
	}
	type of struct{ count, of int }
	for name, c := range map[string]struct {
		got  Share
		want of
	}{
		"right":     {s.Right, of{4, 8}},
		"turns":     {s.Turns, of{1, 1}},
		"instant":   {s.Instant, of{2, 4}},
		"precision": {s.Precision, of{2, 3}},
		"false":     {s.False, of{1, 3}},
	} {
		if (of{c.got.Count, c.got.Of}) != c.want {
			t.Errorf("%s: got %d of %d, want %d of %d", name, c.got.Count, c.got.Of, c.want.count, c.want.of)
		}
	}
	if len(s.Wrong) != 4 || s.Wrong[0].Line != 2 || s.Wrong[0].Title != "居民身份证丢失补领" {
		t.Errorf("wrong rows %+v", s.Wrong)
	}
	for i, q := range engine.asked {
		if q.Now != 42 {
			t.Errorf("asked at %d, want 42", q.Now)
		}
		if q.Text == "车子" && (q.Value != "item:car" || engine.talks[i].LastQuestion != "过户") {
			t.Errorf("the typed label was sent as %+v in %+v", q, engine.talks[i])
		}
		if q.Text != "车子" && engine.talks[i].LastQuestion != "" {
			t.Errorf("%s was asked in the talk of %q", q.Text, engine.talks[i].LastQuestion)
		}
	}
	var out strings.Builder
	if err := s.Print(&out); err != nil || !strings.Contains(out.String(), "即时解答率") || !strings.Contains(out.String(), "第 2 行  护照丢了") {
		t.Errorf("%v\n%s", err, out.String())
	}
	raw, err := json.Marshal(s)
	if err != nil || !strings.Contains(string(raw), `"instant_answer":{"count":2,"of":4,"value":0.5,`) {
		t.Errorf("%s, %v", raw, err)
	}
}

func FuzzQuestions(f *testing.F) {
	f.Add("answer\t身份证丢了 >> 那要多久\t身份证\n# x\nclarify|answer\t过户\n")
	f.Add("\t\t\t\n|")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := ReadQuestions(strings.NewReader(text), "q.tsv")
		if err != nil {
			return
		}
		for _, r := range rows {
			if len(r.Kinds) == 0 || len(r.Turns) == 0 || r.Line == 0 {
				t.Errorf("row %+v", r)
			}
		}
	})
}
