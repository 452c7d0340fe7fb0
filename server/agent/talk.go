package agent

import (
	"context"
	"encoding/json"

	"bangban/conversation"
	"bangban/conversation/ownership"
	"bangban/desk"
	"bangban/kernel/fault"
	"bangban/server"
	"bangban/server/citizen"
)

// talkRoutes are what an agent does with one talk.
func (a *API) talkRoutes(s *server.Server, t string) {
	s.POST(t+"/accept", server.JSON(a.accept))
	s.POST(t+"/decline", server.JSON(a.decline))
	s.POST(t+"/claim", a.simple((*desk.Service).Claim))
	s.POST(t+"/reply", server.JSON(a.reply))
	s.POST(t+"/note", server.JSON(a.note))
	s.POST(t+"/files", server.Upload(a.sendFile))
	s.GET(t+"/files/{turn}", server.Download(a.file))
	s.PUT(t+"/draft", server.JSON(a.draft))
	s.POST(t+"/typing", server.JSON(a.typing))
	s.POST(t+"/transfer", server.JSON(a.transfer))
	s.POST(t+"/transfer/accept", a.simple((*desk.Service).AcceptTransfer))
	s.POST(t+"/transfer/decline", server.JSON(a.declineTransfer))
	s.POST(t+"/transfer/cancel", a.simple((*desk.Service).CancelTransfer))
	s.POST(t+"/invite", server.JSON(a.invite))
	s.POST(t+"/leave", a.simple((*desk.Service).LeaveHelp))
	s.POST(t+"/hand-back", a.simple((*desk.Service).HandBack))
	s.POST(t+"/resolve", server.JSON(a.resolve))
	s.POST(t+"/take-over", server.JSON(a.takeOver))
	s.POST(t+"/reroute", server.JSON(a.reroute))
	s.POST(t+"/listen", server.JSON(a.listen))
	s.POST(t+"/reveal", server.JSON(a.reveal))
}

type talkRequest struct {
	signed `json:"-"`
	ID     string `path:"id" json:"-"`
}

type talkResult struct {
	Talk row `json:"talk"`
}

// simple serves an act that needs nothing but the talk.
func (a *API) simple(act func(*desk.Service, context.Context, desk.Person, conversation.ID) (*conversation.Conversation, error)) server.Handler {
	return server.JSON(func(ctx context.Context, req *talkRequest) (*talkResult, error) {
		return a.acted(ctx, req.signed, req.ID, func(by desk.Person) error {
			_, err := act(a.Desk, ctx, by, conversation.ID(req.ID))
			return err
		})
	})
}

// acted runs an act and shows the talk afterwards.
func (a *API) acted(ctx context.Context, s signed, id string, act func(by desk.Person) error) (*talkResult, error) {
	by, _, err := a.who(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := act(by); err != nil {
		return nil, err
	}
	a.Live.Notify()
	return a.result(ctx, by, id)
}

func (a *API) result(ctx context.Context, by desk.Person, id string) (*talkResult, error) {
	r, err := a.Desk.Row(ctx, conversation.ID(id))
	if err != nil {
		return nil, err
	}
	numbers, err := a.numbers(ctx)
	if err != nil {
		return nil, err
	}
	return &talkResult{a.rowOf(r, by, numbers)}, nil
}

type acceptRequest struct {
	signed `json:"-"`
	ID     string `path:"id" json:"-"`
	Offer  string `json:"offer"`
	Reason string `json:"reason"`
}

func (a *API) accept(ctx context.Context, req *acceptRequest) (*talkResult, error) {
	return a.acted(ctx, req.signed, req.ID, func(by desk.Person) error {
		_, err := a.Desk.Accept(ctx, by, conversation.ID(req.ID), req.Offer)
		return err
	})
}

func (a *API) decline(ctx context.Context, req *acceptRequest) (*talkResult, error) {
	return a.acted(ctx, req.signed, req.ID, func(by desk.Person) error {
		_, err := a.Desk.Decline(ctx, by, conversation.ID(req.ID), req.Reason)
		return err
	})
}

type replyRequest struct {
	signed `json:"-"`
	ID     string `path:"id" json:"-"`
	Text   string `json:"text"`
	Entry  string `json:"entry"`
	Key    string `json:"key"`
}

type turnResult struct {
	Turn turn `json:"turn"`
}

func (a *API) reply(ctx context.Context, req *replyRequest) (*turnResult, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	t, err := a.Desk.Reply(ctx, by, conversation.ID(req.ID), req.Text, req.Entry, req.Key)
	if err != nil {
		return nil, err
	}
	a.Live.Notify()
	return &turnResult{turnOf(t, map[string]string{by.ID: by.Number}, &conversation.Delivery{State: conversation.Accepted, At: t.At})}, nil
}

type textRequest struct {
	signed `json:"-"`
	ID     string `path:"id" json:"-"`
	Text   string `json:"text"`
}

type noteResult struct {
	Note note `json:"note"`
}

func (a *API) note(ctx context.Context, req *textRequest) (*noteResult, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	n, err := a.Desk.Note(ctx, by, conversation.ID(req.ID), req.Text)
	if err != nil {
		return nil, err
	}
	a.Live.Notify()
	return &noteResult{noteOf(n, map[string]string{by.ID: by.Number})}, nil
}

// done is the answer of what has nothing to say.
type done struct{}

func (a *API) draft(ctx context.Context, req *textRequest) (*done, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	return &done{}, a.Desk.Draft(ctx, by, conversation.ID(req.ID), req.Text)
}

// typing tells the citizen that somebody types: that, and never what.
func (a *API) typing(ctx context.Context, req *talkRequest) (*done, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	r, err := a.Desk.Row(ctx, conversation.ID(req.ID))
	if err != nil {
		return nil, err
	}
	if !r.Conversation.Handling.MaySpeak(by.ID) {
		return nil, fault.New(fault.Conflict, "talk.not_yours")
	}
	data, err := json.Marshal(citizen.Typing{Conversation: req.ID, By: "agent"})
	if err != nil {
		return nil, err
	}
	a.Live.Aside("conversation:"+req.ID, server.Event{Name: "typing", Data: data})
	return &done{}, nil
}

type transferRequest struct {
	signed `json:"-"`
	ID     string               `path:"id" json:"-"`
	Kind   ownership.TargetKind `json:"kind"`
	To     string               `json:"to"`
	Reason string               `json:"reason"`
}

func (a *API) transfer(ctx context.Context, req *transferRequest) (*talkResult, error) {
	return a.acted(ctx, req.signed, req.ID, func(by desk.Person) error {
		_, err := a.Desk.Transfer(ctx, by, conversation.ID(req.ID), req.Kind, req.To, req.Reason)
		return err
	})
}

type reasonRequest struct {
	signed `json:"-"`
	ID     string `path:"id" json:"-"`
	Reason string `json:"reason"`
}

func (a *API) declineTransfer(ctx context.Context, req *reasonRequest) (*talkResult, error) {
	return a.acted(ctx, req.signed, req.ID, func(by desk.Person) error {
		_, err := a.Desk.DeclineTransfer(ctx, by, conversation.ID(req.ID), req.Reason)
		return err
	})
}

type agentRequest struct {
	signed `json:"-"`
	ID     string `path:"id" json:"-"`
	Agent  string `json:"agent"`
}

func (a *API) invite(ctx context.Context, req *agentRequest) (*talkResult, error) {
	return a.acted(ctx, req.signed, req.ID, func(by desk.Person) error {
		_, err := a.Desk.Invite(ctx, by, conversation.ID(req.ID), req.Agent)
		return err
	})
}

func (a *API) takeOver(ctx context.Context, req *agentRequest) (*talkResult, error) {
	return a.acted(ctx, req.signed, req.ID, func(by desk.Person) error {
		if _, err := a.Desk.Sit(ctx, by); err != nil {
			return err
		}
		_, err := a.Desk.TakeOver(ctx, by, conversation.ID(req.ID), req.Agent)
		return err
	})
}

type resolveRequest struct {
	signed  `json:"-"`
	ID      string `path:"id" json:"-"`
	Topic   string `json:"topic"`
	Outcome string `json:"outcome"`
	Note    string `json:"note"`
}

func (a *API) resolve(ctx context.Context, req *resolveRequest) (*talkResult, error) {
	return a.acted(ctx, req.signed, req.ID, func(by desk.Person) error {
		_, err := a.Desk.Resolve(ctx, by, conversation.ID(req.ID), req.Topic, req.Outcome, req.Note)
		return err
	})
}

type rerouteRequest struct {
	signed `json:"-"`
	ID     string `path:"id" json:"-"`
	Team   string `json:"team"`
	Topic  string `json:"topic"`
}

func (a *API) reroute(ctx context.Context, req *rerouteRequest) (*talkResult, error) {
	return a.acted(ctx, req.signed, req.ID, func(by desk.Person) error {
		_, err := a.Desk.Reroute(ctx, by, conversation.ID(req.ID), ownership.Needs{Team: req.Team, Topic: req.Topic})
		return err
	})
}

func (a *API) listen(ctx context.Context, req *talkRequest) (*done, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	return &done{}, a.Desk.Listen(ctx, by, conversation.ID(req.ID))
}

type revealRequest struct {
	signed `json:"-"`
	ID     string `path:"id" json:"-"`
	Field  string `json:"field"`
}

type revealResult struct {
	Value string `json:"value"`
}

// reveal shows one piece of personal data in the clear, to somebody whom the talk concerns; that it was read is an event whether or not there is any.
func (a *API) reveal(ctx context.Context, req *revealRequest) (*revealResult, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	sight, err := a.Desk.See(ctx, by, conversation.ID(req.ID))
	if err != nil {
		return nil, err
	}
	if err := a.Auth.Identity.Reveal(ctx, by.ID, "conversation:"+req.ID, req.Field); err != nil {
		return nil, err
	}
	key := sight.Row.Conversation.Citizen
	if req.Field != "phone" {
		return nil, fault.New(fault.NotFound, "reveal.empty")
	}
	left, err := a.promisedPhone(ctx, &sight.Row.Conversation)
	if err != nil {
		return nil, err
	}
	if number := left.Reveal(); number != "" { // where they want to be called now
		return &revealResult{number}, nil
	}
	if key == "" {
		return nil, fault.New(fault.NotFound, "reveal.empty")
	}
	phone, err := a.Phones.Phone(ctx, key)
	if err != nil {
		return nil, err
	}
	return &revealResult{phone.Reveal()}, nil
}
