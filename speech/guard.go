package speech

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"strconv"
	"sync"
	"time"

	"bangban/kernel/fault"
)

// Limits are what a guarded engine is held to. Zero fields take their defaults.
type Limits struct {
	Longest  time.Duration // recording that is taken; 61 s: a phone's minute, and its last frame
	Shortest time.Duration // that can hold a word; 100 ms
	Patience time.Duration // with an engine, beside the length of the recording; 8 s
	Share    float64       // of the recording's length that is waited on top; 0.5
	AtOnce   int           // recordings; others wait their turn within the time; 4
	Waiting  int           // recordings that may wait; 64
	Sessions int           // at once; 500
	Breaking Breaking
}

func (l Limits) withDefaults() Limits {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&l.Longest, 61*time.Second)
	set(&l.Shortest, 100*time.Millisecond)
	set(&l.Patience, 8*time.Second)
	if l.Share <= 0 {
		l.Share = 0.5
	}
	for _, n := range []struct {
		at  *int
		def int
	}{{&l.AtOnce, 4}, {&l.Waiting, 64}, {&l.Sessions, 500}} {
		if *n.at <= 0 {
			*n.at = n.def
		}
	}
	return l
}

// Guarded is a Recogniser that keeps another within its limits.
type Guarded struct {
	engine  Recogniser
	limits  Limits
	breaker *Breaker
	now     func() time.Time
	log     *slog.Logger

	atOnce, queue, sessions chan struct{}
}

// Guard puts limits and a breaker before an engine.
func Guard(engine Recogniser, l Limits, now func() time.Time, log *slog.Logger) *Guarded {
	l = l.withDefaults()
	return &Guarded{engine: engine, limits: l, breaker: NewBreaker(l.Breaking, now), now: now, log: log,
		atOnce: make(chan struct{}, l.AtOnce), queue: make(chan struct{}, l.AtOnce+l.Waiting), sessions: make(chan struct{}, l.Sessions)}
}

// Name implements Recogniser.
func (g *Guarded) Name() string { return g.engine.Name() }

// State tells whether the engine is asked now.
func (g *Guarded) State() State { return g.breaker.State() }

// Recognise implements Recogniser. It adds speech.too_long and speech.busy to the engine's faults.
func (g *Guarded) Recognise(ctx context.Context, a Audio) (Transcript, error) {
	length := a.Duration()
	switch err := a.Check(); {
	case err != nil:
		return Transcript{}, err
	case length > g.limits.Longest:
		return Transcript{}, TooLong()
	case length < g.limits.Shortest:
		return Transcript{}, Empty()
	}
	start := g.now()
	ctx, stop := context.WithTimeout(ctx, g.limits.Patience+time.Duration(g.limits.Share*float64(length)))
	defer stop()
	leave, err := g.wait(ctx)
	if err != nil {
		return Transcript{}, err
	}
	defer leave()
	done, err := g.attempt()
	if err != nil {
		return Transcript{}, err
	}
	defer done(Unknown) // of a panic
	t, err := g.engine.Recognise(ctx, a)
	err = Lost(ctx, err)
	if err == nil {
		if t.Text = Clean(t.Text); !Said(t.Text) {
			err = Empty()
		}
	}
	g.settle(done, err)
	if err != nil {
		return Transcript{}, err
	}
	t.Spoken, t.Took = length, g.now().Sub(start)
	return t, nil
}

// wait takes a place before the engine.
func (g *Guarded) wait(ctx context.Context) (leave func(), err error) {
	select {
	case g.queue <- struct{}{}:
	default:
		return nil, &fault.Error{Kind: fault.Unavailable, Key: KeyBusy, RetryAfter: 5}
	}
	select {
	case g.atOnce <- struct{}{}:
		return func() { <-g.atOnce; <-g.queue }, nil
	case <-ctx.Done():
		<-g.queue
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil, context.Canceled
		}
		return nil, &fault.Error{Kind: fault.Unavailable, Key: KeyBusy, RetryAfter: 5, Cause: ctx.Err()}
	}
}

// attempt asks the breaker.
func (g *Guarded) attempt() (done func(Outcome), err error) {
	done, wait, ok := g.breaker.Attempt()
	if !ok {
		return nil, &fault.Error{Kind: fault.Unavailable, Key: KeyAway, RetryAfter: max(1, int(math.Ceil(wait.Seconds()))),
			Cause: errors.New("the recogniser failed too often and rests for " + strconv.Itoa(int(math.Ceil(wait.Seconds()))) + " s")}
	}
	return done, nil
}

// settle tells the breaker how an attempt ended, and the log when that changes something.
func (g *Guarded) settle(done func(Outcome), err error) {
	before := g.breaker.State()
	done(outcome(err))
	if after := g.breaker.State(); after == Open && before != Open {
		g.log.Error("recogniser failed too often and rests", "engine", g.engine.Name(), "cause", err)
	} else if after == Closed && before == HalfOpen {
		g.log.Info("recogniser works again", "engine", g.engine.Name())
	}
}

// outcome is what err says about the engine.
func outcome(err error) Outcome {
	switch {
	case err == nil:
		return Worked
	case errors.Is(err, context.Canceled):
		return Unknown
	}
	switch KeyOf(err) {
	case KeyEmpty:
		return Worked
	case KeyTooLong, KeyUnreadable, KeyBusy:
		return Unknown
	}
	return Broke
}

// Open implements Recogniser.
func (g *Guarded) Open(ctx context.Context, p Params) (Session, error) {
	if err := (Audio{Rate: p.Rate}).Check(); err != nil {
		return nil, err
	}
	select {
	case g.sessions <- struct{}{}:
	default:
		return nil, &fault.Error{Kind: fault.Unavailable, Key: KeyBusy, RetryAfter: 5}
	}
	done, err := g.attempt()
	if err != nil {
		<-g.sessions
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, g.limits.Patience)
	defer stop()
	defer done(Unknown) // of a panic
	inner, err := g.engine.Open(ctx, p)
	err = Lost(ctx, err)
	g.settle(done, err) // not at its end: a caller may be silent for minutes, and a trial must not wait for that
	if err != nil {
		<-g.sessions
		return nil, err
	}
	s := &guardedSession{inner: inner, guard: g, events: make(chan Event), closed: make(chan struct{})}
	s.relays.Go(s.relay)
	return s, nil
}

// guardedSession watches a session's events for the breaker.
type guardedSession struct {
	inner  Session
	guard  *Guarded
	events chan Event
	closed chan struct{}
	close  sync.Once
	relays sync.WaitGroup
	err    error
}

func (s *guardedSession) Write(ctx context.Context, pcm []byte) error { return s.inner.Write(ctx, pcm) }
func (s *guardedSession) Finish(ctx context.Context) error            { return s.inner.Finish(ctx) }
func (s *guardedSession) Events() <-chan Event                        { return s.events }

// Close implements Session.
func (s *guardedSession) Close() error {
	s.close.Do(func() {
		close(s.closed)
		s.err = s.inner.Close()
		s.relays.Wait()
		<-s.guard.sessions
	})
	return s.err
}

// relay passes the events on; a failure is the engine's.
func (s *guardedSession) relay() {
	defer close(s.events)
	for e := range s.inner.Events() {
		if e.Kind == Failed {
			s.guard.settle(s.guard.breaker.Later(), e.Err)
		}
		select {
		case s.events <- e:
		case <-s.closed:
			return
		}
	}
}
