package wechat

import "context"

// typing shows a follower that their answer is being made, while it comes too late for a passive reply. The platform shows it for 15 s, once in
// that time (45081), and only soon after they did something (45080): what it refuses is of no consequence.
func (c *Channel) typing(a *account, openid string) {
	c.tasks.Go(func() {
		err := a.api.call(c.work, "/cgi-bin/message/custom/typing", nil, map[string]any{"touser": openid, "command": "Typing"}, nil)
		if code := Code(err); err != nil && code != 45080 && code != 45081 {
			c.log.Debug("typing not shown", "account", a.Name, "cause", err)
		}
	})
}

// deferred acknowledges a push whose answer comes later, and says whether it is still to come.
func (c *Channel) deferred(ctx context.Context, a *account, p *push, row *Inbox) (bool, error) {
	deferred, err := c.store.Defer(context.WithoutCancel(ctx), row.Seq)
	if err == nil && deferred && p.Kind != "event" {
		c.typing(a, p.From)
	}
	return deferred, err
}
