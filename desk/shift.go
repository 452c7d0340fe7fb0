package desk

import (
	"context"
	"slices"
	"time"

	"bangban/conversation"
	"bangban/conversation/ownership"
	"bangban/kernel/fault"
)

// Shift is what somebody who goes has to pass on, and what was passed to them (交接班). It is computed from who owns what, so that nothing can be
// forgotten.
type Shift struct {
	Mine     []Row
	Promised []Row
	Notices  []Notice
	Incoming []Handover
}

// Shift shows an agent what is open.
func (s *Service) Shift(ctx context.Context, by Person) (*Shift, error) {
	rows, err := s.store.RowsOf(ctx, by.ID)
	if err != nil {
		return nil, err
	}
	out := &Shift{Mine: slices.DeleteFunc(rows, func(r Row) bool { return r.Conversation.Handling.Agent() != by.ID })}
	if out.Promised, err = s.store.RowsPromised(ctx, 200); err != nil {
		return nil, err
	}
	if out.Notices, err = s.Notices(ctx); err != nil {
		return nil, err
	}
	out.Incoming, err = s.Incoming(ctx, by)
	return out, err
}

// Notices are those of the last day.
func (s *Service) Notices(ctx context.Context) ([]Notice, error) {
	return s.store.Notices(ctx, s.now().Add(-24*time.Hour).UnixMicro())
}

// Incoming are the handovers that wait for somebody's acknowledgement.
func (s *Service) Incoming(ctx context.Context, by Person) ([]Handover, error) {
	list, err := s.store.Handovers(ctx, by.ID)
	return slices.DeleteFunc(list, func(h Handover) bool { return h.AckAt > 0 || h.From == by.ID }), err
}

// Passed is where one talk goes when a shift ends: to a colleague's account, or to the team.
type Passed struct {
	Talk conversation.ID
	To   string // account; "team" for the queue
}

// HandOver passes an agent's open talks on and leaves a list for each receiver. To a colleague who is there a talk goes at once (T26: both have agreed to
// the list); to the team it goes to the head of the queue.
func (s *Service) HandOver(ctx context.Context, by Person, items []Passed) (int, error) {
	passed := map[string][]conversation.ID{}
	n := 0
	for _, it := range items {
		c, err := s.talks.Load(ctx, it.Talk)
		if err != nil {
			return n, err
		}
		if c.Handling.Agent() != by.ID {
			continue // gone meanwhile: nothing is lost
		}
		cmd := ownership.Command{Do: ownership.AgentLost, By: by.actor(), Agent: by.ID, Reason: "shift"}
		if it.To != "team" && it.To != "" {
			if err := s.sits(ctx, it.To); err != nil {
				return n, err
			}
			cmd = ownership.Command{Do: ownership.TakeOver, By: by.actor(), Agent: it.To, Reason: "shift"}
		}
		if _, err := s.talks.Act(ctx, it.Talk, cmd, nil); err != nil {
			return n, err
		}
		n++
		to := it.To
		if to == "team" {
			to = ""
		}
		passed[to] = append(passed[to], it.Talk)
	}
	for to, talks := range passed {
		h := &Handover{ID: newID(), From: by.ID, To: to, At: s.now().UnixMicro(), Talks: talks}
		if err := s.store.SaveHandover(ctx, h, s.event("shift.passed", by.actor(), "handover:"+h.ID, map[string]any{"to": to, "talks": len(talks)})); err != nil {
			return n, err
		}
	}
	s.Wake()
	return n, nil
}

// sits fails unless an account's lease runs.
func (s *Service) sits(ctx context.Context, account string) error {
	seat, err := s.store.Seat(ctx, account)
	if err != nil {
		return err
	}
	if !seat.Live(s.now().UnixMicro()) {
		return fault.New(fault.Conflict, "talk.not_free")
	}
	return nil
}

// Acknowledge says that a handover has been read.
func (s *Service) Acknowledge(ctx context.Context, by Person, id string) error {
	return s.store.Acknowledge(ctx, id, by.ID, s.now().UnixMicro(), s.event("shift.acknowledged", by.actor(), "handover:"+id, nil))
}
