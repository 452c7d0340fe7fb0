package conversation

import (
	"context"
	"strings"

	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/kernel/event"
	"bangban/kernel/fault"
)

// Reissue gives a trusted channel a proof of the open talk on one of its threads, for its citizen's browser. have is a proof that the browser
// holds already, "id.token" in two parts: when it is of this talk it stays. Else a new token takes the place of the old one, which opens
// nothing any more (docs/decisions/015). Errors: conversation.not_found (NotFound) when the thread has no open talk.
func (s *Service) Reissue(ctx context.Context, channel message.Channel, thread, haveID, haveToken string) (id, token string, err error) {
	err = again(func() error {
		talk, err := s.store.LoadThread(ctx, channel, thread)
		if err != nil {
			return err
		}
		id = string(talk.ID)
		if id == haveID && haveToken != "" {
			if _, err := s.owned(ctx, talk.ID, haveToken, false); err == nil {
				token = haveToken
				return nil
			}
		}
		x := s.change(talk)
		if token, x.Conversation.TokenHash, _, err = opening(s.random, ""); err != nil {
			return err
		}
		x.Events = append(x.Events, event.New(s.now().UnixMicro(), string(Citizen), "talk.entered", "conversation:"+id, map[string]any{"channel": channel}))
		return s.keep(ctx, x, string(Citizen))
	})
	if err != nil {
		return "", "", err
	}
	return id, token, nil
}

// Move takes a talk to another channel's thread, where it goes on (在另一渠道继续): what people say is delivered there, the citizen's next words
// there belong to it. Citizen is who the thread is bound to, "" for nobody. The thread's own open talk lets go of it, unless it is with a
// person. A talk that is there already stays as it is. Errors: talk.over, talk.thread_busy, talk.other_citizen (Conflict),
// conversation.not_found.
func (s *Service) Move(ctx context.Context, id ID, channel message.Channel, thread, citizen string) (talk *Conversation, err error) {
	err = again(func() error {
		if talk, err = s.Load(ctx, id); err != nil || talk.Channel == channel && talk.Thread == thread {
			return err
		}
		talk, err = s.move(ctx, talk, channel, thread, citizen)
		return err
	})
	if err != nil {
		return nil, err
	}
	return talk, nil
}

func (s *Service) move(ctx context.Context, talk *Conversation, channel message.Channel, thread, citizen string) (*Conversation, error) {
	switch {
	case talk.Handling.State == ownership.Closed:
		return nil, fault.New(fault.Conflict, "talk.over")
	case citizen != "" && talk.Citizen != "" && citizen != talk.Citizen:
		return nil, fault.New(fault.Conflict, "talk.other_citizen")
	}
	if err := s.release(ctx, channel, thread); err != nil {
		return nil, err
	}
	at, subject := s.now().UnixMicro(), "conversation:"+string(talk.ID)
	x := s.change(talk)
	x.Conversation.Channel, x.Conversation.Thread, x.Conversation.Handling.Channel = channel, thread, string(channel)
	if citizen != "" {
		x.Conversation.Citizen = citizen
	}
	x.Conversation.UpdatedAt = at
	x.Events = append(x.Events, event.New(at, string(Citizen), "talk.carried", subject, map[string]any{"from": talk.Channel, "to": channel}))
	text, voice := s.words("carried." + string(channel))
	if text != "" {
		turn, err := s.say(x, Turn{At: at, Author: System, Text: text, Reply: s.stateReply(x, text, voice)})
		if err != nil {
			return nil, err
		}
		// The channel tells it there itself; the talk's old page shows it.
		x.Events = append(x.Events, event.New(at, string(System), "turn.told", subject, map[string]any{"turn": turn.ID, "in_reply": true}))
	}
	return &x.Conversation, s.keep(ctx, x, string(Citizen))
}

// release makes the open talk on a thread let go of it. A talk that is with a person, or promised, keeps it: its answer has no other way.
func (s *Service) release(ctx context.Context, channel message.Channel, thread string) error {
	own, err := s.store.LoadThread(ctx, channel, thread)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if byPeople(own.Handling.State) || own.Handling.State == ownership.Promised {
		return fault.New(fault.Conflict, "talk.thread_busy")
	}
	x := s.change(own)
	x.Conversation.Thread = ""
	x.Events = append(x.Events, event.New(s.now().UnixMicro(), string(Citizen), "talk.released", "conversation:"+string(own.ID), nil))
	return s.keep(ctx, x, string(Citizen))
}

// Unknow takes the citizen from the open talk on a thread: the two are not one any more. Without an open talk there is nothing to do.
func (s *Service) Unknow(ctx context.Context, channel message.Channel, thread string) error {
	return again(func() error {
		talk, err := s.store.LoadThread(ctx, channel, thread)
		if fault.Is(err, fault.NotFound) || err == nil && talk.Citizen == "" {
			return nil
		}
		if err != nil {
			return err
		}
		x := s.change(talk)
		x.Conversation.Citizen = ""
		x.Events = append(x.Events, event.New(s.now().UnixMicro(), string(Citizen), "citizen.unknown", "conversation:"+string(talk.ID), nil))
		return s.keep(ctx, x, string(Citizen))
	})
}

// Where says in a sentence where a talk stands, for a channel that takes it up.
func (s *Service) Where(c *Conversation) string {
	key := "carried.machine"
	switch c.Handling.State {
	case ownership.Queued, ownership.Offered:
		key = "carried.queued"
	case ownership.Serving, ownership.Waiting:
		key = "carried.serving"
	case ownership.Promised:
		key = "carried.promised"
	}
	text, _ := s.words(key)
	who := ""
	if agent := c.Handling.Agent(); agent != "" {
		who = s.Who(ByAgent(agent))
	}
	return strings.NewReplacer("{agent}", who, "{topic}", c.Topic).Replace(text)
}
