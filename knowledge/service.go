package knowledge

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"bangban/kernel/event"
	"bangban/kernel/fault"
)

// Store keeps revisions. Every change is one transaction with its events; a change that no longer fits what is stored fails with
// fault.Conflict and does nothing.
type Store interface {
	// Published calls each for every published revision, by kind and id.
	Published(ctx context.Context, each func(*Revision) error) error
	// Heads tells of every record its newest revision number and its published one.
	Heads(ctx context.Context) (map[Key]Head, error)
	// Revisions returns the revisions of one record, newest first; none is no error.
	Revisions(ctx context.Context, key Key) ([]*Revision, error)
	// Save writes steps in their order, and the events, all or nothing; it returns the number of the last event.
	Save(ctx context.Context, steps []Step, events []event.Event) (seq int64, err error)
	// Stage writes drafts that belong to a batch, where nobody sees them before Save moves the batch on.
	Stage(ctx context.Context, batch string, drafts []*Revision) error
	// Unstage removes the drafts of batches that never came to an end.
	Unstage(ctx context.Context) error
	// Mark is the number of the last event of kind Changed, 0 when there is none. It is cheap: readers poll it.
	Mark(ctx context.Context) (int64, error)
}

// Head is what is known of a record without its content.
type Head struct {
	Newest, Published int
	Hash              string // of the published revision; empty: none
}

// Step moves one stored revision from one state to another, or, with From empty, adds a new one. With a Batch it moves the drafts
// of that batch instead, N of them.
type Step struct {
	Key      Key
	Number   int
	From, To State
	At       int64
	Reviewer string
	Revision *Revision // the new revision where From is empty

	Batch string
	N     int
}

// The kinds of events.
const (
	EntryPublished = "entry.published"
	EntryWithdrawn = "entry.withdrawn"
	EntryMoved     = "entry.moved" // every other step of a revision
	Changed        = "knowledge.changed"
)

// Service publishes knowledge and holds what is published, whole, for everyone who answers.
type Service struct {
	store Store
	now   func() time.Time
	log   *slog.Logger

	base    *Corpus // sentences and word lists that come with the program
	current atomic.Pointer[Library]
	loading sync.Mutex
	decoded map[Key]*decodedRevision // what was loaded last; guarded by loading
	changed chan struct{}
}

// NewService makes a service; Start loads what is published.
func NewService(store Store, now func() time.Time, log *slog.Logger) *Service {
	s := &Service{store: store, now: now, log: log, changed: make(chan struct{}, 1)}
	s.current.Store(NewLibrary(&Corpus{}, now(), nil))
	return s
}

// Base sets the sentences and word lists that hold where the city has published none of its own: those that come with the program,
// so that a newer program finds its new sentences. Call it before Start.
func (s *Service) Base(c *Corpus) { s.base = &Corpus{Sentences: c.Sentences, Lexicon: c.Lexicon} }

// Start loads what is published.
func (s *Service) Start(ctx context.Context) error { return s.load(ctx) }

// Current is the library of this moment: take it once for one question. It is never nil.
func (s *Service) Current() *Library { return s.current.Load() }

// Changed receives a value after Current has been swapped; several swaps may give one value.
func (s *Service) Changed() <-chan struct{} { return s.changed }

// Run keeps Current up to date until ctx ends: when another node publishes (looked for every interval), and when an entry comes into
// force or expires.
func (s *Service) Run(ctx context.Context, interval time.Duration) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn("knowledge not refreshed", "error", err)
			}
		}
	}
}

// Refresh loads again when there is something new, and does nothing otherwise.
func (s *Service) Refresh(ctx context.Context) error {
	mark, err := s.store.Mark(ctx)
	if err != nil {
		return fmt.Errorf("look for publications: %w", err)
	}
	l := s.Current()
	if mark == l.Seq() && (l.Until() == 0 || s.now().UnixMicro() < l.Until()) {
		return nil
	}
	return s.load(ctx)
}

func (s *Service) load(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	mark, err := s.store.Mark(ctx) // before the content: what comes between is loaded twice, never missed
	if err != nil {
		return fmt.Errorf("load knowledge: %w", err)
	}
	published, err := s.published(ctx)
	if err != nil {
		return fmt.Errorf("load knowledge: %w", err)
	}
	c, revisions, marks := &Corpus{}, map[string]int{}, []string(nil)
	for _, p := range published {
		c.add(p.content)
		marks = append(marks, p.mark)
		if id, ok := entryID(p.key); ok {
			revisions[id] = p.number
		}
	}
	if s.base != nil {
		c = c.Merge(s.base)
		for _, r := range s.base.Records() {
			marks = append(marks, r.mark())
		}
	}
	l := newLibrary(c, s.now(), revisions, marks)
	l.seq, l.Staff().seq = mark, mark
	old := s.current.Swap(l)
	if old.Version() != l.Version() {
		s.log.Info("knowledge loaded", "items", len(l.Items()), "faqs", len(l.FAQs()), "version", l.Version(), "seq", mark)
		select {
		case s.changed <- struct{}{}:
		default:
		}
	}
	return nil
}

// decodedRevision is a published revision as it is kept in memory.
type decodedRevision struct {
	key     Key
	number  int
	mark    string
	content any
}

// published reads what is published. What was read before and has not changed is not decoded again; the rest is, on all cores.
func (s *Service) published(ctx context.Context) ([]*decodedRevision, error) {
	var all []*decodedRevision
	next := map[Key]*decodedRevision{}
	work := errgroup.Group{}
	work.SetLimit(runtime.GOMAXPROCS(0))
	var fresh []*Revision
	err := s.store.Published(ctx, func(r *Revision) error {
		d := s.decoded[r.Key]
		if d == nil || d.number != r.Number {
			d = &decodedRevision{key: r.Key, number: r.Number, mark: r.mark()}
			fresh = append(fresh, r)
		}
		next[r.Key] = d
		all = append(all, d)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for list := range slices.Chunk(fresh, 256) {
		work.Go(func() error {
			for _, r := range list {
				x, err := r.decode()
				if err != nil {
					return err
				}
				next[r.Key].content = x // the map is not written any more, and a key is one goroutine's
			}
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	s.decoded = next
	return all, nil
}

// entryID is the id under which an answer cites a record.
func entryID(k Key) (string, bool) {
	switch k.Kind {
	case RecordItem, RecordFAQ, RecordEvent:
		return k.ID, true
	case RecordHotline:
		return "hotline-" + k.ID, true
	case RecordPoint:
		return "point-" + k.ID, true
	}
	return "", false
}

// Draft adds a revision of a record for its author to go on with. Its content is the JSON of the kind's type.
func (s *Service) Draft(ctx context.Context, key Key, content json.RawMessage, author string) (*Revision, error) {
	if x, err := (Record{Key: key, Content: content}).decode(); err != nil || x == nil {
		return nil, fault.Wrap(fault.Invalid, "revision.content", err)
	}
	revisions, err := s.store.Revisions(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("draft %s: %w", key, err)
	}
	r := &Revision{Record: Record{Key: key, Content: content, Hash: hashOf(content)}, Number: 1, State: life.First(), Author: author, At: s.now().UnixMicro()}
	if len(revisions) > 0 {
		r.Number = revisions[0].Number + 1
	}
	moved := event.New(r.At, author, EntryMoved, key.String(), moveData{r.Number, r.State})
	if _, err := s.store.Save(ctx, []Step{{Key: key, Number: r.Number, To: r.State, At: r.At, Revision: r}}, []event.Event{moved}); err != nil {
		return nil, fmt.Errorf("draft %s: %w", key, err)
	}
	return r, nil
}

type moveData struct {
	Revision int   `json:"revision"`
	State    State `json:"state"`
}

// Act takes one step of a revision's life. To publish takes the place of the revision that was published before.
func (s *Service) Act(ctx context.Context, key Key, number int, action Action, actor string) error {
	revisions, err := s.store.Revisions(ctx, key)
	if err != nil {
		return fmt.Errorf("%s %s: %w", action, key, err)
	}
	i := slices.IndexFunc(revisions, func(r *Revision) bool { return r.Number == number })
	if i < 0 || action == Import || action == Replace {
		return fault.New(fault.NotFound, "revision.unknown")
	}
	steps, events, err := plan(revisions, revisions[i], action, actor, s.now().UnixMicro())
	if err != nil {
		return err
	}
	if _, err := s.store.Save(ctx, steps, events); err != nil {
		return fmt.Errorf("%s %s: %w", action, key, err)
	}
	return s.Refresh(ctx)
}

// plan works out the steps and events of one action. It changes the revisions as the store will.
func plan(all []*Revision, r *Revision, action Action, actor string, at int64) ([]Step, []event.Event, error) {
	var steps []Step
	move := func(r *Revision, action Action) error {
		reviewer := r.Reviewer
		r.Reviewer = actor
		to, err := life.Next(r.State, action, r)
		if err != nil {
			r.Reviewer = reviewer
			return err
		}
		steps = append(steps, Step{Key: r.Key, Number: r.Number, From: r.State, To: to, At: at, Reviewer: actor})
		r.State, r.At = to, at
		return nil
	}
	was := r.State
	if err := move(r, action); err != nil {
		return nil, nil, err
	}
	kind, visible := EntryMoved, false
	switch {
	case r.State == Published:
		kind, visible = EntryPublished, true
		for _, old := range all {
			if old != r && old.State == Published {
				if err := move(old, Replace); err != nil {
					return nil, nil, err
				}
				steps[0], steps[1] = steps[1], steps[0] // at no moment are two published
			}
		}
	case was == Published:
		kind, visible = EntryWithdrawn, true
	}
	events := []event.Event{event.New(at, actor, kind, r.String(), moveData{r.Number, r.State})}
	if visible {
		events = append(events, event.New(at, actor, Changed, "knowledge", map[string]int{"published": 1}))
	}
	return steps, events, nil
}

// Corpus returns everything that is published, as it was imported: for export and for checking an import against it.
func (s *Service) Corpus(ctx context.Context) (*Corpus, error) {
	c := &Corpus{Lexicon: map[string][]byte{}}
	err := s.store.Published(ctx, func(r *Revision) error {
		x, err := r.decode()
		c.add(x)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what is published: %w", err)
	}
	return c, nil
}
