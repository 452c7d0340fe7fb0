package rank

import "slices"

// titles are the titles of all documents as numbered terms, for their likeness to a question. Bigrams and characters count;
// words add nothing to them here.
type titles struct {
	ids    map[string]uint32
	weight []float32 // by term: its idf in the documents
	terms  []uint32  // of all titles, one after the other
	starts []uint32  // of title t: terms[starts[t]:starts[t+1]]
	total  []float32 // of title t: the sum of its weights
	first  []uint32  // of document d: titles first[d] … first[d+1]-1
	// What stands more than once in a title of document d: again[twice[d]] … again[twice[d+1]-1].
	again []again
	twice []uint32
}

// again is a term that a title holds more than once.
type again struct {
	term uint32
	more uint32 // how often more than once, at most
}

type titleBuilder struct {
	ids    map[string]uint32
	names  []titleTerm
	terms  []uint32
	starts []uint32
	first  []uint32
	again  []again
	twice  []uint32
	count  map[uint32]uint32 // scratch
}

type titleTerm struct {
	field int
	text  string
}

func newTitleBuilder() titleBuilder {
	return titleBuilder{
		ids: make(map[string]uint32), starts: []uint32{0}, first: []uint32{0}, twice: []uint32{0}, count: make(map[uint32]uint32),
	}
}

// add appends the titles of the next document.
func (tb *titleBuilder) add(list []Tokens) {
	for _, t := range list {
		for _, f := range []int{bigrams, characters} {
			for _, text := range t[f] {
				tb.terms = append(tb.terms, tb.id(f, text))
			}
		}
		tb.repeated(tb.terms[tb.starts[len(tb.starts)-1]:])
		tb.starts = append(tb.starts, uint32(len(tb.terms)))
	}
	tb.twice = append(tb.twice, uint32(len(tb.again)))
	tb.first = append(tb.first, uint32(len(tb.starts)-1))
}

// repeated notes what a title of the document that is being added holds more than once.
func (tb *titleBuilder) repeated(terms []uint32) {
	clear(tb.count)
	for _, id := range terms {
		tb.count[id]++
		if tb.count[id] < 2 {
			continue
		}
		own := tb.again[tb.twice[len(tb.twice)-1]:]
		i := slices.IndexFunc(own, func(a again) bool { return a.term == id })
		if i < 0 {
			tb.again = append(tb.again, again{id, 1})
			continue
		}
		own[i].more = max(own[i].more, tb.count[id]-1)
	}
}

func (tb *titleBuilder) id(f int, text string) uint32 {
	id, ok := tb.ids[text]
	if !ok {
		id = uint32(len(tb.names))
		text = string([]byte(text))
		tb.ids[text] = id
		tb.names = append(tb.names, titleTerm{f, text})
	}
	return id
}

// titles packs what was added, with the weights that the terms have in the finished index.
func (tb *titleBuilder) titles(ix *Index) titles {
	t := titles{ids: tb.ids, terms: tb.terms, starts: tb.starts, first: tb.first, again: tb.again, twice: tb.twice}
	t.weight = make([]float32, len(tb.names))
	for id, name := range tb.names {
		t.weight[id] = float32(ix.titleWeight(name.field, name.text))
	}
	t.total = make([]float32, len(t.starts)-1)
	for i := range t.total {
		for _, id := range t.terms[t.starts[i]:t.starts[i+1]] {
			t.total[i] += t.weight[id]
		}
	}
	return t
}

// titleWeight is what a term counts in the likeness of titles.
func (ix *Index) titleWeight(f int, text string) float64 {
	fl := &ix.fields[f]
	return fl.idf(len(fl.of(text)))
}

// wording is a question prepared for comparison with titles.
type wording struct {
	total   []float32 // by variant: the sum of its weights
	all     float32   // what the question weighs: its plain terms and the citizen's wording of each concept
	matched []float32 // by variant: scratch
	touched []uint32  // terms whose slots must be cleared
	hits    [][]hit   // hits[slot-1]
	gains   []gain    // gains[slot]; those of slot 0 are nothing
	plain   bool      // every term is in one wording: a gain's cover is no bound but the very figure
	// odd are the slots of terms that weigh otherwise in titles than in the question: a Latin word that stands alone is a bigram and a
	// character at once. extra is what all of them cover.
	odd   map[uint16]bool
	extra float32
}

type hit struct {
	variant int
	weight  float32 // of the variant: 1 for the citizen's own
}

// gain is what one term of a title adds, when the question holds it.
type gain struct {
	common float32 // weight of what both hold
	cover  float32 // the most that it adds to the weight of what the title holds of the question
}

// prepare fills the slots of the terms of a query.
func (ix *Index) prepare(q Query, bound [][]boundTerm, bd *board) wording {
	w := wording{total: make([]float32, len(q.variants)), matched: make([]float32, len(q.variants)), odd: make(map[uint16]bool)}
	for v, variant := range q.variants {
		for i, t := range variant.terms {
			if !bound[v][i].counts {
				continue
			}
			w.total[v] += float32(bound[v][i].idf)
			id, ok := ix.titles.ids[t.text]
			if !ok {
				continue
			}
			if bd.slot[id] == 0 {
				w.hits = append(w.hits, nil)
				bd.slot[id] = uint16(len(w.hits))
				w.touched = append(w.touched, id)
			}
			list := &w.hits[bd.slot[id]-1]
			if n := len(*list); n > 0 && (*list)[n-1].variant == v || ix.titles.weight[id] != float32(bound[v][i].idf) {
				w.odd[bd.slot[id]] = true
			}
			*list = append(*list, hit{v, float32(variant.weight)})
		}
	}
	w.all = w.total[0]
	for _, c := range q.concepts {
		w.all += w.total[c.from]
	}
	w.weigh(q, ix.titles.weight)
	return w
}

// weigh fills the gains, so that a title is read without asking term by term which wordings hold it.
func (w *wording) weigh(q Query, weight []float32) {
	share := make([]float32, len(q.variants)) // by variant: what a weight of one in it adds at most
	share[0] = 1
	for _, c := range q.concepts {
		for v := c.from; v < c.to; v++ {
			if w.total[v] > 0 {
				share[v] = w.total[c.from] * float32(q.variants[v].weight) / w.total[v]
			}
		}
	}
	w.plain = len(q.concepts) == 0
	w.gains = make([]gain, len(w.hits)+1)
	for i, list := range w.hits {
		w.plain = w.plain && len(list) == 1
		var best, cover float32
		for _, h := range list {
			best = max(best, h.weight)
			cover += share[h.variant]
		}
		own := weight[w.touched[i]]
		w.gains[i+1] = gain{best * own, cover * own}
		if w.odd[uint16(i+1)] {
			w.extra += cover * own
		}
	}
}

// clear empties the slots again.
func (w *wording) clear(bd *board) {
	for _, id := range w.touched {
		bd.slot[id] = 0
	}
}

// likeness is how a document's titles stand to a question.
type likeness struct {
	best  float64 // of the best title, 1 when it is equal
	title int     // the best title's number
	// contained is how much of a title the question holds, at best: a long story holds a short name whole. It counts only as far
	// as the name says something.
	contained float64
}

// telling is the weight of terms from which a title that is held says something: about that of a rare word of two characters.
const telling = 12

// slack is more than the rounding of a sum of thirty-two-bit figures can come to.
const slack = 1.001

// mostLike is the most that the likeness of a document's titles can be: none holds more of the question than the document, but for
// what it says more than once.
func (ix *Index) mostLike(w *wording, bd *board, doc int, coverage float64) float64 {
	more := w.extra
	for _, a := range ix.titles.again[ix.titles.twice[doc]:ix.titles.twice[doc+1]] {
		more += w.gains[bd.slot[a.term]].cover * float32(a.more)
	}
	if more > 0 {
		coverage += float64(more / w.all)
	}
	r := min(1, slack*coverage)
	return slack * 2 * r / (1 + r)
}

// likeness compares the titles of a document with the question: of each, r is the share of the question that the title holds, p the
// share of the title that the question holds, by weight.
func (ix *Index) likeness(q Query, w *wording, bd *board, doc int) (l likeness) {
	if w.all == 0 {
		return l
	}
	first, last := ix.titles.first[doc], ix.titles.first[doc+1]
	for t := first; t < last; t++ {
		terms := ix.titles.terms[ix.titles.starts[t]:ix.titles.starts[t+1]]
		var common, cover float32
		for _, id := range terms {
			g := &w.gains[bd.slot[id]]
			common += g.common
			cover += g.cover
		}
		if common == 0 {
			continue
		}
		p, held := float64(common/ix.titles.total[t]), float64(common)
		l.contained = max(l.contained, p*p*min(1, held/telling))
		if most := slack * float64(min(cover/w.all, 1)); 2*most*p <= l.best*(most+p) {
			continue // too little of the question, whichever wordings it is
		}
		r := float64(ix.covered(q, w, bd, terms, cover) / w.all)
		if s := 2 * r * p / (r + p); s > l.best {
			l.best, l.title = s, int(t-first)
		}
	}
	l.best, l.contained = min(l.best, 1), min(l.contained, 1)
	return l
}

// covered is the weight of what a title holds of the question. A synonym stands for the citizen's wording at its own weight, and of
// several wordings of a concept the best counts.
func (ix *Index) covered(q Query, w *wording, bd *board, terms []uint32, cover float32) float32 {
	if w.plain {
		return min(cover, w.total[0])
	}
	clear(w.matched)
	for _, id := range terms {
		slot := bd.slot[id]
		if slot == 0 {
			continue
		}
		for _, h := range w.hits[slot-1] {
			w.matched[h.variant] += ix.titles.weight[id]
		}
	}
	covered := min(w.matched[0], w.total[0])
	for _, c := range q.concepts {
		own := w.total[c.from]
		var most float32
		for v := c.from; v < c.to; v++ {
			if w.total[v] > 0 {
				most = max(most, float32(q.variants[v].weight)*min(1, w.matched[v]/w.total[v]))
			}
		}
		covered += own * most
	}
	return covered
}
