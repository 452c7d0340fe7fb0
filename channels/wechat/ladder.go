package wechat

import (
	"context"

	"bangban/channels"
)

// Notice is a template for news outside of the window (订阅通知、模板消息), as the console shows it. The first that fits is used.
type Notice struct {
	// Kind is subscription or template.
	Kind string `yaml:"kind"`
	ID   string `yaml:"id"`
	// Fields are the template's fields by name: literal words with {time}, {matter} or {from} filled in.
	Fields map[string]string `yaml:"fields"`
	// Long says that one consent lasts (长期订阅); without it a consent is good for one notice.
	Long bool `yaml:"long"`
}

// ladder is the way of a message when no window is open: a notice that the follower has agreed to, a template message, the link by SMS, else
// the agent must call. The message itself stays in the talk, where the link leads.
func (c *Channel) ladder(ctx context.Context, a *account, f *Follower, row *Outbox, s *said) error {
	row.State, row.Reason, row.Fallback = Failed, "window", "call_back"
	if err := c.store.Put(ctx, row, false, false); err != nil {
		return err
	}
	return c.tell(ctx, row, channels.Delivery{State: channels.Failed, Reason: row.Reason, Fallback: row.Fallback})
}
