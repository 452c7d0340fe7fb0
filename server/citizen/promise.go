package citizen

import (
	"context"
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
	No      string        `json:"no"`
	State   promise.State `json:"state"` // open, kept, dropped
	Topic   string        `json:"topic,omitempty"`
	MadeAt  string        `json:"made_at"`
	DueAt   string        `json:"due_at"`
	Overdue bool          `json:"overdue,omitempty"`
	Tries   []string      `json:"tries,omitempty"` // when somebody tried to reach them
	Answer  string        `json:"answer,omitempty"`
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
	for _, at := range p.Tries {
		out.Tries = append(out.Tries, moment(at))
	}
	return out, nil
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
	body := portal.ProgressPage{No: cut(req.No, 20), Code: cut(req.Code, 10)}
	var found *promise.Promise
	err := error(fault.New(fault.NotFound, "promise.not_found"))
	if p.Promises != nil {
		found, err = p.Promises.Lookup(ctx, req.No, req.Code)
	}
	if fault.Is(err, fault.NotFound) {
		body.Problem = "没有查到。请核对编号和查询码；连错 5 次要等 15 分钟。"
		page, err := p.page(&req.Looks, portal.Page{Title: "进度查询", Body: body})
		if page != nil {
			page.Status = 404
		}
		return page, err
	}
	if err != nil {
		return nil, err
	}
	body.Found = promised(found)
	return p.page(&req.Looks, portal.Page{Title: "进度查询", Body: body})
}

func promised(v *promise.Promise) *portal.Promised {
	write := func(at int64) string { return time.UnixMicro(at).In(cityTime).Format("2006-01-02 15:04") }
	out := &portal.Promised{No: v.No, Topic: v.Topic, State: "等待回复", Due: write(v.Due), Made: write(v.MadeAt), Overdue: v.Overdue && v.State == promise.Open, Answer: v.Answer}
	switch v.State {
	case promise.Kept:
		out.State = "已回复"
	case promise.Dropped:
		out.State = "已结束"
	}
	for _, at := range v.Tries {
		out.Tries = append(out.Tries, write(at))
	}
	return out
}
