package bangban_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bangban/answer"
	"bangban/conversation/message"
	"bangban/corpus"
	"bangban/knowledge"
	"bangban/nlu"
)

// kinds is the table of kinds and reasons of docs/architecture.md, as far as the machine speaks.
var kinds = func() map[message.Kind][]message.Reason {
	table := map[message.Kind][]message.Reason{message.Answer: {"", message.OtherDoor}}
	for kind, reasons := range spoken {
		table[kind] = reasons
	}
	return table
}()

var (
	page        = regexp.MustCompile(`^/(items|faq|life-events)/[^/?#]+$|^/points#`)
	office      = regexp.MustCompile(`^(hotline|point)-`) // its sources may be pages of nobody in particular
	placeholder = regexp.MustCompile(`\{[a-z_]+\}`)
)

// faults are what is wrong with a reply, whatever was asked.
func faults(r message.Reply) []string {
	var out []string
	wrong := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if reasons, ok := kinds[r.Kind]; !ok || !slices.Contains(reasons, r.Reason) {
		wrong("kind %q with reason %q is not in the table", r.Kind, r.Reason)
	}
	if strings.TrimSpace(r.Text) == "" || strings.TrimSpace(r.Voice) == "" {
		wrong("no text or no voice: %q, %q", r.Text, r.Voice)
	}
	if placeholder.MatchString(r.Text + r.Voice) {
		wrong("a place that is not filled: %q, %q", r.Text, r.Voice)
	}
	if r.Confidence < 0 || r.Confidence > 1 {
		wrong("confidence %v", r.Confidence)
	}
	out = append(out, answer.EarFaults(r.Voice)...)
	switch r.Kind {
	case message.Answer:
		out = append(out, answerFaults(r)...)
	case message.Clarify:
		out = append(out, optionFaults(r.Options)...)
	default:
		if len(r.Options) > 0 {
			wrong("options on %s", r.Kind)
		}
	}
	return out
}

func answerFaults(r message.Reply) []string {
	var out []string
	wrong := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if len(r.Citations) == 0 {
		return []string{"an answer without a citation"}
	}
	if c := r.Citations[0]; c.Title == "" || c.Issuer == "" && !office.MatchString(c.EntryID) || c.URL == "" || c.EntryID == "" || c.Revision < 1 || len(c.Basis) == 0 {
		wrong("the first citation is not complete: %+v", c)
	}
	for _, c := range r.Citations {
		if !page.MatchString(c.URL) {
			wrong("no page of ours: %s", c.URL)
		}
		for _, b := range c.Basis {
			if b.Title == "" || b.Kind == "" {
				wrong("a basis without kind or title: %+v", b)
			}
		}
	}
	if r.Card == nil {
		return append(out, "an answer without a card")
	}
	if r.Card.Title == "" || r.Card.Conclusion == "" {
		wrong("a card without title or conclusion: %+v", r.Card)
	}
	if !strings.Contains(r.Card.Conclusion, r.Card.Key) {
		wrong("the key %q is not in the conclusion %q", r.Card.Key, r.Card.Conclusion)
	}
	for _, f := range r.Card.Fields {
		if f.Label == "" || f.Value == "" {
			wrong("a field without label or value: %+v", f)
		}
	}
	for _, a := range r.Card.Actions {
		if a.Label == "" || a.URL == "" && a.Ask == "" {
			wrong("an action that does nothing: %+v", a)
		}
	}
	return out
}

func optionFaults(options []message.Option) []string {
	var out []string
	if n := len(options) - 1; n < 2 || n > 4 {
		out = append(out, fmt.Sprintf("%d choices and 都不是, want 2 to 4", n))
	}
	labels := map[string]bool{}
	for i, o := range options {
		if last := i == len(options)-1; (o.Value == "none") != last || last && o.Label != "都不是" {
			out = append(out, fmt.Sprintf("都不是 is not the last choice: %+v", options))
		}
		if o.Label == "" || o.Value == "" || labels[o.Label] {
			out = append(out, fmt.Sprintf("a choice that is empty or there twice: %+v", o))
		}
		labels[o.Label] = true
	}
	return out
}

// asked are questions about nothing but one attribute each; the empty one asks for the whole.
var asked = map[nlu.Attribute]string{
	nlu.Overview: "怎么办", nlu.Materials: "要带什么材料", nlu.Time: "要多久", nlu.Fee: "要多少钱", nlu.Place: "在哪里办", nlu.Hours: "几点上班", nlu.Phone: "电话是多少",
	nlu.Conditions: "要什么条件", nlu.Online: "网上能办吗", nlu.ByAgent: "能代办吗", nlu.Result: "办好拿到什么证", nlu.Validity: "有效期多久",
	nlu.Steps: "流程是什么", nlu.Visits: "要跑几次", nlu.LegalBasis: "依据是什么法律", nlu.Complaints: "投诉电话是多少",
}

// TestEveryEntryInEveryAttribute asks every item in every situation, every FAQ, life event, hotline and point for all that can be
// asked: whatever is published reads and sounds well.
func TestEveryEntryInEveryAttribute(t *testing.T) {
	city := open(t)
	for attribute, question := range asked {
		if got := city.Understander().Understand(question, goldenTime).Slots.Attribute(); got != attribute {
			t.Errorf("%q asks for %q, want %q", question, got, attribute)
		}
	}
	for _, value := range entries(t) {
		for _, attribute := range slices.Sorted(maps.Keys(asked)) {
			q := message.Question{Text: asked[attribute], Value: value, Channel: message.API, Now: goldenTime.UnixMicro()}
			reply, _, err := city.Engine.Answer(t.Context(), q, message.Context{})
			if err != nil {
				t.Fatal(err)
			}
			if reply.Kind != message.Answer && reply.Reason != message.WhichRegion {
				t.Errorf("%s, %s: %s %s", value, attribute, reply.Kind, reply.Reason)
			}
			for _, f := range faults(reply) {
				t.Errorf("%s, %s: %s", value, attribute, f)
			}
		}
	}
}

// entries are the values by which every published entry can be chosen.
func entries(t testing.TB) []string {
	t.Helper()
	parsed, problems := knowledge.LoadFS(corpus.Files)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	lib := knowledge.NewLibrary(parsed, goldenTime, nil)
	var out []string
	for _, it := range lib.Items() {
		out = append(out, "entry:"+string(it.ID))
		for _, s := range it.Situations {
			out = append(out, "entry:"+string(it.ID)+"#"+s.ID)
		}
	}
	for _, f := range lib.FAQs() {
		out = append(out, "entry:"+f.ID)
	}
	for _, e := range lib.Events() {
		out = append(out, "entry:"+e.ID)
	}
	for _, h := range lib.Hotlines() {
		out = append(out, "entry:hotline-"+h.Number)
	}
	for _, p := range lib.Points("", "") {
		out = append(out, "entry:point-"+p.ID)
	}
	if len(out) < 300 {
		t.Fatalf("only %d entries", len(out))
	}
	return out
}
