package desk

import (
	"context"
	"strings"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
)

// script is what the citizen of a practice talk says (练习对话): the first line opens it, each other one answers an agent's turn.
var script = []string{
	"我的居住证快到期了，要怎么续？",
	"转人工",
	"好的。我在上城区租房，要带什么材料？",
	"网上能不能办？我白天要上班。",
	"明白了，谢谢您。",
}

// Practise opens a practice talk for an agent: the machine plays the citizen, and nobody else is offered it.
func (s *Service) Practise(ctx context.Context, by Person) (conversation.ID, error) {
	in := message.Inbound{Channel: practiceChannel, Trusted: true, Thread: by.ID + ":" + newID(), Text: script[0]}
	r, err := s.talks.Receive(ctx, in)
	if err != nil {
		return "", err
	}
	id := conversation.ID(r.ConversationID)
	in.Text = script[1]
	if _, err := s.talks.Receive(ctx, in); err != nil {
		return "", err
	}
	c, err := s.talks.Load(ctx, id)
	if err != nil {
		return "", err
	}
	if c.Handling.State == ownership.Machine { // the engine made something else of 转人工
		if _, err := s.talks.Act(ctx, id, ownership.Command{Do: ownership.Ask, By: "system", Reason: "practice"}, nil); err != nil {
			return "", err
		}
	}
	_, err = s.talks.Act(ctx, id, ownership.Command{Do: ownership.Hold, By: "system", Agent: by.ID, Why: "练习：由程序扮演市民"}, nil)
	return id, err
}

// practise lets the citizen of a practice talk say the next line after the agent's turn.
func (s *Service) practise(ctx context.Context, c *conversation.Conversation) error {
	if c.Handling.State != ownership.Serving || c.Handling.UnansweredSince > 0 {
		return nil
	}
	turns, err := s.talks.TurnsOf(ctx, c.ID, 0, 0)
	if err != nil {
		return err
	}
	said := 0
	for _, t := range turns {
		if t.Author == conversation.Citizen {
			said++
		}
	}
	if said >= len(script) || len(turns) == 0 || turns[len(turns)-1].Author.Agent() == "" {
		return nil
	}
	_, err = s.talks.Receive(ctx, message.Inbound{Channel: practiceChannel, Trusted: true, Thread: c.Thread, Text: script[said]})
	return err
}

// practises reports whether a talk is a practice talk of this agent.
func practises(c *conversation.Conversation, account string) bool {
	return c.Channel == practiceChannel && strings.HasPrefix(c.Thread, account+":")
}
