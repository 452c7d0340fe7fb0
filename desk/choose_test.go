package desk

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"bangban/conversation/ownership"
)

const second = int64(1_000_000)

var noon = int64(1_780_000_000) * second

func seat(id string) Seat {
	return Seat{Account: id, Number: id, Status: Ready, LeaseUntil: noon + 30*second, Limit: DefaultLimit, IdleSince: noon - 60*second}
}

func talk(id string, class ownership.Class, ago int64) Waiting {
	return Waiting{Talk: id, Channel: "portal", Class: class, EnqueuedAt: noon - ago*second}
}

func TestChoose(t *testing.T) {
	with := func(s Seat, change func(*Seat)) Seat { change(&s); return s }
	full := func(id string) (list []Held) {
		for i := range 5 {
			list = append(list, Held{Talk: fmt.Sprint(id, i), Agent: id, Channel: "portal", State: ownership.Serving})
		}
		return list
	}
	sticky := talk("t", ownership.Normal, 10)
	sticky.LastAgent, sticky.LastAt = "b", noon-3600*second
	avoided := talk("t", ownership.Normal, 10)
	avoided.Avoid = []string{"a"}
	skilled := talk("t", ownership.Normal, 10)
	skilled.Needs = ownership.Needs{Topic: "010", Region: "330106"}
	wide := skilled
	wide.Ring = 2
	for name, c := range map[string]struct {
		queue []Waiting
		seats []Seat
		held  []Held
		want  string // talk>agent, "" for none
	}{
		"nobody waits":             {nil, []Seat{seat("a")}, nil, ""},
		"nobody sits":              {[]Waiting{talk("t", 4, 1)}, nil, nil, ""},
		"lease over":               {[]Waiting{talk("t", 4, 1)}, []Seat{with(seat("a"), func(s *Seat) { s.LeaseUntil = noon })}, nil, ""},
		"on a break":               {[]Waiting{talk("t", 4, 1)}, []Seat{with(seat("a"), func(s *Seat) { s.Status = Break })}, nil, ""},
		"hands full":               {[]Waiting{talk("t", 4, 1)}, []Seat{seat("a")}, full("a"), ""},
		"may not on this channel":  {[]Waiting{talk("t", 4, 1)}, []Seat{with(seat("a"), func(s *Seat) { s.Skills.Channels = []string{"phone"} })}, nil, ""},
		"practice is not assigned": {[]Waiting{{Talk: "t", Channel: practiceChannel, Class: 4, EnqueuedAt: noon}}, []Seat{seat("a")}, nil, ""},
		"least loaded":             {[]Waiting{talk("t", 4, 1)}, []Seat{seat("a"), seat("b")}, full("a")[:1], "t>b"},
		"longest idle":             {[]Waiting{talk("t", 4, 1)}, []Seat{seat("a"), with(seat("b"), func(s *Seat) { s.IdleSince = noon - 900*second })}, nil, "t>b"},
		"last agent":               {[]Waiting{sticky}, []Seat{seat("a"), seat("b")}, full("b")[:2], "t>b"},
		"avoided":                  {[]Waiting{avoided}, []Seat{seat("a"), seat("b")}, full("b")[:2], "t>b"},
		"class before time":        {[]Waiting{talk("old", 4, 200), talk("danger", 0, 1)}, []Seat{seat("a")}, nil, "danger>a"},
		"time within a class":      {[]Waiting{talk("new", 4, 1), talk("old", 4, 200)}, []Seat{seat("a")}, nil, "old>a"},
		"ageing":                   {[]Waiting{talk("reopened", 2, 1), talk("old", 4, 700)}, []Seat{seat("a")}, nil, "old>a"},
		"skills":                   {[]Waiting{skilled}, []Seat{with(seat("a"), func(s *Seat) { s.Skills.Topics = []string{"090"} }), with(seat("b"), func(s *Seat) { s.Skills.Topics = []string{"010"} })}, full("b")[:3], "t>b"},
		"a skill is missing":       {[]Waiting{skilled}, []Seat{with(seat("a"), func(s *Seat) { s.Skills.Topics = []string{"090"} })}, nil, ""},
		"the ring is wide":         {[]Waiting{wide}, []Seat{with(seat("a"), func(s *Seat) { s.Skills.Topics = []string{"090"} })}, nil, "t>a"},
		"who can be served goes":   {[]Waiting{skilled, talk("later", 4, 1)}, []Seat{with(seat("a"), func(s *Seat) { s.Skills.Topics = []string{"090"} })}, nil, "later>a"},
		"the chief comes last":     {[]Waiting{talk("t", 4, 1)}, []Seat{with(seat("a"), func(s *Seat) { s.Skills.Chief = true })}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d, ok := Choose(c.queue, c.seats, c.held, noon)
			got := ""
			if ok {
				got = d.Talk.Talk + ">" + d.Seat.Account
				if d.Why == "" || len(d.Candidates) == 0 {
					t.Error("it does not say why")
				}
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Assigning one talk after the other never overloads anyone, never breaks the order but for skills, and spreads the load.
func TestChooseIsFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var seats []Seat
		equal := rapid.Bool().Draw(t, "equal")
		for i := range rapid.IntRange(1, 6).Draw(t, "seats") {
			s := seat(fmt.Sprint("s", i))
			if !equal {
				s.Status = rapid.SampledFrom([]Status{Ready, Ready, Break, Wrap, Offline}).Draw(t, "status")
				s.LeaseUntil = noon + rapid.Int64Range(-5, 30).Draw(t, "lease")*second
				s.Limit = rapid.SampledFrom([]int{4, 8, 20}).Draw(t, "limit")
				s.Skills.Topics = rapid.SampledFrom([][]string{nil, {"010"}, {"090"}}).Draw(t, "topics")
			}
			seats = append(seats, s)
		}
		var queue []Waiting
		for i := range rapid.IntRange(0, 20).Draw(t, "talks") {
			w := talk(fmt.Sprint("t", i), ownership.Class(rapid.IntRange(0, 4).Draw(t, "class")), rapid.Int64Range(0, 2000).Draw(t, "ago"))
			if !equal {
				w.Ring = rapid.IntRange(0, 3).Draw(t, "ring")
				w.Needs.Topic = rapid.SampledFrom([]string{"", "010"}).Draw(t, "topic")
				w.Avoid = rapid.SampledFrom([][]string{nil, {"s0"}}).Draw(t, "avoid")
			}
			queue = append(queue, w)
		}
		var held []Held
		for len(queue) > 0 {
			d, ok := Choose(queue, seats, held, noon)
			if !ok {
				break
			}
			if !d.Seat.Live(noon) || d.Seat.Status != Ready || slices.Contains(d.Talk.Avoid, d.Seat.Account) || !d.Seat.fits(d.Talk.Needs, d.Talk.Ring) {
				t.Fatalf("%s may not have %+v", d.Seat.Account, d.Talk)
			}
			for i := range queue {
				if w := &queue[i]; w.Before(d.Talk, noon) && slices.ContainsFunc(seats, func(s Seat) bool {
					return s.Live(noon) && s.Status == Ready && takes(&s, w, load(seats, held, noon)[s.Account], noon)
				}) {
					t.Fatalf("%s was passed over for %s", w.Talk, d.Talk.Talk)
				}
			}
			held = append(held, Held{Talk: d.Talk.Talk, Agent: d.Seat.Account, Channel: d.Talk.Channel, State: ownership.Serving})
			queue = slices.DeleteFunc(queue, func(w Waiting) bool { return w.Talk == held[len(held)-1].Talk })
			used := load(seats, held, noon)
			least, most := 1<<30, 0
			for i := range seats {
				if used[seats[i].Account] > seats[i].Limit {
					t.Fatalf("%s has %d of %d", seats[i].Account, used[seats[i].Account], seats[i].Limit)
				}
				least, most = min(least, used[seats[i].Account]), max(most, used[seats[i].Account])
			}
			if equal && most-least > 4 {
				t.Fatalf("one has %d quarters, another %d", most, least)
			}
		}
	})
}

// BenchmarkChoose is one decision with 10,000 talks in the queue and 200 seats.
func BenchmarkChoose(b *testing.B) {
	var queue []Waiting
	for i := range 10_000 {
		queue = append(queue, talk(fmt.Sprint("t", i), ownership.Class(1+i%4), int64(i%3000)))
	}
	var seats []Seat
	for i := range 200 {
		seats = append(seats, seat(fmt.Sprint("s", i)))
	}
	for b.Loop() {
		if _, ok := Choose(queue, seats, nil, noon); !ok {
			b.Fatal("nobody was chosen")
		}
	}
}
