package nlu

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNormalise(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"身份证", "身份证"},
		{"身份證丟了怎麼辦？", "身份证丢了怎么办?"},
		{"ＡＢＣ１２３", "abc123"},
		{"  身份证\t丢了  ", "身份证 丢了"},
		{"身 份 证 丢 了", "身份证丢了"},
		{"办理 居住证", "办理 居住证"},
		{"第一行\n第二行", "第一行。第二行"},
		{"你好！！！！", "你好!"},
		{"怎么办？？", "怎么办?"},
		{"哈哈哈哈哈哈", "哈哈哈"},
		{"12345000000", "12345000000"},
		{"😀身份证😀丢了", "身份证 丢了"},
		{"1️⃣先去派出所", "1先去派出所"},
		{"身\u200b份\u200d证\ufeff", "身份证"},
		{"\u202e身份证\u0000", "身份证"},
		{"坏\xff\xfe字节", "坏 字节"},
		{"①材料②费用", "1材料2费用"},
		{"“居住证”‘签注’", "\"居住证\"签注\""},
		{"【通知】《居住证条例》", "[通知]《居住证条例》"},
		{"〔2018〕21号", "[2018]21号"},
		{"⼈社局", "人社局"},
		{"İstanbul", "istanbul"},
		{"一件事、三轮车，一证通办。", "一件事、三轮车,一证通办。"},
		{"……——～～", ".-~"},
		{"於潜镇", "于潜镇"},
		{"", ""},
		{"😀😀", ""},
	} {
		if got := Normalise(row.text); got != row.want {
			t.Errorf("%q: got %q, want %q", row.text, got, row.want)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	for _, s := range []string{"身份證丟了怎麼辦？", "身 份 证 丢 了\n\n好", "ＡＢ１２ﷺ㈠①", "\xff\x00\u200b😀1️⃣", "İ̇ﬁ", "a\u0301\u0301", "、、，,  。\n.", "身 份 证a 丢 了"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Normalise(s)
		if twice := Normalise(once); twice != once {
			t.Errorf("%q: %q then %q", s, once, twice)
		}
		if !utf8.ValidString(once) {
			t.Errorf("%q: broken UTF-8", s)
		}
		if len(once) > 4*len(s) {
			t.Errorf("%q grew to %d bytes", s, len(once))
		}
		if strings.ContainsFunc(once, func(r rune) bool { return r < ' ' || r >= 'A' && r <= 'Z' }) {
			t.Errorf("%q: got %q", s, once)
		}
	})
}

func TestGrams(t *testing.T) {
	if got, want := Bigrams("办etc卡,补"), []string{"办etc", "etc卡", "补"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := Characters("办etc卡,补 12"), []string{"办", "etc", "卡", "补", "12"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Bigrams(""); len(got) != 0 {
		t.Errorf("got %q", got)
	}
}
