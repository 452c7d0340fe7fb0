package wechat

import (
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Button is an entry of the menu (自定义菜单): it has buttons below it, asks words as if the follower had typed them, or opens a page. A page is
// a path of the portal, opened as this follower, or the address of another site.
type Button struct {
	Name    string   `yaml:"name"`
	Ask     string   `yaml:"ask"`
	Open    string   `yaml:"open"`
	Buttons []Button `yaml:"buttons"`
}

// What the platform takes in a menu (docs/wechat.md, settings): buttons and bytes of a name, at the top and below it.
const (
	maxTop, maxBelow         = 3, 5
	maxTopName, maxBelowName = 16, 60
	maxKey, maxURL           = 128, 1024
)

//go:embed menu.yaml
var menuFile []byte

// DefaultMenu is the menu of an account that has none of its own.
var DefaultMenu = sync.OnceValue(func() []Button {
	var list []Button
	if err := yaml.Unmarshal(menuFile, &list); err != nil {
		panic("menu.yaml: " + err.Error()) // it is compiled in, and a test has read it
	}
	return list
})

// menu is the account's own, or the default.
func (a *Account) menu() []Button {
	if len(a.Menu) > 0 {
		return a.Menu
	}
	return DefaultMenu()
}

// checkMenu says what the platform would not take of a menu, in words for the operator.
func checkMenu(list []Button) error {
	if len(list) > maxTop {
		return fmt.Errorf("a menu of %d buttons: the platform takes %d", len(list), maxTop)
	}
	for _, b := range list {
		if len(b.Buttons) > maxBelow {
			return fmt.Errorf("%q has %d buttons: the platform takes %d", b.Name, len(b.Buttons), maxBelow)
		}
		if err := checkButton(b, maxTopName); err != nil {
			return err
		}
		for _, sub := range b.Buttons {
			if len(sub.Buttons) > 0 {
				return fmt.Errorf("%q: buttons have no buttons below them a second time", sub.Name)
			}
			if err := checkButton(sub, maxBelowName); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkButton(b Button, longest int) error {
	kinds := 0
	for _, has := range []bool{b.Ask != "", b.Open != "", len(b.Buttons) > 0} {
		if has {
			kinds++
		}
	}
	switch {
	case strings.TrimSpace(b.Name) == "" || printable(b.Name) != b.Name || strings.ContainsAny(b.Name, "\n\t"):
		return errors.New("a button has no name, or one with control characters")
	case len(b.Name) > longest:
		return fmt.Errorf("%q has %d bytes: the platform takes %d here, three for each Chinese character", b.Name, len(b.Name), longest)
	case kinds != 1:
		return fmt.Errorf("%q: give one of ask, open and buttons", b.Name)
	case len(askKey+b.Ask) > maxKey:
		return fmt.Errorf("%q asks %d characters: the platform takes %d bytes", b.Name, utf8.RuneCountInString(b.Ask), maxKey-len(askKey))
	case b.Open != "" && !strings.HasPrefix(b.Open, "/") && !another(b.Open):
		return fmt.Errorf("%q opens %q, which is neither a path such as /items nor an address such as https://www.example.gov.cn", b.Name, b.Open)
	case strings.HasPrefix(b.Open, "/") && b.Open != "/" && Local(b.Open) == "/":
		return fmt.Errorf("%q opens %q, which is no page of the portal", b.Name, b.Open)
	}
	return nil
}

// another is the address of another site.
func another(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}

// entry is a button in the platform's form.
type entry struct {
	Type string  `json:"type,omitempty"`
	Name string  `json:"name"`
	Key  string  `json:"key,omitempty"`
	URL  string  `json:"url,omitempty"`
	Sub  []entry `json:"sub_button,omitempty"`
}

// entries are a menu in the platform's form; its links lead into the portal at site.
func (a *Account) entries(list []Button, site string) ([]entry, error) {
	var out []entry
	for _, b := range list {
		e := entry{Name: b.Name}
		switch {
		case len(b.Buttons) > 0:
			sub, err := a.entries(b.Buttons, site)
			if err != nil {
				return nil, err
			}
			e.Sub = sub
		case b.Ask != "":
			e.Type, e.Key = "click", askKey+b.Ask
		case strings.HasPrefix(b.Open, "/"):
			e.Type, e.URL = "view", entrance(site, a.Name, b.Open)
		default:
			e.Type, e.URL = "view", b.Open
		}
		if len(e.URL) > maxURL {
			return nil, fmt.Errorf("%q opens an address of %d bytes: the platform takes %d", b.Name, len(e.URL), maxURL)
		}
		out = append(out, e)
	}
	return out, nil
}
