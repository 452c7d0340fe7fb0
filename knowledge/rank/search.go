package rank

import (
	"math"
	"slices"
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
	// Also are documents that are looked at as well; those that Keep allows follow the hits.
	Also []uint32
}

// The weights of the formula. docs/decisions/003-own-ranking.md has the measurements behind them.
const (
	// coverageExponent raises documents that hold much of the question over those that hold a part of it often.
	coverageExponent = 0.25
	coverageFloor    = 0.1
	// An equal title adds as much as the best lexical score; the cube leaves little of a distant likeness.
	titleExponent = 3
	titleShare    = 1.0
)

// depth is how many of the lexically best documents are looked at closely.
const depth = 50

// Search returns the documents that match best, best first; equal ones by number.
func (ix *Index) Search(q Query, o Options) []Hit {
	if o.Limit <= 0 || ix.docs == 0 || q.Empty() {
		return nil
	}
	bd := ix.boards.Get().(*board)
	defer ix.boards.Put(bd)

	q = ix.rarest(q)
	bound := ix.bind(q)
	possible := sum(q, bound, bd, o.Only)
	top, also := top(bd.sum, max(5*o.Limit, depth), o), 0
	best := 1.0
	if len(top) > 0 {
		best = float64(top[0].score)
	}
	if top, also = with(top, bd.sum, o); len(top) == 0 {
		return nil
	}
	hits := ix.look(q, bound, bd, top)
	for i := range hits {
		h := &hits[i]
		h.Possible = possible
		h.Score = h.Lexical/best*math.Pow(coverageFloor+h.Coverage, coverageExponent) +
			titleShare*math.Pow(h.Title, titleExponent)
	}
	hits = cut(hits, o, also)
	for i := range hits {
		hits[i].Matched = matched(q, bound, hits[i].Doc)
	}
	return hits
}

// with appends the documents of o.Also that are not among the best yet and returns how many they are.
func with(top []scored, sum []float32, o Options) ([]scored, int) {
	n := len(top)
	for _, doc := range o.Also {
		if int(doc) < len(sum) && (o.Keep == nil || o.Keep(int(doc))) && !slices.ContainsFunc(top, func(s scored) bool { return s.doc == doc }) {
			top = append(top, scored{doc, sum[doc]})
		}
	}
	return top, len(top) - n
}

// cut orders the hits and keeps the best o.Limit and those of o.Also, whose last also ones stand at the end of hits.
func cut(hits []Hit, o Options, also int) []Hit {
	first := hits[:len(hits)-also]
	order(first)
	kept := min(o.Limit, len(first))
	out := slices.Clone(first[:kept])
	for _, h := range first[kept:] {
		if slices.Contains(o.Also, uint32(h.Doc)) {
			out = append(out, h)
		}
	}
	return append(out, hits[len(hits)-also:]...)
}

// look gathers the evidence for the lexically best documents.
func (ix *Index) look(q Query, bound [][]boundTerm, bd *board, top []scored) []Hit {
	covered := coverage(q, bound, bd, top)
	w := ix.prepare(q, bound, bd)
	defer w.clear(bd)
	hits := make([]Hit, len(top))
	for i, c := range top {
		l := ix.likeness(q, &w, bd, int(c.doc))
		hits[i] = Hit{
			Doc: int(c.doc), Lexical: float64(c.score), Coverage: covered[i],
			Title: l.best, BestTitle: l.title, Contained: l.contained,
		}
	}
	return hits
}

// matched are the words of the question, and of its synonyms, that a document holds.
func matched(q Query, bound [][]boundTerm, doc int) []string {
	var out []string
	for v := range q.variants {
		for i, t := range q.variants[v].terms {
			if t.field == words && holds(bound[v][i].postings, doc) {
				out = append(out, t.text)
			}
		}
	}
	return out
}
