package simulator

import (
	"fmt"
	"strings"
	"testing"
)

func TestMenuShapes(t *testing.T) {
	click := func(name, key string) string { return fmt.Sprintf(`{"type":"click","name":%q,"key":%q}`, name, key) }
	menu := func(buttons ...string) string { return `{"button":[` + strings.Join(buttons, ",") + `]}` }
	sub := func(buttons ...string) string {
		return `{"name":"办事","sub_button":[` + strings.Join(buttons, ",") + `]}`
	}
	view := func(url string) string { return fmt.Sprintf(`{"type":"view","name":"看","url":%q}`, url) }
	one := click("问", "k")
	long := strings.Repeat("x", 1100)
	for _, row := range []struct {
		name, body string
		want       int
	}{
		{"one", menu(one), 0},
		{"three of five", menu(sub(one, one, one, one, one), sub(one, one, one, one, one), sub(one, one, one, one, one)), 0},
		{"none", menu(), 40016},
		{"four", menu(one, one, one, one), 40016},
		{"six below", menu(sub(one, one, one, one, one, one)), 40023},
		{"a third level", menu(sub(sub(one))), 40024},
		{"name of 16 bytes", menu(click("办事大厅办a", "k")), 0},
		{"name of 17 bytes", menu(click("办事大厅办ab", "k")), 40018},
		{"no name", menu(click("", "k")), 40018},
		{"name below of 60 bytes", menu(sub(click(strings.Repeat("办", 20), "k"))), 0},
		{"name below of 61 bytes", menu(sub(click(strings.Repeat("办", 20)+"a", "k"))), 40025},
		{"key of 128", menu(click("问", long[:128])), 0},
		{"key of 129", menu(click("问", long[:129])), 40019},
		{"no key", menu(click("问", "")), 40019},
		{"key of 129 below", menu(sub(click("问", long[:129]))), 40026},
		{"url of 1024", menu(view("https://c/" + long[:1014])), 0},
		{"url of 1025", menu(view("https://c/" + long[:1015])), 40020},
		{"url of 1025 below", menu(sub(view("https://c/" + long[:1015]))), 40027},
		{"no web address", menu(view("ftp://c/")), 40055},
		{"no web address below", menu(sub(view("city"))), 40054},
		{"unknown type", menu(`{"type":"x","name":"问","key":"k"}`), 40017},
		{"no type", menu(`{"name":"问","key":"k"}`), 40017},
		{"mini program", menu(`{"type":"miniprogram","name":"问","url":"https://c/","appid":"wx","pagepath":"p"}`), 0},
		{"mini program without page", menu(`{"type":"miniprogram","name":"问","url":"https://c/"}`), 40017},
		{"broken", `{"button":`, 47001},
	} {
		r := newRig(t, testAccount(), Options{})
		if got := r.code("/cgi-bin/menu/create", row.body); got != row.want {
			t.Errorf("%s: %d, want %d", row.name, got, row.want)
		}
		if (r.Menu() != nil) != (row.want == 0) {
			t.Errorf("%s: the menu is %v", row.name, r.Menu())
		}
	}
}

func TestMenuGetAndDelete(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	if got := r.code("/cgi-bin/menu/get", nil); got != 46003 {
		t.Errorf("without a menu: %d, want 46003", got)
	}
	r.code("/cgi-bin/menu/create", `{"button":[{"type":"view","name":"看","url":"https://c/?a\u0026b"}]}`)
	got := fmt.Sprint(r.call("/cgi-bin/menu/get", nil))
	if want := `map[menu:map[button:[map[name:看 sub_button:[] type:view url:https://c/?a\u0026b]]]]`; got != want {
		t.Errorf("got %s, want %s: the escape stays as it was sent", got, want)
	}
	if got := r.code("/cgi-bin/menu/delete", nil); got != 0 || r.Menu() != nil {
		t.Errorf("delete: %d, %v", got, r.Menu())
	}
	if got := r.code("/cgi-bin/menu/get", nil); got != 46003 {
		t.Errorf("after deleting: %d, want 46003", got)
	}
}
