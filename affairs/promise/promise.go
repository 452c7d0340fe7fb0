// Package promise is what the city has promised to answer (约定答复): a number, a due time, a query code. A promise is made and kept by steps of a talk;
// here the citizen looks it up. It makes none and changes none. Start at Service.Lookup.
package promise

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"time"

	"bangban/kernel/event"
	"bangban/kernel/fault"
	"bangban/kernel/number"
)

// State is where a promise stands.
type State string

// The states.
const (
	Open    State = "open"    // 等待回复
	Kept    State = "kept"    // 已回复
	Dropped State = "dropped" // 已结束
)

// Promise is one promise as it is kept. Times are Unix microseconds.
type Promise struct {
	No                             string
	CodeHash                       []byte
	Conversation                   string
	State                          State
	Channel, Region, Topic, Reason string
	Class                          int
	MadeAt, Due, EnqueuedAt        int64
	Overdue                        bool
	EndedAt                        int64
	Tries                          []int64 // when somebody tried to reach the citizen
	Misses                         int     // wrong codes in a row
	LockedTill                     int64
	Answer                         string // what the agent said, when it was kept; set by Lookup
}

// Store finds promises. Look-ups fail with fault.NotFound.
type Store interface {
	Promise(ctx context.Context, no string) (*Promise, error)
	CountMiss(ctx context.Context, no string, misses int, lockedTill int64, ev event.Event) error
	LastWords(ctx context.Context, conversation string) (string, error)
}

const (
	// MaxMisses wrong codes lock a promise for LockTime.
	MaxMisses = 5
	LockTime  = 15 * time.Minute
)

// Service looks promises up. It is safe for concurrent use.
type Service struct {
	store Store
	now   func() time.Time
}

// New makes a Service; now may be nil.
func New(store Store, now func() time.Time) *Service {
	if now == nil {
		now = time.Now
	}
	return &Service{store, now}
}

// Lookup finds a promise by its number and query code, as people type them. A wrong code, an unknown number and a locked promise all fail alike with
// promise.not_found (NotFound): who guesses learns nothing.
func (s *Service) Lookup(ctx context.Context, typedNo, typedCode string) (*Promise, error) {
	unknown := fault.New(fault.NotFound, "promise.not_found")
	no, ok := number.Parse('P', typedNo)
	code, digits := number.Code(typedCode)
	if !ok || !digits {
		return nil, unknown
	}
	p, err := s.store.Promise(ctx, no)
	if fault.Is(err, fault.NotFound) {
		return nil, unknown
	}
	if err != nil {
		return nil, err
	}
	now := s.now()
	if p.LockedTill > now.UnixMicro() {
		return nil, unknown
	}
	if subtle.ConstantTimeCompare(HashCode(no, code), p.CodeHash) != 1 {
		misses, locked := p.Misses+1, int64(0)
		if misses >= MaxMisses {
			misses, locked = 0, now.Add(LockTime).UnixMicro()
		}
		ev := event.New(now.UnixMicro(), "citizen", "promise.missed", "promise:"+no, map[string]any{"locked": locked > 0})
		if err := s.store.CountMiss(ctx, no, misses, locked, ev); err != nil {
			return nil, err
		}
		return nil, unknown
	}
	if p.Misses > 0 {
		ev := event.New(now.UnixMicro(), "citizen", "promise.found", "promise:"+no, nil)
		if err := s.store.CountMiss(ctx, no, 0, 0, ev); err != nil {
			return nil, err
		}
	}
	if p.State == Kept {
		p.Answer, err = s.store.LastWords(ctx, p.Conversation)
	}
	return p, err
}

// HashCode is what is kept of a query code; the number is its salt.
func HashCode(no, code string) []byte {
	sum := sha256.Sum256([]byte("promise\x00" + no + "\x00" + code))
	return sum[:]
}
