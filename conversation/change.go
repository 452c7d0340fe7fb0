package conversation

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/kernel/event"
	"bangban/kernel/fault"
	"bangban/kernel/number"
	"bangban/kernel/privacy"
)

// Policy says who goes first on a channel at a time (路由策略).
type Policy string

// The policies.
const (
	MachineFirst Policy = "machine_first"
	PersonFirst  Policy = "person_first"
	MachineOnly  Policy = "machine_only"
)

// Seats are the people who answer, as far as a step of a talk depends on them.
type Seats interface {
	// Facts tells what holds now for the talk's channel, for the command's agent and for the talk's own.
	Facts(ctx context.Context, c *Conversation, cmd ownership.Command) (ownership.Facts, error)
}

// nobody is a house without seats: what needs a person becomes a promise that is due the next day.
type nobody struct{}

func (nobody) Facts(_ context.Context, _ *Conversation, cmd ownership.Command) (ownership.Facts, error) {
	const day = 24 * 60 * 60 * 1_000_000
	return ownership.Facts{NextOpen: cmd.At + day, Due: cmd.At + day}, nil
}

// SeatGuard makes a change fail when the seat has changed since its version was read: two talks can't be given the last free hand.
type SeatGuard struct {
	Agent   string
	Version int64
}

// Change is everything that one command does to a talk, in one transaction.
type Change struct {
	Conversation Conversation // as it is afterwards
	Opens        bool         // the talk is new
	Before       ownership.Talk
	Turns        []Turn
	Unanswered   *Unanswered // when nobody has answered yet
	Effects      ownership.Effects
	CodeHash     []byte // of the query code, when a promise is made
	Seat         *SeatGuard
	Events       []event.Event
}

// change begins a change of a talk as it was read.
func (s *Service) change(talk *Conversation) *Change {
	x := &Change{Conversation: *talk, Opens: talk.Version == 0, Before: talk.Handling}
	x.Conversation.Version++
	return x
}

// step runs one command on the talk within a change. Several may follow each other.
func (s *Service) step(ctx context.Context, x *Change, cmd ownership.Command) error {
	var err error
	if cmd.ID == "" {
		if cmd.ID, err = s.newID(); err != nil {
			return err
		}
	}
	if cmd.Promise == "" {
		if cmd.Promise, err = number.Draw(s.random, 'P'); err != nil {
			return err
		}
	}
	facts, err := s.seats.Facts(ctx, &x.Conversation, cmd)
	if err != nil {
		return fmt.Errorf("ask for the seats: %w", err)
	}
	talk, e, err := ownership.Step(x.Conversation.Handling, cmd, facts, s.rules)
	if err != nil {
		return err
	}
	x.Conversation.Handling = talk
	x.add(e)
	return nil
}

// add puts the effects of one more step behind those before.
func (x *Change) add(e ownership.Effects) {
	have := &x.Effects
	have.Row = e.Row
	have.Told = append(have.Told, e.Told...)
	have.Notes = append(have.Notes, e.Notes...)
	have.Bells = append(have.Bells, e.Bells...)
	have.Promises = append(have.Promises, e.Promises...)
	have.Resolutions = append(have.Resolutions, e.Resolutions...)
	if e.Missed != "" {
		have.Missed = e.Missed
	}
	have.Freed, have.Seek = have.Freed || e.Freed, have.Seek || e.Seek
}

// say appends a turn.
func (s *Service) say(x *Change, t Turn) (*Turn, error) {
	id, err := s.newID()
	if err != nil {
		return nil, err
	}
	x.Conversation.Turns++
	t.ID, t.No = TurnID(id), x.Conversation.Turns
	if t.Masked == "" {
		t.Masked = privacy.MaskText(t.Text)
	}
	if err := s.sealBody(&t); err != nil {
		return nil, err
	}
	if t.At == 0 {
		t.At = s.now().UnixMicro()
	}
	x.Conversation.UpdatedAt = max(x.Conversation.UpdatedAt, t.At)
	x.Turns = append(x.Turns, t)
	return &x.Turns[len(x.Turns)-1], nil
}

// tell writes out what the steps have to tell the citizen, "" for nothing. A query code that is told is kept as a hash.
func (s *Service) tell(x *Change, told []ownership.Sentence) (text, voice string, err error) {
	var texts, voices []string
	for _, t := range told {
		args := maps.Clone(t.Args)
		if strings.HasPrefix(t.Key, "promise.made") {
			code, err := number.DrawCode(s.random)
			if err != nil {
				return "", "", err
			}
			args["code"], x.CodeHash = code, hashQueryCode(args["promise"], code)
		}
		written, spoken := s.words(t.Key)
		written, spoken = s.fill(written, args, false), s.fill(spoken, args, true)
		if written != "" {
			texts, voices = append(texts, written), append(voices, spoken)
		}
	}
	return strings.Join(texts, "\n"), strings.Join(voices, ""), nil
}

// fill puts figures and times into a sentence. Times of the arguments due and open are Unix microseconds.
func (s *Service) fill(sentence string, args map[string]string, spoken bool) string {
	var pairs []string
	for k, v := range args {
		switch k {
		case "due", "open":
			if at, err := strconv.ParseInt(v, 10, 64); err == nil {
				v = moment(s.now(), at)
			}
		case "promise":
			v = number.Grouped(v)
		case "agent":
			if n := s.agentName(v); n != "" {
				v = n
			}
		}
		if spoken && k == "code" {
			v = strings.Join(strings.Split(v, ""), " ")
		}
		pairs = append(pairs, "{"+k+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(sentence)
}

// system appends what the steps tell as a turn of the system.
func (s *Service) system(x *Change, at int64) error {
	text, voice, err := s.tell(x, x.Effects.Told)
	if err != nil || text == "" {
		return err
	}
	_, err = s.say(x, Turn{At: at, Author: System, Text: text, Reply: s.stateReply(x, text, voice)})
	return err
}

// stateReply is the reply that says where the talk stands.
func (s *Service) stateReply(x *Change, text, voice string) *message.Reply {
	talk := &x.Conversation.Handling
	r := &message.Reply{Kind: message.Relayed, Text: text, Voice: voice, ConversationID: string(x.Conversation.ID), State: string(talk.State)}
	switch talk.State {
	case ownership.Queued, ownership.Offered:
		r.Reason = message.Queued
	case ownership.Serving, ownership.Waiting:
		r.Reason = message.Serving
	case ownership.Promised:
		r.Reason = message.Promised
	}
	if talk.State == ownership.Resolved && talk.Resolution != nil && talk.Resolution.Rating == ownership.RatingAsked {
		r.Resolution = talk.Resolution.ID
	}
	r.Options = s.choices(talk, x.Effects.Told)
	return r
}

// keep lists the events of a change and hands it to the store.
func (s *Service) keep(ctx context.Context, x *Change, by string) error {
	subject := "conversation:" + string(x.Conversation.ID)
	at := x.Conversation.Handling.UpdatedAt
	for _, n := range x.Effects.Notes {
		x.Events = append(x.Events, event.New(at, by, n.Kind, subject, n.Data))
	}
	for _, b := range x.Effects.Bells {
		x.Events = append(x.Events, event.New(at, by, "bell.rung", subject, map[string]any{"to": b.To, "key": b.Key}))
	}
	if err := s.store.Append(ctx, x); err != nil {
		return err
	}
	s.clock.Wake()
	s.after(&x.Conversation, x.Effects)
	return nil
}

// again runs a change until nobody else has changed the talk between reading and writing, maxTries times at most.
func again(change func() error) error {
	for try := 1; ; try++ {
		if err := change(); !movedOn(err) || try == maxTries {
			return err
		}
	}
}

// movedOn reports whether a change failed because of what another did since the talk was read: changed it, or took a key or a number that was drawn
// for it. Tried again, it is made of what is there then, and of a new number.
func movedOn(err error) bool {
	f, ok := faultOf(err)
	return ok && f.Kind == fault.Conflict && (f.Key == "conversation.moved_on" || f.Key == "store.conflict")
}
