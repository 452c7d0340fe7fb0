package wechat_test

import (
	"net/http"
	"strings"
	"testing"

	"bangban/channels/wechat"
	"bangban/channels/wechat/simulator"
)

func consoleOf(w *world, change func(*wechat.Account)) *wechat.Console {
	a := wechat.Account{AppID: "wx0123456789abcdef", Secret: "secretsecretsecretsecret", Token: testToken, AESKey: testKey, Mode: wechat.Safe, APIBase: w.sim.URL()}
	if change != nil {
		change(&a)
	}
	return wechat.NewConsole(a, w.nodes[0].url, nil)
}

// The default menu is taken by the platform, is shown as it was pushed, and every button of it leads somewhere.
func TestTheDefaultMenuLeadsSomewhere(t *testing.T) {
	w := newWorld(t, setting{})
	console := consoleOf(w, nil)
	if list, same, err := console.Menu(t.Context()); err != nil || same || len(list) != 0 {
		t.Fatalf("before: %v %v %v", list, same, err)
	}
	if err := console.PushMenu(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list, same, err := console.Menu(t.Context()); err != nil || !same || len(list) != 17 {
		t.Fatalf("after: %d %v %v", len(list), same, err)
	}
	asks, pages := 0, 0
	for i, top := range w.sim.Menu() {
		if n := len([]rune(top.Name)); n > 4 {
			t.Errorf("%s: phones show four characters", top.Name)
		}
		for j, b := range top.Sub {
			if n := len([]rune(b.Name)); n > 7 {
				t.Errorf("%s: phones show seven characters", b.Name)
			}
			if b.Type == "view" {
				pages++
				res, err := http.Get(b.URL) //nolint:noctx // a short test
				if err != nil {
					t.Fatal(err)
				}
				_ = res.Body.Close()
				if res.StatusCode != http.StatusOK || strings.Contains(res.Request.URL.Path, "/wechat") {
					t.Errorf("%s: %d at %s", b.Name, res.StatusCode, res.Request.URL)
				}
				continue
			}
			asks++
			openid := "tapper" + string(rune('a'+i)) + string(rune('a'+j))
			w.sim.AddFollowers(openid)
			o := w.sim.Tap(openid, b.Key)
			if o.Ending != simulator.Replied || strings.Contains(o.Reply.Text, "没有把握") || strings.Contains(o.Reply.Text, "不敢乱答") {
				t.Errorf("%s: %s %+v", b.Name, o, o.Reply)
			}
		}
	}
	if asks == 0 || pages == 0 {
		t.Error(asks, pages)
	}
}

// What the platform would not take is refused before it is sent, in words that name the button; what it takes passes both.
func TestAMenuIsCheckedBeforeItIsSent(t *testing.T) {
	w := newWorld(t, setting{})
	b := func(name string) wechat.Button { return wechat.Button{Name: name, Ask: "转人工"} }
	many := func(n int) (list []wechat.Button) {
		for range n {
			list = append(list, b("问"))
		}
		return list
	}
	for _, c := range []struct {
		name string
		menu []wechat.Button
		want string // "" for a good one
	}{
		{"three at the top, five below", []wechat.Button{{Name: "办事", Buttons: many(5)}, b("二"), b("三")}, ""},
		{"longest name at the top", []wechat.Button{b("一二三四五a")}, ""},
		{"longest name below", []wechat.Button{{Name: "办事", Buttons: []wechat.Button{b(strings.Repeat("长", 20))}}}, ""},
		{"longest key", []wechat.Button{{Name: "问", Ask: strings.Repeat("a", 124)}}, ""},
		{"another site", []wechat.Button{{Name: "官网", Open: "https://www.example.gov.cn/a?b=c"}}, ""},
		{"longest address", []wechat.Button{{Name: "官网", Open: "https://www.example.gov.cn/" + strings.Repeat("a", 1024-27)}}, ""},
		{"four at the top", many(4), "4"},
		{"six below", []wechat.Button{{Name: "办事", Buttons: many(6)}}, "办事"},
		{"a third level", []wechat.Button{{Name: "办事", Buttons: []wechat.Button{{Name: "再下", Buttons: many(1)}}}}, "再下"},
		{"name too long at the top", []wechat.Button{b("一二三四五六")}, "一二三四五六"},
		{"name too long below", []wechat.Button{{Name: "办事", Buttons: []wechat.Button{b(strings.Repeat("长", 21))}}}, "长长长"},
		{"no name", []wechat.Button{b(" ")}, "no name"},
		{"a line break in the name", []wechat.Button{b("办\n事")}, "control"},
		{"nothing to do", []wechat.Button{{Name: "空"}}, "空"},
		{"two things to do", []wechat.Button{{Name: "双", Ask: "a", Open: "/"}}, "双"},
		{"key too long", []wechat.Button{{Name: "问", Ask: strings.Repeat("a", 125)}}, "问"},
		{"address too long", []wechat.Button{{Name: "官网", Open: "https://www.example.gov.cn/" + strings.Repeat("a", 1024-26)}}, "官网"},
		{"another scheme", []wechat.Button{{Name: "脚本", Open: "javascript:alert(1)"}}, "脚本"},
		{"no page", []wechat.Button{{Name: "外面", Open: "//evil.example"}}, "外面"},
		{"the callback", []wechat.Button{{Name: "回调", Open: "/wechat"}}, "回调"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(w.sim.Calls())
			err := consoleOf(w, func(a *wechat.Account) { a.Menu = c.menu }).PushMenu(t.Context())
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
			if n := len(w.sim.Calls()); n != before {
				t.Errorf("%d calls for a menu that is wrong", n-before)
			}
		})
	}
}
