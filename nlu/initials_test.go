package nlu

import "testing"

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{"身份证": "sfz", "办理ETC（小客车）": "bletcxkc", "": "", "！": ""} {
		if got := Initials(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
