// Package promise is what the city has promised to answer (约定答复): a number, a due time, a query code. A promise is made, tried and kept by steps of
// a talk, which its store writes together with the talk; here the citizen looks it up and says how to be reached, and the desk reads what is beside
// it. It makes none and ends none. Start at Service.Lookup.
package promise

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"time"

	"bangban/kernel/event"
	"bangban/kernel/fault"
	"bangban/kernel/number"
	"bangban/kernel/seal"
)

// State is where a promise stands.
type State string

// The states.
const (
	Open    State = "open"    // 等待回复
	Kept    State = "kept"    // 已回复
	Dropped State = "dropped" // 已结束
)

// Promise is one promise as it is kept. Times are Unix microseconds, 0 for never.
type Promise struct {
	No                             string
	Conversation                   string
	State                          State
	Channel, Region, Topic, Reason string
	Class                          int
	// EnqueuedAt is the place in the queue that the promise keeps for its citizen.
	MadeAt, Due, EnqueuedAt, EndedAt int64
	Overdue                          bool
	Attempts                         []Attempt // oldest first
	Answer                           string    // what the agent said, when it was kept; set by Lookup
	Contact                          Contact   // set by Lookup
}

// Attempt is one time that somebody tried to reach the citizen in vain (联系记录).
type Attempt struct {
	At     int64
	By     string // "agent:8012"
	Note   string // masked; for the desk alone
	NextAt int64  // when they will try again, 0 if nobody said
}

// Guard is what stands before a promise: the hash of its query code, wrong codes in a row, and until when it is locked.
type Guard struct {
	CodeHash   []byte
	Misses     int
	LockedTill int64
}

// Aside is what whoever calls back needs beside a promise: what the citizen last wrote (masked; not that they want a person), attempts, and the sealed
// contact, nil when the citizen left none.
type Aside struct {
	Words    string
	Attempts []Attempt
	Contact  []byte
}

// Store finds promises. Look-ups of one fail with fault.NotFound.
type Store interface {
	Promise(ctx context.Context, no string) (*Promise, error)
	// Guard lets judge see and change what stands before a promise, and keeps the outcome with judge's events, in one transaction that excludes every
	// other of the same promise: guesses at the same time are counted one by one. Judge may run twice.
	Guard(ctx context.Context, no string, judge func(g *Guard) []event.Event) error
	// LastWords is what an agent last said in a talk between two times, "" for nothing.
	LastWords(ctx context.Context, conversation string, from, to int64) (string, error)
	// SaveContact keeps a sealed contact beside an open promise; an empty one is taken away. It fails with fault.Conflict, promise.ended, when the
	// promise is not open.
	SaveContact(ctx context.Context, no string, sealed []byte, at int64, ev event.Event) error
	// Aside returns what is beside open promises: of one when no is given, else of all.
	Aside(ctx context.Context, no string) (map[string]*Aside, error)
}

const (
	// MaxMisses wrong codes lock a promise for LockTime.
	MaxMisses = 5
	LockTime  = 15 * time.Minute
)

// Service looks promises up. It is safe for concurrent use.
type Service struct {
	store Store
	box   *seal.Box
	now   func() time.Time
}

// New makes a Service that seals contacts under the city's secret key; now may be nil.
func New(store Store, secret []byte, now func() time.Time) (*Service, error) {
	box, err := seal.New(secret, "promise")
	if err != nil {
		return nil, fmt.Errorf("promise: %w", err)
	}
	if now == nil {
		now = time.Now
	}
	return &Service{store, box, now}, nil
}

// Lookup finds a promise by its number and query code, as people type them. A wrong code, an unknown number and a locked promise all fail alike with
// promise.not_found (NotFound): who guesses learns nothing.
func (s *Service) Lookup(ctx context.Context, typedNo, typedCode string) (*Promise, error) {
	no, err := s.admit(ctx, typedNo, typedCode)
	if err != nil {
		return nil, err
	}
	p, err := s.store.Promise(ctx, no)
	if err != nil {
		return nil, err
	}
	switch p.State {
	case Kept:
		p.Answer, err = s.store.LastWords(ctx, p.Conversation, p.MadeAt, p.EndedAt)
	case Open:
		p.Contact, err = s.Contact(ctx, no)
	}
	return p, err
}

// admit checks number and code, and counts what is wrong.
func (s *Service) admit(ctx context.Context, typedNo, typedCode string) (no string, err error) {
	unknown := fault.New(fault.NotFound, "promise.not_found")
	no, ok := number.Parse('P', typedNo)
	code, digits := number.Code(typedCode)
	if !ok || !digits {
		return "", unknown
	}
	now := s.now()
	admitted := false
	err = s.store.Guard(ctx, no, func(g *Guard) []event.Event {
		admitted = false
		if g.LockedTill > now.UnixMicro() {
			return nil
		}
		if subtle.ConstantTimeCompare(HashCode(no, code), g.CodeHash) == 1 {
			admitted, g.Misses = true, 0
			return nil
		}
		if g.Misses++; g.Misses >= MaxMisses {
			g.Misses, g.LockedTill = 0, now.Add(LockTime).UnixMicro()
		}
		return []event.Event{event.New(now.UnixMicro(), "citizen", "promise.missed", "promise:"+no, map[string]any{"locked": g.LockedTill > now.UnixMicro()})}
	})
	switch {
	case fault.Is(err, fault.NotFound), err == nil && !admitted:
		return "", unknown
	case err != nil:
		return "", err
	}
	return no, nil
}

// Asides returns what is beside every open promise, by number. One look for a whole list.
func (s *Service) Asides(ctx context.Context) (map[string]*Aside, error) {
	return s.store.Aside(ctx, "")
}

// Aside returns what is beside one open promise; empty when there is nothing or it is not open.
func (s *Service) Aside(ctx context.Context, no string) (*Aside, error) {
	all, err := s.store.Aside(ctx, no)
	if err != nil {
		return nil, err
	}
	if a := all[no]; a != nil {
		return a, nil
	}
	return &Aside{}, nil
}

// HashCode is what is kept of a query code; the number is its salt.
func HashCode(no, code string) []byte {
	sum := sha256.Sum256([]byte("promise\x00" + no + "\x00" + code))
	return sum[:]
}
