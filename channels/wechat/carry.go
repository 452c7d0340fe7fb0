package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"time"

	"bangban/conversation/message"
	"bangban/kernel/fault"
)

const (
	// pictures is where the platform keeps QR pictures.
	pictures = "https://mp.weixin.qq.com"
	// CarryFor is how long a picture may be scanned that takes a talk to WeChat.
	CarryFor = 10 * time.Minute
	// maxPicture bounds a QR picture; real ones have some 30 KB.
	maxPicture = 256 << 10
)

// Carry is a code by which a portal's talk goes on in WeChat, as it is kept.
type Carry struct {
	Conversation, Account string
	Hash                  []byte
	Ends                  int64
}

// Picture makes a QR picture for a talk: whoever scans it first, within CarryFor, takes the talk to WeChat. A picture that was made before for
// the same talk is good no more. Errors: wechat.no_picture (Unavailable) while the platform gives none.
func (c *Channel) Picture(ctx context.Context, conversation string) (picture []byte, kind string, err error) {
	if len(c.accounts) == 0 {
		return nil, "", fault.New(fault.Unavailable, "wechat.no_picture")
	}
	a := c.accounts[0]
	raw, err := random(18)
	if err != nil {
		return nil, "", err
	}
	code := base64.RawURLEncoding.EncodeToString(raw)
	var got struct {
		Ticket string `json:"ticket"`
	}
	body := map[string]any{"expire_seconds": int(CarryFor.Seconds()), "action_name": "QR_STR_SCENE",
		"action_info": map[string]any{"scene": map[string]any{"scene_str": "talk:" + code}}}
	if err := a.api.call(ctx, "/cgi-bin/qrcode/create", nil, body, &got); err != nil {
		return nil, "", c.noPicture(a, err)
	}
	if picture, err = newAPI(Account{APIBase: a.host(pictures)}, a.api.client, c.now).fetch(ctx, "/cgi-bin/showqrcode", url.Values{"ticket": {got.Ticket}}, nil); err != nil {
		return nil, "", c.noPicture(a, err)
	}
	kind = http.DetectContentType(picture)
	if len(picture) > maxPicture || kind != "image/jpeg" && kind != "image/png" {
		return nil, "", c.noPicture(a, errUncertain{errors.New("no picture")})
	}
	return picture, kind, c.store.SaveCarry(ctx, Carry{Conversation: conversation, Account: a.Name, Hash: c.carryHash(code), Ends: c.now().Add(CarryFor).UnixMicro()})
}

func (c *Channel) noPicture(a *account, cause error) error {
	if badSettings(Code(cause)) {
		c.log.Error("the platform refuses the account: an operator must look", "account", a.Name, "code", Code(cause))
	}
	return fault.Wrap(fault.Unavailable, "wechat.no_picture", cause)
}

func (c *Channel) carryHash(code string) []byte {
	sum := sha256.Sum256(append([]byte("carry\x00"+code+"\x00"), c.secret...))
	return sum[:]
}

// carried is a picture that takes a portal's talk here.
func (c *Channel) carried(ctx context.Context, a *account, f *Follower, code string) (*said, error) {
	if c.doors == nil {
		return c.welcome(a), nil
	}
	talk, err := c.store.UseCarry(ctx, a.Name, c.carryHash(code), f.Key, c.micro())
	if err != nil {
		return nil, err
	}
	if talk == "" {
		return &said{Text: c.words("wechat.carry_over")}, nil
	}
	where, err := c.doors.Move(ctx, talk, message.WeChat, thread(a.Name, f.Key), f.Citizen)
	var refusal *fault.Error
	if errors.As(err, &refusal) && refusal.Kind == fault.Conflict {
		switch refusal.Key {
		case "talk.thread_busy":
			return &said{Text: c.words("wechat.carry_busy")}, nil
		case "talk.other_citizen":
			return &said{Text: c.words("wechat.carry_other")}, nil
		case "talk.over":
			return &said{Text: c.words("wechat.carry_over")}, nil
		}
	}
	if err != nil {
		return nil, err
	}
	return &said{Text: joined(where, c.link(a, "/chat", "看前面的对话")), Conversation: talk}, nil
}
