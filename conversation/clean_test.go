package conversation

import (
	"strings"
	"testing"
	"unicode/utf8"

	"bangban/conversation/message"
)

func FuzzClean(f *testing.F) {
	f.Add("身份证丢了咋补啊", "", "", "k1")
	f.Add("\x00\x1b[31m<script>alert(1)</script>", "id-card-replace", "330106", "")
	f.Add("👨‍👩‍👧", "\u202e", "杭州", strings.Repeat("k", 300))
	f.Fuzz(func(t *testing.T, text, value, region, key string) {
		in, err := clean(message.Inbound{Text: text, Value: value, Region: region, Key: key})
		if err != nil {
			return
		}
		if in.Text == "" && in.Value == "" {
			t.Error("nothing was said")
		}
		for _, s := range []string{in.Text, in.Value, in.Region, in.Key} {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || utf8.RuneCountInString(s) > MaxText {
				t.Errorf("%q cannot be kept", s)
			}
		}
		if again, err := clean(in); err != nil || again != in {
			t.Errorf("%+v, cleaned again %+v, %v", in, again, err)
		}
	})
}
