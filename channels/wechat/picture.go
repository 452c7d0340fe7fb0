package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/url"

	"github.com/silenceper/wechat/v2/util"

	"bangban/channels"
	"bangban/conversation/message"
	"bangban/kernel/fault"
)

// pictured is a picture of a follower: taken into the talk as their turn, where a person can look at it. The machine does not.
func (c *Channel) pictured(ctx context.Context, a *account, f *Follower, p *push) (*said, error) {
	if p.Media == "" {
		return &said{Text: c.words("wechat.kind")}, nil
	}
	data, err := a.api.media(ctx, p.Media)
	if Uncertain(err) { // once more: the platform keeps it for three days, the follower does not wait that long
		data, err = a.api.media(ctx, p.Media)
	}
	if err != nil {
		c.log.Warn("picture not fetched", "push", c.digest(p.key()), "code", Code(err), "cause", err)
		return &said{Text: c.words("wechat.picture_later")}, nil
	}
	return c.ask(ctx, a, f, p, words{file: &message.File{Data: data}})
}

// unfit answers what a talk has said against a picture, nil for other errors.
func (c *Channel) unfit(err error) *said {
	var refusal *fault.Error
	switch {
	case !errors.As(err, &refusal):
		return nil
	case refusal.Key == "file.unscanned", refusal.Key == "file.off":
		return &said{Text: c.words("wechat.picture_later")}
	case refusal.Kind == fault.TooLarge:
		return &said{Text: c.words("wechat.picture_large")}
	case refusal.Kind == fault.Invalid:
		return &said{Text: c.words("wechat.picture_bad")}
	}
	return nil
}

// offered puts the ways on after a picture under the reply, as choices to tap.
func offered(r *message.Reply) *message.Reply {
	if r.Reason != message.FileKept || len(r.Options) > 0 {
		return r
	}
	with := *r
	for _, s := range r.Suggestions {
		with.Options = append(with.Options, message.Option{Label: s})
	}
	return &with
}

// file is a turn that is a file: a picture goes out as one, anything else as a link to the talk on the portal.
func (c *Channel) file(a *account, conversation, turn string, out *channels.Outgoing) *said {
	if out.File.Picture() && c.files != nil {
		return &said{Picture: true, Conversation: conversation, Turn: turn, By: out.By}
	}
	text := "发来了文件：" + printable(out.File.Name) + "\n" + c.link(a, talkPath, "打开看")
	if out.By != "" {
		text = out.By + text
	}
	return &said{Text: text, Conversation: conversation, Turn: turn, By: out.By}
}

// put makes the call of what is said; a picture is put on the platform before.
func (c *Channel) put(ctx context.Context, a *account, openid string, s *said) error {
	if !s.Picture {
		return a.say(ctx, openid, s)
	}
	f, err := c.files(ctx, s.Conversation, s.Turn)
	if err != nil {
		return err
	}
	id, err := a.api.upload(ctx, f)
	if err != nil {
		return err
	}
	return a.api.call(ctx, "/cgi-bin/message/custom/send", nil, map[string]any{"touser": openid, "msgtype": "image", "image": map[string]any{"media_id": id}}, nil)
}

// parcel is a call's body with a file in it.
type parcel struct {
	kind string
	data []byte
}

// upload puts a picture on the platform, for three days.
func (p *api) upload(ctx context.Context, f *channels.File) (id string, err error) {
	name := "picture.jpg" // its own name is nobody's business there
	if f.Kind == "image/png" {
		name = "picture.png"
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("media", name)
	if err != nil {
		return "", err
	}
	if _, err := part.Write(f.Data); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	var got struct {
		ID string `json:"media_id"`
	}
	if err := p.call(ctx, "/cgi-bin/media/upload", url.Values{"type": {"image"}}, parcel{w.FormDataContentType(), b.Bytes()}, &got); err != nil {
		return "", err
	}
	if got.ID == "" {
		return "", errUncertain{errors.New("no media_id in it")}
	}
	return got.ID, nil
}

// media downloads a file that a follower sent; the platform keeps it for three days.
func (p *api) media(ctx context.Context, id string) (raw []byte, err error) {
	err = p.withToken(ctx, url.Values{"media_id": {id}}, func(q url.Values) (err error) {
		if raw, err = p.fetch(ctx, "/cgi-bin/media/get", q, nil); err != nil || !json.Valid(raw) { // a file
			return err
		}
		return util.DecodeWithCommonError(raw, "media/get")
	})
	if err != nil {
		return nil, err
	}
	return raw, nil
}
