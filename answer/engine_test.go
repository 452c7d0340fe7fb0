package answer

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"bangban/conversation/message"
	"bangban/kernel/fault"
	"bangban/knowledge"
	"bangban/nlu"
)

// town is a city of a few entries: one expires, one is for agents, one has situations, one has nothing but a name.
var town = fstest.MapFS{
	"items/all.yaml": {Data: []byte(`
- id: card
  name: 居民卡补领
  short: 补居民卡
  topics: ["090"]
  targets: [person]
  department: police
  summary: {text: 卡丢了可以补, by: ["fact:card"]}
  materials: [{name: 照片, by: ["fact:card"]}]
  fees: [{name: 工本费, yuan: "40", by: ["fact:card"]}]
  places: [{text: 城东派出所, region: "330102", by: ["fact:card"]}, {text: 城西派出所, region: "330106", by: ["fact:card"]}]
  situations:
    - {id: lost, name: 丢失, words: [丢了], materials: [{name: 报失单, by: ["fact:card"]}]}
    - {id: broken, name: 损坏, words: [坏了], materials: [{name: 旧卡, by: ["fact:card"]}]}
  related: [old, secret]
  updated: "2026-01-01"
- {id: old, name: 旧证换发, short: 换旧证, topics: ["090"], targets: [person], department: police, summary: {text: 旧的, by: ["fact:card"]}, updated: "2026-01-01", expires: "2026-06-30"}
- {id: secret, name: 内部核查, short: 内部核查, topics: ["090"], targets: [person], department: police, summary: {text: 内部, by: ["fact:card"]}, updated: "2026-01-01", secrecy: agent}
- {id: bare, name: 空白事项, short: 空白事项, topics: ["090"], targets: [person], department: police, updated: "2026-01-01"}
`)},
	"faq/all.yaml": {Data: []byte(`
- {id: old-faq, kind: faq, question: 居民卡多久换, answer: [{text: 以前 3 年一换, by: ["fact:card"]}], item: card, attribute: validity, department: police, updated: "2026-01-01", expires: "2026-06-30"}
- {id: secret-faq, kind: line, question: 居民卡内部口径, answer: [{text: 先问清来意, by: ["fact:card"]}], item: card, attribute: time, department: police, updated: "2026-01-01", secrecy: agent}
- {id: open-faq, kind: faq, question: 居民卡是什么, answer: [{text: 一张卡, by: ["fact:card"]}], department: police, updated: "2026-01-01"}
`)},
	"events.yaml":           {Data: []byte(`[{id: move, name: 搬家一件事, words: [搬家], summary: {text: 搬家要办两件事, by: ["fact:card"]}, items: [old, secret], updated: "2026-01-01"}]`)},
	"city/regions.yaml":     {Data: []byte(`[{code: "330100", name: 本市}, {code: "330102", name: 城东区, parent: "330100"}, {code: "330106", name: 城西区, parent: "330100"}]`)},
	"city/departments.yaml": {Data: []byte(`[{id: police, name: 公安局}]`)},
	"city/points.yaml":      {Data: []byte(`[{id: hall, name: 办事大厅, kind: hall, region: "330102", updated: "2026-01-01", by: ["fact:card"]}]`)},
	"city/hotlines.yaml":    {Data: []byte(`[{number: "12345", name: 市民热线, for: 什么都能问, by: ["fact:card"]}]`)},
	"sources/facts.yaml":    {Data: []byte(`[{id: card, text: 工本费 40 元, source: 公告, grade: A}]`)},
	"sentences.yaml": {Data: []byte(`[{key: answer.missing, text: "{item}的{attribute}没有核实，请打 {phone}。", voice: "{attribute}没有核实。"}, {key: clarify.none, text: 都不是, voice: 都不是},
 {key: clarify.which_item, text: 哪一件？, voice: 哪一件？}, {key: clarify.which_situation, text: 哪一种？, voice: 哪一种？}, {key: clarify.which_region, text: 哪个区？, voice: 哪个区？},
 {key: unknown.no_entry, text: 不知道。, voice: 不知道。}, {key: handoff.danger_fire, text: 快打 119。, voice: 快打幺幺九。}]`)},
	"lexicon/attributes.tsv": {Data: []byte("materials\t材料\nfee\t多少钱\nplace\t哪里\ntime\t多久\nvalidity\t有效期\n")},
	"lexicon/dangers.tsv":    {Data: []byte("fire\talways\t着火了\n")},
	"lexicon/intents.tsv":    {Data: []byte("deny\t^都不是$\t80\nrepeat\t再说一遍\t80\n")},
	"lexicon/phrases.tsv":    {Data: []byte("follow\t^那\ncorrection\t^不对\n")},
}

// likeness searches a town: an entry is as like as the share of the question's characters that its best title holds.
type likeness struct{ docs []*knowledge.Document }

func (l likeness) Version() string { return "town" }

func (l likeness) Search(_ context.Context, q knowledge.Query) ([]knowledge.Candidate, error) {
	var out []knowledge.Candidate
	for _, d := range l.docs {
		if d.AgentOnly && !q.Staff {
			continue
		}
		best := 0.0
		for _, title := range d.Titles {
			n, all := 0, 0
			for _, r := range q.Understanding.Core {
				if all++; strings.ContainsRune(title, r) {
					n++
				}
			}
			best = max(best, float64(n)/float64(max(all, 1)))
		}
		if best > 0 {
			out = append(out, knowledge.Candidate{Document: d, Score: best, Evidence: knowledge.Evidence{Title: best, Coverage: best, Contained: best}})
		}
	}
	slices.SortStableFunc(out, func(a, b knowledge.Candidate) int { return int(1000 * (b.Score - a.Score)) })
	return out, nil
}

var (
	opened = time.Date(2026, 3, 1, 9, 0, 0, 0, City) // when the library was made
	asked  = time.Date(2026, 9, 1, 9, 0, 0, 0, City) // when the old entries had expired
)

func engine(t testing.TB, files fstest.MapFS) *Engine {
	t.Helper()
	c, problems := knowledge.LoadFS(files)
	for _, p := range problems {
		t.Fatal(p)
	}
	lib := knowledge.NewLibrary(c, opened, nil)
	lexicon, err := nlu.ParseLexicon(lib.Lexicon())
	if err != nil {
		t.Fatal(err)
	}
	var places nlu.Places
	for _, r := range lib.Regions() {
		places.Regions = append(places.Regions, nlu.Region{Code: r.Code, Name: r.Name, Parent: r.Parent})
	}
	u, err := nlu.New(lexicon, places, []string{"居民卡"})
	if err != nil {
		t.Fatal(err)
	}
	k := &Knowledge{Understander: u, Library: lib, Search: likeness{lib.Documents()}}
	return New(func() *Knowledge { return k })
}

func TestNothingIsKnownYet(t *testing.T) {
	e := New(func() *Knowledge { return nil })
	var f *fault.Error
	if _, _, err := e.Answer(t.Context(), message.Question{Text: "你好"}, message.Context{}); !errors.As(err, &f) || f.Kind != fault.Unavailable {
		t.Errorf("Answer: %v, want Unavailable", err)
	}
	if _, _, _, err := e.Explain(t.Context(), message.Question{Text: "你好"}, message.Context{}); !errors.As(err, &f) || f.Kind != fault.Unavailable {
		t.Errorf("Explain: %v, want Unavailable", err)
	}
}

func TestEmptyCity(t *testing.T) {
	e := engine(t, fstest.MapFS{})
	for _, text := range []string{"", "身份证", "那要多久", "第一个"} {
		for _, value := range []string{"", "none", "entry:card", "region:330102"} {
			if _, _, err := e.Answer(t.Context(), message.Question{Text: text, Value: value, Now: asked.UnixMicro()}, message.Context{}); err != nil {
				t.Errorf("%q %q: %v", text, value, err)
			}
		}
	}
}

// hidden are words of the entries that no citizen may get at the moment of asking.
var hidden = []string{"旧证", "旧的", "换旧证", "内部", "先问清来意", "3 年一换"}

func shows(t testing.TB, r message.Reply) string {
	t.Helper()
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range hidden {
		if strings.Contains(string(raw), w) {
			return w
		}
	}
	return ""
}

// TestHiddenEntries tries every road to an entry that has expired since the library was made, and to one for agents only.
func TestHiddenEntries(t *testing.T) {
	e := engine(t, town)
	tests := []struct {
		name, text, value string
		talk              message.Context
	}{
		{"search", "旧证换发", "", message.Context{}},
		{"search for an agents' entry", "内部核查", "", message.Context{}},
		{"a bound FAQ", "有效期", "entry:card#lost", message.Context{}},
		{"a bound agents' FAQ", "多久", "entry:card#lost", message.Context{}},
		{"a forged choice", "", "entry:old", message.Context{}},
		{"a forged choice for agents", "", "entry:secret", message.Context{}},
		{"a forged FAQ", "", "entry:secret-faq", message.Context{}},
		{"an old choice", "换旧证", "", message.Context{Pending: &message.Pending{Options: []message.Option{{Label: "换旧证", Value: "entry:old"}}}}},
		{"a life event", "搬家", "entry:move", message.Context{}},
		{"focus of an old talk", "那多久", "", message.Context{Entry: "old"}},
		{"focus on an agents' entry", "那多少钱", "", message.Context{Entry: "secret"}},
		{"suggestions", "居民卡", "entry:card", message.Context{}},
	}
	for _, test := range tests {
		q := message.Question{Text: test.text, Value: test.value, Now: asked.UnixMicro()}
		r, _, err := e.Answer(t.Context(), q, test.talk)
		if err != nil {
			t.Fatal(err)
		}
		if w := shows(t, r); w != "" && !strings.Contains(test.text, w) {
			t.Errorf("%s: %q shows in %+v", test.name, w, r)
		}
		if r.Kind == message.Answer && slices.ContainsFunc(r.Citations, func(c message.Citation) bool { return c.EntryID == "old" || c.EntryID == "secret" }) {
			t.Errorf("%s: cites %+v", test.name, r.Citations)
		}
	}
	// The same roads work before the end of validity, and for staff.
	r, _, _ := e.Answer(t.Context(), message.Question{Value: "entry:old", Text: "旧证", Now: opened.UnixMicro()}, message.Context{})
	if r.Kind != message.Answer {
		t.Errorf("before it expires: %s", r.Kind)
	}
	r, _, _ = e.Answer(t.Context(), message.Question{Value: "entry:secret", Text: "内部核查", Now: asked.UnixMicro(), Staff: true}, message.Context{})
	if r.Kind != message.Answer {
		t.Errorf("for staff: %s", r.Kind)
	}
}

func TestDangerBeforeChoice(t *testing.T) {
	e := engine(t, town)
	pending := message.Context{Pending: &message.Pending{Options: []message.Option{{Label: "丢失", Value: "entry:card#lost"}, {Label: "损坏", Value: "entry:card#broken"}}}}
	for _, value := range []string{"", "entry:card#lost"} {
		r, _, err := e.Answer(t.Context(), message.Question{Text: "丢失，家里着火了", Value: value, Now: asked.UnixMicro()}, pending)
		if err != nil || r.Reason != message.Danger {
			t.Errorf("value %q: %s %s, %v; want danger", value, r.Kind, r.Reason, err)
		}
	}
}

func TestNothingButAName(t *testing.T) {
	r, _, err := engine(t, town).Answer(t.Context(), message.Question{Text: "空白事项", Value: "entry:bare", Now: asked.UnixMicro()}, message.Context{})
	if err != nil || r.Text == "" || r.Voice == "" || r.Card.Conclusion == "" {
		t.Errorf("an item without a single field: %+v, %v", r, err)
	}
}

// FuzzAnswer sends whatever a client may send: text, the value of a choice, the region, and a context from an older version.
func FuzzAnswer(f *testing.F) {
	e := engine(f, town)
	f.Add("居民卡丢了", "", "", "{}")
	f.Add("丢失", "entry:card#lost", "330102", `{"entry":"card","pending":{"reason":"which_situation","question":"居民卡","options":[{"label":"丢失","value":"entry:card#lost"}],"entry":"card"}}`)
	f.Add("城西区", "region:330106", "999", `{"entry":"gone","attribute":"fee","misses":1,"pending":{"reason":"which_region","entry":"card","attribute":"place"}}`)
	f.Add("第二个", "", "", `{"pending":{"options":[{"label":"","value":"entry:"},{"label":"a","value":"region:"}]},"kind":"clarify"}`)
	f.Add("那多少钱", "entry:xxx#yyy", "", `{"entry":"hotline-12345","last_question":"居民卡","recent":["a","b","c","d","e","f"]}`)
	f.Add("再说一遍", "none", "330102001", `{"last":{"kind":"answer","text":"","voice":""},"entry":"move"}`)
	f.Fuzz(func(t *testing.T, text, value, region, remembered string) {
		var talk message.Context
		if len(text) > 8000 || json.Unmarshal([]byte(remembered), &talk) != nil {
			t.Skip()
		}
		q := message.Question{Text: text, Value: value, Region: region, Channel: message.API, Now: asked.UnixMicro()}
		r, next, err := e.Answer(t.Context(), q, talk)
		if err != nil {
			t.Fatal(err)
		}
		if again, _, _ := e.Answer(t.Context(), q, talk); again.Text != r.Text || again.Kind != r.Kind {
			t.Errorf("the same question has two answers: %+v, %+v", r, again)
		}
		if r.Kind == message.Answer && (len(r.Citations) == 0 || r.Citations[0].Title == "" || r.Text == "" || r.Voice == "") {
			t.Errorf("an answer without its parts: %+v", r)
		}
		if r.Kind == message.Clarify && (talk.Pending != nil || len(r.Options) < 3 || len(r.Options) > 5) {
			t.Errorf("a clarifying question too many, or with %d options", len(r.Options))
		}
		if r.Reason != message.Repeat && !utf8.ValidString(r.Text+r.Voice) {
			t.Errorf("broken UTF-8: %q, %q", r.Text, r.Voice)
		}
		if sentenceCount(r.Voice) > maxSpoken && r.Reason != message.Repeat {
			t.Errorf("too much for the ear: %q", r.Voice)
		}
		if len(next.Recent) > max(5, len(talk.Recent)) {
			t.Errorf("remembers %d entries", len(next.Recent))
		}
	})
}
