package semantic

import (
	"container/list"
	"sync"
)

// recent holds the vectors of the last questions, in memory alone.
type recent struct {
	most  int
	mu    sync.Mutex
	known map[key]*list.Element
	order *list.List // the latest first
}

type remembered struct {
	key    key
	vector Vector
}

func newRecent(most int) *recent {
	return &recent{most: most, known: map[key]*list.Element{}, order: list.New()}
}

func (r *recent) get(k key) (Vector, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.known[k]
	if !ok {
		return Vector{}, false
	}
	r.order.MoveToFront(e)
	return e.Value.(remembered).vector, true
}

func (r *recent) add(k key, v Vector) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.known[k]; ok {
		r.order.MoveToFront(e)
		return
	}
	r.known[k] = r.order.PushFront(remembered{k, v})
	if r.order.Len() > r.most {
		last := r.order.Back()
		delete(r.known, last.Value.(remembered).key)
		r.order.Remove(last)
	}
}
