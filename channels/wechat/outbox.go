package wechat

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"bangban/channels"
	"bangban/kernel/fault"
)

const (
	// senders bounds how many followers are sent to at once.
	senders = 16
	// maxTries is how often a message is tried whose fate is unknown, or that the platform had no time for.
	maxTries = 6
	// firstWait is the wait before the second try; each further one is twice as long, up to longestWait.
	firstWait   = 500 * time.Millisecond
	longestWait = 2 * time.Minute
	// idle bounds how late a message of another process is seen.
	idle = time.Second
)

// rows makes the rows of what is said in one turn.
func (c *Channel) rows(account, follower string, list []*said) ([]Outbox, error) {
	var rows []Outbox
	for i, s := range list {
		sealed, err := c.seal(s, "message:"+s.Turn)
		if err != nil {
			return nil, err
		}
		now := c.micro()
		rows = append(rows, Outbox{Account: account, Follower: follower, Conversation: s.Conversation, Turn: s.Turn, Part: i, Body: sealed, State: Waiting,
			NextAt: now, At: now})
	}
	return rows, nil
}

// send takes messages out of the outbox until ctx ends: several followers at once, each in order.
func (c *Channel) send(ctx context.Context) {
	var busy sync.WaitGroup
	defer busy.Wait()
	free := make(chan struct{}, senders)
	for ctx.Err() == nil {
		changed := c.signal.wait()
		now := c.micro()
		rows, next, err := c.store.Claim(ctx, now, now+lease.Microseconds(), senders)
		if err != nil && ctx.Err() == nil {
			c.log.Error("outbox not read", "cause", err)
		}
		for i := range rows {
			select {
			case free <- struct{}{}:
			case <-ctx.Done():
				return // the lease brings the rest back
			}
			row := rows[i]
			busy.Go(func() {
				defer func() { <-free }()
				if err := c.deliver(c.work, &row); err != nil && !errors.Is(err, ErrTakenOver) && c.work.Err() == nil {
					c.log.Error("message not settled", "message", row.Seq, "cause", err)
				}
				c.signal.all() // the follower's next one may go
			})
		}
		if len(rows) == senders {
			continue
		}
		wait := idle
		if next > 0 {
			wait = min(max(time.Duration(next-c.micro())*time.Microsecond, time.Millisecond), idle)
		}
		c.pause(ctx, changed, wait)
	}
}

// deliver sends one message and keeps what became of it.
func (c *Channel) deliver(ctx context.Context, row *Outbox) error {
	a := c.account(row.Account)
	if a == nil {
		return c.fail(ctx, row, "account", false)
	}
	f, err := c.store.Follower(ctx, row.Account, row.Follower)
	if err != nil {
		return err
	}
	if !f.Following || f.Openid == nil {
		return c.fail(ctx, row, "unfollowed", true)
	}
	openid, err := c.box.Open(f.Openid, "openid:"+thread(f.Account, f.Key))
	if err != nil {
		return err
	}
	s := &said{}
	if err := c.unseal(row.Body, "message:"+row.Turn, s); err != nil {
		return err
	}
	if row.Rung > 0 { // it is on its way already
		return c.ladder(ctx, a, f, string(openid), row, s)
	}
	allowed, err := c.store.Allowance(ctx, row.Account, row.Follower, c.micro())
	if err != nil {
		return err
	}
	switch {
	case !allowed.Open:
		return c.ladder(ctx, a, f, string(openid), row, s)
	case allowed.Messages == 0:
		return c.hold(ctx, row)
	}
	err = c.put(ctx, a, string(openid), s)
	if err == nil {
		return c.sent(ctx, row)
	}
	return c.refusedBy(ctx, a, f, string(openid), row, s, err)
}

// sent keeps that the platform has taken a message.
func (c *Channel) sent(ctx context.Context, row *Outbox) error {
	if err := c.store.Sent(ctx, row.Seq, c.micro()); err != nil {
		return err
	}
	return c.tell(ctx, row, channels.Delivery{State: channels.Sent})
}

// tell says what became of the turn that a message is a part of.
func (c *Channel) tell(ctx context.Context, row *Outbox, d channels.Delivery) error {
	if row.Conversation == "" {
		return nil
	}
	return c.talks.Delivered(ctx, row.Conversation, row.Turn, d)
}

// tellFailed says why a turn was not sent, and what is done instead.
func (c *Channel) tellFailed(ctx context.Context, row *Outbox) error {
	return c.tell(ctx, row, channels.Delivery{State: channels.Failed, Reason: row.Reason, Fallback: row.Fallback})
}

// refusedBy decides by the platform's code what is done with a message that it did not take (docs/wechat.md, codes).
func (c *Channel) refusedBy(ctx context.Context, a *account, f *Follower, openid string, row *Outbox, s *said, cause error) error {
	code := Code(cause)
	switch {
	case fault.Is(cause, fault.Unavailable):
		return cause // our own store is away: the lease brings it back
	case Uncertain(cause), code == -1, badToken(code), code == 40007: // its picture is gone from there: it is put there again
		return c.retry(ctx, row, "platform", c.backoff(row.Tries), cause)
	case code == 45011:
		return c.retry(ctx, row, "too_many", time.Minute, cause)
	case code == 45009:
		return c.retry(ctx, row, "quota", time.Duration(c.midnight()-c.micro())*time.Microsecond, cause)
	case code == 45015:
		row.Reason = "window"
		if err := c.store.Put(ctx, row, true, false); err != nil {
			return err
		}
		return c.ladder(ctx, a, f, openid, row, s)
	case code == 45047:
		if err := c.store.Put(ctx, row, false, true); err != nil {
			return err
		}
		return c.hold(ctx, row)
	case code == 40003, code == 43004:
		return c.fail(ctx, row, "unfollowed", true)
	case badSettings(code):
		c.log.Error("the platform refuses the account: an operator must look", "account", a.Name, "code", code)
		return c.fail(ctx, row, "account", false)
	}
	c.log.Error("the platform refuses a message", "message", row.Seq, "code", code, "cause", cause)
	return c.fail(ctx, row, "refused", false)
}

// backoff is the wait before the next try: twice as long each time, and not the same for all.
func (c *Channel) backoff(tries int) time.Duration {
	d := firstWait << min(tries, 10)
	d = min(d, longestWait)
	return d/2 + rand.N(d/2+1)
}

// midnight is when the platform's daily quotas begin anew, in its own zone.
func (c *Channel) midnight() int64 {
	const day, zone = int64(24 * 3600e6), int64(8 * 3600e6)
	return (c.micro()+zone)/day*day + day - zone
}

// retry waits for another try, or gives up. Quotas and limits are waited for as often as it takes.
func (c *Channel) retry(ctx context.Context, row *Outbox, reason string, wait time.Duration, cause error) error {
	row.Tries++
	row.Reason = reason
	if reason == "platform" && row.Tries >= maxTries {
		c.log.Error("message given up", "message", row.Seq, "tries", row.Tries, "cause", cause)
		return c.fail(ctx, row, reason, false)
	}
	c.log.Warn("message is tried again", "message", row.Seq, "tries", row.Tries, "wait", wait, "cause", cause)
	row.State, row.NextAt = Waiting, c.micro()+wait.Microseconds()
	return c.store.Put(ctx, row, false, false)
}

// hold keeps a message until the follower writes again: the platform lets us send no more until then. The agent sees it.
func (c *Channel) hold(ctx context.Context, row *Outbox) error {
	row.State, row.Reason, row.Fallback, row.NextAt = Held, "count", "hold", c.micro()
	if err := c.store.Put(ctx, row, false, false); err != nil {
		return err
	}
	return c.tellFailed(ctx, row)
}

// fail ends a message that will not be sent. Closed says that nothing can be sent to this follower at all.
func (c *Channel) fail(ctx context.Context, row *Outbox, reason string, closed bool) error {
	row.State, row.Reason = Failed, reason
	if err := c.store.Put(ctx, row, closed, false); err != nil {
		return err
	}
	return c.tellFailed(ctx, row)
}

// say makes the call of a customer-service message.
func (a *account) say(ctx context.Context, openid string, s *said) error {
	body := map[string]any{"touser": openid}
	if s.Card != nil {
		body["msgtype"] = "news"
		body["news"] = map[string]any{"articles": []any{map[string]any{"title": s.Card.Title, "description": s.Card.Text, "url": s.Card.URL, "picurl": ""}}}
	} else {
		body["msgtype"] = "text"
		body["text"] = map[string]any{"content": s.Text}
	}
	if s.Machine {
		body["aimsgcontext"] = map[string]any{"is_ai_msg": 1}
	}
	err := a.api.call(ctx, "/cgi-bin/message/custom/send", nil, body, nil)
	if s.Machine && Code(err) == 40097 { // the label is newer than the account's rights: the words say it, too
		delete(body, "aimsgcontext")
		err = a.api.call(ctx, "/cgi-bin/message/custom/send", nil, body, nil)
	}
	return err
}
