package answer

import (
	"testing"

	"bangban/conversation/message"
	"bangban/nlu"
)

func TestMatchOption(t *testing.T) {
	options := []message.Option{{Label: "首次申领", Value: "entry:a"}, {Label: "签注续期", Value: "entry:b"}, {Label: "遗失补领", Value: "entry:c"}}
	tests := []struct {
		text   string
		intent nlu.Intent
		want   string
	}{
		{"首次申领", nlu.Ask, "entry:a"},
		{"首次申领,多久能拿到", nlu.Ask, "entry:a"},
		{"第二个", nlu.Ask, "entry:b"},
		{"3", nlu.Ask, "entry:c"},
		{"补领", nlu.Ask, "entry:c"},
		{"都不是", nlu.Deny, "none"},
		{"领", nlu.Ask, ""},
		{"申领补领签注", nlu.Ask, ""},
		{"第九个", nlu.Ask, ""},
	}
	for _, test := range tests {
		if got := matchOption(options, &nlu.Understanding{Normal: test.text, Intent: test.intent}); got != test.want {
			t.Errorf("%s: got %q, want %q", test.text, got, test.want)
		}
	}
}
