package desk

import (
	"context"
	"time"

	"bangban/conversation"
	"bangban/conversation/ownership"
)

// Overview is what an agent's screen begins with.
type Overview struct {
	Seat      Seat
	Rows      []Row // mine: served, waiting, helped, offered, passed to me
	Waiting   []Row // that I may claim
	Promised  []Row
	Notices   []Notice
	Incoming  []Handover
	Starts    []Start // today's, everyone's
	Queue     Line
	Used      int
	HoursOpen bool
	Next      time.Time
}

// Line is how the queue stands.
type Line struct {
	Waiting int
	Longest int64 // since when the longest waits; 0 for nobody
	Teams   []TeamLine
}

// TeamLine is the queue of one team.
type TeamLine struct {
	Team    string
	Waiting int
	Longest int64
}

// listed is how many rows a list shows.
const listed = 100

// Look gives an agent the whole of her screen.
func (s *Service) Look(ctx context.Context, by Person) (*Overview, error) {
	seat, err := s.Sit(ctx, by)
	if err != nil {
		return nil, err
	}
	out := &Overview{Seat: *seat}
	if out.Rows, err = s.store.RowsOf(ctx, by.ID); err != nil {
		return nil, err
	}
	if out.Waiting, err = s.store.RowsWaiting(ctx, listed); err != nil {
		return nil, err
	}
	if out.Promised, err = s.store.RowsPromised(ctx, listed); err != nil {
		return nil, err
	}
	if out.Notices, err = s.Notices(ctx); err != nil {
		return nil, err
	}
	if out.Incoming, err = s.Incoming(ctx, by); err != nil {
		return nil, err
	}
	now := s.now()
	midnight := now.In(shanghai).Truncate(time.Second)
	midnight = time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, 0, 0, 0, shanghai)
	if out.Starts, err = s.store.Accepted(ctx, midnight.UnixMicro(), 10_000); err != nil {
		return nil, err
	}
	if out.Queue, err = s.Line(ctx); err != nil {
		return nil, err
	}
	held, err := s.store.Held(ctx)
	if err != nil {
		return nil, err
	}
	out.Used = load([]Seat{*seat}, held, now.UnixMicro())[by.ID]
	out.HoursOpen, out.Next = s.hours.Open(now), s.hours.Next(now)
	return out, nil
}

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Line counts the queue.
func (s *Service) Line(ctx context.Context) (Line, error) {
	queue, err := s.store.Queue(ctx, mostRounds)
	if err != nil {
		return Line{}, err
	}
	var l Line
	teams := map[string]*TeamLine{}
	var names []string
	for i := range queue {
		w := &queue[i]
		if w.Transfer || w.Channel == practiceChannel {
			continue
		}
		l.Waiting++
		if l.Longest == 0 || w.EnqueuedAt < l.Longest {
			l.Longest = w.EnqueuedAt
		}
		t := teams[w.Needs.Team]
		if t == nil {
			t = &TeamLine{Team: w.Needs.Team}
			teams[w.Needs.Team], names = t, append(names, w.Needs.Team)
		}
		t.Waiting++
		if t.Longest == 0 || w.EnqueuedAt < t.Longest {
			t.Longest = w.EnqueuedAt
		}
	}
	for _, n := range names {
		l.Teams = append(l.Teams, *teams[n])
	}
	return l, nil
}

// Wall is what a supervisor sees at a glance (大屏).
type Wall struct {
	Queue    Line
	Seats    []Seat
	Used     map[string]int
	Starts   []Start // today's
	Talks    []Row
	Promised []Row
}

// Watch gives a supervisor the wall.
func (s *Service) Watch(ctx context.Context) (*Wall, error) {
	var out Wall
	var err error
	if out.Queue, err = s.Line(ctx); err != nil {
		return nil, err
	}
	if out.Seats, err = s.store.Seats(ctx); err != nil {
		return nil, err
	}
	held, err := s.store.Held(ctx)
	if err != nil {
		return nil, err
	}
	now := s.now()
	out.Used = load(out.Seats, held, now.UnixMicro())
	t := now.In(shanghai)
	if out.Starts, err = s.store.Accepted(ctx, time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, shanghai).UnixMicro(), 10_000); err != nil {
		return nil, err
	}
	if out.Talks, err = s.store.RowsServed(ctx, listed); err != nil {
		return nil, err
	}
	out.Promised, err = s.store.RowsPromised(ctx, listed)
	return &out, err
}

// Colleagues are the seats, for whoever looks for somebody to pass a talk to.
func (s *Service) Colleagues(ctx context.Context) ([]Seat, map[string]int, error) {
	seats, err := s.store.Seats(ctx)
	if err != nil {
		return nil, nil, err
	}
	held, err := s.store.Held(ctx)
	if err != nil {
		return nil, nil, err
	}
	return seats, load(seats, held, s.now().UnixMicro()), nil
}

// Row is one talk as lists show it.
func (s *Service) Row(ctx context.Context, id conversation.ID) (*Row, error) {
	return s.store.Row(ctx, id)
}

// SeatOf is somebody's seat.
func (s *Service) SeatOf(ctx context.Context, account string) (*Seat, error) {
	return s.store.Seat(ctx, account)
}

// Find looks for words in talks.
func (s *Service) Find(ctx context.Context, words string) ([]Found, error) {
	return s.store.Search(ctx, words, 50)
}

// Promised are the talks with an open promise, those first that are due first.
func (s *Service) Promised(ctx context.Context) ([]Row, error) { return s.store.RowsPromised(ctx, 200) }

// Noticed returns one notice.
func (s *Service) Noticed(ctx context.Context, id string) (*Notice, error) {
	list, err := s.Notices(ctx)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].ID == id {
			return &list[i], nil
		}
	}
	return nil, nil
}

// NotesOf returns the notes of a talk, for one event.
func (s *Service) NotesOf(ctx context.Context, id conversation.ID) ([]Note, error) {
	return s.store.Notes(ctx, id)
}

// Sees reports whether somebody is told of a talk: hers, one she helps with, is offered or passed, one that waits for anybody; a supervisor of
// every one that a person has.
func Sees(c *conversation.Conversation, by Person) bool {
	h := &c.Handling
	if c.Channel == practiceChannel {
		return practises(c, by.ID)
	}
	return h.Agent() == by.ID || h.MaySpeak(by.ID) || h.Offer != nil && h.Offer.Agent == by.ID || h.Transfer != nil && h.Transfer.Agent == by.ID ||
		h.State == ownership.Queued || by.Supervisor && (h.State == ownership.Offered || h.State == ownership.Serving || h.State == ownership.Waiting)
}
