package wechat

import (
	"context"
	"strings"
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
