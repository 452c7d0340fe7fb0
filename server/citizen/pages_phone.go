package citizen

import (
	"context"

	"bangban/channels/portal"
	"bangban/server"
)

type phonePageRequest struct {
	Looks
	Phone string `form:"phone" json:"-"`
	Code  string `form:"code" json:"-"`
}

// phoneForm asks for the number at which the citizen of the open talk can be reached.
func (p *Pages) phoneForm(_ context.Context, req *struct{ Looks }) (*server.Page, error) {
	return p.page(&req.Looks, portal.Page{Title: "留个手机号", Body: portal.PhonePage{Talk: server.ReadTalk(req.Talk).ID != ""}})
}

// phone sends the code, then takes it. What was typed stays in the fields.
func (p *Pages) phone(ctx context.Context, req *phonePageRequest) (*server.Page, error) {
	proof := server.ReadTalk(req.Talk)
	body := portal.PhonePage{Talk: proof.ID != "", Phone: cut(req.Phone, 20), Code: cut(req.Code, 10)}
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
	if _, err := p.Conversation.Standing(ctx, proof.ID, proof.Token); err != nil {
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
	body.Done = true
	return p.Conversation.Know(ctx, proof.ID, proof.Token, key)
}
