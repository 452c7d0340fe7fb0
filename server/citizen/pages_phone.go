package citizen

import (
	"context"

	"bangban/channels/portal"
	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/server"
)

type phonePageRequest struct {
	Looks
	Phone string `form:"phone" json:"-"`
	Code  string `form:"code" json:"-"`
	Agree bool   `form:"agree" json:"-"` // to be bound, as a follower of WeChat
}

// phoneForm asks for the number at which the citizen of the open talk can be reached.
func (p *Pages) phoneForm(ctx context.Context, req *struct{ Looks }) (*server.Page, error) {
	proof := server.ReadTalk(req.Talk)
	body := portal.PhonePage{Talk: proof.ID != ""}
	if st, err := p.Conversation.Standing(ctx, proof.ID, proof.Token); err == nil && proof.ID != "" {
		if err := p.followed(ctx, proof, st, &body); err != nil {
			return nil, err
		}
	}
	return p.page(&req.Looks, portal.Page{Title: "留个手机号", Body: body})
}

// followed says on the page what there is to say to a follower of WeChat.
func (p *Pages) followed(ctx context.Context, proof server.TalkProof, st *conversation.Standing, body *portal.PhonePage) (err error) {
	if body.Follower = p.Followers != nil && st.Channel == message.WeChat; body.Follower {
		body.Bound, err = p.Followers.Bound(ctx, proof.ID)
	}
	return err
}

// phone sends the code, then takes it. What was typed stays in the fields.
func (p *Pages) phone(ctx context.Context, req *phonePageRequest) (*server.Page, error) {
	proof := server.ReadTalk(req.Talk)
	body := portal.PhonePage{Talk: proof.ID != "", Phone: cut(req.Phone, 20), Code: cut(req.Code, 10), Agree: req.Agree}
	err := p.prove(ctx, proof, req, &body)
	page := portal.Page{Title: "留个手机号"}
	status := 0
	if err != nil {
		problem := p.words(err)
		if problem.Status >= 500 && problem.Status != 503 {
			return nil, err
		}
		body.Problem, status = problem.Detail, problem.Status
	}
	page.Body = body
	out, err := p.page(&req.Looks, page)
	if out != nil && status != 0 {
		out.Status = status
	}
	return out, err
}

func (p *Pages) prove(ctx context.Context, proof server.TalkProof, req *phonePageRequest, body *portal.PhonePage) error {
	if p.Phones == nil || proof.ID == "" {
		return nil
	}
	st, err := p.Conversation.Standing(ctx, proof.ID, proof.Token)
	if err != nil {
		return err
	}
	if err := p.followed(ctx, proof, st, body); err != nil {
		return err
	}
	if req.Code == "" {
		err := p.Phones.Start(ctx, proof.ID, req.Phone)
		body.Sent = err == nil
		return err
	}
	body.Sent = true
	key, err := p.Phones.Confirm(ctx, proof.ID, req.Code)
	if err != nil {
		return err
	}
	if err := p.Conversation.Know(ctx, proof.ID, proof.Token, key); err != nil {
		return err
	}
	body.Done = true
	if !body.Follower || !req.Agree {
		return nil
	}
	if err := p.Followers.Bind(ctx, proof.ID, key); err != nil {
		return err
	}
	return p.followed(ctx, proof, st, body)
}
