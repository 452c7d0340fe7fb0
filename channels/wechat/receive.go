package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"bangban/kernel/fault"
)

const (
	// lease is how long a push or a message belongs to the process that works on it.
	lease = 30 * time.Second
	// lookAgain bounds how late a row that another process has changed is seen.
	lookAgain = 100 * time.Millisecond
)

// Push takes one call of the platform and returns what to write back, as the kind of content and its bytes: Acknowledged, or a passive
// reply. What was pushed is kept before it is acknowledged; a push that comes again gets the same reply again, and is not answered twice.
// Errors for which Refused is true mean that the platform did not send it.
func (c *Channel) Push(ctx context.Context, name string, q url.Values, body []byte) (kind string, reply []byte, err error) {
	a := c.account(name)
	if a == nil {
		return "", nil, refused("no account %q", name)
	}
	p, key, err := a.open(q, body, c.now())
	if err != nil {
		return "", nil, err
	}
	s, err := c.take(ctx, a, p)
	if err != nil {
		return "", nil, err
	}
	if s.empty() {
		return "text/plain", []byte(Acknowledged), nil
	}
	out := a.passive(p, s, c.now().Unix())
	if key != "" {
		if out, err = a.sealReply(out, key, c.now().Unix()); err != nil {
			return "", nil, err
		}
	}
	return "text/xml; charset=utf-8", out, nil
}

// take keeps a push and works on it, and returns the passive reply, nil for none.
func (c *Channel) take(ctx context.Context, a *account, p *push) (*said, error) {
	in, err := c.inbox(a, p)
	if err != nil {
		return nil, err
	}
	row, fresh, err := c.store.Take(ctx, *in)
	if err != nil {
		return c.unkept(ctx, a, p, in.Follower, err)
	}
	if in.Opens != nil {
		c.signal.all() // held messages may go
	}
	if !fresh {
		return c.again(ctx, row)
	}
	done := make(chan *said, 1)
	c.tasks.Go(func() {
		s, err := c.finish(c.work, a, p, row)
		if err != nil && c.work.Err() == nil {
			c.log.Error("push not answered yet", "push", row.Seq, "cause", err)
		}
		done <- s
		c.signal.all()
	})
	timer := time.NewTimer(c.patience)
	defer timer.Stop()
	select {
	case s := <-done:
		return s, nil
	case <-timer.C:
	case <-ctx.Done():
	}
	deferred, err := c.deferred(ctx, a, p, row)
	if err != nil || deferred {
		return nil, err
	}
	return <-done, nil // it was settled in this moment
}

// inbox is the row of a push.
func (c *Channel) inbox(a *account, p *push) (*Inbox, error) {
	now := c.micro()
	in := &Inbox{Account: a.Name, Follower: c.follower(a, p.From), Push: c.digest(p.key()), State: Taken, Lease: now + lease.Microseconds(), At: now,
		Opens: opens(p, now), Leaves: p.Kind == "event" && p.Event == "unsubscribe", Reports: p.reports()}
	var err error
	if in.Openid, err = c.box.Seal([]byte(p.From), "openid:"+thread(in.Account, in.Follower)); err != nil {
		return nil, err
	}
	in.Body, err = c.seal(p, "push:"+in.Push)
	return in, err
}

// reports says that a push tells of the platform's own work or of a consent.
func (p *push) reports() bool {
	return p.Kind == "event" && (p.Event == "TEMPLATESENDJOBFINISH" || strings.HasPrefix(p.Event, "subscribe_msg_"))
}

// opens is what a push lets us send (docs/wechat.md, windows), nil for nothing.
func opens(p *push, now int64) *Grant {
	const minute, days = int64(60e6), int64(48 * 3600e6)
	switch {
	case p.Kind != "event" && p.Choice != "":
		return &Grant{"tap", 3, now + minute}
	case p.Kind != "event":
		return &Grant{"message", 5, now + days}
	}
	switch p.Event {
	case "subscribe":
		return &Grant{"follow", 3, now + minute}
	case "SCAN":
		return &Grant{"scan", 3, now + minute}
	case "CLICK", "scancode_push", "scancode_waitmsg":
		return &Grant{"tap", 3, now + minute}
	}
	return nil
}

// unkept answers while the store takes nothing: the machine still answers, and nothing is promised.
func (c *Channel) unkept(ctx context.Context, a *account, p *push, follower string, cause error) (*said, error) {
	if fault.KindOf(cause) != fault.Unavailable {
		return nil, cause
	}
	c.log.Error("push not kept", "cause", cause)
	if p.Kind == "event" {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	if p.Kind == "text" {
		if s, err := c.ask(ctx, a, &Follower{Account: a.Name, Key: follower}, p, words{text: p.Content}); err == nil && !s.empty() {
			return s, nil
		}
	}
	return &said{Text: c.words("wechat.not_kept")}, nil
}

// again is a push that was taken before: its reply if it has one, else it is waited for as long as the platform waits.
func (c *Channel) again(ctx context.Context, row *Inbox) (*said, error) {
	deadline := time.Now().Add(c.patience)
	for row.State == Taken {
		changed := c.signal.wait()
		left := time.Until(deadline)
		if left <= 0 {
			if _, err := c.store.Defer(ctx, row.Seq); err != nil {
				return nil, err
			}
			break
		}
		c.pause(ctx, changed, min(left, lookAgain))
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var err error
		if row, err = c.store.Pushed(ctx, row.Seq); err != nil {
			return nil, err
		}
	}
	if row.State != Done || row.Answer == nil {
		return nil, nil
	}
	s := &said{}
	return s, c.unseal(row.Answer, "said:"+row.Push, s)
}

// pause waits for a change, or so long.
func (c *Channel) pause(ctx context.Context, changed <-chan struct{}, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-changed:
	case <-timer.C:
	}
}

// finish works on a push until it is settled: when those before it are done, what it says is answered, and the reply goes one way or the
// other. It returns the passive reply, nil when there is none.
func (c *Channel) finish(ctx context.Context, a *account, p *push, row *Inbox) (*said, error) {
	if err := c.await(ctx, row); err != nil {
		return nil, err
	}
	f, err := c.store.Follower(ctx, row.Account, row.Follower)
	if err != nil {
		return nil, err
	}
	s, err := c.answer(ctx, a, f, p)
	if err != nil {
		if !errors.Is(err, context.Canceled) && fault.KindOf(err) == fault.Unavailable {
			return nil, err // tried again when the lease is over
		}
		if ctx.Err() != nil {
			return nil, err
		}
		c.log.Warn("push answered with an excuse", "push", row.Seq, "cause", err)
		s = &said{Text: c.words("wechat.trouble")}
	}
	return c.settle(ctx, row, s)
}

// await waits until the follower's earlier pushes are done, so that answers come in the order of questions.
func (c *Channel) await(ctx context.Context, row *Inbox) error {
	for earlier := row.Earlier; earlier; {
		changed := c.signal.wait()
		c.pause(ctx, changed, lookAgain)
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if earlier, err = c.store.Earlier(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

// settle keeps what a push is answered with, and decides by one compare-and-set how the follower gets it.
func (c *Channel) settle(ctx context.Context, row *Inbox, s *said) (*said, error) {
	done := Settled{Seq: row.Seq}
	if !s.empty() {
		var err error
		if done.Answer, err = c.seal(s, "said:"+row.Push); err != nil {
			return nil, err
		}
		if s.Turn == "" {
			s.Turn = "push:" + row.Push
		}
		if done.Later, err = c.rows(row.Account, row.Follower, []*said{s}); err != nil {
			return nil, err
		}
		done.Account, done.Follower, done.Options = row.Account, row.Follower, s.Options
	}
	passive, err := c.store.Settle(ctx, done)
	if err != nil {
		return nil, err
	}
	if s.empty() {
		return nil, nil
	}
	if !passive {
		c.signal.all()
		return nil, nil
	}
	return s, nil
}

// keptFor is how long pushes and messages that are done are kept: far longer than the platform tries again.
const keptFor = 7 * 24 * time.Hour

// sweep takes up pushes whose process has died, and clears away what is old.
func (c *Channel) sweep(ctx context.Context) {
	tick := time.NewTicker(lease / 6)
	defer tick.Stop()
	for ctx.Err() == nil {
		row, err := c.store.Abandoned(ctx, c.micro(), c.micro()+lease.Microseconds())
		if err == nil && row != nil {
			if err = c.resume(ctx, row); err == nil {
				continue // there may be more
			}
		}
		if err == nil {
			err = c.store.Prune(ctx, c.micro(), c.micro()-keptFor.Microseconds())
		}
		if err != nil && ctx.Err() == nil {
			c.log.Error("what was left behind was not taken up", "cause", err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// resume finishes a push that another process has left; what a citizen said is received once, by its key.
func (c *Channel) resume(ctx context.Context, row *Inbox) error {
	a := c.account(row.Account)
	if a == nil {
		return fmt.Errorf("WeChat account %q is not configured any more", row.Account)
	}
	p := &push{}
	if err := c.unseal(row.Body, "push:"+row.Push, p); err != nil {
		return err
	}
	_, err := c.finish(ctx, a, p, row)
	c.signal.all()
	return err
}
