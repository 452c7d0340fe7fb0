package simulator

import (
	"encoding/json"
	"slices"
	"strings"
)

// Button is one of the account's menu, as it was sent. It is the platform's form, read back by /cgi-bin/menu/get.
type Button struct {
	Type    string   `json:"type,omitempty"`
	Name    string   `json:"name"`
	Key     string   `json:"key,omitempty"`
	URL     string   `json:"url,omitempty"`
	Media   string   `json:"media_id,omitempty"`
	Article string   `json:"article_id,omitempty"`
	AppID   string   `json:"appid,omitempty"`
	Page    string   `json:"pagepath,omitempty"`
	Sub     []Button `json:"sub_button"`
}

// keyed are the types that carry a key.
var keyed = []string{"click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select"}

// level are the limits and codes of the first and the second level.
type level struct {
	buttons, name                                    int
	count, kind, nameSize, keySize, urlSize, urlForm errcode
}

var (
	top   = level{3, 16, 40016, 40017, 40018, 40019, 40020, 40055}
	below = level{5, 60, 40023, 40024, 40025, 40026, 40027, 40054}
)

const (
	maxKey = 128
	maxURL = 1024
)

func (s *Simulator) menuCreate(r *request) (any, errcode) {
	var in struct {
		Buttons []Button `json:"button"`
	}
	if e := r.decode(&in); e != 0 {
		return nil, e
	}
	if e := checkButtons(in.Buttons, top); e != 0 {
		return nil, e
	}
	s.menu, s.hasMenu = in.Buttons, true
	s.note()
	return nil, 0
}

func checkButtons(all []Button, l level) errcode {
	if len(all) == 0 || len(all) > l.buttons {
		return l.count
	}
	for _, b := range all {
		if b.Name == "" || len(b.Name) > l.name {
			return l.nameSize
		}
		if len(b.Sub) > 0 {
			if l == below {
				return l.kind // a third level
			}
			if e := checkButtons(b.Sub, below); e != 0 {
				return e
			}
			continue
		}
		if e := checkButton(b, l); e != 0 {
			return e
		}
	}
	return 0
}

func checkButton(b Button, l level) errcode {
	switch {
	case slices.Contains(keyed, b.Type):
		if b.Key == "" || len(b.Key) > maxKey {
			return l.keySize
		}
	case b.Type == "view" || b.Type == "miniprogram":
		if b.URL == "" || len(b.URL) > maxURL {
			return l.urlSize
		}
		if !strings.HasPrefix(b.URL, "http://") && !strings.HasPrefix(b.URL, "https://") {
			return l.urlForm
		}
		if b.Type == "miniprogram" && (b.AppID == "" || b.Page == "") {
			return l.kind
		}
	case b.Type == "media_id" || b.Type == "view_limited":
		if b.Media == "" {
			return 40007
		}
	case b.Type == "article_id" || b.Type == "article_view_limited":
		if b.Article == "" {
			return l.kind
		}
	default:
		return l.kind
	}
	return 0
}

func (s *Simulator) menuGet(*request) (any, errcode) {
	if !s.hasMenu {
		return nil, 46003
	}
	return map[string]any{"menu": map[string]any{"button": fill(s.menu)}}, 0
}

// fill gives every button its list of buttons below, empty ones too, as the platform writes them.
func fill(all []Button) []Button {
	out := slices.Clone(all)
	for i := range out {
		out[i].Sub = fill(out[i].Sub)
	}
	if out == nil {
		return []Button{}
	}
	return out
}

func (s *Simulator) menuDelete(*request) (any, errcode) {
	s.menu, s.hasMenu = nil, false
	s.note()
	return nil, 0
}

// Menu is the account's menu as it was last created, nil without one.
func (s *Simulator) Menu() []Button {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Button
	raw, _ := json.Marshal(s.menu) // a deep copy
	_ = json.Unmarshal(raw, &out)
	return out
}

// button finds a key in the menu; the caller holds mu.
func (s *Simulator) button(key string) (Button, bool) {
	for _, b := range s.menu {
		if b.Key == key {
			return b, true
		}
		for _, c := range b.Sub {
			if c.Key == key {
				return c, true
			}
		}
	}
	return Button{}, false
}
