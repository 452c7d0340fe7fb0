package desk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/kernel/event"
	"bangban/kernel/fault"
)

// Talks are the conversations; *conversation.Service is one.
type Talks interface {
	Load(ctx context.Context, id conversation.ID) (*conversation.Conversation, error)
	TurnsOf(ctx context.Context, id conversation.ID, after, limit int) ([]conversation.Turn, error)
	Act(ctx context.Context, id conversation.ID, cmd ownership.Command, guard *conversation.SeatGuard) (*conversation.Conversation, error)
	Speak(ctx context.Context, id conversation.ID, agent, text, entry, key string) (*conversation.Turn, error)
	SpeakFile(ctx context.Context, id conversation.ID, agent string, file *message.File, key string) (*conversation.Turn, error)
	FileOf(ctx context.Context, id conversation.ID, turn string) (*conversation.File, []byte, error)
	DeliveriesOf(ctx context.Context, id conversation.ID, after int) ([]conversation.Delivery, error)
	Receive(ctx context.Context, in message.Inbound) (*conversation.Receipt, error)
}

// Hours are the opening hours of the desk; *calendar.Hours is one.
type Hours interface {
	Open(t time.Time) bool
	Next(t time.Time) time.Time
	After(t time.Time, d time.Duration) time.Time
}

// Config is what a Service needs besides its store.
type Config struct {
	Now   func() time.Time
	Log   *slog.Logger
	Hours Hours
	// Promise is within how many working hours a promise is due; 0 means two.
	Promise time.Duration
	// Lease is how long a seat lives without being heard of; 0 means 30 s.
	Lease time.Duration
	// Wrap is the time after a talk before the next one comes; 0 means 30 s.
	Wrap time.Duration
}

// Service is the desk of one city. It is safe for concurrent use, and by several nodes on one database.
type Service struct {
	store Store
	talks Talks
	now   func() time.Time
	log   *slog.Logger
	hours Hours
	cfg   Config

	clock   *conversation.Clock
	wake    chan struct{}
	mu      sync.Mutex
	pending []after // what talks have told, for Run
	cache   snapshot
}

// after is what a change of a talk tells the desk.
type after struct {
	talk    conversation.Conversation
	effects ownership.Effects
}

// snapshot is the seats as they were lately: good enough to say whether somebody sits.
type snapshot struct {
	seats  []Seat
	starts []Start
	at     int64
}

// New makes a desk. Connect gives it the talks, which need the desk themselves.
func New(store Store, cfg Config) *Service {
	s := &Service{store: store, now: cfg.Now, log: cfg.Log, hours: cfg.Hours, cfg: cfg, wake: make(chan struct{}, 1)}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.cfg.Promise == 0 {
		s.cfg.Promise = 2 * time.Hour
	}
	if s.cfg.Lease == 0 {
		s.cfg.Lease = 30 * time.Second
	}
	if s.cfg.Wrap == 0 {
		s.cfg.Wrap = 30 * time.Second
	}
	return s
}

// Connect gives the desk the talks, and takes over the clocks of seats.
func (s *Service) Connect(talks Talks, clock *conversation.Clock) {
	s.talks, s.clock = talks, clock
	clock.Handle("seat", s.fire)
}

// Changed is told of every change of a talk; it never blocks.
func (s *Service) Changed(c *conversation.Conversation, e ownership.Effects) {
	if !e.Seek && !e.Freed && e.Missed == "" && c.Channel != practiceChannel && len(e.Resolutions) == 0 {
		return
	}
	s.mu.Lock()
	s.pending = append(s.pending, after{*c, e})
	s.mu.Unlock()
	s.Wake()
}

// Wake makes the router look at the queue; it never blocks.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// nodes is how late a talk is assigned that another node queued and could not assign itself.
const nodes = 2 * time.Second

// Run assigns talks as they come until ctx ends.
func (s *Service) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-timer.C:
		}
		if err := s.Settle(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("the desk could not assign", "cause", err)
		}
		timer.Reset(nodes)
	}
}

// Settle does everything that is to be done now: seats after missed offers, practice, and the queue until nobody can be offered anything more.
func (s *Service) Settle(ctx context.Context) error {
	s.mu.Lock()
	told := s.pending
	s.pending = nil
	s.mu.Unlock()
	for _, a := range told {
		if err := s.follow(ctx, &a); err != nil {
			return err
		}
	}
	return s.route(ctx)
}

// follow does what one change of a talk asks of seats.
func (s *Service) follow(ctx context.Context, a *after) error {
	if a.effects.Missed != "" {
		if err := s.miss(ctx, a.effects.Missed); err != nil {
			return err
		}
	}
	if a.talk.Channel == practiceChannel {
		return s.practise(ctx, &a.talk)
	}
	for _, r := range a.effects.Resolutions {
		if agent := conversation.Author(r.By).Agent(); agent != "" && r.Rating == ownership.RatingAsked && a.talk.Handling.State == ownership.Resolved {
			if err := s.wrap(ctx, agent); err != nil {
				return err
			}
		}
	}
	return nil
}

// Facts tells conversation what a step of a talk depends on.
func (s *Service) Facts(ctx context.Context, c *conversation.Conversation, cmd ownership.Command) (ownership.Facts, error) {
	var f ownership.Facts
	if quietly(c, cmd) {
		return f, nil
	}
	now := cmd.At
	practice := c.Channel == practiceChannel
	seats, err := s.seats(ctx, practice || cmd.Agent != "" || c.Handling.Agent() != "")
	if err != nil {
		return f, err
	}
	channel := string(c.Channel)
	for i := range seats {
		seat := &seats[i]
		live := seat.Live(now)
		if live && seat.Able(channel) {
			f.Open = true
		}
		if seat.Account == cmd.Agent {
			f.Live, f.Ready, f.Able = live, seat.Status == Ready || practice, seat.Able(channel)
		}
		if seat.Account == c.Handling.Agent() {
			f.OwnerLive, f.OwnerReady = live, seat.Status != Break && seat.Status != Offline
		}
	}
	at := time.UnixMicro(now)
	f.NextOpen, f.Due = s.hours.Next(at).UnixMicro(), s.hours.After(at, s.cfg.Promise).UnixMicro()
	return f, s.place(ctx, c, cmd, &f)
}

// quietly reports whether a step depends on nobody: the machine's own talk, most turns of a day.
func quietly(c *conversation.Conversation, cmd ownership.Command) bool {
	return c.Handling.State == ownership.Machine && !cmd.Danger && (cmd.Do == ownership.Say || cmd.Do == ownership.Answer || cmd.Do == ownership.Fire)
}

// place says how many are before a talk, and for how long.
func (s *Service) place(ctx context.Context, c *conversation.Conversation, cmd ownership.Command, f *ownership.Facts) error {
	class, at := cmd.Class, cmd.At
	switch h := c.Handling.Handoff; {
	case h != nil:
		class, at = h.Class, h.EnqueuedAt
	case cmd.Do != ownership.Ask && cmd.Do != ownership.Unsolved && cmd.Do != ownership.Rate && cmd.Do != ownership.Say:
		return nil
	}
	n, danger, err := s.store.Ahead(ctx, class, at)
	if err != nil {
		return err
	}
	f.Position, f.Passed = n+1, danger > 0
	s.mu.Lock()
	starts := s.cache.starts
	s.mu.Unlock()
	f.From, f.To = estimate(starts, f.Position, cmd.At)
	return nil
}

// seats returns the seats: fresh ones, or as they were within the last second.
func (s *Service) seats(ctx context.Context, fresh bool) ([]Seat, error) {
	now := s.now().UnixMicro()
	s.mu.Lock()
	have := s.cache
	s.mu.Unlock()
	if !fresh && have.at > 0 && now-have.at < int64(time.Second/time.Microsecond) && now >= have.at {
		return have.seats, nil
	}
	list, err := s.store.Seats(ctx)
	if err != nil {
		return nil, err
	}
	starts := have.starts
	if now-have.at > int64(5*time.Second/time.Microsecond) {
		if starts, err = s.store.Accepted(ctx, now-int64(30*time.Minute/time.Microsecond), 200); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	s.cache = snapshot{list, starts, now}
	s.mu.Unlock()
	return list, nil
}

// stale makes the next look at the seats a fresh one.
func (s *Service) stale() {
	s.mu.Lock()
	s.cache.at = 0
	s.mu.Unlock()
}

// newID is a random name for what the desk makes.
func newID() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// conflict reports whether err says that somebody else was faster: to be looked at again, not to be reported.
func conflict(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && (f.Kind == fault.Conflict || f.Kind == fault.NotFound)
}

func (s *Service) event(kind, actor, subject string, data any) event.Event {
	return event.New(s.now().UnixMicro(), actor, kind, subject, data)
}

func wrapped(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
