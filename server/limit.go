package server

import (
	"math"
	"strconv"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"bangban/kernel/fault"
)

// Budget is how often one caller may do something: PerMinute times in a row, then as often as that refills.
type Budget struct {
	Name      string
	PerMinute int
}

// Asks is the budget of one address for asking, ConversationAsks that of one conversation.
func (s *Server) Asks() Budget { return Budget{"ask", s.config.AsksPerAddress} }

// ConversationAsks is the budget of one conversation for asking.
func (s *Server) ConversationAsks() Budget {
	return Budget{"conversation", s.config.AsksPerConversation}
}

// Reads is the budget of one address for reading, Lookups for trying numbers that are hard to guess.
func (s *Server) Reads() Budget { return Budget{"read", 10 * s.config.AsksPerAddress} }

// Lookups is the budget of one address for trying numbers that are hard to guess.
func (s *Server) Lookups() Budget { return Budget{"lookup", max(s.config.AsksPerAddress/2, 1)} }

// Allow counts one use by key, and fails with fault.TooMany and the seconds to wait when the budget is used up.
func (s *Server) Allow(b Budget, key string) error {
	if s.config.NoLimits {
		return nil
	}
	wait := s.limits.take(b, key)
	if wait == 0 {
		return nil
	}
	seconds := int(math.Ceil(wait.Seconds()))
	return &fault.Error{Kind: fault.TooMany, Key: "too_many", RetryAfter: seconds, Args: map[string]string{"seconds": strconv.Itoa(seconds)}}
}

// spend counts a request against its address. People on this machine are not counted, unless a proxy stands between.
func (s *Server) spend(b Budget, x *exchange) error {
	if x.caller.Address.IsLoopback() && !x.caller.Forwarded {
		return nil
	}
	return s.Allow(b, limitKey(x.caller.Address))
}

// limiter keeps a token bucket for each of the callers seen last. A caller that fell out starts with a full bucket,
// which it would have again by then but in a flood of addresses.
type limiter struct {
	now     func() time.Time
	mu      sync.Mutex // between finding no bucket and adding one
	buckets *lru.Cache[string, *rate.Limiter]
}

const bucketsKept = 100_000

func newLimiter(now func() time.Time) *limiter {
	buckets, err := lru.New[string, *rate.Limiter](bucketsKept)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &limiter{now: now, buckets: buckets}
}

// take takes one token; it returns how long to wait when there is none.
func (l *limiter) take(b Budget, key string) time.Duration {
	key = b.Name + "\x00" + key
	bucket, ok := l.buckets.Get(key)
	if !ok {
		l.mu.Lock()
		if bucket, ok = l.buckets.Get(key); !ok {
			bucket = rate.NewLimiter(rate.Limit(float64(b.PerMinute)/60), b.PerMinute)
			l.buckets.Add(key, bucket)
		}
		l.mu.Unlock()
	}
	now := l.now()
	r := bucket.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
	}
	return wait
}
