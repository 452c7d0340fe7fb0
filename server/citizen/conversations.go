package citizen

import (
	"context"
	"encoding/json"
	"strconv"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/kernel/event"
	"bangban/kernel/fault"
	"bangban/server"
)

// turn is a turn as its citizen reads it.
type turn struct {
	ID     string         `json:"id"`
	No     int            `json:"no"`
	At     string         `json:"at"`
	Author string         `json:"author"` // citizen, machine, agent, system
	Name   string         `json:"name,omitempty"`
	Text   string         `json:"text"`
	Value  string         `json:"value,omitempty"`
	Reply  *message.Reply `json:"reply,omitempty"`
	// File is what is known of the file that the turn is; its bytes are at /conversations/{id}/files/{turn}.
	File *conversation.File `json:"file,omitempty"`
}

// asTurn shows a turn. Of an agent citizens see the number and the department, never the account.
func (a *API) asTurn(t conversation.Turn) turn {
	author, name := string(t.Author), a.Conversation.Who(t.Author)
	if name != "" {
		author = "agent"
	}
	return turn{ID: string(t.ID), No: t.No, At: moment(t.At), Author: author, Name: name, Text: t.Text, Value: t.Value, Reply: t.Reply, File: t.File}
}

type turnsRequest struct {
	proof
	ID    string `path:"id" json:"-"`
	After int    `query:"after" json:"-"`
	Limit int    `query:"limit" json:"-"`
}

type turnsResult struct {
	Turns []turn `json:"turns"`
	// After leads to the next page; More says whether there is one.
	After int  `json:"after"`
	More  bool `json:"more"`
	// Seq is where a live stream goes on from: nothing that is newer than these turns is before it.
	Seq int64 `json:"seq"`
}

const turnsPage = 50

func (a *API) turns(ctx context.Context, req *turnsRequest) (*turnsResult, error) {
	limit, err := pageSize(req.Limit, turnsPage, 100)
	if err != nil {
		return nil, err
	}
	res := &turnsResult{Turns: []turn{}, After: req.After, Seq: a.Live.Seq()} // the number first, then the turns
	list, err := a.Conversation.History(ctx, req.ID, req.token(req.ID), req.After, limit+1)
	if err != nil {
		return nil, err
	}
	if res.More = len(list) > limit; res.More {
		list = list[:limit]
	}
	for _, t := range list {
		res.Turns, res.After = append(res.Turns, a.asTurn(t)), t.No
	}
	return res, nil
}

type eventsRequest struct {
	proof
	ID     string `path:"id" json:"-"`
	After  string `query:"after" json:"-"`
	LastID string `header:"Last-Event-ID" json:"-"`
}

// happening is one event of a conversation as its citizen sees it.
type happening struct {
	Seq  int64  `json:"seq"`
	Prev int64  `json:"prev"`
	Kind string `json:"kind"` // turn, state
	Turn *turn  `json:"turn,omitempty"`
	HTML string `json:"html,omitempty"`
	// State is where the talk stands now, Status the line that says so.
	State  string `json:"state,omitempty"`
	Status string `json:"status,omitempty"`
	// Channel is where it goes on now, when it has moved to another.
	Channel string `json:"channel,omitempty"`
}

// events streams what happens in a conversation after an event: without one, from now on. A browser that reconnects by
// itself says in Last-Event-ID what it has.
func (a *API) events(ctx context.Context, req *eventsRequest) (server.Feed, error) {
	token := req.token(req.ID)
	after := a.Live.Seq()
	for _, given := range []string{req.After, req.LastID} {
		if given == "" {
			continue
		}
		seq, err := strconv.ParseInt(given, 10, 64)
		if err != nil || seq < 0 {
			return nil, &fault.Error{Kind: fault.Invalid, Key: "cursor.invalid", Args: map[string]string{"field": "after"}}
		}
		after = seq // what a reconnecting browser has comes last, and counts
	}
	if _, err := a.Conversation.History(ctx, req.ID, token, 0, 1); err != nil {
		return nil, err
	}
	return a.Live.Follow("conversation:"+req.ID, after, func(ctx context.Context, e event.Event, prev int64) (*server.Event, error) {
		return a.show(ctx, req.ID, token, e, prev)
	}), nil
}

// show reads what an event is about from the tables, with the right of the viewer; nil for events that are not theirs to see.
func (a *API) show(ctx context.Context, id, token string, e event.Event, prev int64) (*server.Event, error) {
	h := happening{Seq: e.Seq, Prev: prev}
	switch e.Kind {
	case "turn.received", "reply.given", "turn.said", "turn.told":
		if err := a.showTurn(ctx, id, token, e, &h); err != nil {
			return nil, err
		}
	case "talk.moved", "talk.carried":
		st, err := a.Conversation.Standing(ctx, id, token)
		if err != nil {
			return nil, err
		}
		h.Kind, h.State, h.Status = "state", string(st.State), statusOf(st, a.Conversation.Who)
		if e.Kind == "talk.carried" {
			h.Channel = string(st.Channel)
		}
	default:
		return nil, nil
	}
	data, err := json.Marshal(h)
	return &server.Event{Data: data}, err
}

func (a *API) showTurn(ctx context.Context, id, token string, e event.Event, h *happening) error {
	var about struct {
		Turn string `json:"turn"`
	}
	if err := json.Unmarshal(e.Data, &about); err != nil {
		return err
	}
	t, err := a.Conversation.Turn(ctx, id, token, about.Turn)
	if err != nil {
		return err
	}
	shown := a.asTurn(*t)
	h.Kind, h.Turn = "turn", &shown
	if a.TurnHTML != nil {
		h.HTML, err = a.TurnHTML(*t)
	}
	return err
}

type answerRequest struct {
	No string `path:"no" json:"-"`
}

type answerResult struct {
	AnswerNo string        `json:"answer_no"`
	At       string        `json:"at"`
	Reply    message.Reply `json:"reply"`
}

// answer shows an answer as it was given: never the question, never the asker.
func (a *API) answer(ctx context.Context, req *answerRequest) (*answerResult, error) {
	given, err := a.Conversation.AnswerByNumber(ctx, req.No)
	if err != nil {
		return nil, err
	}
	given.Reply.Features = nil
	return &answerResult{AnswerNo: string(given.No), At: moment(given.At), Reply: given.Reply}, nil
}

type feedbackRequest struct {
	proof          `json:"-"`
	ConversationID string `json:"conversation_id"`
	TurnID         string `json:"turn_id"`
	Useful         *bool  `json:"useful"`
	Reason         string `json:"reason"`
}

type feedbackResult struct {
	TurnID string `json:"turn_id"`
	Useful bool   `json:"useful"`
	Reason string `json:"reason,omitempty"`
}

// feedback keeps what a citizen thinks of a reply. Saying it again replaces what was said, so a repeated request does no harm.
func (a *API) feedback(ctx context.Context, req *feedbackRequest) (*feedbackResult, error) {
	if req.Useful == nil || req.TurnID == "" || req.ConversationID == "" {
		return nil, fault.New(fault.Invalid, "feedback.invalid")
	}
	err := a.Conversation.Feedback(ctx, conversation.Feedback{Conversation: conversation.ID(req.ConversationID), Token: req.token(req.ConversationID),
		Turn: conversation.TurnID(req.TurnID), Useful: *req.Useful, Reason: conversation.FeedbackReason(req.Reason)})
	if err != nil {
		return nil, err
	}
	return &feedbackResult{req.TurnID, *req.Useful, req.Reason}, nil
}
