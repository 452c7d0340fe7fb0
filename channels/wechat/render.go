package wechat

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"bangban/channels"
	"bangban/conversation/message"
)

const (
	// maxBytes is the longest text that the platform takes (45002 beyond it), in bytes of UTF-8.
	maxBytes = 2048
	// maxRunes is how much of an answer is read on a phone; the rest is behind the link.
	maxRunes = 600
	// maxParts is how many messages an agent's words may be sent in.
	maxParts = 4
)

// render puts a reply into WeChat's means: plain text that is cut at a sentence, choices as links that answer by themselves, the source,
// the number, and the way to the whole card.
func (c *Channel) render(a *account, r *message.Reply) *said {
	s := &said{Machine: r.Kind != message.Relayed && r.Kind != message.Handoff, Conversation: r.ConversationID, Turn: r.TurnID}
	foot := c.foot(a, r)
	choices := c.choices(r, s)
	room := maxBytes - len(foot) - len(choices) - 8
	text, whole := clip(printable(strings.TrimSpace(r.Text)), maxRunes, room)
	if !whole {
		text += "……"
	}
	s.Text = joined(text, choices, foot)
	return s
}

// foot are the lines under an answer: where it comes from, its number, and that a machine gave it.
func (c *Channel) foot(a *account, r *message.Reply) string {
	var lines []string
	if len(r.Citations) > 0 {
		cite := r.Citations[0]
		if cite.Issuer != "" && r.Kind == message.Answer {
			lines = append(lines, "来源："+cite.Issuer+"《"+cite.Title+"》")
		}
		if cite.URL != "" {
			lines = append(lines, c.link(a, cite.URL, "查看完整内容和依据"))
		}
	}
	if r.AnswerNo != "" {
		lines = append(lines, "智能客服答复 · 编号 "+r.AnswerNo)
	}
	return strings.Join(lines, "\n")
}

// link leads to a page of the portal as this follower.
func (c *Channel) link(a *account, path, label string) string {
	return `<a href="` + c.enter(a, path) + `">` + plainLabel(label) + `</a>`
}

// enter is the address by which a follower enters the portal at a path.
func (c *Channel) enter(a *account, path string) string { return entrance(c.site, a.Name, path) }

func entrance(site, account, path string) string {
	q := url.Values{"to": {path}}
	if account != "" {
		q.Set("account", account)
	}
	return site + "/wechat/enter?" + q.Encode()
}

// choices are a reply's options as links, and kept in s for the tap that comes back. Their numbers are digits, as the platform wants, and new
// with each question: of the time.
func (c *Channel) choices(r *message.Reply, s *said) string {
	first := c.now().UnixMilli() * 10
	options := r.Options
	if r.Resolution != "" {
		options = append(c.ratings(r.Resolution), options...)
	}
	var b strings.Builder
	for _, o := range options {
		id, label := fmt.Sprint(first+int64(len(s.Options))), plainLabel(o.Label)
		s.Options = append(s.Options, Option{id, label, o.Value})
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, `<a href="weixin://bizmsgmenu?msgmenucontent=%s&msgmenuid=%s">%s</a>`, label, id, label)
	}
	if b.Len() == 0 {
		return ""
	}
	return b.String() + "\n（点一下，或者直接打字）"
}

// ratings are the stars of a resolution as choices.
func (c *Channel) ratings(resolution string) []message.Option {
	var list []message.Option
	for _, stars := range []string{"5", "4", "3", "2", "1"} {
		if label := c.words("choice.rate_" + stars); label != "" {
			list = append(list, message.Option{Label: label, Value: "rate:" + stars + ":" + resolution})
		}
	}
	return append(list, message.Option{Label: c.words("choice.unsolved"), Value: "talk:unsolved"})
}

// plainLabel keeps what would end a link out of it.
func plainLabel(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '"', '<', '>', '&', '\n', '\r', '\t':
			return -1
		}
		return r
	}, s)
}

// joined puts the parts that are not empty one under the other.
func joined(parts ...string) string {
	var list []string
	for _, p := range parts {
		if p != "" {
			list = append(list, p)
		}
	}
	return strings.Join(list, "\n")
}

// clip cuts a text to so many characters and bytes, at the end of a sentence or a line if there is one in its second half.
func clip(s string, runes, bytes int) (head string, whole bool) {
	head, rest := split(s, runes, bytes)
	return strings.TrimSpace(head), rest == ""
}

// split cuts a text after at most so many characters and bytes: at the last end of a line or a sentence, else between characters.
func split(s string, runes, bytes int) (head, rest string) {
	end, count := 0, 0
	for i, r := range s {
		if count == runes || i+utf8.RuneLen(r) > bytes {
			break
		}
		count++
		end = i + utf8.RuneLen(r)
	}
	if end == len(s) {
		return s, ""
	}
	cut := 0
	for i, r := range s[:end] {
		if strings.ContainsRune("。！？；\n!?;", r) {
			cut = i + utf8.RuneLen(r)
		}
	}
	if cut < end/2 {
		cut = end
	}
	return s[:cut], s[cut:]
}

// parts are an outgoing turn as messages: a person's words whole, if it takes several.
func (c *Channel) parts(a *account, conversation, turn string, out *channels.Outgoing) []*said {
	if out.Reply != nil && out.By == "" {
		s := c.render(a, out.Reply)
		s.Conversation, s.Turn, s.Machine = conversation, turn, false
		return []*said{s}
	}
	if out.File != nil {
		return []*said{c.file(a, conversation, turn, out)}
	}
	text := printable(strings.TrimSpace(out.Text))
	if out.By != "" {
		text = out.By + "：\n" + text
	}
	var list []*said
	for text != "" && len(list) < maxParts {
		var head string
		head, text = split(text, maxBytes, maxBytes)
		if head = strings.TrimSpace(head); head != "" {
			list = append(list, &said{Text: head, Conversation: conversation, Turn: turn, By: out.By})
		}
	}
	return list
}
