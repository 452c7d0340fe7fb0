package rank

import (
	"cmp"
	"slices"
	"sort"
)

// fieldWeight is what each field counts. Citizens say in few and short words what a rule or a guide says in long ones: single
// characters bridge that (掉 and 丢掉, 证 and 证件), so they count more than words.
var fieldWeight = [fields]float64{words: 0.5, bigrams: 1, characters: 1.5}

// maxTerms bounds the terms of a question that are looked up: a long story is judged by its rarest.
const maxTerms = 320

// board is the scratch of one search.
type board struct {
	sum, best, part []float32 // by document
	slot            []uint16  // by title term
	place           []uint32  // by document: see lookup
}

func newBoard(ix *Index) *board {
	return &board{
		sum: make([]float32, ix.docs), best: make([]float32, ix.docs), part: make([]float32, ix.docs),
		slot: make([]uint16, len(ix.titles.weight)), place: make([]uint32, ix.docs),
	}
}

// boundTerm is a term of a question, found in an index.
type boundTerm struct {
	field    *field
	postings []uint32
	idf      float64
	// most is the bound of what the term adds to a score.
	most float64
	// counts says that the term is part of coverage and of the likeness of titles.
	counts bool
}

// bind looks the terms of a question up, by variant.
func (ix *Index) bind(q Query) [][]boundTerm {
	out := make([][]boundTerm, len(q.variants))
	for v := range q.variants {
		out[v] = make([]boundTerm, len(q.variants[v].terms))
		for i, t := range q.variants[v].terms {
			f := &ix.fields[t.field]
			postings := f.of(t.text)
			idf := f.idf(len(postings))
			out[v][i] = boundTerm{f, postings, idf, t.weight * idf * (k1 + 1) * fieldWeight[t.field], t.field != words}
		}
	}
	return out
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

// sum fills bd.sum with the lexical score of every document and returns the bound of the score. Of a concept the best wording
// counts, at its weight. bd.part and bd.best are all zero before and after; only the documents that hold a term are touched.
func sum(q Query, bound [][]boundTerm, bd *board, only []uint32) (possible float64) {
	clear(bd.sum)
	possible = addVariant(bd.sum, bound[0], only)
	for _, c := range q.concepts {
		var most float64
		for v := c.from; v < c.to; v++ {
			most = max(most, q.variants[v].weight*addVariant(bd.part, bound[v], only))
			weight := float32(q.variants[v].weight)
			visit(bound[v], only, func(doc uint32) {
				if s := bd.part[doc] * weight; s > bd.best[doc] {
					bd.best[doc] = s
				}
				bd.part[doc] = 0
			})
		}
		for v := c.from; v < c.to; v++ {
			visit(bound[v], only, func(doc uint32) {
				bd.sum[doc] += bd.best[doc]
				bd.best[doc] = 0
			})
		}
		possible += most
	}
	return possible
}

// visit calls f with the documents that addVariant may have changed, some of them several times.
func visit(terms []boundTerm, only []uint32, f func(doc uint32)) {
	if only != nil {
		for _, doc := range only {
			f(doc)
		}
		return
	}
	for _, t := range terms {
		for _, p := range t.postings {
			f(p >> countBits)
		}
	}
}

// addVariant adds the scores of one wording, unweighted, and returns their bound.
func addVariant(sum []float32, terms []boundTerm, only []uint32) (most float64) {
	for _, t := range terms {
		most += t.most
		if only == nil {
			t.addAll(sum)
		} else {
			t.addOnly(sum, only)
		}
	}
	return most
}

func (t boundTerm) addAll(sum []float32) {
	weight, norm := float32(t.most), t.field.norm
	for _, p := range t.postings {
		doc, n := p>>countBits, float32(p&countMask)
		sum[doc] += weight * n / (n + norm[doc])
	}
}

// addOnly does the same for some documents: both lists ascend.
func (t boundTerm) addOnly(sum []float32, only []uint32) {
	weight, norm, postings := float32(t.most), t.field.norm, t.postings
	for _, doc := range only {
		if postings = from(postings, doc); len(postings) == 0 {
			return
		}
		if p := postings[0]; p>>countBits == doc {
			n := float32(p & countMask)
			sum[doc] += weight * n / (n + norm[doc])
		}
	}
}

// from is the rest of the postings from a document on.
func from(postings []uint32, doc uint32) []uint32 {
	return postings[sort.Search(len(postings), func(i int) bool { return postings[i]>>countBits >= doc }):]
}

// holds says whether a document is among the postings.
func holds(postings []uint32, doc int) bool {
	rest := from(postings, uint32(doc))
	return len(rest) > 0 && int(rest[0]>>countBits) == doc
}

// coverage is, for each of some documents, the share of the question's bigrams and characters, by weight, that it holds. A
// synonym that is held covers the citizen's wording at its own weight.
func coverage(q Query, bound [][]boundTerm, bd *board, top []scored) []float64 {
	l := newLookup(bd, top)
	defer l.clear()
	held, all := l.heldBy(bound[0])
	for _, c := range q.concepts {
		best, own := l.heldBy(bound[c.from])
		for v := c.from + 1; v < c.to; v++ {
			other, of := l.heldBy(bound[v])
			if of == 0 {
				continue
			}
			for i := range best {
				best[i] = max(best[i], own*q.variants[v].weight*other[i]/of)
			}
		}
		for i := range held {
			held[i] += best[i]
		}
		all += own
	}
	for i := range held {
		if all > 0 {
			held[i] /= all
		}
	}
	return held
}

// lookup finds out which of a few documents hold a term.
type lookup struct {
	place     []uint32 // by document: its number in top + 1, 0 for the others
	top       []scored
	ascending []int // numbers in top, by document
}

func newLookup(bd *board, top []scored) lookup {
	l := lookup{place: bd.place, top: top, ascending: make([]int, len(top))}
	for i := range top {
		l.ascending[i], l.place[top[i].doc] = i, uint32(i+1)
	}
	slices.SortFunc(l.ascending, func(a, b int) int { return cmp.Compare(top[a].doc, top[b].doc) })
	return l
}

func (l lookup) clear() {
	for _, s := range l.top {
		l.place[s.doc] = 0
	}
}

// shortList is how many postings for each document are rather read through than searched.
const shortList = 8

// heldBy is the weight of the terms that each document holds, and the weight of all terms.
func (l lookup) heldBy(terms []boundTerm) (held []float64, all float64) {
	held = make([]float64, len(l.top))
	for _, t := range terms {
		if !t.counts {
			continue
		}
		all += t.idf
		if len(t.postings) <= shortList*len(l.top) {
			for _, p := range t.postings {
				if n := l.place[p>>countBits]; n > 0 {
					held[n-1] += t.idf
				}
			}
			continue
		}
		postings := t.postings
		for _, i := range l.ascending {
			if postings = from(postings, l.top[i].doc); len(postings) == 0 {
				break
			}
			if postings[0]>>countBits == l.top[i].doc {
				held[i] += t.idf
			}
		}
	}
	return held, all
}
