package desk

import (
	"context"
	"strings"

	"bangban/conversation"
	"bangban/conversation/ownership"
	"bangban/kernel/fault"
)

// Person is an account as the desk knows it.
type Person struct {
	ID, Number, Name, Team, Department string
	// Supervisor may take over, reroute and watch; Takes says that she is offered talks like any agent, too.
	Supervisor, Takes bool
}

// chief reports whether somebody is asked only when nobody else takes a talk.
func (p Person) chief() bool { return p.Supervisor && !p.Takes }

// Actor is who acts, in the log.
func (p Person) actor() string { return "agent:" + p.ID }

// Sit returns the seat of somebody who has signed in, made at the first time.
func (s *Service) Sit(ctx context.Context, p Person) (*Seat, error) {
	seat, err := s.store.Seat(ctx, p.ID)
	now := s.now().UnixMicro()
	if fault.Is(err, fault.NotFound) {
		seat = &Seat{Account: p.ID, Number: p.Number, Name: p.Name, Team: p.Team, Department: p.Department, Status: Offline, Since: now, Limit: DefaultLimit,
			Version: 1, IdleSince: now, Skills: Skills{Chief: p.chief()}}
		err = s.store.SaveSeat(ctx, seat, nil, s.event("seat.made", p.actor(), "seat:"+p.ID, nil))
		if fault.Is(err, fault.Conflict) { // another tab was faster
			return s.store.Seat(ctx, p.ID)
		}
		return seat, err
	}
	if err != nil || seat.Number == p.Number && seat.Name == p.Name && seat.Team == p.Team && seat.Department == p.Department && seat.Skills.Chief == p.chief() {
		return seat, err
	}
	return s.change(ctx, p.ID, func(seat *Seat) error {
		seat.Number, seat.Name, seat.Team, seat.Department, seat.Skills.Chief = p.Number, p.Name, p.Team, p.Department, p.chief()
		return nil
	}, "seat.changed", p.actor(), nil)
}

// change reads a seat, changes it and writes it, again when another was faster.
func (s *Service) change(ctx context.Context, account string, fn func(*Seat) error, kind, actor string, data map[string]any) (*Seat, error) {
	for try := 1; ; try++ {
		seat, err := s.store.Seat(ctx, account)
		if err != nil {
			return nil, err
		}
		before := seat.Status
		if err := fn(seat); err != nil {
			return nil, err
		}
		seat.Version++
		facts := map[string]any{"status": seat.Status, "before": before, "reason": seat.Reason}
		for k, v := range data {
			facts[k] = v
		}
		err = s.store.SaveSeat(ctx, seat, seatTimers(seat), s.event(kind, actor, "seat:"+account, facts))
		if err == nil {
			s.stale()
			s.Wake()
			s.clock.Wake()
			return seat, nil
		}
		if !fault.Is(err, fault.Conflict) || try == 5 {
			return nil, err
		}
	}
}

// seatTimers are the clocks of a seat: its lease, and the end of the time after a talk.
func seatTimers(s *Seat) map[string]int64 {
	timers := map[string]int64{}
	if s.Status != Offline {
		timers["lease"] = s.LeaseUntil
	}
	if s.Status == Wrap {
		timers["wrap"] = s.Until
	}
	return timers
}

// SetStatus is an agent changing her own status, or a supervisor hers. Going offline with talks in hand is refused with seat.has_talks: they are
// handed over first, or taken away when the lease runs out.
func (s *Service) SetStatus(ctx context.Context, by Person, account string, status Status, reason string) (*Seat, error) {
	if account != by.ID && !by.Supervisor {
		return nil, fault.New(fault.Forbidden, "desk.supervisor_only")
	}
	switch status {
	case Ready, Busy, Offline:
	case Break:
		if strings.TrimSpace(reason) == "" {
			return nil, &fault.Error{Kind: fault.Invalid, Key: "seat.reason_missing", Args: map[string]string{"field": "reason"}}
		}
	default:
		return nil, &fault.Error{Kind: fault.Invalid, Key: "seat.bad_status", Args: map[string]string{"field": "status"}}
	}
	if status == Offline && account == by.ID {
		rows, err := s.store.RowsOf(ctx, account)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if r.Conversation.Handling.Agent() == account {
				return nil, fault.New(fault.Conflict, "seat.has_talks")
			}
		}
	}
	now := s.now().UnixMicro()
	seat, err := s.change(ctx, account, func(seat *Seat) error {
		if status == Ready {
			seat.Misses = 0
		}
		if status != Offline && account == by.ID {
			seat.LeaseUntil = now + s.cfg.Lease.Microseconds()
		}
		if seat.Status == Offline || seat.Status == Wrap {
			seat.IdleSince = now
		}
		seat.Status, seat.Reason, seat.Since, seat.Until = status, strings.TrimSpace(reason), now, 0
		return nil
	}, "seat.changed", by.actor(), map[string]any{"by": by.ID})
	if err != nil || status != Offline {
		return seat, err
	}
	return seat, s.takeAway(ctx, account, "offline")
}

// Renew says that a tab of the agent is there. It writes only when the lease is half over.
func (s *Service) Renew(ctx context.Context, account string) (*Seat, error) {
	seat, err := s.store.Seat(ctx, account)
	if err != nil {
		return nil, err
	}
	now, lease := s.now().UnixMicro(), s.cfg.Lease.Microseconds()
	if seat.Status == Offline || seat.LeaseUntil-now > lease*2/3 {
		return seat, nil
	}
	seat.LeaseUntil = now + lease
	if err := s.store.Renew(ctx, account, seat.LeaseUntil); err != nil {
		return nil, err
	}
	s.stale()
	return seat, nil
}

// fire is the clock's call for a seat: the lease has run out, or the time after a talk is over.
func (s *Service) fire(ctx context.Context, subject, name string, due int64) error {
	account := strings.TrimPrefix(subject, "seat:")
	switch name {
	case "wrap":
		_, err := s.change(ctx, account, func(seat *Seat) error {
			if seat.Status != Wrap || seat.Until != due {
				return fault.New(fault.Conflict, "seat.timer_over")
			}
			seat.Status, seat.Since, seat.Until, seat.IdleSince = Ready, s.now().UnixMicro(), 0, s.now().UnixMicro()
			return nil
		}, "seat.changed", "system", nil)
		return err
	case "lease":
		seat, err := s.store.Seat(ctx, account)
		if err != nil {
			return err
		}
		if seat.Status == Offline || seat.LeaseUntil > s.now().UnixMicro() {
			return fault.New(fault.Conflict, "seat.timer_over")
		}
		// Her talks first: if this node dies in between, the timer is still there.
		if err := s.takeAway(ctx, account, "agent_lost"); err != nil {
			return err
		}
		_, err = s.change(ctx, account, func(seat *Seat) error {
			if seat.LeaseUntil > s.now().UnixMicro() {
				return fault.New(fault.Conflict, "seat.timer_over") // she is back
			}
			seat.Status, seat.Reason, seat.Since = Offline, "agent_lost", s.now().UnixMicro()
			return nil
		}, "seat.lost", "system", nil)
		return err
	}
	return fault.New(fault.Conflict, "seat.timer_over")
}

// takeAway takes every talk that an agent has, is offered, is asked to take over or helps with.
func (s *Service) takeAway(ctx context.Context, account, reason string) error {
	rows, err := s.store.RowsOf(ctx, account)
	if err != nil {
		return err
	}
	for _, r := range rows {
		_, err := s.talks.Act(ctx, r.Conversation.ID, ownership.Command{Do: ownership.AgentLost, By: "system", Agent: account, Reason: reason}, nil)
		if err != nil && !conflict(err) {
			return err
		}
	}
	s.Wake()
	return nil
}

// mostMisses in a row make a seat busy.
const mostMisses = 2

// miss counts an offer or a turn that an agent let pass.
func (s *Service) miss(ctx context.Context, account string) error {
	_, err := s.change(ctx, account, func(seat *Seat) error {
		seat.Misses++
		if seat.Misses >= mostMisses && seat.Status == Ready {
			seat.Status, seat.Reason, seat.Since = Busy, "missed", s.now().UnixMicro()
		}
		return nil
	}, "seat.missed", "system", nil)
	if conflict(err) {
		return nil
	}
	return err
}

// served forgets the misses of an agent who has taken a talk.
func (s *Service) served(ctx context.Context, account string) error {
	seat, err := s.store.Seat(ctx, account)
	if err != nil || seat.Misses == 0 {
		return err
	}
	_, err = s.change(ctx, account, func(seat *Seat) error { seat.Misses = 0; return nil }, "seat.changed", "system", nil)
	return err
}

// wrap gives an agent without other talks a moment after a resolved one (话后整理).
func (s *Service) wrap(ctx context.Context, account string) error {
	rows, err := s.store.RowsOf(ctx, account)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.Conversation.Handling.Agent() == account && r.Conversation.Handling.State == ownership.Serving {
			return nil
		}
	}
	now := s.now()
	_, err = s.change(ctx, account, func(seat *Seat) error {
		if seat.Status != Ready {
			return fault.New(fault.Conflict, "seat.not_ready")
		}
		seat.Status, seat.Since, seat.Until = Wrap, now.UnixMicro(), now.Add(s.cfg.Wrap).UnixMicro()
		return nil
	}, "seat.changed", "system", nil)
	if conflict(err) {
		return nil
	}
	return err
}

// Extend lengthens the time after a talk once more.
func (s *Service) Extend(ctx context.Context, by Person) (*Seat, error) {
	return s.change(ctx, by.ID, func(seat *Seat) error {
		if seat.Status != Wrap || seat.Reason == "extended" {
			return fault.New(fault.Conflict, "seat.not_wrapping")
		}
		seat.Until, seat.Reason = seat.Until+s.cfg.Wrap.Microseconds(), "extended"
		return nil
	}, "seat.changed", by.actor(), nil)
}

var _ conversation.Seats = (*Service)(nil)
