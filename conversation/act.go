package conversation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"bangban/conversation/ownership"
	"bangban/kernel/event"
	"bangban/kernel/fault"
)

// Load returns a talk for the desk; citizens prove that they own theirs through the other methods.
func (s *Service) Load(ctx context.Context, id ID) (*Conversation, error) {
	if !wellFormed(string(id)) {
		return nil, errUnknown()
	}
	c, err := s.store.Load(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil, errUnknown()
	}
	return c, err
}

// TurnsOf returns turns of a talk for the desk, as History does for its citizen.
func (s *Service) TurnsOf(ctx context.Context, id ID, after, limit int) ([]Turn, error) {
	if !wellFormed(string(id)) {
		return nil, errUnknown()
	}
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	return s.store.Turns(ctx, id, max(after, 0), limit)
}

// Act runs one command of the desk or the house on a talk and returns the talk afterwards. A guard makes it fail when the seat it was decided for
// has changed. A talk that another changed in between is read again; what the table then refuses comes back as fault.Conflict with the
// key of the sentence for the agent ("talk.taken": somebody else was first).
func (s *Service) Act(ctx context.Context, id ID, cmd ownership.Command, guard *SeatGuard) (*Conversation, error) {
	return s.act(ctx, id, cmd, guard, nil)
}

// Speak is an agent's turn: the owner's, or a helper's. The key makes a repeated request harmless. Errors: talk.not_yours (Conflict), ask.empty,
// ask.not_text (Invalid), ask.too_long (TooLarge).
func (s *Service) Speak(ctx context.Context, id ID, agent, text, entry, key string) (*Turn, error) {
	text = strings.TrimSpace(strings.Map(printable, text))
	switch {
	case !utf8.ValidString(text):
		return nil, fault.New(fault.Invalid, "ask.not_text")
	case text == "":
		return nil, fault.New(fault.Invalid, "ask.empty")
	case utf8.RuneCountInString(text) > MaxText:
		return nil, &fault.Error{Kind: fault.TooLarge, Key: "ask.too_long", Args: map[string]string{"limit": fmt.Sprint(MaxText)}}
	}
	return s.speak(ctx, id, agent, key, func() (*Turn, error) { return &Turn{Text: text, Entry: entry}, nil })
}

// speak keeps what an agent says, once for one key; make is asked for it unless the key was used before.
func (s *Service) speak(ctx context.Context, id ID, agent, key string, make func() (*Turn, error)) (*Turn, error) {
	if key != "" {
		if t, err := s.store.Keyed(ctx, id, key); err == nil {
			return t, nil
		} else if !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	said, err := make()
	if err != nil {
		return nil, err
	}
	said.Author, said.Key = ByAgent(agent), key
	if _, err := s.act(ctx, id, ownership.Command{Do: ownership.Reply, By: string(said.Author), Agent: agent}, nil, said); err != nil {
		return nil, err
	}
	return said, nil
}

// act reads, steps and keeps, again when another was faster.
func (s *Service) act(ctx context.Context, id ID, cmd ownership.Command, guard *SeatGuard, said *Turn) (*Conversation, error) {
	var x *Change
	err := again(func() error {
		talk, err := s.Load(ctx, id)
		if err != nil {
			return err
		}
		x, err = s.acted(ctx, talk, cmd, guard, said)
		return err
	})
	if err != nil {
		return nil, err
	}
	if said != nil {
		*said = x.Turns[0]
	}
	return &x.Conversation, nil
}

func (s *Service) acted(ctx context.Context, talk *Conversation, cmd ownership.Command, guard *SeatGuard, said *Turn) (*Change, error) {
	cmd.At = s.now().UnixMicro()
	x := s.change(talk)
	x.Seat = guard
	if err := s.step(ctx, x, cmd); err != nil {
		return nil, err
	}
	x.Conversation.UpdatedAt = cmd.At
	if said != nil {
		turn := *said
		turn.At = cmd.At
		t, err := s.say(x, turn)
		if err != nil {
			return nil, err
		}
		x.Events = append(x.Events, event.New(cmd.At, cmd.By, "turn.said", "conversation:"+string(talk.ID), map[string]any{"turn": t.ID, "entry": turn.Entry}))
	}
	if err := s.tellSystem(x, cmd.At); err != nil {
		return nil, err
	}
	return x, s.keep(ctx, x, cmd.By)
}

// tellSystem appends the sentences of the steps, if any, with their event.
func (s *Service) tellSystem(x *Change, at int64) error {
	before := len(x.Turns)
	if err := s.system(x, at); err != nil {
		return err
	}
	for _, t := range x.Turns[before:] {
		x.Events = append(x.Events, event.New(at, string(System), "turn.told", "conversation:"+string(x.Conversation.ID), map[string]any{"turn": t.ID}))
	}
	return nil
}

// fire is the clock's call: a timer of a talk is due.
func (s *Service) fire(ctx context.Context, subject, name string, due int64) error {
	id := ID(strings.TrimPrefix(subject, "conversation:"))
	_, err := s.Act(ctx, id, ownership.Command{Do: ownership.Fire, By: "system", Timer: ownership.Timer(name), Due: due}, nil)
	return err
}

// CitizenAct runs a command of the citizen who proves to own the talk: a choice in the queue, a rating, 还没解决, 转人工.
func (s *Service) CitizenAct(ctx context.Context, id, token string, cmd ownership.Command) (*Conversation, error) {
	if _, err := s.owned(ctx, ID(id), token, false); err != nil {
		return nil, err
	}
	cmd.By = string(Citizen)
	return s.Act(ctx, ID(id), cmd, nil)
}

func faultOf(err error) (*fault.Error, bool) {
	var f *fault.Error
	return f, errors.As(err, &f)
}

// Know keeps who the citizen of a talk is: the key under which their talks belong together. The citizen proves to own the talk.
func (s *Service) Know(ctx context.Context, id, token, citizen string) error {
	return again(func() error {
		talk, err := s.owned(ctx, ID(id), token, false)
		if err != nil {
			return err
		}
		x := s.change(talk)
		x.Conversation.Citizen = citizen
		x.Events = append(x.Events, event.New(s.now().UnixMicro(), string(Citizen), "citizen.known", "conversation:"+id, nil))
		return s.keep(ctx, x, string(Citizen))
	})
}
