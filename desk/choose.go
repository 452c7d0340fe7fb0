package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"bangban/conversation/ownership"
)

// practiceChannel is where the machine plays the citizen; its talks go to the one who practises and to nobody else.
const practiceChannel = "practice"

// Waiting is a talk that looks for an agent.
type Waiting struct {
	Talk       string
	Channel    string
	Class      ownership.Class
	EnqueuedAt int64
	Ring       int
	Needs      ownership.Needs
	Avoid      []string
	LastAgent  string
	LastAt     int64
	// Transfer says that the talk is being served and its owner wants it taken over by a team.
	Transfer bool
}

const (
	ageStep    = 5 * 60 * 1_000_000       // a talk rises by a class for each five minutes of waiting, so that nobody starves
	stickyTime = 24 * 60 * 60 * 1_000_000 // how long the last agent is asked first
)

// Aged is the class of a talk as it stands in the queue now.
func (w *Waiting) Aged(now int64) ownership.Class {
	if w.Class == ownership.Danger {
		return ownership.Danger
	}
	aged := w.Class - ownership.Class((now-w.EnqueuedAt)/ageStep)
	return max(aged, ownership.Voice) // danger stays before everything
}

// Before reports whether a goes before b in the queue.
func (w *Waiting) Before(o *Waiting, now int64) bool {
	if a, b := w.Aged(now), o.Aged(now); a != b {
		return a < b
	}
	if w.EnqueuedAt != o.EnqueuedAt {
		return w.EnqueuedAt < o.EnqueuedAt
	}
	return w.Talk < o.Talk
}

// Candidate is a seat that a talk may go to, with what speaks for it.
type Candidate struct {
	Agent     string `json:"agent"`
	Sticky    bool   `json:"sticky,omitempty"` // served this citizen within a day
	Used      int    `json:"used"`
	Limit     int    `json:"limit"`
	IdleSince int64  `json:"idle_since"`
}

// Decision is one talk held out to one agent.
type Decision struct {
	Talk       *Waiting
	Seat       *Seat
	Why        string // 派给您的理由, for the agent
	Candidates []Candidate
}

// Choose finds the first talk of the queue that somebody can take now, and who is to take it: lease live, ready, able on the channel, hands free
// enough, skills within the talk's ring, not to be avoided. Among those the last agent of the citizen, then the least loaded, then who has been
// idle longest. It changes nothing; queue may be in any order.
func Choose(queue []Waiting, seats []Seat, held []Held, now int64) (Decision, bool) {
	used := load(seats, held, now)
	free := make([]*Seat, 0, len(seats))
	for i := range seats {
		if s := &seats[i]; s.Live(now) && s.Status == Ready && used[s.Account] < s.Limit {
			free = append(free, s)
		}
	}
	if len(free) == 0 {
		return Decision{}, false
	}
	var best *Waiting
	for i := range queue {
		w := &queue[i]
		if w.Channel == practiceChannel || best != nil && !w.Before(best, now) {
			continue
		}
		if slices.ContainsFunc(free, func(s *Seat) bool { return takes(s, w, used[s.Account], now) }) {
			best = w
		}
	}
	if best == nil {
		return Decision{}, false
	}
	return decide(best, free, used, now), true
}

// load is how much of each seat is taken, in quarters.
func load(seats []Seat, held []Held, now int64) map[string]int {
	limits, used := make(map[string]int, len(seats)), make(map[string]int, len(seats))
	for i := range seats {
		limits[seats[i].Account] = seats[i].Limit
	}
	for i := range held {
		h := &held[i]
		used[h.Agent] += weight(h.Channel, h.State, h.Since, now, limits[h.Agent])
	}
	return used
}

func takes(s *Seat, w *Waiting, used int, now int64) bool {
	return s.Able(w.Channel) && used+weight(w.Channel, ownership.Serving, now, now, s.Limit) <= s.Limit && s.fits(w.Needs, w.Ring) && !slices.Contains(w.Avoid, s.Account)
}

func decide(w *Waiting, free []*Seat, used map[string]int, now int64) Decision {
	d := Decision{Talk: w}
	bySeat := map[string]*Seat{}
	for _, s := range free {
		if takes(s, w, used[s.Account], now) {
			bySeat[s.Account] = s
			d.Candidates = append(d.Candidates, Candidate{Agent: s.Account, Used: used[s.Account], Limit: s.Limit, IdleSince: s.IdleSince,
				Sticky: w.LastAgent == s.Account && now-w.LastAt <= stickyTime})
		}
	}
	slices.SortFunc(d.Candidates, func(a, b Candidate) int {
		if a.Sticky != b.Sticky {
			return cmp.Compare(truth(b.Sticky), truth(a.Sticky))
		}
		// a/limit against b/limit without dividing
		return cmp.Or(cmp.Compare(a.Used*b.Limit, b.Used*a.Limit), cmp.Compare(a.IdleSince, b.IdleSince), strings.Compare(a.Agent, b.Agent))
	})
	d.Seat = bySeat[d.Candidates[0].Agent]
	d.Why = why(d.Candidates, d.Seat, w)
	return d
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// why says in plain words what decided.
func why(list []Candidate, s *Seat, w *Waiting) string {
	first := list[0]
	var words []string
	switch {
	case w.Class == ownership.Danger:
		words = append(words, "有危险，先接")
	case w.Class == ownership.Reopened:
		words = append(words, "没解决，优先重办")
	}
	switch {
	case first.Sticky:
		words = append(words, "上次是您服务的")
	case w.Needs.Team != "" && s.Team == w.Needs.Team:
		words = append(words, "点名要您的班组")
	case w.Ring == 0 && w.Needs.Topic != "" && slices.Contains(s.Skills.Topics, w.Needs.Topic):
		words = append(words, "技能相符")
	case w.Ring >= 3:
		words = append(words, "一直没有人接")
	case w.Ring >= 1:
		words = append(words, "已扩大派单范围")
	}
	switch {
	case len(list) == 1:
		words = append(words, "眼下只有您空闲")
	case first.Sticky:
	case list[1].Used*first.Limit > first.Used*list[1].Limit:
		words = append(words, "手上最少")
	default:
		words = append(words, "空闲最久")
	}
	return strings.Join(words, "，") + fmt.Sprintf("（%d 人可接）", len(list))
}
