package rank

import (
	"math"
	"strings"
)

// A posting is one uint32: the number of the document in the upper 24 bits, the frequency of the term in the lower 8.
// 16 million documents are far more than one city publishes.
const (
	countBits = 8
	countMask = 1<<countBits - 1
	// MaxDocuments is the most that one Index holds.
	MaxDocuments = 1 << (32 - countBits)
)

// span is the part of field.postings that belongs to one term.
type span struct{ from, to uint32 }

// field is the inverted index of one field.
type field struct {
	terms    map[string]span
	postings []uint32
	// norm is k1 * (1 - b + b * length / average length) by document.
	norm []float32
	docs int
}

// of returns the postings of a term.
func (f *field) of(term string) []uint32 {
	s := f.terms[term]
	return f.postings[s.from:s.to]
}

// idf is the weight of a term that df of all documents hold. It is positive, and largest for a term that none holds.
func (f *field) idf(df int) float64 {
	return math.Log(1 + (float64(f.docs)-float64(df)+.5)/(float64(df)+.5))
}

// fieldBuilder gathers the postings of one field, documents in ascending order.
type fieldBuilder struct {
	ids     map[string]uint32
	names   []string
	lists   [][]uint32
	lengths []uint32
	total   int
}

func newFieldBuilder() *fieldBuilder {
	return &fieldBuilder{ids: make(map[string]uint32, 1<<12)}
}

// add appends the next document.
func (fb *fieldBuilder) add(c Counted) {
	doc := uint32(len(fb.lengths))
	fb.lengths = append(fb.lengths, uint32(c.Length))
	for i, term := range c.Terms {
		fb.post(term, doc, c.Counts[i])
	}
}

// post notes that doc holds term n times. The term is copied: it may be a part of a text that should not be kept alive.
func (fb *fieldBuilder) post(term string, doc uint32, n uint8) {
	id, ok := fb.ids[term]
	if !ok {
		id = uint32(len(fb.lists))
		name := strings.Clone(term)
		fb.ids[name] = id
		fb.names = append(fb.names, name)
		fb.lists = append(fb.lists, nil)
	}
	fb.lists[id] = append(fb.lists[id], doc<<countBits|uint32(n))
	fb.total++
}

// field packs what was gathered. The builder is used up.
func (fb *fieldBuilder) field() field {
	f := field{
		terms:    make(map[string]span, len(fb.lists)),
		postings: make([]uint32, 0, fb.total),
		norm:     make([]float32, len(fb.lengths)),
		docs:     len(fb.lengths),
	}
	for id, list := range fb.lists {
		from := uint32(len(f.postings))
		f.postings = append(f.postings, list...)
		f.terms[fb.names[id]] = span{from, uint32(len(f.postings))}
		fb.lists[id] = nil
	}
	fb.ids, fb.names, fb.lists = nil, nil, nil

	var sum float64
	for _, n := range fb.lengths {
		sum += float64(n)
	}
	average := max(sum/float64(max(len(fb.lengths), 1)), 1)
	for doc, n := range fb.lengths {
		f.norm[doc] = float32(k1 * (1 - b + b*float64(n)/average))
	}
	return f
}
