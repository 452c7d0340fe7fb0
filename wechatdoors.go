package bangban

import (
	"context"

	"bangban/channels"
	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/kernel/fault"
	"bangban/server/citizen"
)

func (t wechatTalks) Enter(ctx context.Context, channel message.Channel, thread string, have channels.Proof) (channels.Proof, bool, error) {
	id, token, err := t.c.Conversation.Reissue(ctx, channel, thread, have.ID, have.Token)
	if fault.Is(err, fault.NotFound) {
		return channels.Proof{}, false, nil
	}
	return channels.Proof{ID: id, Token: token}, err == nil, err
}

func (t wechatTalks) Move(ctx context.Context, id string, channel message.Channel, thread, citizen string) (string, error) {
	talk, err := t.c.Conversation.Move(ctx, conversation.ID(id), channel, thread, citizen)
	if err != nil {
		return "", err
	}
	return t.c.Conversation.Where(talk), nil
}

func (t wechatTalks) Unknow(ctx context.Context, channel message.Channel, thread string) error {
	return t.c.Conversation.Unknow(ctx, channel, thread)
}

// followers are the citizens' pages about WeChat, nil when no account is configured. Whoever calls has proved to own the talk.
func (c *City) followers() citizen.Followers {
	if c.WeChat == nil {
		return nil
	}
	return wechatFollowers{c}
}

type wechatFollowers struct{ c *City }

// thread is a talk's in WeChat, "" for a talk on another channel.
func (f wechatFollowers) thread(ctx context.Context, id string) (string, error) {
	talk, err := f.c.Conversation.Load(ctx, conversation.ID(id))
	if err != nil || talk.Channel != message.WeChat {
		return "", err
	}
	return talk.Thread, nil
}

func (f wechatFollowers) Bound(ctx context.Context, id string) (string, error) {
	thread, err := f.thread(ctx, id)
	if err != nil || thread == "" {
		return "", err
	}
	key, err := f.c.WeChat.Bound(ctx, thread)
	if err != nil || key == "" {
		return "", err
	}
	phone, err := f.c.Citizens.Phone(ctx, key)
	return phone.Masked(), err
}

func (f wechatFollowers) Bind(ctx context.Context, id, citizen string) error {
	thread, err := f.thread(ctx, id)
	if err != nil || thread == "" {
		return err
	}
	return f.c.WeChat.Bind(ctx, thread, citizen)
}

func (f wechatFollowers) Unbind(ctx context.Context, id string) error {
	thread, err := f.thread(ctx, id)
	if err != nil || thread == "" {
		return err
	}
	return f.c.WeChat.Unbind(ctx, thread)
}

func (f wechatFollowers) Picture(ctx context.Context, id string) ([]byte, string, error) {
	return f.c.WeChat.Picture(ctx, id)
}
