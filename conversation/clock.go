package conversation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"bangban/kernel/fault"
)

// Due is a timer that is kept: a clock of a talk or of a seat.
type Due struct {
	Subject, Name string
	At            int64 // Unix microseconds
}

// Timers keeps clocks as rows. They are set and taken away by the transaction that changes what they belong to.
type Timers interface {
	// DueTimers returns up to limit timers due at now or before, the earliest first.
	DueTimers(ctx context.Context, now int64, limit int) ([]Due, error)
	// NextTimer returns the earliest due time, 0 when no timer runs.
	NextTimer(ctx context.Context) (int64, error)
	// DropTimer takes away a timer that belongs to nothing any more.
	DropTimer(ctx context.Context, d Due) error
}

// Clock fires timers when they are due (定时). It sleeps until the earliest, survives a restart since timers are rows, and works on any number of
// nodes: what fires a timer also takes it away, in one transaction with compare-and-set.
type Clock struct {
	timers   Timers
	now      func() time.Time
	log      *slog.Logger
	wake     chan struct{}
	handlers map[string]func(ctx context.Context, subject, name string, due int64) error
}

const (
	// lookAgain bounds the sleep: timers that another node set, and whose node is gone, are found this late at most.
	lookAgain = 5 * time.Second
	dueBatch  = 256
)

// NewClock makes a clock; Run starts it.
func NewClock(timers Timers, now func() time.Time, log *slog.Logger) *Clock {
	return &Clock{timers: timers, now: now, log: log, wake: make(chan struct{}, 1),
		handlers: map[string]func(context.Context, string, string, int64) error{}}
}

// Handle names what is called for the timers of a kind of subject ("conversation", "seat"), before Run.
func (c *Clock) Handle(kind string, fn func(ctx context.Context, subject, name string, due int64) error) {
	c.handlers[kind] = fn
}

// Wake makes the clock look for earlier timers; it never blocks.
func (c *Clock) Wake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Run fires timers until ctx ends.
func (c *Clock) Run(ctx context.Context) {
	sleep := time.NewTimer(0)
	defer sleep.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		case <-sleep.C:
		}
		_, stuck, err := c.Tick(ctx)
		if err != nil && ctx.Err() == nil {
			c.log.Warn("timers were not read", "cause", err)
		}
		wait := lookAgain
		if next, err := c.timers.NextTimer(ctx); err == nil && next > 0 {
			wait = min(wait, max(time.UnixMicro(next).Sub(c.now()), time.Millisecond))
		}
		if stuck > 0 || err != nil {
			wait = time.Second
		}
		sleep.Reset(wait)
	}
}

// Tick fires what is due now. It returns how many timers that were, and how many could not be fired and stay.
func (c *Clock) Tick(ctx context.Context) (fired, stuck int, err error) {
	for {
		due, err := c.timers.DueTimers(ctx, c.now().UnixMicro(), dueBatch)
		if err != nil {
			return fired, stuck, err
		}
		for _, d := range due {
			if err := c.fire(ctx, d); err != nil {
				stuck++
				c.log.Error("timer failed", "subject", d.Subject, "timer", d.Name, "cause", err)
				continue
			}
			fired++
		}
		if len(due) < dueBatch || stuck > 0 {
			return fired, stuck, nil
		}
	}
}

// fire calls the handler. A timer that its owner does not know any more is dropped.
func (c *Clock) fire(ctx context.Context, d Due) error {
	kind, _, _ := strings.Cut(d.Subject, ":")
	handle := c.handlers[kind]
	if handle == nil {
		return fmt.Errorf("nobody handles timers of %s", kind)
	}
	err := handle(ctx, d.Subject, d.Name, d.At)
	var f *fault.Error
	if errors.As(err, &f) && (f.Kind == fault.Conflict && f.Key != "conversation.moved_on" || f.Kind == fault.NotFound) {
		return c.timers.DropTimer(ctx, d)
	}
	return err
}

// Clock is the clock of the talks, for others who keep timers.
func (s *Service) Clock() *Clock { return s.clock }
