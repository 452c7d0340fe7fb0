package desk

import (
	"context"
	"slices"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
)

// Brief is what an agent reads before the first word (转接说明): nothing is to be asked twice.
type Brief struct {
	Reason   string // why the machine handed over: asked, missed_twice, emotion …
	Question string // what the citizen wanted to know, in their words
	Tried    []Tried
	Slots    []Slot
	Mood     string // "upset" when the citizen was
	WaitedUS int64
}

// Tried is an answer that the machine gave.
type Tried struct {
	Turn     conversation.TurnID
	AnswerNo string
	Title    string
	Score    float64
}

// Slot is something the citizen has said about the matter.
type Slot struct{ Label, Value string }

// briefOf reads a talk's turns backwards to where people last had it.
func briefOf(c *conversation.Conversation, turns []conversation.Turn) Brief {
	var b Brief
	b.WaitedUS = c.Handling.Waited
	if h := c.Handling.Handoff; h != nil {
		b.Reason = h.Reason
	}
	for i := len(turns) - 1; i >= 0; i-- {
		t := &turns[i]
		if t.Author.Agent() != "" {
			break
		}
		if t.Author == conversation.Citizen && t.File == nil && b.Question == "" && !asksForPerson(turns, i) {
			b.Question = t.Text
		}
		if t.Reply == nil {
			continue
		}
		switch t.Reply.Kind {
		case message.Answer:
			tried := Tried{Turn: t.ID, AnswerNo: t.Reply.AnswerNo, Score: t.Reply.Confidence}
			if len(t.Reply.Citations) > 0 {
				tried.Title = t.Reply.Citations[0].Title
			}
			b.Tried = append(b.Tried, tried)
		case message.Handoff:
			if t.Reply.Reason == message.Emotion || t.Reply.Reason == message.Danger {
				b.Mood = "upset"
			}
		}
		b.slots(t.Reply)
	}
	slices.Reverse(b.Tried)
	return b
}

// asksForPerson reports whether the citizen's turn i only asked for a person.
func asksForPerson(turns []conversation.Turn, i int) bool {
	return i+1 < len(turns) && turns[i+1].Reply != nil && turns[i+1].Reply.Kind == message.Handoff && turns[i+1].Reply.Reason == message.Asked
}

// slots takes what was understood, the newest value of each kind.
func (b *Brief) slots(r *message.Reply) {
	add := func(label, value string) {
		if value != "" && !slices.ContainsFunc(b.Slots, func(s Slot) bool { return s.Label == label }) {
			b.Slots = append(b.Slots, Slot{label, value})
		}
	}
	add("地区", r.Slots.RegionText)
	add("时间", r.Slots.TimeText)
	if r.Kind == message.Answer && len(r.Citations) > 0 {
		add("事项", r.Citations[0].Title)
	}
}

// Sight is a talk as an agent sees it.
type Sight struct {
	Row    Row
	Turns  []conversation.Turn // the newest, oldest first
	More   bool
	Notes  []Note
	Drafts []Draft
	Brief  Brief
	May    []string
	// Earlier are the citizen's other talks, when the citizen is known: newest first.
	Earlier []Row
	// Deliveries are what became of the turns of people and of the system.
	Deliveries []conversation.Delivery
}

// pageTurns is how many turns an agent gets at a time.
const pageTurns = 50

// See shows a talk to somebody whom it concerns.
func (s *Service) See(ctx context.Context, by Person, id conversation.ID) (*Sight, error) {
	c, err := s.concerned(ctx, by, id)
	if err != nil {
		return nil, err
	}
	if h := &c.Handling; h.Agent() != by.ID && h.LastAgent != by.ID && (h.State == ownership.Resolved || h.State == ownership.Closed) {
		// Nobody's task any more: that it was read is on record.
		if err := s.store.Append(ctx, s.event("talk.read", by.actor(), "conversation:"+string(id), nil)); err != nil {
			return nil, err
		}
	}
	row, err := s.store.Row(ctx, id)
	if err != nil {
		return nil, err
	}
	after := max(c.Turns-pageTurns, 0)
	turns, err := s.talks.TurnsOf(ctx, id, after, pageTurns)
	if err != nil {
		return nil, err
	}
	out := &Sight{Row: *row, Turns: turns, More: after > 0, Brief: briefOf(c, turns), May: may(c, by)}
	if c.Citizen != "" {
		if out.Earlier, err = s.store.RowsWith(ctx, c.Citizen, id, 20); err != nil {
			return nil, err
		}
	}
	if out.Deliveries, err = s.talks.DeliveriesOf(ctx, id, after); err != nil {
		return nil, err
	}
	if out.Notes, err = s.store.Notes(ctx, id); err != nil {
		return nil, err
	}
	if out.Drafts, err = s.store.Drafts(ctx, id); err != nil {
		return nil, err
	}
	return out, nil
}

// Earlier returns the turns before a number, oldest first.
func (s *Service) Earlier(ctx context.Context, by Person, id conversation.ID, before int) (turns []conversation.Turn, more bool, err error) {
	if _, err := s.concerned(ctx, by, id); err != nil {
		return nil, false, err
	}
	after := max(before-1-pageTurns, 0)
	turns, err = s.talks.TurnsOf(ctx, id, after, max(before-1-after, 1))
	if before <= 1 {
		turns = nil
	}
	return turns, after > 0, err
}

// may lists what somebody may do with a talk now.
func may(c *conversation.Conversation, by Person) []string {
	h := &c.Handling
	var list []string
	if h.MaySpeak(by.ID) {
		list = append(list, "reply")
	}
	list = append(list, "note")
	if h.Agent() == by.ID {
		list = append(list, "transfer", "resolve")
	}
	switch h.State {
	case ownership.Queued, ownership.Promised:
		list = append(list, "claim")
	}
	if by.Supervisor && h.Agent() != by.ID {
		list = append(list, "take_over")
	}
	return list
}
