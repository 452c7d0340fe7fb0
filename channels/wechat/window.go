package wechat

import (
	"context"
	"time"
)

// Window is what may still be said to a follower by our own will (还可主动发 N 条): so many messages until a time. Closed, words go by the ladder.
type Window struct {
	Open     bool
	Messages int
	Until    time.Time
}

// Window is a talk's, by its thread; nil when the thread is none of a configured account.
func (c *Channel) Window(ctx context.Context, thread string) (*Window, error) {
	name, key, ok := unthread(thread)
	if !ok || c.account(name) == nil {
		return nil, nil
	}
	f, err := c.store.Follower(ctx, name, key)
	if err != nil || !f.Following {
		return &Window{}, err
	}
	a, err := c.store.Allowance(ctx, name, key, c.micro())
	if err != nil || !a.Open {
		return &Window{}, err
	}
	return &Window{Open: true, Messages: a.Messages, Until: time.UnixMicro(a.Until)}, nil
}
