// Package desk is the people who answer (坐席): who is there, who is free, who is offered which talk and why, what they see of it, and how a shift
// is handed over. It decides and looks up; who has a talk is conversation's business, and is only ever changed through it.
// Start at Service; Choose is how a talk finds its agent.
package desk

import (
	"slices"

	"bangban/conversation/ownership"
)

// Status is what an agent does at the desk (坐席状态).
type Status string

// The statuses.
const (
	Ready   Status = "ready"   // 就绪
	Break   Status = "break"   // 小休，with a reason
	Busy    Status = "busy"    // 示忙
	Wrap    Status = "wrap"    // 话后整理
	Offline Status = "offline" // 离线
)

// Skills are what an agent can do. Empty lists mean everything.
type Skills struct {
	Topics    []string `json:"topics,omitempty"`
	Regions   []string `json:"regions,omitempty"`
	Languages []string `json:"languages,omitempty"`
	Channels  []string `json:"channels,omitempty"`
	// Chief is a supervisor or the duty officer: asked when nobody else takes a talk.
	Chief bool `json:"chief,omitempty"`
}

// Seat is one agent's place at the desk (席位). Version changes with everything that assignment depends on.
type Seat struct {
	Account    string
	Number     string // 工号
	Name       string // for colleagues; citizens are told the number and the department
	Team       string
	Department string
	Status     Status
	Reason     string
	Since      int64 // of the status, Unix microseconds
	Until      int64 // of Wrap
	LeaseUntil int64
	// Misses are offers and turns let pass in a row; two make the seat busy.
	Misses  int
	Limit   int // in quarters of a web chat
	Skills  Skills
	Version int64
	// IdleSince is when the seat last had a talk less: who has waited longest is asked first.
	IdleSince int64
}

// DefaultLimit is five web chats at a time, in quarters.
const DefaultLimit = 20

// Live reports whether the lease runs: some tab of the agent has been heard of lately.
func (s *Seat) Live(now int64) bool { return s.LeaseUntil > now && s.Status != Offline }

// Able reports whether the agent may reply on a channel.
func (s *Seat) Able(channel string) bool {
	return channel == practiceChannel || len(s.Skills.Channels) == 0 || slices.Contains(s.Skills.Channels, channel)
}

// fits reports whether the skills meet the needs at a ring: 0 topic, team and region; 1 team and region; 2 everyone but chiefs who take no
// talks of their own; 3 everyone.
func (s *Seat) fits(n ownership.Needs, ring int) bool {
	in := func(list []string, v string) bool { return v == "" || len(list) == 0 || slices.Contains(list, v) }
	if n.Language != "" && !in(s.Skills.Languages, n.Language) {
		return false
	}
	switch {
	case ring <= 0:
		return (n.Team == "" || s.Team == n.Team) && in(s.Skills.Topics, n.Topic) && in(s.Skills.Regions, n.Region) && !s.Skills.Chief
	case ring == 1:
		return (n.Team == "" || s.Team == n.Team) && in(s.Skills.Regions, n.Region) && !s.Skills.Chief
	case ring == 2:
		return !s.Skills.Chief
	}
	return true
}

// Held is a talk in somebody's hands: served, waiting for the citizen, or held out to her.
type Held struct {
	Talk    string
	Agent   string
	Channel string
	State   ownership.State
	Since   int64 // of the last change
	Offer   bool  // only held out
}

const (
	waitingWeighs = 10 * 60 * 1_000_000 // how long a talk that waits for the citizen still weighs a quarter
	quarter       = 1
)

// weight is how much of a seat a talk takes, in quarters of a web chat: a call everything, a web chat four, WeChat two, a talk that waits
// for the citizen one for ten minutes and then none.
func weight(channel string, state ownership.State, since, now int64, limit int) int {
	if state == ownership.Waiting {
		if now-since < waitingWeighs {
			return quarter
		}
		return 0
	}
	switch channel {
	case "phone":
		return limit
	case "wechat":
		return 2 * quarter
	}
	return 4 * quarter
}
