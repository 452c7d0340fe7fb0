package simulator

import (
	"slices"
	"strings"
	"time"
)

// maxText is the length of a text in bytes of UTF-8.
const maxText = 2048

type article struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	Picture     string `json:"picurl"`
}

// customMessage is the body of /cgi-bin/message/custom/send.
type customMessage struct {
	To   string `json:"touser"`
	Kind string `json:"msgtype"`
	Text struct {
		Content string `json:"content"`
	} `json:"text"`
	Image, Voice struct {
		Media string `json:"media_id"`
	}
	Video struct {
		Media string `json:"media_id"`
		Thumb string `json:"thumb_media_id"`
		Title string `json:"title"`
	} `json:"video"`
	Music struct {
		Title string `json:"title"`
		URL   string `json:"musicurl"`
		Thumb string `json:"thumb_media_id"`
	} `json:"music"`
	News struct {
		Articles []article `json:"articles"`
	} `json:"news"`
	Menu struct {
		Head string `json:"head_content"`
		List []struct {
			ID      loose  `json:"id"`
			Content string `json:"content"`
		} `json:"list"`
		Tail string `json:"tail_content"`
	} `json:"msgmenu"`
	Page struct {
		Title string `json:"title"`
		AppID string `json:"appid"`
		Path  string `json:"pagepath"`
		Thumb string `json:"thumb_media_id"`
	} `json:"miniprogrampage"`
	Staff *struct {
		Account string `json:"kf_account"`
	} `json:"customservice"`
	AI *struct {
		Is int `json:"is_ai_msg"`
	} `json:"aimsgcontext"`
}

// customSend checks shape first, then person, then window: a message that is refused for its shape costs nothing.
func (s *Simulator) customSend(r *request) (any, errcode) {
	var m customMessage
	if e := r.decode(&m); e != 0 {
		return nil, e
	}
	if m.To == "" {
		return nil, 40003
	}
	seen, e := s.content(&m, r.now)
	if e != 0 {
		return nil, e
	}
	if m.Staff != nil {
		if len(s.a.Staff) > 0 && !slices.Contains(s.a.Staff, m.Staff.Account) {
			return nil, 65401
		}
		seen.Staff = m.Staff.Account
	}
	seen.AI = m.AI != nil && m.AI.Is == 1
	p, e := s.known(m.To)
	if e != 0 {
		return nil, e
	}
	if !p.follows {
		return nil, 45015 // "response out of time limit or subscription is canceled"
	}
	if e := p.windows.spend(r.now); e != 0 {
		return nil, e
	}
	s.show(p, seen)
	return nil, 0
}

// content is what a message looks like on the phone.
func (s *Simulator) content(m *customMessage, now time.Time) (Shown, errcode) {
	seen := Shown{Way: Custom, Kind: m.Kind}
	switch m.Kind {
	case "text":
		seen.Text = m.Text.Content
		return seen, textCode(m.Text.Content)
	case "image":
		seen.Media = m.Image.Media
		return seen, s.mediaCode(m.Image.Media, "image", now)
	case "voice":
		seen.Media = m.Voice.Media
		return seen, s.mediaCode(m.Voice.Media, "voice", now)
	case "video":
		seen.Media, seen.Text = m.Video.Media, m.Video.Title
		return seen, s.mediaCode(m.Video.Media, "video", now)
	case "music":
		seen.Text, seen.Link = m.Music.Title, m.Music.URL
		return seen, s.mediaCode(m.Music.Thumb, "thumb", now)
	case "miniprogrampage":
		seen.Text, seen.Link = m.Page.Title, m.Page.Path
		return seen, s.mediaCode(m.Page.Thumb, "thumb", now)
	case "news":
		if len(m.News.Articles) == 0 {
			return seen, 44004
		}
		if len(m.News.Articles) > 1 {
			return seen, 45008
		}
		for _, a := range m.News.Articles {
			seen.Articles = append(seen.Articles, Article(a))
		}
		return seen, 0
	case "msgmenu":
		return s.menuContent(m, seen)
	}
	return seen, 40008
}

// menuContent checks a msgmenu. The length of the whole is held to that of a text; the documents give none.
func (s *Simulator) menuContent(m *customMessage, seen Shown) (Shown, errcode) {
	if s.a.Unverified {
		return seen, 40200
	}
	lines := []string{m.Menu.Head}
	for _, c := range m.Menu.List {
		if c.ID == "" || strings.TrimSpace(c.Content) == "" {
			return seen, 47001
		}
		seen.Choices = append(seen.Choices, Choice{string(c.ID), c.Content})
		lines = append(lines, c.Content)
	}
	if len(m.Menu.List) == 0 {
		return seen, 47001
	}
	if m.Menu.Tail != "" {
		lines = append(lines, m.Menu.Tail)
	}
	seen.Text = strings.Join(lines, "\n")
	return seen, textCode(seen.Text)
}

func textCode(text string) errcode {
	switch {
	case text == "":
		return 44004
	case len(text) > maxText:
		return 45002
	}
	return 0
}

const (
	typingLasts  = 15 * time.Second
	typingWithin = 30 * time.Second
)

func (s *Simulator) typing(r *request) (any, errcode) {
	var in struct {
		To      string `json:"touser"`
		Command string `json:"command"`
	}
	if e := r.decode(&in); e != 0 {
		return nil, e
	}
	p, e := s.known(in.To)
	switch {
	case in.Command != "Typing" && in.Command != "CancelTyping":
		return nil, 45072
	case e != 0:
		return nil, e
	case !p.follows || p.acted.IsZero() || r.now.Sub(p.acted) > typingWithin:
		return nil, 45080
	case in.Command == "CancelTyping":
		p.typing = time.Time{}
	case r.now.Before(p.typing):
		return nil, 45081
	default:
		p.typing = r.now.Add(typingLasts)
	}
	s.note()
	return nil, 0
}
