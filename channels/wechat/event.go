package wechat

import (
	"context"
	"strings"
)

// event answers what a follower does beside writing. What needs no answer gets none: the platform's own reports, and kinds that are new.
func (c *Channel) event(ctx context.Context, a *account, f *Follower, p *push) (*said, error) {
	switch p.Event {
	case "subscribe":
		if scene, ok := strings.CutPrefix(p.EventKey, "qrscene_"); ok {
			return c.scanned(ctx, a, f, p, scene)
		}
		return c.welcome(a), nil
	case "SCAN":
		return c.scanned(ctx, a, f, p, p.EventKey)
	case "CLICK", "scancode_waitmsg", "location_select":
		return c.tapped(ctx, a, f, p)
	case "TEMPLATESENDJOBFINISH":
		return nil, c.reported(ctx, a, p.Report, p.Status == "success")
	case "subscribe_msg_sent_event":
		for _, s := range p.Sent {
			if err := c.reported(ctx, a, s.Report, s.Error == "0"); err != nil {
				return nil, err
			}
		}
		return nil, nil
	case "subscribe_msg_popup_event", "subscribe_msg_change_event":
		return nil, c.consented(ctx, a, f, p)
	case "unsubscribe":
		return nil, c.store.Forget(ctx, a.Name, f.Key)
	}
	return nil, nil
}

// welcome says what the account can do.
func (c *Channel) welcome(a *account) *said {
	return &said{Text: joined(c.words("wechat.welcome"), c.link(a, "/items", "办事指南"), c.link(a, "/progress", "查进度"))}
}

// tapped is an entry of the menu: the words behind its key are asked as if they were typed.
func (c *Channel) tapped(ctx context.Context, a *account, f *Follower, p *push) (*said, error) {
	if ask, ok := strings.CutPrefix(p.EventKey, askKey); ok && ask != "" {
		if s, err := c.binding(ctx, a, f, ask); s != nil || err != nil {
			return s, err
		}
		return c.ask(ctx, a, f, p, words{text: ask})
	}
	return c.welcome(a), nil
}

// askKey begins the key of a menu's entry that asks something.
const askKey = "ask:"

// scanned is a QR code of ours.
func (c *Channel) scanned(ctx context.Context, a *account, f *Follower, p *push, scene string) (*said, error) {
	kind, rest, _ := strings.Cut(scene, ":")
	switch {
	case kind == "guide" && rest != "":
		return c.ask(ctx, a, f, p, words{text: c.words("wechat.guide"), value: "entry:" + rest})
	case kind == "talk" && rest != "":
		return c.carried(ctx, a, f, rest)
	case kind == "place" && rest != "":
		return c.ask(ctx, a, f, p, words{text: c.words("wechat.here"), region: rest})
	}
	return c.welcome(a), nil
}
