package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"bangban/channels"
	"bangban/conversation/message"
	"bangban/kernel/fault"
)

// words are what a push comes to for the talk.
type words struct {
	text, value, region string
	file                *message.File
}

// digest is a key of the same push, in which no openid can be read.
func (c *Channel) digest(s string) string {
	sum := sha256.Sum256(append([]byte(s), c.secret...))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// answer says what the follower is told, empty for nothing.
func (c *Channel) answer(ctx context.Context, a *account, f *Follower, p *push) (*said, error) {
	switch p.Kind {
	case "text":
		return c.text(ctx, a, f, p)
	case "voice":
		return c.spoken(ctx, a, f, p)
	case "image":
		return c.pictured(ctx, a, f, p)
	case "file":
		return &said{Text: joined(c.words("wechat.file"), c.link(a, talkPath, "在网页上发文件"))}, nil
	case "location":
		return c.place(ctx, a, f, p)
	case "link":
		return &said{Text: c.words("wechat.link")}, nil
	case "event":
		return c.event(ctx, a, f, p)
	}
	return &said{Text: c.words("wechat.kind")}, nil
}

func (c *Channel) text(ctx context.Context, a *account, f *Follower, p *push) (*said, error) {
	text := strings.TrimSpace(p.Content)
	if text == "" {
		return &said{Text: c.words("wechat.empty")}, nil
	}
	if s, err := c.binding(ctx, a, f, text); s != nil || err != nil {
		return s, err
	}
	w := words{text: text}
	if o, ok := chosen(f.Options, p.Choice, text); ok {
		w.value = o.Value
	}
	return c.ask(ctx, a, f, p, w)
}

// chosen finds the choice that was tapped: by its number, on phones that do not send it by its words.
func chosen(options []Option, id, text string) (Option, bool) {
	for _, same := range []func(Option) bool{func(o Option) bool { return o.ID == id && o.Label == text }, func(o Option) bool { return id != "" && o.ID == id },
		func(o Option) bool { return o.Label == text }} {
		for i := len(options) - 1; i >= 0; i-- {
			if same(options[i]) {
				return options[i], true
			}
		}
	}
	return Option{}, false
}

// ask takes words to the talk and puts its reply into WeChat's means.
func (c *Channel) ask(ctx context.Context, a *account, f *Follower, p *push, w words) (*said, error) {
	in := message.Inbound{Trusted: true, Channel: message.WeChat, Thread: thread(f.Account, f.Key), Text: w.text, Value: w.value, Region: w.region, File: w.file,
		Key: c.digest(p.key()), Citizen: f.Citizen}
	r, err := c.talks.Receive(ctx, in)
	if w.file != nil && err != nil {
		if s := c.unfit(err); s != nil {
			return s, nil
		}
	}
	if fault.Is(err, fault.TooLarge) {
		return &said{Text: c.words("wechat.too_long")}, nil
	}
	if fault.Is(err, fault.Invalid) {
		return &said{Text: c.words("wechat.empty")}, nil
	}
	if err != nil {
		return nil, err
	}
	s := c.render(a, offered(r.Reply))
	s.Conversation = r.ConversationID
	if r.Kept && r.Reply.TurnID != "" && (r.Reply.Kind == message.Relayed) {
		// The house's own turn: it is on its way with this reply.
		if err := c.talks.Delivered(ctx, r.ConversationID, r.Reply.TurnID, channels.Delivery{State: channels.Sent}); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// place asks where near a place on the map things are done. The place itself is not kept.
func (c *Channel) place(ctx context.Context, a *account, f *Follower, p *push) (*said, error) {
	code, name := c.region(p.Place)
	if code == "" {
		return &said{Text: c.words("wechat.place_unknown")}, nil
	}
	return c.ask(ctx, a, f, p, words{text: strings.ReplaceAll(c.words("wechat.place"), "{region}", name), region: code})
}
