package wechat

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"
)

// Console is what an operator does with one account from the command line: look whether its settings hold, see its menu, push it. It keeps nothing.
type Console struct {
	account Account
	site    string
	api     *api
}

// NewConsole makes one; links of the menu lead to the portal at site. A nil client is one with time limits.
func NewConsole(a Account, site string, client *http.Client) *Console {
	if client == nil {
		client = plainClient()
	}
	return &Console{account: a, site: strings.TrimSuffix(site, "/"), api: newAPI(a, client, time.Now)}
}

// Check fetches a token: the platform takes AppID and AppSecret, and calls from this machine.
func (c *Console) Check(ctx context.Context) error {
	_, err := c.api.accessToken(ctx)
	return err
}

// Entry is a line of a menu: a button, at the top or one below it, and what a tap does.
type Entry struct {
	Name string
	Sub  bool
	Does string
}

// Configured is the account's menu as it would be pushed.
func (c *Console) Configured() ([]Entry, error) {
	list, err := c.entries()
	return lines(list), err
}

func (c *Console) entries() ([]entry, error) {
	menu := c.account.menu()
	if err := checkMenu(menu); err != nil {
		return nil, err
	}
	return c.account.entries(menu, c.site)
}

// PushMenu gives the account its menu, after it was checked. Phones show it within five minutes.
func (c *Console) PushMenu(ctx context.Context) error {
	list, err := c.entries()
	if err != nil {
		return err
	}
	return c.api.call(ctx, "/cgi-bin/menu/create", nil, map[string]any{"button": list}, nil)
}

// noMenu is the platform's code for an account without a menu.
const noMenu = 46003

// Menu is the menu that the account has on the platform, empty for none, and whether it is the configured one.
func (c *Console) Menu(ctx context.Context) (list []Entry, same bool, err error) {
	want, err := c.entries()
	if err != nil {
		return nil, false, err
	}
	var got struct {
		Menu struct {
			Button []entry `json:"button"`
		} `json:"menu"`
	}
	err = c.api.call(ctx, "/cgi-bin/menu/get", nil, nil, &got)
	if Code(err) == noMenu {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	have := got.Menu.Button
	for i := range have {
		if len(have[i].Sub) == 0 {
			have[i].Sub = nil
		}
		for j := range have[i].Sub {
			have[i].Sub[j].Sub = nil // the platform writes empty lists
		}
	}
	return lines(have), reflect.DeepEqual(have, want), nil
}

// lines are a menu's buttons, one after the other.
func lines(list []entry) []Entry {
	var out []Entry
	for _, top := range list {
		out = append(out, Entry{Name: top.Name, Does: top.does()})
		for _, sub := range top.Sub {
			out = append(out, Entry{Name: sub.Name, Sub: true, Does: sub.does()})
		}
	}
	return out
}

// does says what a tap does.
func (e *entry) does() string {
	switch {
	case len(e.Sub) > 0:
		return ""
	case strings.HasPrefix(e.Key, askKey):
		return "问“" + strings.TrimPrefix(e.Key, askKey) + "”"
	case e.URL != "":
		return "打开 " + e.URL
	}
	return fmt.Sprintf("%s %s", e.Type, e.Key)
}
