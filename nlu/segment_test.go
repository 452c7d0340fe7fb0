package nlu

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-ego/gse"
)

// TestCutIsGses: without words of our own, the cut is that of gse's Cut(text, false) on the same dictionary.
func TestCutIsGses(t *testing.T) {
	reference := gse.Segmenter{SkipLog: true, NotLoadHMM: true, MinTokenFreq: rarest}
	if err := reference.LoadDictEmbed("zh_s"); err != nil {
		t.Fatal(err)
	}
	b, err := base()
	if err != nil {
		t.Fatal(err)
	}
	ours := newSegmenter(b, nil, nil)
	for _, text := range []string{
		"公民应当自年满十六周岁之日起三个月内,向常住户口所在地的公安机关申请领取居民身份证。", "身份证丢了咋补啊", "我的u盾坏了", "二手车过户手续的问题", "在杭州交了三年社保孩子能上小学吗",
		"申请人应当提交申请书、身份证明和有关材料,逾期不告知的,自收到申请材料之日起即为受理。", "结婚的和尚未结婚的", "app打不开怎么办123", "研究生命的起源", "",
	} {
		runes := []rune(text)
		var got []string
		for _, s := range ours.cut(runes) {
			got = append(got, string(runes[s.start:s.end]))
		}
		if want := reference.Cut(text, false); !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %q\nwant %q", text, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	u := starter(t)
	for _, row := range []struct {
		text string
		want string // words that must be there
	}{
		{"派出所在哪", "派出所"},
		{"港澳通行证怎么办", "通行证 港澳通行证"},
		{"機動車駕駛證丟了", "机动车 驾驶证"},
		{"办理住房公积金贷款", "公积金 住房 贷款"},
		{"居住證簽註", "居住证 签注"},
		{"浙里办APP", "浙里办 app"},
		{"生育津贴怎么领", "生育津贴 津贴"},
	} {
		got := u.Words(row.text)
		for _, w := range strings.Fields(row.want) {
			if !slices.Contains(got, w) {
				t.Errorf("%s: no %s in %q", row.text, w, got)
			}
		}
	}
	if got := u.Words("，。！ 😀"); len(got) != 0 {
		t.Errorf("got %q from marks", got)
	}
}

// FuzzWords: every word is in the normal text, and a text does not grow beyond its cut and the words inside it.
func FuzzWords(f *testing.F) {
	u := starter(f)
	f.Add("公民应当自年满十六周岁之日起")
	f.Add("a1b2 c3\xff身份証")
	f.Fuzz(func(t *testing.T, s string) {
		normal := Normalise(s)
		words := u.Words(s)
		if len(words) > 4*len([]rune(normal)) {
			t.Errorf("%q: %d words", s, len(words))
		}
		for _, w := range words {
			if w == "" || !strings.Contains(normal, w) {
				t.Errorf("%q: %q is not in %q", s, w, normal)
			}
		}
	})
}
