package agent

import (
	"context"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/server"
	"bangban/server/citizen"
)

type sendFileRequest struct {
	signed
	ID   string `path:"id" json:"-"`
	Name string `query:"name" json:"-"`
	Key  string `header:"Idempotency-Key" json:"-"`
}

// sendFile is an agent's turn that is a picture or a PDF.
func (a *API) sendFile(ctx context.Context, req *sendFileRequest, data []byte) (*turnResult, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	t, err := a.Desk.ReplyFile(ctx, by, conversation.ID(req.ID), &message.File{Name: req.Name, Data: data}, req.Key)
	if err != nil {
		return nil, err
	}
	a.Live.Notify()
	return &turnResult{turnOf(t, map[string]string{by.ID: by.Number}, &conversation.Delivery{State: conversation.Accepted, At: t.At})}, nil
}

type fileRequest struct {
	signed
	ID   string `path:"id" json:"-"`
	Turn string `path:"turn" json:"-"`
}

// file opens a file of a talk for those who may see the talk.
func (a *API) file(ctx context.Context, req *fileRequest) (*server.Page, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	f, body, err := a.Desk.File(ctx, by, conversation.ID(req.ID), req.Turn)
	if err != nil {
		return nil, err
	}
	return citizen.FilePage(f, body), nil
}
