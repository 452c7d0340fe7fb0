package ownership

import (
	"fmt"
	"slices"
	"time"

	"bangban/kernel/fault"
)

// step is one run of the table.
type step struct {
	t Talk // as it becomes
	c Command
	f Facts
	r Rules
	e Effects
}

// Step takes a command and returns the talk afterwards with what follows from it. The talk that is passed in stays as it is. A command that the
// table does not know in this state fails with fault.Conflict and the key of the sentence that says why; a talk of an unknown state with
// fault.Internal.
//
// Time does not run backwards: a command dated before the last one counts as of the last one.
func Step(t Talk, c Command, f Facts, r Rules) (Talk, Effects, error) {
	if !slices.Contains(States, t.State) {
		return t, Effects{}, fault.Wrap(fault.Internal, "talk.bad_state", fmt.Errorf("state %q", t.State))
	}
	c.At = max(c.At, t.UpdatedAt)
	if c.Class == Danger && !c.Danger { // the zero class: only danger words make a case of danger
		c.Class = Normal
	}
	s := &step{t: t.clone(), c: c, f: f, r: r}
	refusal := "talk.not_now"
	for i := range table {
		row := &table[i]
		if row.do != c.Do || !slices.Contains(row.from, t.State) {
			continue
		}
		if row.guard != nil {
			if key := row.guard(s); key != "" {
				refusal = key
				continue
			}
		}
		s.take(row)
		return s.t, s.e, nil
	}
	return t, Effects{}, &fault.Error{Kind: fault.Conflict, Key: refusal, Args: map[string]string{"state": string(t.State), "action": string(c.Do)}}
}

// take runs a row and puts owner, timers and clocks in order.
func (s *step) take(row *row) {
	before := s.t
	s.e.Row = row.name
	if s.c.Do == Fire {
		delete(s.t.Timers, s.c.Timer)
	}
	if row.to != "" {
		s.t.State = row.to
	}
	if row.then != nil {
		row.then(s)
	}
	s.own(before)
	s.clocks()
	s.runHumanClock()
	s.t.UpdatedAt = s.c.At
	if before.State != s.t.State || before.Owner != s.t.Owner {
		s.note("talk.moved", map[string]any{"row": row.name, "from": before.State, "to": s.t.State, "owner": s.t.Owner.String(), "by": s.c.By, "reason": s.c.Reason})
		s.e.Freed = s.e.Freed || before.Agent() != "" && (before.Agent() != s.t.Agent() || s.t.State == Waiting)
	}
}

// own derives the owner from the state. Only serving and waiting have an owner of their own choice.
func (s *step) own(before Talk) {
	switch s.t.State {
	case Machine, Resolved:
		s.t.Owner = Owner{Kind: ByMachine}
	case Queued, Offered:
		s.t.Owner = Owner{Kind: ByQueue}
	case Promised:
		s.t.Owner = Owner{Kind: ByOrder, ID: s.t.Promise}
	case Closed:
		s.t.Owner = Owner{Kind: ByNone}
	}
	if s.t.State != Offered {
		s.t.Offer = nil
	}
	if s.t.State != Serving {
		s.t.Transfer, s.t.Helpers = nil, nil
	}
	if before.Agent() != "" && s.t.Agent() != before.Agent() {
		s.t.LastAgent, s.t.LastServedAt = before.Agent(), s.c.At
	}
	if slices.Contains(resting, s.t.State) || s.t.State == Closed {
		s.t.Handoff, s.t.UnansweredSince = nil, 0
	}
}

// clocks ends the timers that do not belong to the state.
func (s *step) clocks() {
	for name := range s.t.Timers {
		if name == PromiseDue {
			if s.t.Promise == "" {
				delete(s.t.Timers, name)
			}
		} else if !slices.Contains(kept[s.t.State], name) {
			delete(s.t.Timers, name)
		}
	}
	if s.t.Transfer == nil {
		delete(s.t.Timers, TransferEnds)
	}
}

// runHumanClock starts and stops the clock of waiting for people.
func (s *step) runHumanClock() {
	runs := s.t.UnansweredSince > 0 && (s.t.Owner.Kind == ByQueue || s.t.Owner.Kind == ByAgent)
	switch {
	case runs && s.t.WaitSince == 0:
		s.t.WaitSince = s.c.At
	case !runs && s.t.WaitSince > 0:
		s.t.Waited += s.c.At - s.t.WaitSince
		s.note("talk.waited", map[string]any{"from": s.t.WaitSince, "us": s.c.At - s.t.WaitSince})
		s.t.WaitSince = 0
	}
}

func (s *step) set(name Timer, after time.Duration) { s.t.Timers[name] = s.c.At + after.Microseconds() }

func (s *step) tell(key string, args ...string) {
	m := map[string]string{}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	s.e.Told = append(s.e.Told, Sentence{key, m})
}

func (s *step) note(kind string, data map[string]any) {
	s.e.Notes = append(s.e.Notes, Note{kind, data})
}

func (s *step) bell(to, key string) { s.e.Bells = append(s.e.Bells, Bell{to, key}) }

func (s *step) avoids(agent string) bool { return slices.Contains(s.t.Avoid, agent) }

func (s *step) avoid(agent string) {
	if agent != "" && !s.avoids(agent) {
		s.t.Avoid = append(s.t.Avoid, agent)
	}
}

func (s *step) helps(agent string) bool { return agent != "" && slices.Contains(s.t.Helpers, agent) }

func (s *step) voice() bool { return s.t.Channel == "phone" }
