package rank

import (
	"cmp"
	"slices"
)

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
func top(sum []float32, n int, o Options) []scored {
	t := best{heap: make([]scored, 0, n), keep: o.Keep}
	if o.Only != nil {
		for _, doc := range o.Only {
			if sum[doc] > t.floor {
				t.offer(scored{doc, sum[doc]})
			}
		}
	} else {
		for doc, score := range sum {
			if score > t.floor {
				t.offer(scored{uint32(doc), score})
			}
		}
	}
	slices.SortFunc(t.heap, func(a, b scored) int {
		if a.before(b) {
			return -1
		}
		return 1
	})
	return t.heap
}

// best are the best documents so far, as many as fit into the heap, the worst on top. Documents are offered in ascending order, so
// that one of the same score as the worst comes after it.
type best struct {
	heap  []scored
	floor float32 // what a score must pass
	keep  func(doc int) bool
}

func (t *best) offer(s scored) {
	if t.keep != nil && !t.keep(int(s.doc)) {
		return
	}
	if len(t.heap) < cap(t.heap) {
		t.heap = append(t.heap, s)
		up(t.heap)
	} else {
		t.heap[0] = s
		down(t.heap)
	}
	if len(t.heap) == cap(t.heap) {
		t.floor = t.heap[0].score
	}
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

// order sorts hits by score, equal ones by number.
func order(hits []Hit) {
	slices.SortFunc(hits, func(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Doc, b.Doc)) })
}

// lowest remembers the n highest of some figures.
type lowest struct {
	n    int
	heap []float64 // ascending
}

func newLowest(n int) *lowest { return &lowest{n, make([]float64, 0, n+1)} }

// above reports whether n figures higher than v have been offered.
func (l *lowest) above(v float64) bool { return len(l.heap) == l.n && v < l.heap[0] }

// offer gives a figure.
func (l *lowest) offer(v float64) {
	if l.above(v) {
		return
	}
	at, _ := slices.BinarySearch(l.heap, v)
	l.heap = slices.Insert(l.heap, at, v)
	if len(l.heap) > l.n {
		l.heap = slices.Delete(l.heap, 0, 1)
	}
}
