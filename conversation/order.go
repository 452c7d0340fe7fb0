package conversation

import (
	"context"
	"sync"

	"bangban/kernel/fault"
)

// maxWaiting is how many turns of one talk may wait for the one before them; beyond it the citizen is asked to slow down.
const maxWaiting = 64

// queue lets one turn of a talk through at a time.
type queue struct {
	mu    sync.Mutex
	lines map[string]*line
}

type line struct {
	turn chan struct{} // holds one token while nobody is inside
	n    int           // inside and waiting
}

func newQueue() *queue { return &queue{lines: map[string]*line{}} }

// enter waits for its turn under key; leave must be called.
func (q *queue) enter(ctx context.Context, key string) (leave func(), err error) {
	q.mu.Lock()
	l := q.lines[key]
	if l == nil {
		l = &line{turn: make(chan struct{}, 1)}
		l.turn <- struct{}{}
		q.lines[key] = l
	}
	if l.n > maxWaiting {
		q.mu.Unlock()
		return nil, &fault.Error{Kind: fault.TooMany, Key: "conversation.busy", RetryAfter: 1}
	}
	l.n++
	q.mu.Unlock()
	select {
	case <-l.turn:
		return func() { l.turn <- struct{}{}; q.drop(key, l) }, nil
	case <-ctx.Done():
		q.drop(key, l)
		return nil, fault.Wrap(fault.Unavailable, "conversation.slow", ctx.Err())
	}
}

func (q *queue) drop(key string, l *line) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if l.n--; l.n == 0 {
		delete(q.lines, key)
	}
}
