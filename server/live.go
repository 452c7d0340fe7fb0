package server

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"bangban/kernel/event"
)

// Log is the event log that live streams follow. Numbers are gapless and in commit order.
type Log interface {
	// Head returns the number of the last event, 0 for none.
	Head(ctx context.Context) (int64, error)
	// Events returns up to limit events after a number, in order.
	Events(ctx context.Context, after int64, limit int) ([]event.Event, error)
	// EventsOf returns the events of one subject after a number, in order.
	EventsOf(ctx context.Context, subject string, after int64, limit int) ([]event.Event, error)
}

// Live follows the event log for all streams at once: it keeps the newest events in a ring, and each stream keeps only a
// number. No slow reader can hold memory; one that falls out of the ring reads from the log again, or starts afresh.
type Live struct {
	events Log
	log    *slog.Logger
	wake   chan struct{}

	mu      sync.Mutex
	ring    []event.Event // ascending, without gaps
	asides  []aside       // the newest words that are not kept
	said    int64         // number of the newest of them
	seq     int64         // newest that was read
	changed chan struct{} // closed and replaced with every new event
	readers atomic.Int64
}

const (
	ringSize = 1024
	// catchUp is how many events of its subject a reader may have missed before it must start afresh.
	catchUp = 500
	// pollTime bounds how late an event of another process is seen; events of this one come by Notify.
	pollTime = time.Second
	idleTime = 10 * time.Second
)

// aside is something told to the followers of a subject that is not kept, such as that somebody is typing.
type aside struct {
	n       int64
	subject string
	event   Event
}

const asidesKept = 256

// All is the subject of those who follow everything.
const All = ""

// Aside tells the followers of a subject, and those of everything, something that is not kept and has no number: whoever is not there misses it. It
// reaches the readers of this node only.
func (l *Live) Aside(subject string, e Event) {
	e.ID = 0
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said++
	l.asides = append(l.asides, aside{l.said, subject, e})
	if over := len(l.asides) - asidesKept; over > 0 {
		l.asides = slices.Delete(l.asides, 0, over)
	}
	close(l.changed)
	l.changed = make(chan struct{})
}

// asidesSince returns what was told aside about a subject since the n-th, and the number of the newest.
func (l *Live) asidesSince(subject string, n int64) (list []aside, newest int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, a := range l.asides {
		if a.n > n && (subject == All || a.subject == subject) {
			list = append(list, a)
		}
	}
	return list, l.said
}

// NewLive makes a follower of the log; Run starts it.
func NewLive(events Log, log *slog.Logger) *Live {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Live{events: events, log: log, wake: make(chan struct{}, 1), changed: make(chan struct{})}
}

// Run reads the log until ctx ends. A log that cannot be read is tried again: the streams stay open meanwhile.
func (l *Live) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for started := false; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-l.wake:
		case <-timer.C:
		}
		var err error
		if started {
			err = l.read(ctx)
		} else {
			err = l.start(ctx)
			started = err == nil
		}
		if err != nil && ctx.Err() == nil {
			l.log.Warn("event log was not read", "cause", err)
		}
		wait := pollTime
		if started && l.readers.Load() == 0 {
			wait = idleTime
		}
		timer.Reset(wait)
	}
}

// start begins at the end of the log.
func (l *Live) start(ctx context.Context) error {
	head, err := l.events.Head(ctx)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq = head
	close(l.changed) // readers that came first look again
	l.changed = make(chan struct{})
	return nil
}

// Notify says that the log has grown; it never blocks.
func (l *Live) Notify() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Seq returns the number of the newest event that streams know of. Who reads it before reading a state can follow from it
// and misses nothing.
func (l *Live) Seq() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seq
}

func (l *Live) read(ctx context.Context) error {
	for {
		list, err := l.events.Events(ctx, l.Seq(), ringSize)
		if err != nil || len(list) == 0 {
			return err
		}
		l.mu.Lock()
		l.ring = append(l.ring, list...)
		if over := len(l.ring) - ringSize; over > 0 {
			l.ring = slices.Delete(l.ring, 0, over)
		}
		l.seq = list[len(list)-1].Seq
		close(l.changed)
		l.changed = make(chan struct{})
		l.mu.Unlock()
	}
}

// since returns the events of subject after a number, the number up to which that is all, and what to wait for.
// It is not complete when the ring no longer reaches back to after.
func (l *Live) since(subject string, after int64) (list []event.Event, seq int64, changed <-chan struct{}, complete bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	complete = after >= l.seq-int64(len(l.ring))
	if complete {
		from, _ := slices.BinarySearchFunc(l.ring, after+1, func(e event.Event, seq int64) int { return int(e.Seq - seq) })
		for _, e := range l.ring[from:] {
			if subject == All || e.Subject == subject {
				list = append(list, e)
			}
		}
	}
	return list, max(l.seq, after), l.changed, complete
}

// Follow is the feed of one subject, or of All, after a number. Show turns events into what this reader may see, read from the
// tables; nil leaves an event out. Every event says in prev which one this reader was sent before, so a gap shows.
func (l *Live) Follow(subject string, after int64, show func(ctx context.Context, e event.Event, prev int64) (*Event, error)) Feed {
	return l.FollowBoth(subject, after, show, func(_ context.Context, _ string, e Event) (*Event, error) { return &e, nil })
}

// FollowBoth is Follow with a say in what is told aside, too: aside gets the subject and returns nil to leave a word out.
func (l *Live) FollowBoth(subject string, after int64, show func(ctx context.Context, e event.Event, prev int64) (*Event, error),
	hear func(ctx context.Context, subject string, e Event) (*Event, error)) Feed {
	return func(ctx context.Context, to *Stream) error {
		l.readers.Add(1)
		defer l.readers.Add(-1)
		l.Notify()
		if after > l.Seq() { // another node may be ahead of us; no node is ahead of the log, but for one put back from a backup
			head, err := l.events.Head(ctx)
			if err != nil {
				return err
			}
			if after > head {
				return to.Send(Event{Name: "resync", ID: head, Data: []byte("{}")})
			}
		}
		prev := after
		_, heard := l.asidesSince(subject, 0)
		for cursor := after; ; {
			list, seq, changed, complete := l.since(subject, cursor)
			if !complete {
				var err error
				if list, err = l.missed(ctx, subject, cursor); err != nil {
					return err
				}
				if len(list) == catchUp {
					return to.Send(Event{Name: "resync", ID: seq, Data: []byte("{}")})
				}
			}
			for _, e := range list {
				shown, err := show(ctx, e, prev)
				if err != nil {
					return err
				}
				if shown == nil {
					continue
				}
				shown.ID, prev = e.Seq, e.Seq
				if err := to.Send(*shown); err != nil {
					return err
				}
			}
			cursor = seq
			if n := len(list); n > 0 {
				cursor = max(cursor, list[n-1].Seq)
			}
			var words []aside
			words, heard = l.asidesSince(subject, heard)
			for _, w := range words {
				shown, err := hear(ctx, w.subject, w.event)
				if err != nil {
					return err
				}
				if shown != nil {
					if err := to.Send(*shown); err != nil {
						return err
					}
				}
			}
			if err := l.rest(ctx, to, changed); err != nil {
				return err
			}
		}
	}
}

// missed reads from the log what the ring no longer holds.
func (l *Live) missed(ctx context.Context, subject string, after int64) ([]event.Event, error) {
	if subject == All {
		return l.events.Events(ctx, after, catchUp)
	}
	return l.events.EventsOf(ctx, subject, after, catchUp)
}

// rest waits for something new, with heartbeats.
func (l *Live) rest(ctx context.Context, to *Stream, changed <-chan struct{}) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
			return nil
		case <-to.Beat():
			if err := to.Heartbeat(); err != nil {
				return err
			}
		}
	}
}
