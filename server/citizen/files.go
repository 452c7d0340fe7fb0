package citizen

import (
	"context"
	"mime"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/kernel/fault"
	"bangban/server"
)

type fileRequest struct {
	proof
	Caller         server.Caller
	Key            string `header:"Idempotency-Key" json:"-"`
	ConversationID string `query:"conversation_id" json:"-"`
	Name           string `query:"name" json:"-"`
}

// sendFile takes a picture or a PDF instead of words, in a conversation or in a new one.
func (a *API) sendFile(ctx context.Context, req *fileRequest, data []byte) (*askResult, error) {
	if req.ConversationID == "" && req.Header != "" {
		return nil, &fault.Error{Kind: fault.Invalid, Key: "conversation.id_missing", Args: map[string]string{"field": "conversation_id"}}
	}
	in := message.Inbound{ConversationID: req.ConversationID, Token: req.token(req.ConversationID), Channel: message.API, Key: req.Key,
		File: &message.File{Name: req.Name, Data: data}}
	if req.Caller.SameOrigin {
		in.Channel = message.Portal
	}
	return a.Ask(ctx, req.Caller, in)
}

type fileOf struct {
	proof
	ID   string `path:"id" json:"-"`
	Turn string `path:"turn" json:"-"`
}

// file gives a file back to the citizen of the talk.
func (a *API) file(ctx context.Context, req *fileOf) (*server.Page, error) {
	f, body, err := a.Conversation.File(ctx, req.ID, req.token(req.ID), req.Turn)
	if err != nil {
		return nil, err
	}
	return FilePage(f, body), nil
}

// FilePage is a file as it is served: a picture is shown, anything else is saved, and nothing in it is run.
func FilePage(f *conversation.File, body []byte) *server.Page {
	how := "attachment"
	if f.Width > 0 {
		how = "inline"
	}
	return &server.Page{Type: f.Kind, Body: body, Head: server.Head{Header: map[string]string{
		"Content-Disposition":     mime.FormatMediaType(how, map[string]string{"filename": f.Name}),
		"Content-Security-Policy": "default-src 'none'; sandbox",
		"Cache-Control":           "private, max-age=3600",
		"X-Content-Type-Options":  "nosniff",
	}}}
}

type pageFile struct {
	Looks
	Turn string `path:"turn" json:"-"`
}

// file shows a file of the talk that the browser is in.
func (p *Pages) file(ctx context.Context, req *pageFile) (*server.Page, error) {
	talk := server.ReadTalk(req.Talk)
	f, body, err := p.Conversation.File(ctx, talk.ID, talk.Token, req.Turn)
	if err != nil {
		return nil, err
	}
	return FilePage(f, body), nil
}
