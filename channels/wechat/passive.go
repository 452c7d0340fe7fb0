package wechat

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"github.com/silenceper/wechat/v2/util"
)

// Acknowledged is what the platform wants to hear when there is no passive reply.
const Acknowledged = "success"

// said is what a follower is told at one time: a text, or a card.
type said struct {
	Text string `json:"text,omitempty"`
	Card *card  `json:"card,omitempty"`
	// Picture says that it is the picture of its turn.
	Picture bool `json:"picture,omitempty"`
	// By is the person who said it, "" for the house.
	By string `json:"by,omitempty"`
	// Machine says that the machine made it, which its label must tell.
	Machine bool `json:"machine,omitempty"`
	// Conversation and Turn are what it is a part of; Turn is "" for what is no turn.
	Conversation string `json:"conversation,omitempty"`
	Turn         string `json:"turn,omitempty"`
	// Options are the choices in the text.
	Options []Option `json:"-"`
}

// card is one article (图文).
type card struct {
	Title string `json:"title"`
	Text  string `json:"text"`
	URL   string `json:"url"`
}

func (s *said) empty() bool { return s == nil || s.Text == "" && s.Card == nil && !s.Picture }

// passive writes the reply to a push.
func (a *account) passive(p *push, s *said, now int64) []byte {
	var b bytes.Buffer
	b.WriteString("<xml>")
	element(&b, "ToUserName", p.From)
	element(&b, "FromUserName", p.To)
	fmt.Fprintf(&b, "<CreateTime>%d</CreateTime>", now)
	if s.Card != nil {
		element(&b, "MsgType", "news")
		b.WriteString("<ArticleCount>1</ArticleCount><Articles><item>")
		element(&b, "Title", s.Card.Title)
		element(&b, "Description", s.Card.Text)
		element(&b, "PicUrl", "")
		element(&b, "Url", s.Card.URL)
		b.WriteString("</item></Articles>")
	} else {
		element(&b, "MsgType", "text")
		element(&b, "Content", s.Text)
	}
	b.WriteString("</xml>")
	return b.Bytes()
}

// element writes an element whose text stands in CDATA.
func element(b *bytes.Buffer, name, text string) {
	text = strings.ReplaceAll(printable(text), "]]>", "]]]]><![CDATA[>")
	fmt.Fprintf(b, "<%s><![CDATA[%s]]></%s>", name, text, name)
}

// printable drops what XML has no form for.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, s)
}

// sealReply encrypts a reply for the modes that want it.
func (a *account) sealReply(plain []byte, key string, now int64) ([]byte, error) {
	random, err := random(16 + 8)
	if err != nil {
		return nil, err
	}
	encrypted, err := util.EncryptMsg(random[:16], plain, a.AppID, key)
	if err != nil {
		return nil, fmt.Errorf("encrypt the reply: %w", err)
	}
	stamp, nonce := strconv.FormatInt(now, 10), fmt.Sprintf("%x", random[16:])
	out := struct {
		XMLName   xml.Name `xml:"xml"`
		Encrypt   string
		Signature string `xml:"MsgSignature"`
		Stamp     string `xml:"TimeStamp"`
		Nonce     string
	}{Encrypt: string(encrypted), Signature: util.Signature(a.Token, stamp, nonce, string(encrypted)), Stamp: stamp, Nonce: nonce}
	return xml.Marshal(out)
}
