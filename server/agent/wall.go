package agent

import (
	"context"
	"time"

	"bangban/identity"
)

type wallResult struct {
	At        string      `json:"at"`
	Queue     *queueShape `json:"queue"`
	Seats     []colleague `json:"seats"`
	Accepted  int         `json:"accepted"`
	Within15s int         `json:"within_15s"`
	Promises  []promise   `json:"promises,omitempty"`
	Talks     []row       `json:"talks,omitempty"`
}

// wall is everything at a glance, for supervisors.
func (a *API) wall(ctx context.Context, req *signedRequest) (*wallResult, error) {
	account, err := a.Auth.Require(ctx, req.signed, identity.Supervisor)
	if err != nil {
		return nil, err
	}
	by := personOf(account)
	w, err := a.Desk.Watch(ctx)
	if err != nil {
		return nil, err
	}
	numbers := numbersOf(w.Seats)
	all := todayOf(w.Starts, "")
	out := &wallResult{At: moment(time.Now().UnixMicro()), Queue: lineOf(w.Queue), Seats: []colleague{}, Accepted: all.Accepted, Within15s: all.Within15s}
	for i := range w.Seats {
		s := &w.Seats[i]
		c := colleagueOf(s, w.Used[s.Account])
		t := todayOf(w.Starts, s.Account)
		c.Since, c.Reason, c.Accepted, c.Within15s = moment(s.Since), s.Reason, t.Accepted, t.Within15s
		out.Seats = append(out.Seats, c)
	}
	for i := range w.Talks {
		out.Talks = append(out.Talks, a.rowOf(&w.Talks[i], by, numbers))
	}
	if out.Promises, err = a.promisesOf(ctx, w.Promised, numbers); err != nil {
		return nil, err
	}
	return out, nil
}

type noticeRequest struct {
	signed `json:"-"`
	Text   string `json:"text"`
}

type noticeResult struct {
	Notice noticeShape `json:"notice"`
}

func (a *API) notify(ctx context.Context, req *noticeRequest) (*noticeResult, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	n, err := a.Desk.Notify(ctx, by, req.Text)
	if err != nil {
		return nil, err
	}
	a.Live.Notify()
	return &noticeResult{noticeOf(n, map[string]string{by.ID: by.Number})}, nil
}
