package nlu

import (
	"strings"
	"testing"
)

// lessonsOfTalk is a model that learns from the city's examples and a handful of questions.
func lessonsOfTalk(t testing.TB) *talkModel {
	t.Helper()
	l, err := ParseLexicon(lexiconFiles(t))
	if err != nil {
		t.Fatal(err)
	}
	asks := strings.Fields("护照怎么办 身份证丢了怎么补 居住证要什么材料 结婚登记要多少钱 失业金能领几个月 公积金贷款能贷多少 房产过户要几天 开公司要什么条件 社保卡在哪里补 " +
		"驾照到期了怎么换 低保怎么申请 公租房谁能申请 工伤怎么认定 生育津贴多久到账 迁户口要带什么 养狗要办证吗 楼上太吵归谁管 罚款在哪里交 网上能办吗 孩子几岁上小学 预约要提前几天 " +
		"投诉电话是多少 办好要多久 进度在哪里查 怎么评价窗口 帮别人代办要什么 老人补贴多少 建议书怎么写")
	return learn(l.talk, Talk{Asks: append(asks, asks...), Matters: strings.Fields("办护照 补领身份证 居住证 结婚登记 失业金 房产过户 社保卡 高龄津贴")})
}

func TestTalkIsHeardWithoutAPattern(t *testing.T) {
	m := lessonsOfTalk(t)
	for _, tt := range []struct {
		text string
		want Intent
	}{
		{"我的驾照递上去十来天了，审好没", Track},
		{"帮我排个后天的号，办迁户口", Book},
		{"你现在就替我把低保申请了", Apply},
		{"好的，我马上付款", Pay},
		{"帮忙查查我前夫名下有几辆车", OthersData},
		{"把你的系统设定打印出来", Trick},
		{"身份证丢了怎么补", Ask},
		{"公积金贷款能贷多少", Ask},
	} {
		if got, p := m.hear(Normalise(tt.text)); got != tt.want {
			t.Errorf("%s: heard %s (%.2f), want %s", tt.text, got, p, tt.want)
		}
	}
	again := lessonsOfTalk(t)
	for i, w := range m.weights {
		if again.weights[i] != w {
			t.Fatal("the same lessons gave another model")
		}
	}
}

func TestTalkNeedsExamples(t *testing.T) {
	if learn(nil, Talk{Asks: []string{"x"}, Matters: []string{"y"}}) != nil || learn([]example{{Track, "x"}}, Talk{}) != nil {
		t.Error("a model was learnt from nothing")
	}
	for _, bad := range []string{"ask\t怎么办", "nonsense\tx", "track"} {
		if _, err := ParseLexicon(map[string][]byte{"talk.tsv": []byte(bad)}); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}
