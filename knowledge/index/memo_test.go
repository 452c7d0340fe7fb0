package index

import (
	"context"
	"log/slog"
	"path/filepath"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"bangban/knowledge"
	"bangban/nlu"
)

type bigrams struct{}

func (bigrams) Words(text string) []string { return nlu.Bigrams(text) }

// What is remembered is what would be found: for any query, in any order, with lists that their owners change. Seen to fail with any part of the
// key left out.
func TestMemoryFindsTheSame(t *testing.T) {
	ix, err := Open(filepath.Join(t.TempDir(), "index"), bigrams{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer ix.Close()
	doc := func(id, title string, change func(*knowledge.Document)) *knowledge.Document {
		d := &knowledge.Document{ID: id, Kind: knowledge.KindItem, Titles: []string{title}}
		change(d)
		return d
	}
	docs := []*knowledge.Document{
		doc("a", "身份证补领", func(*knowledge.Document) {}),
		doc("b", "身份证换领", func(d *knowledge.Document) { d.Regions = []string{"330109"} }),
		doc("c", "临时身份证", func(d *knowledge.Document) { d.From, d.Until = 100, 200 }),
		doc("d", "身份证内部口径", func(d *knowledge.Document) { d.AgentOnly = true }),
		doc("e", "身份证照片", func(d *knowledge.Document) { d.Kind = knowledge.KindGap }),
		doc("f", "身份证能邮寄吗", func(d *knowledge.Document) { d.Kind = knowledge.KindFAQ }),
		doc("g", "护照补发", func(*knowledge.Document) {}),
	}
	if err := ix.Apply(context.Background(), docs, "1", 1); err != nil {
		t.Fatal(err)
	}
	s := ix.current.Load()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SampledFrom([]string{"身份证", "补领", "护照", "身份证补领"})
		q := knowledge.Query{Understanding: &nlu.Understanding{Core: words.Draw(t, "core"), Normal: words.Draw(t, "normal")},
			Region: rapid.SampledFrom([]string{"", "330109", "330110"}).Draw(t, "region"), Now: rapid.SampledFrom([]int64{99, 100, 199, 200}).Draw(t, "now"),
			Staff: rapid.Bool().Draw(t, "staff"), Gaps: rapid.Bool().Draw(t, "gaps"), Limit: rapid.IntRange(0, 3).Draw(t, "limit")}
		if rapid.Bool().Draw(t, "no core") {
			q.Understanding.Core = ""
		}
		if rapid.Bool().Draw(t, "expanded") {
			q.Understanding.Expanded = []nlu.Term{{Text: words.Draw(t, "other"), Weight: rapid.SampledFrom([]float64{0.3, 0.8}).Draw(t, "weight"), From: words.Draw(t, "from")}}
		}
		if rapid.Bool().Draw(t, "faq only") {
			q.Kinds = []knowledge.EntryKind{knowledge.KindFAQ}
		}
		if rapid.Bool().Draw(t, "also") {
			q.Also = []string{"g"}
		}
		log := slog.New(slog.DiscardHandler)
		want := s.look(context.Background(), q, log)
		for range 2 {
			got := s.search(context.Background(), q, log)
			if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
				t.Fatalf("remembered %v, found %v", got, want)
			}
			clear(got) // a caller does what it likes with its list
		}
	})
}
