package answer

import (
	"strings"
	"testing"
)

func TestShortVoice(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"hotline by digits", "请打 12345 问。", "请打 幺二三四五 问。"},
		{"emergency by digits", "请拨打 110。", "请拨打 幺幺零。"},
		{"an amount is not a number to call", "护照费 120 元。", "护照费 120 元。"},
		{"days are not a number to call", "120 日内办结。", "120 日内办结。"},
		{"land line", "电话 0571-87280185。", "电话 零五七幺八七二八零幺八五。"},
		{"brackets fall away", "到派出所办（常住户口所在地）。", "到派出所办。"},
		{"nested brackets fall away", "到派出所（户口（本人）所在地）办。", "到派出所办。"},
		{"addresses fall away", "看 https://www.zjzwfw.gov.cn/a?b=1，再办。", "看 ，再办。"},
		{"three sentences", "一。二。三。四。", "一。二。三。"},
		{"questions are sentences", "一？二！三。四？", "一？二！三。"},
		{"a bracket alone falls away", "到派出所（户口所在地办。", "到派出所户口所在地办。"},
		{"a bare name of a site falls away", "上 zjzwfw.gov.cn 办。", "上  办。"},
		{"a person on the hotline is no amount", "打 12345 人工问。", "打 幺二三四五 人工问。"},
		{"a free number", "打 400-812-3456 问。", "打 四零零八幺二三四五六 问。"},
		{"an age", "满 110 周岁。", "满 110 周岁。"},
		{"title marks fall away", "依据是《身份证法》第十条。", "依据是身份证法第十条。"},
		{"a long list ends at a pause", strings.Repeat("要带身份证，", 40) + "。", strings.Repeat("要带身份证，", 25) + "要带身份证。"},
		{"what does not fit is left out", "先办这个。" + strings.Repeat("很", 200) + "。", "先办这个。"},
	}
	for _, test := range tests {
		if got := shortVoice(test.text); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func sentenceCount(s string) int {
	n := 0
	for _, piece := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("。！？", r) }) {
		if strings.TrimSpace(piece) != "" {
			n++
		}
	}
	return n
}

func FuzzShortVoice(f *testing.F) {
	f.Add("请打 12345（咨询）。看 www.a.cn。")
	f.Add("（（（")
	f.Fuzz(func(t *testing.T, s string) {
		got := shortVoice(s)
		if sentenceCount(got) > maxSpoken {
			t.Errorf("%q has more than %d sentences", got, maxSpoken)
		}
		if strings.ContainsAny(got, "《》（）()【】\n") {
			t.Errorf("%q holds what can't be read aloud", got)
		}
	})
}
