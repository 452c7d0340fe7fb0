package rank

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"bangban/nlu"

	"pgregory.net/rapid"
)

// pairs is a small analyser: every pair of characters is a word.
type pairs struct{}

func (pairs) Words(text string) []string { return nlu.Bigrams(nlu.Normalise(text)) }

// doc is a document of a test: titles, then the body.
type doc struct {
	titles []string
	body   string
}

func build(t rapid.TB, docs []doc) *Index {
	t.Helper()
	ix, err := Build(context.Background(), len(docs), func(i int) Entry { return AnalyseEntry(pairs{}, docs[i].titles, docs[i].body) }, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

func query(core string, expanded ...nlu.Term) Query {
	normal := nlu.Normalise(core)
	return NewQuery(pairs{}, &nlu.Understanding{Normal: normal, Core: normal, Expanded: expanded})
}

func numbers(hits []Hit) []int {
	var out []int
	for _, h := range hits {
		out = append(out, h.Doc)
	}
	return out
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-4*max(1, math.Abs(a), math.Abs(b)) }

func texts() *rapid.Generator[string] {
	return rapid.StringOfN(rapid.RuneFrom([]rune("身份证护照丢补办，a1 ")), 0, 12, -1)
}

// The scores must be those of the formula, worked out the plain way.
func TestLexicalIsBM25(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var docs []doc
		for _, body := range rapid.SliceOfN(texts(), 1, 8).Draw(t, "bodies") {
			docs = append(docs, doc{[]string{}, body})
		}
		ix := build(t, docs)
		q := query(texts().Draw(t, "question"))
		for _, h := range ix.Search(q, Options{Limit: len(docs)}) {
			if want := plainBM25(docs, q, h.Doc); !near(h.Lexical, want) {
				t.Fatalf("document %d: %v, want %v", h.Doc, h.Lexical, want)
			}
			if h.Lexical > h.Possible*(1+1e-6) {
				t.Fatalf("document %d: lexical %v above the bound %v", h.Doc, h.Lexical, h.Possible)
			}
			if h.Coverage < 0 || h.Coverage > 1+1e-9 || h.Title != 0 {
				t.Fatalf("document %d: coverage %v, title %v", h.Doc, h.Coverage, h.Title)
			}
		}
	})
}

func plainBM25(docs []doc, q Query, number int) (score float64) {
	for f := range fields {
		counts := make([]map[string]int, len(docs))
		lengths := make([]int, len(docs))
		total := 0
		for i, d := range docs {
			counts[i] = make(map[string]int)
			for _, term := range Analyse(pairs{}, d.body)[f] {
				counts[i][term]++
				lengths[i]++
				total++
			}
		}
		average := max(float64(total)/float64(len(docs)), 1)
		for _, t := range q.variants[0].terms {
			if t.field != f {
				continue
			}
			holders := 0
			for _, c := range counts {
				if c[t.text] > 0 {
					holders++
				}
			}
			n := float64(counts[number][t.text])
			idf := math.Log(1 + (float64(len(docs))-float64(holders)+.5)/(float64(holders)+.5))
			score += fieldWeight[f] * t.weight * idf * (k1 + 1) * n / (n + k1*(1-b+b*float64(lengths[number])/average))
		}
	}
	return score
}

// Searching some documents must give them the scores that they have among all.
func TestOnlySome(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var docs []doc
		for _, body := range rapid.SliceOfN(texts(), 1, 12).Draw(t, "bodies") {
			docs = append(docs, doc{[]string{rapid.SampledFrom([]string{"身份证", "护照丢了", ""}).Draw(t, "title")}, body})
		}
		ix := build(t, docs)
		var only []uint32
		for i := range docs {
			if rapid.Bool().Draw(t, "in") {
				only = append(only, uint32(i))
			}
		}
		if only == nil {
			only = []uint32{0}
		}
		q := query(texts().Draw(t, "question"), nlu.Term{Text: "护照", Weight: .6, From: "身份"})
		some := ix.Search(q, Options{Limit: len(docs), Only: only})
		all := ix.Search(q, Options{Limit: len(docs), Keep: func(d int) bool { return slices.Contains(only, uint32(d)) }})
		if !slices.Equal(numbers(some), numbers(all)) {
			t.Fatalf("only some: %v, all filtered: %v", numbers(some), numbers(all))
		}
		for i := range some {
			if some[i].Lexical != all[i].Lexical || some[i].Score != all[i].Score {
				t.Fatalf("document %d: %v and %v", some[i].Doc, some[i], all[i])
			}
		}
	})
}

func TestSynonymCountsOnce(t *testing.T) {
	ix := build(t, []doc{
		{[]string{"遗失"}, "证件"},
		{[]string{"丢失"}, "证件"},
		{[]string{"遗失丢失"}, "证件"},
		{[]string{"别的"}, "事情"},
	})
	q := query("丢失", nlu.Term{Text: "遗失", Weight: .5, From: "丢失"})
	lexical := make(map[int]float64)
	for _, h := range ix.Search(q, Options{Limit: 10}) {
		lexical[h.Doc] = h.Lexical
	}
	own, other, both := lexical[1], lexical[0], lexical[2]
	if own == 0 || !near(other, own/2) {
		t.Errorf("own word %v, synonym at half weight %v", own, other)
	}
	// The document with both is longer, so it scores a little less than the one with the citizen's word alone.
	if both > own {
		t.Errorf("both words together %v, more than the citizen's alone %v", both, own)
	}
	if alone := query("", nlu.Term{Text: "遗失", Weight: .5}); alone.Empty() {
		t.Error("a synonym of something that is not in the core was lost")
	}
}

func TestTitles(t *testing.T) {
	ix := build(t, []doc{
		{[]string{"居民身份证丢失补领", "身份证丢了"}, "常住户口所在地派出所"},
		{[]string{"护照丢了"}, "出入境管理局"},
		{nil, "身份证丢了"},
	})
	hits := ix.Search(query("身份证丢了"), Options{Limit: 3})
	if len(hits) != 3 || hits[0].Doc != 0 || hits[0].Title != 1 || hits[0].BestTitle != 1 {
		t.Fatalf("an equal title must be 1 and first: %+v", hits)
	}
	for _, h := range hits[1:] {
		if h.Title >= 1 {
			t.Errorf("document %d: likeness %v of an unequal title", h.Doc, h.Title)
		}
	}
	long := ix.Search(query("我昨天在地铁上身份证丢了想问问你们这个事情到底应该找哪个部门处理"), Options{Limit: 1})
	if len(long) == 0 || long[0].Doc != 0 || long[0].Contained <= long[0].Title {
		t.Errorf("a long story that holds a title whole: %+v", long)
	}
}

// Many everyday names must not make an entry heavier than one of them would.
func TestNamesAreNotAddedUp(t *testing.T) {
	one := AnalyseEntry(pairs{}, []string{"身份证"}, "").Count(characters)
	many := AnalyseEntry(pairs{}, []string{"身份证", "补身份证", "身份证丢了"}, "").Count(characters)
	for i, term := range many.Terms {
		if many.Counts[i] != 1 {
			t.Errorf("%s counts %d, want 1", term, many.Counts[i])
		}
	}
	if one.Length != 3 || many.Length != 6 {
		t.Errorf("lengths %d and %d, want 3 and 6", one.Length, many.Length)
	}
}

func TestTiesAreOrderedByNumber(t *testing.T) {
	docs := make([]doc, 200)
	for i := range docs {
		docs[i] = doc{[]string{"身份证补领"}, ""}
	}
	ix := build(t, docs)
	for range 3 {
		got := numbers(ix.Search(query("身份证"), Options{Limit: 5}))
		if !slices.Equal(got, []int{0, 1, 2, 3, 4}) {
			t.Fatalf("got %v, want the first five", got)
		}
	}
}

func TestSearchBounds(t *testing.T) {
	ix := build(t, []doc{{[]string{"身份证"}, ""}, {[]string{"护照"}, ""}})
	empty := build(t, nil)
	for _, tt := range []struct {
		name string
		ix   *Index
		q    Query
		o    Options
		want int
	}{
		{"nothing asked", ix, query(""), Options{Limit: 5}, 0},
		{"punctuation", ix, query("？！。"), Options{Limit: 5}, 0},
		{"unknown words", ix, query("火箭"), Options{Limit: 5}, 0},
		{"no limit", ix, query("身份证"), Options{}, 0},
		{"empty index", empty, query("身份证"), Options{Limit: 5}, 0},
		{"none may be kept", ix, query("身份证"), Options{Limit: 5, Keep: func(int) bool { return false }}, 0},
		{"a story of 6,000 characters", ix, query(strings.Repeat("昨天我的身份证在路上丢了不知道怎么办才好", 300)), Options{Limit: 5}, 1},
	} {
		if got := tt.ix.Search(tt.q, tt.o); len(got) != tt.want {
			t.Errorf("%s: %d hits, want %d", tt.name, len(got), tt.want)
		}
	}
}

func TestQuestionWordsAreStripped(t *testing.T) {
	for in, want := range map[string]string{"请问身份证丢了怎么办": "身份证丢", "怎么办": "怎么办", "护照多少钱": "护照"} {
		if got := strings.ReplaceAll(stripQuestion(in), " ", ""); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

func TestBuildIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	_, err := Build(ctx, 10_000, func(int) Entry { return AnalyseEntry(pairs{}, []string{"身份证"}, "") }, func(i int, _ Entry) error {
		if n++; i == 300 {
			cancel()
		}
		return nil
	})
	if err == nil || n > 5000 {
		t.Errorf("error %v after %d entries", err, n)
	}
}
