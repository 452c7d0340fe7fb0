package agent

import (
	"context"

	"bangban/conversation"
	"bangban/desk"
)

type handoverPart struct {
	ID         string `json:"id"`
	From       string `json:"from"`
	FromNumber string `json:"from_number,omitempty"`
	At         string `json:"at"`
	Items      []row  `json:"items,omitempty"`
}

type shiftResult struct {
	Items    []row          `json:"items,omitempty"`
	Promises []promise      `json:"promises,omitempty"`
	Notices  []noticeShape  `json:"notices,omitempty"`
	Incoming []handoverPart `json:"incoming,omitempty"`
}

func (a *API) shift(ctx context.Context, req *signedRequest) (*shiftResult, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	s, err := a.Desk.Shift(ctx, by)
	if err != nil {
		return nil, err
	}
	numbers, err := a.numbers(ctx)
	if err != nil {
		return nil, err
	}
	out := &shiftResult{}
	for i := range s.Mine {
		out.Items = append(out.Items, a.rowOf(&s.Mine[i], by, numbers))
	}
	if out.Promises, err = a.promisesOf(ctx, s.Promised, numbers); err != nil {
		return nil, err
	}
	for i := range s.Notices {
		out.Notices = append(out.Notices, noticeOf(&s.Notices[i], numbers))
	}
	for _, h := range s.Incoming {
		part := handoverPart{ID: h.ID, From: h.From, FromNumber: numbers[h.From], At: moment(h.At)}
		for _, id := range h.Talks {
			r, err := a.Desk.Row(ctx, id)
			if err != nil {
				return nil, err
			}
			part.Items = append(part.Items, a.rowOf(r, by, numbers))
		}
		out.Incoming = append(out.Incoming, part)
	}
	return out, nil
}

type passedItem struct {
	Talk string `json:"talk"`
	To   string `json:"to"`
}

type handOverRequest struct {
	signed `json:"-"`
	Items  []passedItem `json:"items"`
}

type handedResult struct {
	Handed int `json:"handed"`
}

func (a *API) handOver(ctx context.Context, req *handOverRequest) (*handedResult, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	var items []desk.Passed
	for _, it := range req.Items {
		items = append(items, desk.Passed{Talk: conversation.ID(it.Talk), To: it.To})
	}
	n, err := a.Desk.HandOver(ctx, by, items)
	a.Live.Notify()
	if err != nil {
		return nil, err
	}
	return &handedResult{n}, nil
}

type idRequest struct {
	signed `json:"-"`
	ID     string `path:"id" json:"-"`
}

func (a *API) acknowledge(ctx context.Context, req *idRequest) (*done, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	return &done{}, a.Desk.Acknowledge(ctx, by, req.ID)
}

type practiceResult struct {
	ID string `json:"id"`
}

func (a *API) practice(ctx context.Context, req *signedRequest) (*practiceResult, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	id, err := a.Desk.Practise(ctx, by)
	a.Live.Notify()
	return &practiceResult{string(id)}, err
}
