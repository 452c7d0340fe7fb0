package nlu

import "testing"

func TestVague(t *testing.T) {
	u := starter(t)
	for want, texts := range map[bool][]string{
		true: {
			"要几天", "多少钱", "要带什么材料", "网上能办吗", "本人去不了，别人能代办吗", "证件丢了哪里补", "证快到期，想换新的", "登记要什么材料", "那本证找不到了，怎么补",
			"我要办手续", "那个东西怎么弄", "帮我看看这个怎么办", "有啥补贴好领", "备案去哪里备", "从业资格证", "赔偿怎么算", "办证要什么材料",
		},
		false: {
			"身份证丢了哪里补", "护照要几天", "没有结婚证怎么办", "领证要多少钱", "五一放假吗", "浙里办怎么用", "市民之家几点上班", "转学要什么手续", "公证要多少钱",
			"老人有什么补贴", "改年龄", "你好", "谢谢", "上海的证怎么补",
		},
	} {
		for _, text := range texts {
			if got := u.Understand(text, testNow); got.Vague != want {
				t.Errorf("%s: vague %v, topic %q, intent %s", text, got.Vague, got.Topic, got.Intent)
			}
		}
	}
}

// A row may need several patterns, which stand in any order, and does not count where one of them is missing.
func TestPatternsInAnyOrder(t *testing.T) {
	l, err := ParseLexicon(map[string][]byte{"intents.tsv": []byte("report\t(甲) & (乙|丙) & 丁\t90\t戊\n")})
	if err != nil {
		t.Fatal(err)
	}
	u, err := New(l, Places{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]Intent{"甲乙丁": Report, "丁和丙还有甲": Report, "甲乙": Ask, "乙丁": Ask, "甲丁乙戊": Ask} {
		if got := u.Understand(text, testNow).Intent; got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
