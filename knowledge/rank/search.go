package rank

import (
	"sort"
)

// Hit is one document with the evidence for it.
type Hit struct {
	Doc int
	// Score orders the hits; it is comparable within one search only.
	Score float64
	// Lexical is the sum of the three BM25s; Possible the bound that no document of this question can pass.
	Lexical, Possible float64
	// Coverage is the share of the question's bigrams and characters, by weight, that the document holds.
	Coverage float64
	// Title is the likeness of the best title, 1 when it is equal; BestTitle its number among the document's titles.
	Title     float64
	BestTitle int
	// Contained is how much of a telling title the question holds, 0-1: a long story holds a short name whole.
	Contained float64
	// Matched are the words of the question, and synonyms, that the document holds.
	Matched []string
}

// Options bound a search.
type Options struct {
	Limit int // most hits
	// Keep says whether a document may be among the hits; nil keeps all.
	Keep func(doc int) bool
	// Only restricts the search to these documents, ascending; nil searches all.
	Only []uint32
}

// titleWeightInScore is how much an equal title adds to the share of the best lexical score.
const titleWeightInScore = 0.5

// maxTerms bounds the terms of a question that are looked up: a long story is judged by its rarest.
const maxTerms = 320

// board is the scratch of one search.
type board struct {
	sum, best, part []float32 // by document
	slot            []uint16  // by title term
}

func newBoard(ix *Index) *board {
	return &board{
		sum: make([]float32, ix.docs), best: make([]float32, ix.docs), part: make([]float32, ix.docs),
		slot: make([]uint16, len(ix.titles.weight)),
	}
}

// Search returns the documents that match best, best first; equal ones by number.
func (ix *Index) Search(q Query, o Options) []Hit {
	if o.Limit <= 0 || ix.docs == 0 || q.Empty() {
		return nil
	}
	bd := ix.boards.Get().(*board)
	defer ix.boards.Put(bd)

	q = ix.rarest(q)
	possible := ix.sum(q, bd, o.Only)
	top := ix.top(bd.sum, max(5*o.Limit, 50), o)
	if len(top) == 0 {
		return nil
	}
	w := ix.prepare(q, bd)
	defer w.clear(bd)
	hits := make([]Hit, len(top))
	highest := float64(top[0].score)
	for i, c := range top {
		h := Hit{Doc: int(c.doc), Lexical: float64(c.score), Possible: possible}
		l := ix.likeness(q, &w, bd, h.Doc)
		h.Title, h.BestTitle, h.Contained = l.best, l.title, l.contained
		h.Score = h.Lexical/highest + titleWeightInScore*h.Title
		hits[i] = h
	}
	sort.SliceStable(hits, func(i, j int) bool {
		if hits[i].Score != hits[j].Score {
			return hits[i].Score > hits[j].Score
		}
		return hits[i].Doc < hits[j].Doc
	})
	hits = hits[:min(o.Limit, len(hits))]
	for i := range hits {
		ix.explain(q, &hits[i])
	}
	return hits
}

// rarest cuts a very long question down to its rarest terms, in the order in which they were said.
func (ix *Index) rarest(q Query) Query {
	terms := q.variants[0].terms
	if len(terms) <= maxTerms {
		return q
	}
	order := make([]int, len(terms))
	idf := make([]float64, len(terms))
	for i, t := range terms {
		f := &ix.fields[t.field]
		order[i], idf[i] = i, f.idf(len(f.of(t.text)))
	}
	sort.SliceStable(order, func(i, j int) bool { return idf[order[i]] > idf[order[j]] })
	order = order[:maxTerms]
	sort.Ints(order)
	kept := make([]term, 0, maxTerms)
	for _, i := range order {
		kept = append(kept, terms[i])
	}
	q.variants = append([]variant{{kept, q.variants[0].weight}}, q.variants[1:]...)
	return q
}

// sum fills bd.sum with the lexical score of every document and returns the bound of the score.
func (ix *Index) sum(q Query, bd *board, only []uint32) (possible float64) {
	clear(bd.sum)
	possible = ix.addVariant(bd.sum, q.variants[0], only)
	for _, c := range q.concepts {
		clear(bd.best)
		var bound float64
		for v := c.from; v < c.to; v++ {
			clear(bd.part)
			bound = max(bound, q.variants[v].weight*ix.addVariant(bd.part, q.variants[v], only))
			weight := float32(q.variants[v].weight)
			for doc, s := range bd.part {
				if s *= weight; s > bd.best[doc] {
					bd.best[doc] = s
				}
			}
		}
		for doc, s := range bd.best {
			bd.sum[doc] += s
		}
		possible += bound
	}
	return possible
}

// addVariant adds the scores of one wording, unweighted, and returns their bound.
func (ix *Index) addVariant(sum []float32, v variant, only []uint32) (bound float64) {
	for _, t := range v.terms {
		f := &ix.fields[t.field]
		postings := f.of(t.text)
		w := t.weight * f.idf(len(postings)) * (k1 + 1)
		bound += w
		if only == nil {
			f.addAll(sum, postings, float32(w))
		} else {
			f.addOnly(sum, postings, float32(w), only)
		}
	}
	return bound
}

func (f *field) addAll(sum []float32, postings []uint32, weight float32) {
	for _, p := range postings {
		doc, tf := p>>countBits, float32(p&countMask)
		sum[doc] += weight * tf / (tf + f.norm[doc])
	}
}

// addOnly does the same for some documents: both lists ascend.
func (f *field) addOnly(sum []float32, postings []uint32, weight float32, only []uint32) {
	for _, doc := range only {
		at := sort.Search(len(postings), func(i int) bool { return postings[i]>>countBits >= doc })
		postings = postings[at:]
		if len(postings) == 0 {
			return
		}
		if p := postings[0]; p>>countBits == doc {
			tf := float32(p & countMask)
			sum[doc] += weight * tf / (tf + f.norm[doc])
		}
	}
}

// count returns how often a document holds a term.
func (f *field) count(text string, doc int) int {
	postings := f.of(text)
	i := sort.Search(len(postings), func(i int) bool { return int(postings[i]>>countBits) >= doc })
	if i < len(postings) && int(postings[i]>>countBits) == doc {
		return int(postings[i] & countMask)
	}
	return 0
}

// scored is a document with its lexical score.
type scored struct {
	doc   uint32
	score float32
}

// before orders by score, then by number.
func (s scored) before(o scored) bool {
	if s.score != o.score {
		return s.score > o.score
	}
	return s.doc < o.doc
}

// top returns the n best documents that may be kept, best first.
func (ix *Index) top(sum []float32, n int, o Options) []scored {
	heap := make([]scored, 0, n) // the worst on top
	offer := func(s scored) {
		if s.score <= 0 || len(heap) == n && !s.before(heap[0]) || o.Keep != nil && !o.Keep(int(s.doc)) {
			return
		}
		if len(heap) < n {
			heap = append(heap, s)
			up(heap)
			return
		}
		heap[0] = s
		down(heap)
	}
	if o.Only != nil {
		for _, doc := range o.Only {
			offer(scored{doc, sum[doc]})
		}
	} else {
		for doc, score := range sum {
			if score > 0 {
				offer(scored{uint32(doc), score})
			}
		}
	}
	sort.Slice(heap, func(i, j int) bool { return heap[i].before(heap[j]) })
	return heap
}

// up moves the last element of a heap to its place.
func up(heap []scored) {
	for i := len(heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if !heap[parent].before(heap[i]) {
			return
		}
		heap[i], heap[parent] = heap[parent], heap[i]
		i = parent
	}
}

// down moves the first element of a heap to its place.
func down(heap []scored) {
	for i := 0; ; {
		worst := i
		for _, child := range []int{2*i + 1, 2*i + 2} {
			if child < len(heap) && heap[worst].before(heap[child]) {
				worst = child
			}
		}
		if worst == i {
			return
		}
		heap[i], heap[worst] = heap[worst], heap[i]
		i = worst
	}
}

// explain fills in what is needed of the hits that are returned: coverage and matched words.
func (ix *Index) explain(q Query, h *Hit) {
	var held, all float64
	share := func(v int) (held, all float64) {
		for _, t := range q.variants[v].terms {
			f := &ix.fields[t.field]
			found := f.count(t.text, h.Doc) > 0
			if t.field == words {
				if found {
					h.Matched = append(h.Matched, t.text)
				}
				continue
			}
			w := f.idf(len(f.of(t.text)))
			all += w
			if found {
				held += w
			}
		}
		return held, all
	}
	held, all = share(0)
	for _, c := range q.concepts {
		ownHeld, ownAll := share(c.from)
		best := 0.0
		if ownAll > 0 {
			best = ownHeld / ownAll
		}
		for v := c.from + 1; v < c.to; v++ {
			if vh, va := share(v); va > 0 {
				best = max(best, q.variants[v].weight*vh/va)
			}
		}
		held, all = held+best*ownAll, all+ownAll
	}
	if all > 0 {
		h.Coverage = held / all
	}
}
