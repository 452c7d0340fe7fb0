package index

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bangban/knowledge"
	"bangban/knowledge/rank"
	"bangban/nlu"
)

// pairs is a small analyser: every pair of characters is a word.
type pairs struct{}

func (pairs) Words(text string) []string { return nlu.Bigrams(nlu.Normalise(text)) }

// single cuts otherwise.
type single struct{}

func (single) Words(text string) []string { return nlu.Characters(nlu.Normalise(text)) }

// openDir opens an index that asks bleve for candidates however few entries there are.
func openDir(t testing.TB, dir string) *Index {
	t.Helper()
	ix, err := Open(dir, pairs{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ix.exhaustive = 0
	t.Cleanup(func() { _ = ix.Close() })
	return ix
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// entries makes n entries; those numbered in changed are worded otherwise.
func entries(n int, changed ...int) []*knowledge.Document {
	docs := make([]*knowledge.Document, n)
	for i := range docs {
		title := fmt.Sprintf("第%d号事项怎么办理", i)
		if slices.Contains(changed, i) {
			title = fmt.Sprintf("第%d号服务改了说法", i)
		}
		docs[i] = &knowledge.Document{ID: fmt.Sprintf("item-%03d", i), Kind: knowledge.KindItem, Titles: []string{title}}
	}
	return docs
}

func ask(t testing.TB, ix *Index, text string) []string {
	t.Helper()
	normal := nlu.Normalise(text)
	found, err := ix.Search(context.Background(), knowledge.Query{Understanding: &nlu.Understanding{Normal: normal, Core: normal}, Limit: 3})
	must(t, err)
	var ids []string
	for _, c := range found {
		ids = append(ids, c.Document.ID)
	}
	return ids
}

// onDisk are the ids that bleve itself names.
func onDisk(t testing.TB, ix *Index, text string) []string {
	t.Helper()
	s := ix.acquire()
	defer s.release()
	if s.reader == nil {
		t.Fatal("no disk index")
	}
	q := knowledge.Query{Understanding: &nlu.Understanding{Core: nlu.Normalise(text)}}
	ids, err := s.reader.candidates(context.Background(), rank.NewQuery(s.analyser, q.Understanding), 10)
	must(t, err)
	return ids
}

func generation(t testing.TB, dir string) string {
	t.Helper()
	name, err := os.ReadFile(filepath.Join(dir, currentFile))
	must(t, err)
	return strings.TrimSpace(string(name))
}

func segments(t testing.TB, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*", "store", "*.zap"))
	must(t, err)
	return files
}

func TestStartAgainWritesNothing(t *testing.T) {
	dir := t.TempDir()
	ix := openDir(t, dir)
	must(t, ix.Apply(context.Background(), entries(20), "1", 7))
	must(t, ix.Close())
	before := segments(t, dir)

	ix = openDir(t, dir)
	if ix.disk.state.Seq != 7 || ix.disk.state.Version != "1" {
		t.Errorf("the index remembers %+v, want version 1, seq 7", ix.disk.state)
	}
	must(t, ix.Apply(context.Background(), entries(20), "1", 7))
	if got := ask(t, ix, "第7号事项"); len(got) == 0 || got[0] != "item-007" {
		t.Errorf("got %v, want item-007 first", got)
	}
	if after := segments(t, dir); !slices.Equal(before, after) {
		t.Errorf("segments were %v, are %v", before, after)
	}
}

func TestChangesAreWrittenInPlace(t *testing.T) {
	dir := t.TempDir()
	ix := openDir(t, dir)
	must(t, ix.Apply(context.Background(), entries(20), "1", 1))
	first := generation(t, dir)
	must(t, ix.Apply(context.Background(), entries(19, 3), "2", 2))
	if got := generation(t, dir); got != first {
		t.Errorf("two changes of twenty: generation %s, want %s", got, first)
	}
	if got := onDisk(t, ix, "改了说法"); !slices.Equal(got, []string{"item-003"}) {
		t.Errorf("the changed entry on disk: %v", got)
	}
	if got := onDisk(t, ix, "第19号"); slices.Contains(got, "item-019") {
		t.Errorf("a withdrawn entry is still on disk: %v", got)
	}
	ix.Use(single{})
	must(t, ix.Apply(context.Background(), entries(19, 3), "2", 2))
	if got := onDisk(t, ix, "号"); len(got) == 0 {
		t.Error("another analyser: the entries on disk are cut as before")
	}
	if dirs, _ := filepath.Glob(filepath.Join(dir, "g*")); len(dirs) != 1 {
		t.Errorf("old generations are left: %v", dirs)
	}
}

func TestDamageIsRepaired(t *testing.T) {
	for _, tt := range []struct {
		name   string
		damage func(t *testing.T, dir string)
	}{
		{"all gone", func(t *testing.T, dir string) { must(t, os.RemoveAll(dir)) }},
		{"generation gone", func(t *testing.T, dir string) { must(t, os.RemoveAll(filepath.Join(dir, generation(t, dir)))) }},
		{"name of the generation unreadable", func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, currentFile), []byte{0, 1, 2}, 0o600))
		}},
		{"segment cut off", func(t *testing.T, dir string) { must(t, os.Truncate(segments(t, dir)[0], 100)) }},
		{"segment empty", func(t *testing.T, dir string) { must(t, os.Truncate(segments(t, dir)[0], 0)) }},
		{"segment with a wrong byte", func(t *testing.T, dir string) {
			name := segments(t, dir)[0]
			data, err := os.ReadFile(name)
			must(t, err)
			data[len(data)/2] ^= 0xff
			must(t, os.WriteFile(name, data, 0o600))
		}},
		{"segment gone", func(t *testing.T, dir string) { must(t, os.Remove(segments(t, dir)[0])) }},
		{"list of segments damaged", func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, generation(t, dir), "store", "root.bolt"), []byte("no bolt"), 0o600))
		}},
		{"mapping damaged", func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, generation(t, dir), "index_meta.json"), []byte("{"), 0o600))
		}},
		{"marks damaged", func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, generation(t, dir), marksFile), []byte("?"), 0o600))
		}},
		{"marks of another state", func(t *testing.T, dir string) {
			must(t, marks{State: state{Layout: layout, Version: "0"}}.write(filepath.Join(dir, generation(t, dir))))
		}},
		{"a rebuild that was not completed lies beside", func(t *testing.T, dir string) {
			must(t, os.MkdirAll(filepath.Join(dir, "g99", "store"), 0o700))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "index")
			ix := openDir(t, dir)
			must(t, ix.Apply(context.Background(), entries(20), "1", 1))
			must(t, ix.Close())
			tt.damage(t, dir)

			ix = openDir(t, dir)
			must(t, ix.Apply(context.Background(), entries(20), "1", 1))
			if got := ask(t, ix, "第7号事项"); len(got) == 0 || got[0] != "item-007" {
				t.Errorf("got %v, want item-007 first", got)
			}
			if got := onDisk(t, ix, "第7号"); !slices.Contains(got, "item-007") {
				t.Errorf("on disk: %v, want item-007", got)
			}
			must(t, ix.Close())
			if dirs, _ := filepath.Glob(filepath.Join(dir, "g*")); len(dirs) != 1 {
				t.Errorf("generations: %v, want one", dirs)
			}
		})
	}
}

func TestHeldByAnother(t *testing.T) {
	dir := t.TempDir()
	ix := openDir(t, dir)
	must(t, ix.Apply(context.Background(), entries(3), "1", 1))
	if _, err := Open(dir, pairs{}, slog.New(slog.DiscardHandler)); !errors.Is(err, errInUse) {
		t.Errorf("got %v, want %v", err, errInUse)
	}
}

func TestAnswersWithoutDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "index")
	ix := openDir(t, dir)
	must(t, ix.Apply(context.Background(), entries(20), "1", 1))
	// Nothing more can be made in a folder that has become a file.
	must(t, os.RemoveAll(dir))
	must(t, os.WriteFile(dir, nil, 0o600))
	must(t, ix.Apply(context.Background(), entries(20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), "2", 2))
	if got := ask(t, ix, "第7号服务改了说法"); len(got) == 0 || got[0] != "item-007" {
		t.Errorf("got %v, want item-007 first", got)
	}
	if ix.Version() != "2" {
		t.Errorf("version %q, want 2", ix.Version())
	}
	// When there is room again, what is published is written.
	must(t, os.Remove(dir))
	must(t, os.MkdirAll(dir, 0o700))
	must(t, ix.Apply(context.Background(), entries(20), "3", 3))
	must(t, ix.Apply(context.Background(), entries(20), "4", 4))
	if got := onDisk(t, ix, "第7号"); !slices.Contains(got, "item-007") {
		t.Errorf("on disk: %v, want item-007", got)
	}
}

func TestCancelledApplyLeavesTheOldEntries(t *testing.T) {
	ix := openDir(t, t.TempDir())
	must(t, ix.Apply(context.Background(), entries(20), "1", 1))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := ix.Apply(ctx, entries(500, 1, 2, 3), "2", 2); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if ix.Version() != "1" || ix.Len() != 20 {
		t.Errorf("version %s with %d entries, want 1 with 20", ix.Version(), ix.Len())
	}
	must(t, ix.Apply(context.Background(), entries(20, 4), "2", 2))
	if got := onDisk(t, ix, "改了说法"); !slices.Equal(got, []string{"item-004"}) {
		t.Errorf("on disk: %v, want item-004", got)
	}
}

// Both ways of searching must agree on what is best, however the candidates were found.
func TestDiskAndMemoryAgree(t *testing.T) {
	ix := openDir(t, t.TempDir())
	must(t, ix.Apply(context.Background(), entries(60, 5, 6), "1", 1))
	for _, question := range []string{"第7号事项怎么办理", "改了说法", "第5号服务", "怎么办理"} {
		ix.current.Load().exhaustive = 0
		disk := ask(t, ix, question)
		ix.current.Load().exhaustive = exhaustive
		memory := ask(t, ix, question)
		if !slices.Equal(disk, memory) {
			t.Errorf("%s: over bleve %v, over all %v", question, disk, memory)
		}
	}
}

// What is wanted besides comes after the best, under the same conditions, and with the same evidence however candidates are found.
func TestAlso(t *testing.T) {
	ix := openDir(t, t.TempDir())
	docs := entries(300, 5, 6)
	docs[7].AgentOnly = true
	must(t, ix.Apply(context.Background(), docs, "1", 1))
	const question = "第8号事项怎么办理"
	u := &nlu.Understanding{Normal: question, Core: question}
	search := func(exhaustive int, also ...string) (ids []string, lexical []float64) {
		ix.current.Load().exhaustive = exhaustive
		found, err := ix.Search(context.Background(), knowledge.Query{Understanding: u, Limit: 3, Also: also})
		must(t, err)
		for _, c := range found {
			ids, lexical = append(ids, c.Document.ID), append(lexical, c.Evidence.Lexical)
		}
		return ids, lexical
	}
	for name, exhaustive := range map[string]int{"over bleve": 0, "over all": exhaustive} {
		best, _ := search(exhaustive)
		ids, lexical := search(exhaustive, "item-005", "item-005", "item-007", best[1], "item-299", "gone")
		if len(best) != 3 || !slices.Equal(ids[:3], best) {
			t.Fatalf("%s: %v, the best are %v", name, ids, best)
		}
		if more := slices.Sorted(slices.Values(ids[3:])); !slices.Equal(more, []string{"item-005", "item-299"}) {
			t.Errorf("%s: %v besides", name, more)
		}
		for i, id := range ids {
			if lexical[i] <= 0 {
				t.Errorf("%s: %s holds words of the question and scores %.2f", name, id, lexical[i])
			}
		}
	}
}

// Where too few of the disk's candidates may be kept, every entry is scored: what is wanted besides does not count as found.
func TestAlsoIsNoReasonToStop(t *testing.T) {
	ix := openDir(t, t.TempDir())
	docs := entries(300)
	for i := range 296 { // bleve names the first two hundred of equal ones
		docs[i].AgentOnly = true
	}
	docs[0].AgentOnly, docs[1].AgentOnly = false, false
	must(t, ix.Apply(context.Background(), docs, "1", 1))
	u := &nlu.Understanding{Normal: "事项怎么办理", Core: "事项怎么办理"}
	q := knowledge.Query{Understanding: u, Limit: 3, Also: []string{"item-299", "item-298"}}
	var ways [2][]string
	for i, exhaustive := range []int{0, exhaustive} {
		ix.current.Load().exhaustive = exhaustive
		found, err := ix.Search(context.Background(), q)
		must(t, err)
		for _, c := range found {
			ways[i] = append(ways[i], c.Document.ID)
		}
	}
	if !slices.Equal(ways[0], ways[1]) {
		t.Errorf("over bleve %v, over all %v", ways[0], ways[1])
	}
}

func FuzzQuestion(f *testing.F) {
	for _, seed := range []string{"", "身份证丢了咋补啊", "+title:\"x\" ~2 *", "[2020 TO *]", strings.Repeat("第", 3000), "\xff\xfe", "a\x1fb", "😀", "https://例子.中国/?q=1"} {
		f.Add(seed)
	}
	ix := openDir(f, f.TempDir())
	must(f, ix.Apply(context.Background(), entries(40), "1", 1))
	f.Fuzz(func(t *testing.T, text string) {
		first, again := ask(t, ix, text), ask(t, ix, text)
		if !slices.Equal(first, again) {
			t.Errorf("%q: got %v, then %v", text, first, again)
		}
		if len(first) > 3 {
			t.Errorf("%q: %d hits, at most 3 were asked for", text, len(first))
		}
	})
}
