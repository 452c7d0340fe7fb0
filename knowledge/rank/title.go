package rank

// titles are the titles of all documents as numbered terms, for their likeness to a question. Bigrams and characters count;
// words add nothing to them here.
type titles struct {
	ids    map[string]uint32
	weight []float32 // by term: its idf in the documents
	terms  []uint32  // of all titles, one after the other
	starts []uint32  // of title t: terms[starts[t]:starts[t+1]]
	total  []float32 // of title t: the sum of its weights
	first  []uint32  // of document d: titles first[d] … first[d+1]-1
}

type titleBuilder struct {
	ids    map[string]uint32
	names  []titleTerm
	terms  []uint32
	starts []uint32
	first  []uint32
}

type titleTerm struct {
	field int
	text  string
}

func newTitleBuilder() titleBuilder {
	return titleBuilder{ids: make(map[string]uint32), starts: []uint32{0}, first: []uint32{0}}
}

// add appends the titles of the next document.
func (tb *titleBuilder) add(list []Tokens) {
	for _, t := range list {
		for _, f := range []int{bigrams, characters} {
			for _, text := range t[f] {
				tb.terms = append(tb.terms, tb.id(f, text))
			}
		}
		tb.starts = append(tb.starts, uint32(len(tb.terms)))
	}
	tb.first = append(tb.first, uint32(len(tb.starts)-1))
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
	t := titles{ids: tb.ids, terms: tb.terms, starts: tb.starts, first: tb.first}
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
}

type hit struct {
	variant int
	weight  float32 // of the variant: 1 for the citizen's own
}

// prepare fills the slots of the terms of a query.
func (ix *Index) prepare(q Query, bound [][]boundTerm, bd *board) wording {
	w := wording{total: make([]float32, len(q.variants)), matched: make([]float32, len(q.variants))}
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
			*list = append(*list, hit{v, float32(variant.weight)})
		}
	}
	w.all = w.total[0]
	for _, c := range q.concepts {
		w.all += w.total[c.from]
	}
	return w
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

// likeness compares the titles of a document with the question.
func (ix *Index) likeness(q Query, w *wording, bd *board, doc int) (l likeness) {
	for t := ix.titles.first[doc]; t < ix.titles.first[doc+1]; t++ {
		r, p, held := ix.like(q, w, bd, t)
		if r+p == 0 {
			continue
		}
		if s := 2 * r * p / (r + p); s > l.best {
			l.best, l.title = s, int(t-ix.titles.first[doc])
		}
		l.contained = max(l.contained, p*p*min(1, held/telling))
	}
	l.best, l.contained = min(l.best, 1), min(l.contained, 1)
	return l
}

// like compares one title: r is the share of the question that the title holds, p the share of the title that the question
// holds, by weight, and held the weight of what both hold. A synonym stands for the citizen's wording at its own weight.
func (ix *Index) like(q Query, w *wording, bd *board, title uint32) (r, p, held float64) {
	clear(w.matched)
	var common float32
	for _, id := range ix.titles.terms[ix.titles.starts[title]:ix.titles.starts[title+1]] {
		slot := bd.slot[id]
		if slot == 0 {
			continue
		}
		weight := ix.titles.weight[id]
		list := w.hits[slot-1]
		best := list[0].weight
		w.matched[list[0].variant] += weight
		for _, h := range list[1:] {
			w.matched[h.variant] += weight
			best = max(best, h.weight)
		}
		common += best * weight
	}
	if common == 0 || w.all == 0 {
		return 0, 0, 0
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
	return float64(covered / w.all), float64(common / ix.titles.total[title]), float64(common)
}
