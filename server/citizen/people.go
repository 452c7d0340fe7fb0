package citizen

import (
	"context"
	"encoding/json"

	"bangban/conversation"
	"bangban/conversation/ownership"
	"bangban/kernel/fault"
	"bangban/server"
)

// peopleRoutes are what a citizen does about the people who serve: choose in the queue, rate, say that it is not solved, have read.
func (a *API) peopleRoutes(s *server.Server) {
	reads := server.Spend(s.Reads())
	s.POST("/api/v1/conversations/{id}/ask-person", server.JSON(a.askPerson), server.Spend(s.Asks()))
	s.POST("/api/v1/conversations/{id}/choose", server.JSON(a.choose), reads)
	s.POST("/api/v1/conversations/{id}/rate", server.JSON(a.rate), reads)
	s.POST("/api/v1/conversations/{id}/unsolved", server.JSON(a.unsolved), reads)
	s.POST("/api/v1/conversations/{id}/read", server.JSON(a.read), reads)
	lookups := server.Spend(s.Lookups())
	s.POST("/api/v1/conversations/{id}/phone", server.JSON(a.phone), lookups)
	s.POST("/api/v1/conversations/{id}/phone/confirm", server.JSON(a.confirmPhone), lookups)
	s.POST("/api/v1/conversations/{id}/typing", server.JSON(a.typing), reads)
}

// standing is where a talk stands, as its citizen reads it.
type standing struct {
	State      string `json:"state"`
	Status     string `json:"status,omitempty"`
	Agent      string `json:"agent,omitempty"` // 工号 and department
	Promise    string `json:"promise,omitempty"`
	Resolution string `json:"resolution,omitempty"` // may be rated now
}

func (a *API) standing(ctx context.Context, id, token string) (*standing, error) {
	a.Live.Notify()
	st, err := a.Conversation.Standing(ctx, id, token)
	if err != nil {
		return nil, err
	}
	out := &standing{State: string(st.State), Status: statusOf(st, a.Conversation.Who), Promise: st.Promise, Resolution: st.Resolution}
	if st.Agent != "" {
		out.Agent = a.Conversation.Who(conversation.ByAgent(st.Agent))
	}
	return out, nil
}

func (a *API) act(ctx context.Context, p proof, id string, cmd ownership.Command) (*standing, error) {
	token := p.token(id)
	if _, err := a.Conversation.CitizenAct(ctx, id, token, cmd); err != nil {
		return nil, err
	}
	return a.standing(ctx, id, token)
}

type talkRequest struct {
	proof `json:"-"`
	ID    string `path:"id" json:"-"`
}

func (a *API) askPerson(ctx context.Context, req *talkRequest) (*standing, error) {
	return a.act(ctx, req.proof, req.ID, ownership.Command{Do: ownership.Ask, Reason: "asked"})
}

type chooseRequest struct {
	proof  `json:"-"`
	ID     string `path:"id" json:"-"`
	Choice string `json:"choice"` // keep_waiting, call_back, cancel
}

func (a *API) choose(ctx context.Context, req *chooseRequest) (*standing, error) {
	switch do := ownership.Action(req.Choice); do {
	case ownership.KeepWaiting, ownership.CallBack, ownership.Cancel:
		return a.act(ctx, req.proof, req.ID, ownership.Command{Do: do})
	}
	return nil, &fault.Error{Kind: fault.Invalid, Key: "choose.invalid", Args: map[string]string{"field": "choice"}}
}

type rateTalkRequest struct {
	proof      `json:"-"`
	ID         string `path:"id" json:"-"`
	Resolution string `json:"resolution"`
	Stars      int    `json:"stars"`
}

func (a *API) rate(ctx context.Context, req *rateTalkRequest) (*standing, error) {
	return a.act(ctx, req.proof, req.ID, ownership.Command{Do: ownership.Rate, ID: req.Resolution, Stars: req.Stars})
}

func (a *API) unsolved(ctx context.Context, req *talkRequest) (*standing, error) {
	return a.act(ctx, req.proof, req.ID, ownership.Command{Do: ownership.Unsolved})
}

type readRequest struct {
	proof `json:"-"`
	ID    string `path:"id" json:"-"`
	No    int    `json:"no"`
	Seen  bool   `json:"seen"` // on the screen, not only on the device
}

type readResult struct {
	No int `json:"no"`
}

func (a *API) read(ctx context.Context, req *readRequest) (*readResult, error) {
	if req.No < 1 {
		return nil, &fault.Error{Kind: fault.Invalid, Key: "request.wrong_type", Args: map[string]string{"field": "no"}}
	}
	if err := a.Conversation.Arrived(ctx, req.ID, req.token(req.ID), req.No, req.Seen); err != nil {
		return nil, err
	}
	a.Live.Notify()
	return &readResult{req.No}, nil
}

// Typing is what is told aside while somebody types: that they do, never what.
type Typing struct {
	Conversation string `json:"conversation"`
	By           string `json:"by"` // citizen, agent
}

func (a *API) typing(ctx context.Context, req *talkRequest) (*readResult, error) {
	if _, err := a.Conversation.Standing(ctx, req.ID, req.token(req.ID)); err != nil {
		return nil, err
	}
	data, err := json.Marshal(Typing{req.ID, "citizen"})
	if err != nil {
		return nil, err
	}
	a.Live.Aside("conversation:"+req.ID, server.Event{Name: "typing", Data: data})
	return &readResult{}, nil
}

type phoneRequest struct {
	proof `json:"-"`
	ID    string `path:"id" json:"-"`
	Phone string `json:"phone"`
}

type phoneResult struct {
	Sent   bool `json:"sent,omitempty"`
	Proven bool `json:"proven,omitempty"`
}

// phone sends a one-time code to the number that a citizen names.
func (a *API) phone(ctx context.Context, req *phoneRequest) (*phoneResult, error) {
	if a.Phones == nil {
		return nil, fault.New(fault.Unavailable, "phone.not_sent")
	}
	if _, err := a.Conversation.Standing(ctx, req.ID, req.token(req.ID)); err != nil {
		return nil, err
	}
	return &phoneResult{Sent: true}, a.Phones.Start(ctx, req.ID, req.Phone)
}

type confirmRequest struct {
	proof `json:"-"`
	ID    string `path:"id" json:"-"`
	Code  string `json:"code"`
}

func (a *API) confirmPhone(ctx context.Context, req *confirmRequest) (*phoneResult, error) {
	if a.Phones == nil {
		return nil, fault.New(fault.Unavailable, "phone.not_sent")
	}
	token := req.token(req.ID)
	if _, err := a.Conversation.Standing(ctx, req.ID, token); err != nil {
		return nil, err
	}
	key, err := a.Phones.Confirm(ctx, req.ID, req.Code)
	if err != nil {
		return nil, err
	}
	return &phoneResult{Proven: true}, a.Conversation.Know(ctx, req.ID, token, key)
}
