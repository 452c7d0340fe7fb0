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
	slices.SortFunc(heap, func(a, b scored) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.doc, b.doc)) })
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

// order sorts hits by score, equal ones by number.
func order(hits []Hit) {
	slices.SortFunc(hits, func(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Doc, b.Doc)) })
}
