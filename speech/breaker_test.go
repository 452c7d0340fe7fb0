package speech

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// clock is a time that tests set.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func newClock() *clock { return &clock{time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)} }

func TestBreakerOpensRestsAndTries(t *testing.T) {
	c := newClock()
	b := NewBreaker(Breaking{Window: 10, Least: 5, Share: 0.2, Rest: 5 * time.Second, Longest: 15 * time.Second}, c.now)
	try := func(o Outcome) {
		t.Helper()
		done, _, ok := b.Attempt()
		if !ok {
			t.Fatalf("refused in %s", b.State())
		}
		done(o)
	}
	want := func(s State) {
		t.Helper()
		if got := b.State(); got != s {
			t.Fatalf("got %s, want %s", got, s)
		}
	}
	for range 4 {
		try(Worked)
	}
	late, _, _ := b.Attempt()
	try(Broke)
	want(Closed) // one in five is not more than a fifth
	try(Unknown)
	want(Closed)
	try(Broke)
	want(Open)
	late(Worked) // of the time before: says nothing now
	want(Open)
	if _, wait, ok := b.Attempt(); ok || wait != 5*time.Second {
		t.Fatal(wait, ok)
	}
	c.t = c.t.Add(5*time.Second - 1)
	want(Open)
	for _, rest := range []time.Duration{10, 15, 15} { // doubled, and not for ever
		c.t = c.t.Add(15 * time.Second)
		want(HalfOpen)
		first, _, ok := b.Attempt()
		if _, _, second := b.Attempt(); !ok || second {
			t.Fatal("one trial, and one only")
		}
		first(Unknown) // given up: another may try
		try(Broke)
		want(Open)
		if _, wait, _ := b.Attempt(); wait != rest*time.Second {
			t.Fatalf("rests %s, want %d s", wait, rest)
		}
	}
	c.t = c.t.Add(time.Minute)
	try(Worked)
	want(Closed)
	for range 4 {
		b.Later()(Broke)
	}
	want(Closed) // too few to judge
	b.Later()(Broke)
	want(Open)
	b.Later()(Broke)
	if _, wait, _ := b.Attempt(); wait != 5*time.Second {
		t.Fatalf("rests %s: a success makes the rest short again, a late failure does not lengthen it", wait)
	}
}

// The breaker against a plain model of it: attempts that overlap, end in any order and any way, while time goes on.
func TestBreakerKeepsItsRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newClock()
		set := Breaking{Window: rapid.IntRange(1, 8).Draw(t, "window"), Least: rapid.IntRange(1, 8).Draw(t, "least"),
			Share: rapid.Float64Range(0.05, 0.9).Draw(t, "share"), Rest: time.Second, Longest: 4 * time.Second}
		b := NewBreaker(set, c.now)
		set = set.withDefaults()
		type attempt struct {
			done  func(Outcome)
			round int
		}
		var out []attempt
		var window []bool
		round, state, until, rest, trial := 0, Closed, c.t, time.Second, false
		turn := func(s State) { state, window, trial, round = s, nil, false, round+1 }
		open := func() { turn(Open); until = c.t.Add(rest) }
		t.Repeat(map[string]func(*rapid.T){
			"attempt": func(t *rapid.T) {
				if state == Open && !c.t.Before(until) {
					turn(HalfOpen)
				}
				want := state == Closed || state == HalfOpen && !trial
				done, wait, ok := b.Attempt()
				if ok != want {
					t.Fatalf("leave %v in %s, want %v", ok, state, want)
				}
				if !ok && (wait <= 0 || wait > set.Longest) {
					t.Fatalf("wait %s", wait)
				}
				if ok {
					trial = state == HalfOpen
					out = append(out, attempt{done, round})
				}
			},
			"end": func(t *rapid.T) {
				if len(out) == 0 {
					t.Skip("none is out")
				}
				i := rapid.IntRange(0, len(out)-1).Draw(t, "which")
				a, o := out[i], rapid.SampledFrom([]Outcome{Worked, Worked, Broke, Unknown}).Draw(t, "outcome")
				out = append(out[:i:i], out[i+1:]...)
				a.done(o)
				a.done(Broke) // once is all that counts
				switch {
				case a.round != round:
				case state == HalfOpen && o == Worked:
					rest = set.Rest
					turn(Closed)
				case state == HalfOpen && o == Broke:
					rest = min(2*rest, set.Longest)
					open()
				case state == HalfOpen:
					trial = false
				case o != Unknown:
					window = append(window, o == Broke)
					window = window[max(0, len(window)-set.Window):]
					failed := 0
					for _, f := range window {
						if f {
							failed++
						}
					}
					if len(window) >= set.Least && float64(failed) > set.Share*float64(len(window)) {
						open()
					}
				}
			},
			"wait": func(t *rapid.T) {
				c.t = c.t.Add(time.Duration(rapid.IntRange(1, 3000).Draw(t, "ms")) * time.Millisecond)
			},
			"": func(t *rapid.T) {
				want := state
				if state == Open && !c.t.Before(until) {
					want = HalfOpen
				}
				if got := b.State(); got != want {
					t.Fatalf("%s, want %s", got, want)
				}
			},
		})
	})
}
