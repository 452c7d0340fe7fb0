package citizen

import (
	"context"
	"strings"
	"time"

	"bangban/affairs/promise"
	"bangban/channels/portal"
	"bangban/kernel/fault"
	"bangban/server"
)

type promiseRequest struct {
	No   string `path:"no" json:"-"`
	Code string `query:"code" json:"-"`
}

// promiseResult is a promise as its citizen reads it.
type promiseResult struct {
	No      string         `json:"no"`
	State   promise.State  `json:"state"` // open, kept, dropped
	Topic   string         `json:"topic,omitempty"`
	MadeAt  string         `json:"made_at"`
	DueAt   string         `json:"due_at"`
	EndedAt string         `json:"ended_at,omitempty"`
	Overdue bool           `json:"overdue,omitempty"`
	Tries   []string       `json:"tries,omitempty"`   // when somebody tried to reach them
	NextAt  string         `json:"next_at,omitempty"` // when they try again
	Answer  string         `json:"answer,omitempty"`
	Contact *contactResult `json:"contact,omitempty"`
}

// contactResult is what the citizen has left; the number masked.
type contactResult struct {
	Phone string `json:"phone,omitempty"`
	Wish  string `json:"wish,omitempty"`
}

func (a *API) promise(ctx context.Context, req *promiseRequest) (*promiseResult, error) {
	if a.Promises == nil {
		return nil, fault.New(fault.NotFound, "promise.not_found")
	}
	p, err := a.Promises.Lookup(ctx, req.No, req.Code)
	if err != nil {
		return nil, err
	}
	out := &promiseResult{No: p.No, State: p.State, Topic: p.Topic, MadeAt: moment(p.MadeAt), DueAt: moment(p.Due), Overdue: p.Overdue, Answer: p.Answer}
	for _, t := range p.Attempts {
		out.Tries, out.NextAt = append(out.Tries, moment(t.At)), ""
		if t.NextAt > 0 && p.State == promise.Open {
			out.NextAt = moment(t.NextAt)
		}
	}
	if p.EndedAt > 0 {
		out.EndedAt = moment(p.EndedAt)
	}
	if !p.Contact.Empty() {
		out.Contact = &contactResult{p.Contact.Phone.Masked(), p.Contact.Wish}
	}
	return out, nil
}

type promiseContactRequest struct {
	No    string  `path:"no" json:"-"`
	Code  string  `json:"code"`
	Phone *string `json:"phone"` // left out: as it is; empty: taken away
	Wish  *string `json:"wish"`
}

// promiseContact keeps how the citizen wants to be reached, and shows the promise as it is then.
func (a *API) promiseContact(ctx context.Context, req *promiseContactRequest) (*promiseResult, error) {
	if a.Promises == nil {
		return nil, fault.New(fault.NotFound, "promise.not_found")
	}
	if err := a.Promises.SetContact(ctx, req.No, req.Code, promise.Change{Phone: req.Phone, Wish: req.Wish}); err != nil {
		return nil, err
	}
	if a.Live != nil {
		a.Live.Notify()
	}
	return a.promise(ctx, &promiseRequest{req.No, req.Code})
}

func (p *Pages) progressForm(_ context.Context, req *struct {
	Looks
	No string `query:"no" json:"-"`
}) (*server.Page, error) {
	return p.page(&req.Looks, portal.Page{Title: "进度查询", Body: portal.ProgressPage{No: cut(req.No, 20)}})
}

// progress shows what was promised. Wrong and unknown look alike, and what was typed stays in the fields.
func (p *Pages) progress(ctx context.Context, req *struct {
	Looks
	No   string `form:"no" json:"-"`
	Code string `form:"code" json:"-"`
}) (*server.Page, error) {
	return p.shown(ctx, &req.Looks, portal.ProgressPage{No: cut(req.No, 40), Code: cut(req.Code, 20)}, 0)
}

// progressContact keeps how the citizen wants to be reached. What was refused stays in the fields.
func (p *Pages) progressContact(ctx context.Context, req *struct {
	Looks
	No    string `form:"no" json:"-"`
	Code  string `form:"code" json:"-"`
	Phone string `form:"phone" json:"-"`
	Wish  string `form:"wish" json:"-"`
	// Forget takes everything away. Else an empty number leaves the one that is kept, which the page doesn't write back.
	Forget string `form:"forget" json:"-"`
}) (*server.Page, error) {
	body := portal.ProgressPage{No: cut(req.No, 40), Code: cut(req.Code, 20)}
	if p.Promises == nil {
		return p.shown(ctx, &req.Looks, body, 0)
	}
	change := promise.Change{Phone: &req.Phone, Wish: &req.Wish}
	switch {
	case req.Forget != "":
		req.Phone, req.Wish = "", ""
	case strings.TrimSpace(req.Phone) == "":
		change.Phone = nil
	}
	err := p.Promises.SetContact(ctx, req.No, req.Code, change)
	switch {
	case err == nil:
		p.Live.Notify()
		body.Saved = true
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.Conflict):
		problem := p.words(err)
		body.Phone, body.Wish, body.Refused, body.Field = cut(req.Phone, 30), cut(req.Wish, 2*promise.MaxWish), problem.Detail, problem.Field
		return p.shown(ctx, &req.Looks, body, problem.Status)
	case !fault.Is(err, fault.NotFound):
		return nil, err
	}
	return p.shown(ctx, &req.Looks, body, 0)
}

// shown is the page with what number and code of the body find.
func (p *Pages) shown(ctx context.Context, looks *Looks, body portal.ProgressPage, status int) (*server.Page, error) {
	var found *promise.Promise
	err := error(fault.New(fault.NotFound, "promise.not_found"))
	if p.Promises != nil {
		found, err = p.Promises.Lookup(ctx, body.No, body.Code)
	}
	switch {
	case fault.Is(err, fault.NotFound):
		body.Problem, body.Saved, status = "没有查到。请核对编号和查询码；连错 5 次要等 15 分钟。", false, 404
	case err != nil:
		return nil, err
	default:
		body.Found = promised(found)
		if body.Refused == "" { // the number is never written back whole
			body.Wish = body.Found.Wish
		}
	}
	page, err := p.page(looks, portal.Page{Title: "进度查询", Body: body})
	if page != nil && status != 0 {
		page.Status = status
	}
	return page, err
}

func promised(v *promise.Promise) *portal.Promised {
	write := func(at int64) string {
		if at == 0 {
			return ""
		}
		return time.UnixMicro(at).In(cityTime).Format("2006-01-02 15:04")
	}
	out := &portal.Promised{No: v.No, Topic: v.Topic, State: "等待回复", Due: write(v.Due), Made: write(v.MadeAt), Ended: write(v.EndedAt), Open: v.State == promise.Open,
		Overdue: v.Overdue && v.State == promise.Open, Answer: v.Answer, Phone: v.Contact.Phone.Masked(), Wish: v.Contact.Wish}
	switch v.State {
	case promise.Kept:
		out.State = "已回复"
	case promise.Dropped:
		out.State = "已结束"
	}
	for i, t := range v.Attempts {
		tried := portal.Tried{At: write(t.At)}
		if i == len(v.Attempts)-1 && v.State == promise.Open {
			tried.Next = write(t.NextAt)
		}
		out.Tries = append(out.Tries, tried)
	}
	return out
}
