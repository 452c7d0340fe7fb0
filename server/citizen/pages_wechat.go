package citizen

import (
	"context"
	"encoding/base64"
	"html/template"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/server"
)

// Followers are the talks of WeChat's followers, for the pages about them. They are called for a talk that the caller has proved to own.
type Followers interface {
	// Bound is the masked number that the talk's follower is bound to, "" for none.
	Bound(ctx context.Context, conversation string) (phone string, err error)
	// Bind ties the talk's follower to a citizen, Unbind ends that. For a talk that is no follower's they do nothing.
	Bind(ctx context.Context, conversation, citizen string) error
	Unbind(ctx context.Context, conversation string) error
	// Picture is a QR picture by which the talk goes on in WeChat. Errors: wechat.no_picture (Unavailable).
	Picture(ctx context.Context, conversation string) (picture []byte, kind string, err error)
}

// carries reports whether a talk may go on in WeChat.
func (p *Pages) carries(l *Looks, st *conversation.Standing) bool {
	return p.Followers != nil && l.Embed != "1" && st.Channel != message.WeChat && st.State != ownership.Closed
}

// carry shows the talk with a QR picture by which it goes on in WeChat.
func (p *Pages) carry(ctx context.Context, req *struct{ Looks }) (*server.Page, error) {
	proof := server.ReadTalk(req.Talk)
	st, err := p.Conversation.Standing(ctx, proof.ID, proof.Token)
	if err != nil {
		return nil, err
	}
	req.Path = "/chat"
	if !p.carries(&req.Looks, st) {
		return &server.Page{Location: "/chat"}, nil
	}
	picture, kind, err := p.Followers.Picture(ctx, proof.ID)
	if err != nil {
		problem := p.words(err)
		if problem.Status != 503 {
			return nil, err
		}
		page, err := p.showChat(ctx, &req.Looks, chatState{problem: problem.Detail})
		if page != nil {
			page.Status = problem.Status
		}
		return page, err
	}
	return p.showChat(ctx, &req.Looks, chatState{picture: template.URL("data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(picture))})
}

// unbind ends the binding of the talk's follower.
func (p *Pages) unbind(ctx context.Context, req *struct{ Looks }) (*server.Page, error) {
	proof := server.ReadTalk(req.Talk)
	if _, err := p.Conversation.Standing(ctx, proof.ID, proof.Token); err != nil {
		return nil, err
	}
	if p.Followers != nil {
		if err := p.Followers.Unbind(ctx, proof.ID); err != nil {
			return nil, err
		}
	}
	return &server.Page{Location: "/chat/phone"}, nil
}
