package wechat

import (
	"context"
	"slices"
	"strings"

	"bangban/conversation/message"
)

// What followers type to tie their account to a phone number, and to end that.
var (
	bindWords   = []string{"绑定手机", "绑定手机号", "手机绑定"}
	unbindWords = []string{"解除绑定", "解绑", "取消绑定", "解除手机绑定"}
)

// binding answers the words about binding, nil for others.
func (c *Channel) binding(ctx context.Context, a *account, f *Follower, text string) (*said, error) {
	if c.doors == nil {
		return nil, nil
	}
	text = strings.Trim(text, "。！!. ")
	switch {
	case slices.Contains(bindWords, text) && f.Citizen != "":
		return &said{Text: c.words("wechat.bound_already")}, nil
	case slices.Contains(bindWords, text):
		return &said{Text: joined(c.words("wechat.bind"), c.link(a, "/chat/phone", "绑定手机号"))}, nil
	case slices.Contains(unbindWords, text) && f.Citizen == "":
		return &said{Text: c.words("wechat.not_bound")}, nil
	case slices.Contains(unbindWords, text):
		if err := c.Unbind(ctx, thread(f.Account, f.Key)); err != nil {
			return nil, err
		}
		return &said{Text: c.words("wechat.unbound")}, nil
	}
	return nil, nil
}

// Bind ties the follower behind a thread to a citizen, with their consent (绑定): the follower's closed talks that were nobody's belong to the
// citizen from now on, as the coming ones will. The open talk is the caller's.
func (c *Channel) Bind(ctx context.Context, thread, citizen string) error {
	account, follower, _ := unthread(thread)
	return c.store.Bind(ctx, account, follower, thread, citizen, c.micro())
}

// Unbind ends that: the citizen is taken from the follower, and from every talk on the thread that got it so.
func (c *Channel) Unbind(ctx context.Context, thread string) error {
	account, follower, _ := unthread(thread)
	if err := c.doors.Unknow(ctx, message.WeChat, thread); err != nil {
		return err
	}
	return c.store.Unbind(ctx, account, follower, thread, c.micro())
}

// Bound is the citizen that the follower behind a thread is tied to, "" for nobody.
func (c *Channel) Bound(ctx context.Context, thread string) (string, error) {
	account, follower, _ := unthread(thread)
	f, err := c.store.Follower(ctx, account, follower)
	if err != nil {
		return "", err
	}
	return f.Citizen, nil
}
