package agent

import (
	"context"
	"fmt"
	"time"

	"bangban/desk"
	"bangban/server/staff"
)

type signedRequest struct {
	signed `json:"-"`
}

type hours struct {
	Open bool   `json:"open"`
	Text string `json:"text,omitempty"`
}

type incoming struct {
	Incoming int `json:"incoming"`
}

type stateResult struct {
	Now       string        `json:"now"`
	Seq       int64         `json:"seq"`
	Me        staff.Account `json:"me"`
	Seat      *seatShape    `json:"seat"`
	Talks     []row         `json:"talks,omitempty"`
	Offers    []row         `json:"offers,omitempty"`
	Transfers []row         `json:"transfers,omitempty"`
	Queued    []row         `json:"queued,omitempty"`
	Queue     *queueShape   `json:"queue"`
	Promises  []promise     `json:"promises,omitempty"`
	Today     todayShape    `json:"today"`
	Notices   []noticeShape `json:"notices,omitempty"`
	Hours     hours         `json:"hours"`
	Handover  incoming      `json:"handover"`
}

// state is the whole of a screen, with the number from which the stream goes on.
func (a *API) state(ctx context.Context, req *signedRequest) (*stateResult, error) {
	by, account, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	seq := a.Live.Seq() // the number first, then the rows
	o, err := a.Desk.Look(ctx, by)
	if err != nil {
		return nil, err
	}
	numbers, err := a.numbers(ctx)
	if err != nil {
		return nil, err
	}
	out := &stateResult{Now: moment(time.Now().UnixMicro()), Seq: seq, Me: a.Auth.Show(account), Seat: seatOf(&o.Seat, o.Used), Queue: lineOf(o.Queue),
		Today: todayOf(o.Starts, by.ID), Handover: incoming{len(o.Incoming)}, Hours: hours{Open: o.HoursOpen}}
	if !o.HoursOpen {
		out.Hours.Text = fmt.Sprintf("下次上班 %s", o.Next.In(cityTime).Format("1月2日 15:04"))
	}
	for i := range o.Rows {
		r := a.rowOf(&o.Rows[i], by, numbers)
		switch h := &o.Rows[i].Conversation.Handling; {
		case r.Offer != nil:
			out.Offers = append(out.Offers, r)
		case h.Transfer != nil && h.Transfer.Agent == by.ID:
			out.Transfers = append(out.Transfers, r)
		default:
			out.Talks = append(out.Talks, r)
		}
	}
	for i := range o.Waiting {
		out.Queued = append(out.Queued, a.rowOf(&o.Waiting[i], by, numbers))
	}
	if out.Promises, err = a.promisesOf(ctx, o.Promised, numbers); err != nil {
		return nil, err
	}
	for i := range o.Notices {
		out.Notices = append(out.Notices, noticeOf(&o.Notices[i], numbers))
	}
	return out, nil
}

type seatRequest struct {
	signed `json:"-"`
	Status desk.Status `json:"status"`
	Reason string      `json:"reason"`
}

type seatResult struct {
	Seat *seatShape `json:"seat"`
}

func (a *API) seat(ctx context.Context, req *seatRequest) (*seatResult, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	if _, err := a.Desk.Sit(ctx, by); err != nil {
		return nil, err
	}
	seat, err := a.Desk.SetStatus(ctx, by, by.ID, req.Status, req.Reason)
	if err != nil {
		return nil, err
	}
	return &seatResult{seatOf(seat, 0)}, nil
}

func (a *API) lease(ctx context.Context, req *signedRequest) (*seatResult, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	seat, err := a.Desk.Renew(ctx, by.ID)
	if err != nil {
		return nil, err
	}
	return &seatResult{seatOf(seat, 0)}, nil
}

func (a *API) extend(ctx context.Context, req *signedRequest) (*seatResult, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	seat, err := a.Desk.Extend(ctx, by)
	if err != nil {
		return nil, err
	}
	return &seatResult{seatOf(seat, 0)}, nil
}

type forceRequest struct {
	signed `json:"-"`
	Agent  string      `path:"agent" json:"-"`
	Status desk.Status `json:"status"`
	Reason string      `json:"reason"`
}

func (a *API) forceSeat(ctx context.Context, req *forceRequest) (*seatResult, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	seat, err := a.Desk.SetStatus(ctx, by, req.Agent, req.Status, req.Reason)
	if err != nil {
		return nil, err
	}
	return &seatResult{seatOf(seat, 0)}, nil
}
