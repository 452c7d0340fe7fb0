package simulator

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

// passive is a passive reply as the product writes it.
type passive struct {
	XMLName xml.Name `xml:"xml"`
	To      string   `xml:"ToUserName"`
	From    string   `xml:"FromUserName"`
	Created string   `xml:"CreateTime"`
	Kind    string   `xml:"MsgType"`
	Content string   `xml:"Content"`
	Image   struct{ MediaId string }
	Voice   struct{ MediaId string }
	Video   struct{ MediaId, Title, Description string }
	Music   struct{ Title, Description, MusicUrl, HQMusicUrl, ThumbMediaId string }
	Count   string `xml:"ArticleCount"`
	News    []struct {
		Title, Description, PicUrl, Url string
	} `xml:"Articles>item"`
}

// sealed is the outer form of an encrypted reply.
type sealed struct {
	XMLName   xml.Name `xml:"xml"`
	Encrypt   string
	Signature string `xml:"MsgSignature"`
	Stamp     string `xml:"TimeStamp"`
	Nonce     string
}

// readReply judges the answer to a push: nil for success and an empty body, else the passive reply, or why it is none.
func readReply(a Account, openid string, status int, body []byte) (*Shown, error) {
	if status != http.StatusOK {
		return nil, fmt.Errorf("HTTP status %d", status)
	}
	if len(body) == 0 || string(body) == "success" {
		return nil, nil
	}
	if !utf8.Valid(body) {
		return nil, errors.New("the reply is not UTF-8")
	}
	var outer sealed
	if err := whole(body, &outer); err != nil {
		return nil, err
	}
	switch {
	case outer.Encrypt != "" && a.Mode == Plain:
		return nil, errors.New("an encrypted reply in plain mode")
	case outer.Encrypt == "" && a.Mode == Safe:
		return nil, errors.New("a plain reply in safe mode")
	case outer.Encrypt != "":
		if Sign(a.Token, outer.Stamp, outer.Nonce, outer.Encrypt) != outer.Signature {
			return nil, errors.New("the signature of the reply is wrong")
		}
		if _, err := strconv.ParseInt(outer.Stamp, 10, 64); err != nil {
			return nil, errors.New("the TimeStamp of the reply is no number")
		}
		opened, err := Decrypt(a.AESKey, a.AppID, outer.Encrypt)
		if err != nil {
			return nil, fmt.Errorf("the reply: %w", err)
		}
		body = opened
	}
	var p passive
	if err := whole(body, &p); err != nil {
		return nil, err
	}
	return p.shown(a, openid)
}

// whole reads one document and wants nothing after it.
func whole(body []byte, into any) error {
	d := xml.NewDecoder(strings.NewReader(string(body)))
	if err := d.Decode(into); err != nil {
		return errors.New("the reply is neither success nor XML of its form")
	}
	for {
		t, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if text, ok := t.(xml.CharData); err != nil || !ok || strings.TrimSpace(string(text)) != "" {
			return errors.New("the reply goes on after </xml>")
		}
	}
}

// shown checks the reply and is what the follower sees.
func (p *passive) shown(a Account, openid string) (*Shown, error) {
	switch {
	case p.To == a.Original || p.From == openid:
		return nil, errors.New("ToUserName and FromUserName are swapped")
	case p.To != openid:
		return nil, errors.New("the reply is for somebody else")
	case p.From != a.Original:
		return nil, errors.New("the reply is from another account")
	}
	if _, err := strconv.ParseInt(p.Created, 10, 64); err != nil {
		return nil, errors.New("CreateTime is no number")
	}
	s := &Shown{Way: Passive, Kind: p.Kind}
	switch p.Kind {
	case "text":
		s.Text, s.Choices = p.Content, links(p.Content)
		if e := textCode(p.Content); e != 0 {
			return nil, errors.New("the text is empty or too long")
		}
	case "image":
		s.Media = p.Image.MediaId
	case "voice":
		s.Media = p.Voice.MediaId
	case "video":
		s.Media, s.Text = p.Video.MediaId, p.Video.Title
	case "music":
		s.Media, s.Text, s.Link = p.Music.ThumbMediaId, p.Music.Title, p.Music.MusicUrl
	case "news":
		if len(p.News) != 1 || p.Count != "1" { // one article, and ArticleCount says so
			return nil, errors.New("news takes one article")
		}
		for _, n := range p.News {
			s.Articles = append(s.Articles, Article{n.Title, n.Description, n.Url, n.PicUrl})
		}
	case "transfer_customer_service":
	default:
		return nil, fmt.Errorf("a reply of kind %q", p.Kind)
	}
	return s, nil
}

// complete checks the media of a reply; the caller holds mu.
func (s *Simulator) complete(m *Shown) error {
	kind := m.Kind
	if kind == "music" {
		kind = "thumb"
	}
	switch m.Kind {
	case "image", "voice", "video", "music":
		if s.mediaCode(m.Media, kind, s.o.Now()) != 0 {
			return errors.New("the media of the reply is not there")
		}
	}
	return nil
}
