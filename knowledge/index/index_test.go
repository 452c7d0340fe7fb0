package index_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"bangban/knowledge"
	"bangban/knowledge/index"
	"bangban/nlu"
)

// cutter is a small analyser: every pair of characters is a word.
type cutter struct{}

func (cutter) Words(text string) []string { return nlu.Bigrams(nlu.Normalise(text)) }

func asked(text string) *nlu.Understanding {
	normal := nlu.Normalise(text)
	return &nlu.Understanding{Raw: text, Normal: normal, Core: normal, Readable: true}
}

func item(id, title string, more ...string) *knowledge.Document {
	return &knowledge.Document{ID: id, Kind: knowledge.KindItem, Titles: append([]string{title}, more...), Item: knowledge.ItemID(id)}
}

var city = []*knowledge.Document{
	item("id-card-replace", "居民身份证丢失补领", "身份证丢了", "补身份证"),
	item("passport-replace", "普通护照补发", "护照丢了"),
	item("residence-permit", "浙江省居住证申领", "办居住证"),
	item("fund-withdraw-rent", "租房提取住房公积金", "公积金交房租"),
}

func open(t testing.TB, dir string) *index.Index {
	t.Helper()
	ix, err := index.Open(dir, cutter{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ix.Close(); err != nil {
			t.Error(err)
		}
	})
	return ix
}

func apply(t testing.TB, ix *index.Index, docs []*knowledge.Document, version string) {
	t.Helper()
	if err := ix.Apply(context.Background(), docs, version, 1); err != nil {
		t.Fatal(err)
	}
}

// find returns the ids that a question finds, best first.
func find(t testing.TB, ix *index.Index, q knowledge.Query) []string {
	t.Helper()
	found, err := ix.Search(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range found {
		ids = append(ids, c.Document.ID)
	}
	return ids
}

func TestSearch(t *testing.T) {
	ix := open(t, t.TempDir())
	if got := find(t, ix, knowledge.Query{Understanding: asked("身份证")}); got != nil {
		t.Errorf("before the first Apply found %v, want nothing", got)
	}
	apply(t, ix, city, "1")
	for _, tt := range []struct{ question, want string }{
		{"身份证丢了咋补啊", "id-card-replace"},
		{"護照丟了", "passport-replace"},
		{"租房能提公积金吗", "fund-withdraw-rent"},
		{"居住证", "residence-permit"},
	} {
		got := find(t, ix, knowledge.Query{Understanding: asked(tt.question)})
		if len(got) == 0 || got[0] != tt.want {
			t.Errorf("%s: got %v, want %s first", tt.question, got, tt.want)
		}
	}
	if got := find(t, ix, knowledge.Query{Understanding: asked("？！")}); len(got) != 0 {
		t.Errorf("punctuation alone found %v", got)
	}
}

func TestFilters(t *testing.T) {
	const now = 1_000_000
	base := func() *knowledge.Document { return item("x", "身份证补领") }
	tests := []struct {
		name  string
		doc   func(*knowledge.Document)
		query func(*knowledge.Query)
		want  bool
	}{
		{"nothing special", nil, nil, true},
		{"expired", func(d *knowledge.Document) { d.Until = now }, nil, false},
		{"expires a moment later", func(d *knowledge.Document) { d.Until = now + 1 }, nil, true},
		{"not yet in force", func(d *knowledge.Document) { d.From = now + 1 }, nil, false},
		{"in force from now", func(d *knowledge.Document) { d.From = now }, nil, true},
		{"for agents, a citizen asks", func(d *knowledge.Document) { d.AgentOnly = true }, nil, false},
		{"for agents, an agent asks", func(d *knowledge.Document) { d.AgentOnly = true }, func(q *knowledge.Query) { q.Staff = true }, true},
		{"another kind", nil, func(q *knowledge.Query) { q.Kinds = []knowledge.EntryKind{knowledge.KindFAQ} }, false},
		{"one of the kinds", nil, func(q *knowledge.Query) { q.Kinds = []knowledge.EntryKind{knowledge.KindFAQ, knowledge.KindItem} }, true},
		{"萧山's entry, 余杭 asks", func(d *knowledge.Document) { d.Regions = []string{"330109"} }, func(q *knowledge.Query) { q.Region = "330110" }, false},
		{"萧山's entry, one of its towns asks", func(d *knowledge.Document) { d.Regions = []string{"330109"} }, func(q *knowledge.Query) { q.Region = "330109001" }, true},
		{"the city's entry, 萧山 asks", func(d *knowledge.Document) { d.Regions = []string{"330100"} }, func(q *knowledge.Query) { q.Region = "330109" }, true},
		{"萧山's entry, the city asks", func(d *knowledge.Document) { d.Regions = []string{"330109"} }, func(q *knowledge.Query) { q.Region = "330100" }, true},
		{"everywhere, 萧山 asks", nil, func(q *knowledge.Query) { q.Region = "330109" }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ix := open(t, t.TempDir())
			d, q := base(), knowledge.Query{Understanding: asked("身份证补领"), Now: now}
			if tt.doc != nil {
				tt.doc(d)
			}
			if tt.query != nil {
				tt.query(&q)
			}
			apply(t, ix, []*knowledge.Document{d, item("y", "护照")}, "1")
			if got := len(find(t, ix, q)) > 0; got != tt.want {
				t.Errorf("found %v, want %v", got, tt.want)
			}
		})
	}
}

// A search sees one publication or the other, never a mixture.
func TestReplacedWhole(t *testing.T) {
	ix := open(t, t.TempDir())
	publish := func(version string) []*knowledge.Document {
		var docs []*knowledge.Document
		for i := range 30 {
			d := item(fmt.Sprintf("item-%02d", i), fmt.Sprintf("第%d项服务怎么办", i), "办事")
			d.Body = "version " + version
			docs = append(docs, d)
		}
		return docs
	}
	apply(t, ix, publish("0"), "0")
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for ctx.Err() == nil {
				found, err := ix.Search(context.Background(), knowledge.Query{Understanding: asked("服务怎么办"), Limit: 30})
				if err != nil {
					t.Error(err)
					return
				}
				for _, c := range found {
					if len(found) != 30 || c.Document.Body != found[0].Document.Body {
						t.Errorf("%d entries, %q beside %q", len(found), c.Document.Body, found[0].Document.Body)
						return
					}
				}
			}
		})
	}
	for v := range 25 {
		apply(t, ix, publish(fmt.Sprint(v+1)), fmt.Sprint(v+1))
	}
	stop()
	readers.Wait()
}

func TestApply(t *testing.T) {
	ix := open(t, t.TempDir())
	twice := []*knowledge.Document{item("a", "甲"), item("a", "乙")}
	if err := ix.Apply(context.Background(), twice, "1", 1); err == nil {
		t.Error("two entries with one id were taken")
	}
	apply(t, ix, city, "1")
	apply(t, ix, nil, "1") // the same version is no work
	if ix.Len() != len(city) {
		t.Errorf("%d entries, want %d", ix.Len(), len(city))
	}
	apply(t, ix, nil, "2")
	if got := find(t, ix, knowledge.Query{Understanding: asked("身份证")}); len(got) != 0 || ix.Version() != "2" {
		t.Errorf("nothing is published, found %v at version %s", got, ix.Version())
	}
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	if err := ix.Apply(context.Background(), city, "3", 3); err == nil {
		t.Error("a closed index was written")
	}
	if got := find(t, ix, knowledge.Query{Understanding: asked("身份证")}); len(got) != 0 {
		t.Errorf("a closed index found %v", got)
	}
}

func TestEvidence(t *testing.T) {
	ix := open(t, t.TempDir())
	apply(t, ix, city, "1")
	found, err := ix.Search(context.Background(), knowledge.Query{Understanding: asked("补身份证")})
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	e := found[0].Evidence
	if e.Title != 1 || e.BestTitle != "补身份证" || e.Coverage != 1 || e.Lexical <= 0 || e.Lexical > e.Possible || len(e.Matched) == 0 {
		t.Errorf("evidence for an equal title: %+v", e)
	}
	for _, c := range found[1:] {
		if e := c.Evidence; e.Title >= 1 || e.Lexical > e.Possible {
			t.Errorf("%s: evidence %+v", c.Document.ID, e)
		}
	}
}
