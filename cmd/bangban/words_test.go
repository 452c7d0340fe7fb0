package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"bangban/kernel/fault"
)

var named = regexp.MustCompile(`fault\.(?:New|Wrap)\([^,()]+, "([a-z_.]+)"|\bKey: "([a-z_.]+\.[a-z_.]+)"`)

// What a command can run into is said with what to do; a bare key helps nobody.
func TestEveryFaultOfACommandHasItsAdvice(t *testing.T) {
	elsewhere := map[string]bool{"conversation.not_found": true, "conversation.moved_on": true, "turn.not_found": true, // no command holds a talk,
		"seat.moved_on": true, "handover.not_found": true, "promise.not_found": true, "promise.ended": true} // sits at a desk or has been promised anything
	for _, folder := range []string{".", "store", "knowledge", "knowledge/index", "answer"} {
		files, err := filepath.Glob(filepath.Join("../..", folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(folder, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range named.FindAllStringSubmatch(string(text), -1) {
				if key := m[1] + m[2]; advice[key] == "" && !elsewhere[key] {
					t.Errorf("%s: no advice for %s", name, key)
				}
			}
		}
	}
}

func TestCommandsSayWhatToDo(t *testing.T) {
	empty, wrong, broken := t.TempDir(), t.TempDir(), t.TempDir()
	for path, text := range map[string]string{filepath.Join(empty, "bangban.db"): "", filepath.Join(wrong, "bangban.yaml"): "log-level: loud\n",
		filepath.Join(broken, "bangban.db"): strings.Repeat("no database", 1000)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"region", []string{"ask", "--data", t.TempDir(), "--region", "火星", "你好"}, 1, "--region 萧山"},
		{"database not ready", []string{"ask", "--data", empty, "你好"}, 1, "bangban serve"},
		{"database damaged", []string{"ask", "--data", broken, "你好"}, 1, "备份"},
		{"wrong level", []string{"version", "--data", wrong}, 2, "--log-level"},
		{"wrong limit", []string{"version", "--data", empty, "--rate-limit", "60,30x"}, 2, "--rate-limit"},
		{"wrong address", []string{"version", "--data", empty, "--public-url", "zwfw"}, 2, "--public-url"},
		{"wrong site", []string{"version", "--data", empty, "--embed-sites", "https://a.cn/x"}, 2, "--embed-sites"},
		{"no such command", []string{"sing"}, 2, "bangban --help"},
	} {
		t.Run(s.name, func(t *testing.T) {
			if status, said := command(t, s.args...); status != s.status || !strings.Contains(said, s.want) {
				t.Errorf("got %d, %q; want %d, %q", status, said, s.status, s.want)
			}
		})
	}
}

func TestWordsKeepTheCause(t *testing.T) {
	cause := fault.Wrap(fault.Unavailable, "store.away", os.ErrPermission)
	if got := words(cause, ""); !strings.Contains(got, "连不上数据库") || !strings.Contains(got, os.ErrPermission.Error()) {
		t.Error(got)
	}
	if got := words(os.ErrPermission, ""); got != os.ErrPermission.Error() {
		t.Error(got)
	}
}
