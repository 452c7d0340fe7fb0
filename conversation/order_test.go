package conversation

import (
	"context"
	"sync"
	"testing"

	"bangban/kernel/fault"
)

func TestOneTurnAtATime(t *testing.T) {
	q := newQueue()
	ctx := context.Background()
	var wg sync.WaitGroup
	inside, most := 0, 0 // guarded by the queue itself: the race detector is the judge
	for range 32 {
		wg.Go(func() {
			leave, err := q.enter(ctx, "a")
			if err != nil {
				t.Error(err)
				return
			}
			inside++
			most = max(most, inside)
			inside--
			leave()
		})
	}
	wg.Wait()
	if most != 1 {
		t.Errorf("%d inside at once", most)
	}
	if len(q.lines) != 0 {
		t.Errorf("%d lines left behind", len(q.lines))
	}
}

func TestWaitingEndsWithTheContextAndIsBounded(t *testing.T) {
	q := newQueue()
	leave, err := q.enter(context.Background(), "a")
	if err != nil {
		t.Fatal(err)
	}
	other, err := q.enter(context.Background(), "b") // another talk waits for nobody
	if err != nil {
		t.Fatal(err)
	}
	other()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for range maxWaiting {
		wg.Go(func() {
			if _, err := q.enter(ctx, "a"); !fault.Is(err, fault.Unavailable) {
				t.Errorf("got %v, want conversation.slow", err)
			}
		})
	}
	for full := false; !full; { // until all of them wait
		q.mu.Lock()
		full = q.lines["a"].n == maxWaiting+1
		q.mu.Unlock()
	}
	if _, err := q.enter(context.Background(), "a"); !fault.Is(err, fault.TooMany) {
		t.Errorf("got %v, want conversation.busy", err)
	}
	cancel()
	wg.Wait()
	leave()
	if len(q.lines) != 0 {
		t.Errorf("%d lines left behind", len(q.lines))
	}
}
