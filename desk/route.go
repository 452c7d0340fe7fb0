package desk

import (
	"context"
	"slices"
	"time"

	"bangban/conversation"
	"bangban/conversation/ownership"
)

const (
	// perClass is how many talks of each class are looked at in one decision: those behind them wait for the same hands.
	perClass = 200
	// mostRounds bounds one settling; what is left is found at the next wake.
	mostRounds = 10_000
)

// route offers talks until nobody can be offered anything more, then makes promises of those for whom nobody sits.
func (s *Service) route(ctx context.Context) error {
	for range mostRounds {
		queue, err := s.store.Queue(ctx, perClass)
		if err != nil || len(queue) == 0 {
			return wrapped("read the queue", err)
		}
		seats, err := s.store.Seats(ctx)
		if err != nil {
			return wrapped("read the seats", err)
		}
		held, err := s.store.Held(ctx)
		if err != nil {
			return wrapped("read who has what", err)
		}
		d, ok := Choose(queue, seats, held, s.now().UnixMicro())
		if !ok {
			return s.unseated(ctx, queue, seats)
		}
		if err := s.hold(ctx, d); err != nil {
			if !conflict(err) {
				return err
			}
			continue // a seat or a talk moved on: look again
		}
	}
	return nil
}

// hold holds a talk out to the chosen agent, if the seat is still as it was.
func (s *Service) hold(ctx context.Context, d Decision) error {
	do := ownership.Hold
	if d.Talk.Transfer {
		do = ownership.OfferTransfer
	}
	_, err := s.talks.Act(ctx, conversation.ID(d.Talk.Talk), ownership.Command{Do: do, By: "system", Agent: d.Seat.Account, Why: d.Why},
		&conversation.SeatGuard{Agent: d.Seat.Account, Version: d.Seat.Version})
	return err
}

// unseated makes promises of talks on channels for which nobody sits any more.
func (s *Service) unseated(ctx context.Context, queue []Waiting, seats []Seat) error {
	now := s.now().UnixMicro()
	for i := range queue {
		w := &queue[i]
		if w.Transfer || w.Channel == practiceChannel || slices.ContainsFunc(seats, func(seat Seat) bool { return seat.Live(now) && seat.Able(w.Channel) }) {
			continue
		}
		_, err := s.talks.Act(ctx, conversation.ID(w.Talk), ownership.Command{Do: ownership.SeatsGone, By: "system"}, nil)
		if err != nil && !conflict(err) {
			return err
		}
	}
	return nil
}

// estimate is the wait in minutes for a position: position × the gap between two acceptances of the last half hour, from the lower to the upper
// quarter. To is 0 with fewer than five acceptances: then nothing is said.
func estimate(starts []Start, position int, now int64) (from, to int) {
	const minute = int64(time.Minute / time.Microsecond)
	if len(starts) < 5 {
		return 0, 0
	}
	at := make([]int64, len(starts))
	for i, s := range starts {
		at[i] = s.At
	}
	slices.Sort(at)
	gaps := make([]int64, 0, len(at))
	for i := 1; i < len(at); i++ {
		gaps = append(gaps, at[i]-at[i-1])
	}
	gaps = append(gaps, max(now-at[len(at)-1], 0)) // the gap that is running
	slices.Sort(gaps)
	low, high := gaps[len(gaps)/4], gaps[(3*len(gaps))/4]
	from = int((int64(position)*low + minute/2) / minute)
	to = int((int64(position)*high + minute/2) / minute)
	return max(from, 1), max(to, from+1, 2)
}
