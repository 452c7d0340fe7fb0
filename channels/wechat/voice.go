package wechat

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/silenceper/wechat/v2/util"
)

// maxHeard bounds the words of a recording that are shown again: what was misheard shows at their beginning.
const maxHeard = 60

// spoken is a voice message: the platform's own recognition when it still gives one, else ours, else a request to type.
func (c *Channel) spoken(ctx context.Context, a *account, f *Follower, p *push) (*said, error) {
	heard := strings.TrimSpace(p.Heard)
	if heard == "" && c.voice != nil && p.Media != "" {
		recording, err := a.api.media(ctx, p.Media)
		if err == nil {
			heard, err = c.voice(ctx, recording)
		}
		if err != nil {
			c.log.Warn("voice message not understood", "cause", err)
		}
	}
	if heard = strings.TrimSpace(heard); heard == "" {
		return &said{Text: c.words("wechat.voice")}, nil
	}
	s, err := c.ask(ctx, a, f, p, words{text: heard})
	if err != nil || s.empty() {
		return s, err
	}
	shown, whole := clip(heard, maxHeard, maxBytes)
	if !whole {
		shown += "…"
	}
	if line := "（我听到的是：" + shown + "）\n"; len(line)+len(s.Text) <= maxBytes {
		s.Text = line + s.Text
	}
	return s, nil
}

// media downloads a file that a follower sent; the platform keeps it for three days.
func (p *api) media(ctx context.Context, id string) ([]byte, error) {
	for again := false; ; again = true {
		token, err := p.accessToken(ctx)
		if err != nil {
			return nil, err
		}
		raw, err := p.fetch(ctx, "/cgi-bin/media/get", url.Values{"access_token": {token}, "media_id": {id}}, nil)
		if err != nil {
			return nil, err
		}
		if !json.Valid(raw) { // a file
			return raw, nil
		}
		if err = util.DecodeWithCommonError(raw, "media/get"); err == nil {
			return raw, nil
		}
		if !badToken(Code(err)) || again {
			return nil, err
		}
		p.drop(token)
	}
}
