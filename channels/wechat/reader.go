package wechat

import (
	"context"
	"time"

	"bangban/conversation/message"
	"bangban/kernel/event"
)

const readPage = 512

// read follows the event log and queues the turns of people and of the house that WeChat's followers are to be sent. Where it stands is kept
// with what it queued, so that nothing is missed or queued twice, on any number of nodes.
func (c *Channel) read(ctx context.Context) {
	at := place{-1, -1}
	for ctx.Err() == nil {
		more, err := c.readOn(ctx, &at)
		if err != nil && ctx.Err() == nil {
			c.log.Error("event log not read for WeChat", "cause", err)
			at = place{-1, -1}
		}
		if more && err == nil {
			continue
		}
		c.pause(ctx, c.moved, time.Second)
	}
}

// place is where the reading stands, and up to where that is kept.
type place struct{ at, kept int64 }

// keepEvery is how many events may be read again after a restart.
const keepEvery = 256

// readOn reads one page of the log; more says that there may be another. Every node reads: a turn that another has queued is not queued again.
func (c *Channel) readOn(ctx context.Context, p *place) (more bool, err error) {
	if p.at < 0 {
		head, err := c.events.Head(ctx)
		if err != nil {
			return false, err
		}
		if p.kept, err = c.store.Cursor(ctx, head); err != nil {
			return false, err
		}
		p.at = p.kept
	}
	list, err := c.events.Events(ctx, p.at, readPage)
	if err != nil || len(list) == 0 {
		return false, err
	}
	var rows []Outbox
	for _, e := range list {
		found, err := c.found(ctx, e)
		if err != nil {
			return false, err
		}
		rows = append(rows, found...)
	}
	p.at = list[len(list)-1].Seq
	if len(rows) > 0 || p.at-p.kept >= keepEvery {
		if err := c.store.Advance(ctx, p.at, rows); err != nil {
			return false, err
		}
		p.kept = p.at
	}
	if len(rows) > 0 {
		c.signal.all()
	}
	return len(list) == readPage, nil
}

// found is what one event asks to be sent.
func (c *Channel) found(ctx context.Context, e event.Event) ([]Outbox, error) {
	out, err := c.talks.Outgoing(ctx, e)
	if err != nil || out == nil || out.Channel != message.WeChat {
		return nil, err
	}
	name, key, ok := unthread(out.Thread)
	a := c.account(name)
	if !ok || a == nil {
		return nil, nil
	}
	list := c.parts(a, out.Conversation, out.Turn, out)
	rows, err := c.rows(name, key, list)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		rows[i].Options = list[i].Options
	}
	return rows, nil
}
