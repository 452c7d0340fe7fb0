package eval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"bangban/answer"
	"bangban/conversation/message"
)

func TestReadQuestions(t *testing.T) {
	rows, err := ReadQuestions(strings.NewReader("\ufeff# comment\n\nanswer\t身份证丢了 >> 那要多久\t身份证.*补领|遗失\nunknown|handoff\t火星怎么去\r\nclarify\t过户\t\n"), "q.tsv")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 3 || rows[0].Line != 3 || len(rows[0].Turns) != 2 || rows[0].Turns[1] != "那要多久" || rows[1].label() != "unknown|handoff" || len(rows[2].Labels) != 0 {
		t.Errorf("rows %+v", rows)
	}
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "# only\n", "no question in it"},
		{"one column", "answer\n", "q.tsv, line 1: want kind, question, labels"},
		{"six columns", "# \nanswer\tx\ty\tz\ta\tb\n", "line 2: want kind, question, labels"},
		{"unknown kind", "reply\tx\ty\n", `no kind "reply"`},
		{"no pattern", "answer\tx\n", "wants a label"},
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
	found   map[string][]answer.TracedCandidate
}

func (s *script) Explain(_ context.Context, q message.Question, talk message.Context) (message.Reply, message.Context, *answer.Trace, error) {
	s.asked = append(s.asked, q)
	s.talks = append(s.talks, talk)
	r := s.replies[q.Text]
	return r, message.Context{LastQuestion: q.Text}, &answer.Trace{Candidates: s.found[q.Text]}, nil
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
	s, err := Questions(context.Background(), rows, engine, QuestionOptions{Now: 42})
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
	if err := errors.Join(s.Print(&out), s.Report(&out)); err != nil || !strings.Contains(out.String(), "即时解答率") || !strings.Contains(out.String(), "第 2 行  护照丢了") {
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

func TestLabels(t *testing.T) {
	rows, err := ReadQuestions(strings.NewReader("answer@typo@attr\t身粉证多少钱\t=id-card-renew|id-card-replace\t身份证.*费\nunknown|handoff@near\t渔船登记\n"), "q.tsv")
	if err != nil {
		t.Fatal(err)
	}
	if r := rows[0]; len(r.Tags) != 2 || r.Tags[1] != "attr" || r.want() != "answer =id-card-renew|id-card-replace 身份证.*费" || rows[1].Tags[0] != tagNear {
		t.Errorf("rows %+v", rows)
	}
	matter := func(entry string) string {
		return map[string]string{"id-card-renew": "id-card-renew", "faq-1": "id-card-replace", "faq-2": "passport"}[entry]
	}
	for _, tt := range []struct {
		entry, title string
		want         bool
	}{
		{"id-card-renew", "换领", true}, {"faq-1", "补领几天", true}, {"faq-2", "护照", false}, {"other", "身份证的费用", true}, {"other", "别的", false},
	} {
		o := outcome{row: rows[0], matter: matter, reply: message.Reply{Kind: message.Answer, Citations: []message.Citation{{EntryID: tt.entry, Title: tt.title}}}}
		if o.right() != tt.want {
			t.Errorf("%+v: right is %v", tt, o.right())
		}
	}
	if _, err := ReadQuestions(strings.NewReader("answer\tx\t=a||b\n"), "q.tsv"); err == nil || !strings.Contains(err.Error(), "empty entry") {
		t.Errorf("got %v for a label with an empty entry", err)
	}
}

func TestHalves(t *testing.T) {
	var b strings.Builder
	for i := range 200 {
		fmt.Fprintf(&b, "clarify\t问题 %d\n", i)
	}
	rows, err := ReadQuestions(strings.NewReader(b.String()), "q.tsv")
	if err != nil {
		t.Fatal(err)
	}
	a, z := Tuning.Of(rows), Test.Of(rows)
	if len(a)+len(z) != 200 || len(a) < 70 || len(z) < 70 || len(Both.Of(rows)) != 200 {
		t.Errorf("%d tuning, %d test of 200", len(a), len(z))
	}
	if again := Tuning.Of(rows); len(again) != len(a) || again[0].Line != a[0].Line {
		t.Error("a row changed its half")
	}
	if h := (Row{Turns: []string{"身份证丢了", "那要多久"}}).Half(); h != (Row{Turns: []string{"身份证丢了 >> 那要多久"}}).Half() {
		t.Error("the half is not that of the question as it is written")
	}
}

func TestStages(t *testing.T) {
	matter := func(entry string) string {
		return map[string]string{"a": "a", "b": "b", "faq-a": "a"}[entry]
	}
	found := func(ids ...string) *answer.Trace {
		tr := &answer.Trace{}
		for _, id := range ids {
			tr.Candidates = append(tr.Candidates, answer.TracedCandidate{Entry: id, Best: id})
		}
		return tr
	}
	for _, tt := range []struct {
		name, row string
		kind      message.Kind
		trace     *answer.Trace
		want      Stage
	}{
		{"heard as talk", "answer\tx\t=a", message.Smalltalk, found(), StageWords},
		{"no such entry", "answer\tx\t=gone", message.Unknown, found("a"), StageKnowledge},
		{"not found", "answer\tx\t=a", message.Answer, found("b"), StageRetrieval},
		{"second", "answer\tx\t=a", message.Answer, found("b", "faq-a"), StageRanking},
		{"first, yet not answered", "answer\tx\t=a", message.Unknown, found("a", "b"), StageDecision},
		{"answered for nothing", "unknown@near\tx", message.Answer, found("a"), StageDecision},
		{"a complaint answered", "complaint\tx", message.Answer, found("a"), StageWords},
	} {
		rows, err := ReadQuestions(strings.NewReader(tt.row), "q.tsv")
		if err != nil {
			t.Fatal(err)
		}
		if got := (outcome{rows[0], message.Reply{Kind: tt.kind}, tt.trace, matter}).stage(); got != tt.want {
			t.Errorf("%s: stage %s, want %s", tt.name, got, tt.want)
		}
	}
}
