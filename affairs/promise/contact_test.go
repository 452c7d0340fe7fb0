package promise

import (
	"strings"
	"testing"
)

func TestParsePhone(t *testing.T) {
	for typed, want := range map[string]string{
		"13800138000": "13800138000", " 138 0013 8000 ": "13800138000", "+86 138-0013-8000": "13800138000", "１３８００１３８０００": "13800138000",
		"0571-87654321": "057187654321", "（0571）87654321": "057187654321", "87654321": "87654321", "+86-13800138000": "13800138000",
	} {
		if got, ok := parsePhone(typed); !ok || got != want {
			t.Errorf("%q: %q, %t, want %q", typed, got, ok, want)
		}
	}
	for _, typed := range []string{"", "12345", "110", "1380013800", "138001380001", "my number", "13800138000a", "138\x00", strings.Repeat("1", 100)} {
		if got, ok := parsePhone(typed); ok {
			t.Errorf("%q was taken as %q", typed, got)
		}
	}
}

func FuzzParsePhone(f *testing.F) {
	f.Add("+86 138-0013-8000")
	f.Add("（0571）８７６５４３２１")
	f.Fuzz(func(t *testing.T, typed string) {
		got, ok := parsePhone(typed)
		if again, twice := parsePhone(got); ok && (!twice || again != got) {
			t.Errorf("%q gives %q, which gives %q", typed, got, again)
		}
	})
}
