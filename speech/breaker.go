package speech

import (
	"sync"
	"time"
)

// State is what a breaker lets through.
type State string

const (
	// Closed lets everything through and counts.
	Closed State = "closed"
	// Open lets nothing through until its rest is over.
	Open State = "open"
	// HalfOpen lets one attempt through: its outcome decides.
	HalfOpen State = "half-open"
)

// Breaking says when a breaker opens and how long it rests. Zero fields take their defaults.
type Breaking struct {
	Window  int           // outcomes that are looked at; 20
	Least   int           // of them before it may open; 5
	Share   float64       // it opens when more than this share of them failed; 0.2
	Rest    time.Duration // of the first opening; doubled each time a trial fails; 5 s
	Longest time.Duration // rest; 2 min
}

func (b Breaking) withDefaults() Breaking {
	if b.Window <= 0 {
		b.Window = 20
	}
	if b.Least <= 0 {
		b.Least = min(5, b.Window)
	}
	b.Least = min(b.Least, b.Window)
	if b.Share <= 0 {
		b.Share = 0.2
	}
	if b.Rest <= 0 {
		b.Rest = 5 * time.Second
	}
	if b.Longest <= 0 {
		b.Longest = 2 * time.Minute
	}
	b.Longest = max(b.Longest, b.Rest)
	return b
}

// Breaker keeps callers away from an engine that fails: waiting for its time limit helps nobody. It is safe for many at once.
type Breaker struct {
	set Breaking
	now func() time.Time

	mu       sync.Mutex
	state    State
	outcomes []bool // of the window, oldest first; true failed
	round    int    // counts the changes of state: an attempt of an earlier round says nothing about this one
	until    time.Time
	rest     time.Duration
	trial    bool // an attempt is out in HalfOpen
}

// NewBreaker makes a closed one.
func NewBreaker(set Breaking, now func() time.Time) *Breaker {
	set = set.withDefaults()
	return &Breaker{set: set, now: now, state: Closed, rest: set.Rest}
}

// Outcome is how an attempt ended.
type Outcome int

const (
	// Worked: the engine did its part.
	Worked Outcome = iota
	// Broke: it did not.
	Broke
	// Unknown: the attempt was given up, or failed for another's reason.
	Unknown
)

// Attempt asks to go ahead. Without leave, wait is how long to stay away; with it, done must be called once with the outcome
// (later calls do nothing).
func (b *Breaker) Attempt() (done func(Outcome), wait time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if b.state == Open && !now.Before(b.until) {
		b.turn(HalfOpen)
	}
	switch {
	case b.state == Open:
		return nil, b.until.Sub(now), false
	case b.state == HalfOpen && b.trial:
		return nil, time.Second, false
	case b.state == HalfOpen:
		b.trial = true
	}
	round, once := b.round, sync.Once{}
	return func(o Outcome) { once.Do(func() { b.settle(round, o) }) }, 0, true
}

// Later is for an attempt that went well and was told so, and whose work failed afterwards. It counts while the breaker is closed.
func (b *Breaker) Later() (done func(Outcome)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	round := b.round
	if b.state != Closed {
		round = -1
	}
	return func(o Outcome) { b.settle(round, o) }
}

// settle takes an outcome of an attempt that began in a round.
func (b *Breaker) settle(round int, o Outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if round != b.round {
		return
	}
	switch {
	case b.state == HalfOpen && o == Worked:
		b.rest = b.set.Rest
		b.turn(Closed)
	case b.state == HalfOpen && o == Broke:
		b.rest = min(2*b.rest, b.set.Longest)
		b.open()
	case b.state == HalfOpen:
		b.trial = false // another may try
	case b.state == Closed && o != Unknown:
		b.outcomes = append(b.outcomes, o == Broke)
		if len(b.outcomes) > b.set.Window {
			b.outcomes = b.outcomes[1:]
		}
		failed := 0
		for _, f := range b.outcomes {
			if f {
				failed++
			}
		}
		if len(b.outcomes) >= b.set.Least && float64(failed) > b.set.Share*float64(len(b.outcomes)) {
			b.open()
		}
	}
}

func (b *Breaker) open() {
	b.turn(Open)
	b.until = b.now().Add(b.rest)
}

// turn changes the state.
func (b *Breaker) turn(s State) {
	b.state, b.trial, b.outcomes = s, false, nil
	b.round++
}

// State tells the state now, for the log and the doctor.
func (b *Breaker) State() State {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state == Open && !b.now().Before(b.until) {
		return HalfOpen
	}
	return b.state
}
