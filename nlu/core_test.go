package nlu

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestCore(t *testing.T) {
	u := starter(t)
	for _, row := range []struct{ text, want string }{
		{"你好，身份证丢了怎么办", "身份证丢了怎么办"},
		{"您好！请问一下居住证在哪办？谢谢！", "居住证在哪办"},
		{"尊敬的市长：您好，居住证怎么办", "居住证怎么办"},
		{"麻烦问一下护照要多久", "护照要多久"},
		{"我想咨询一下公积金贷款", "公积金贷款"},
		{"不对，我问的是居住证", "居住证"},
		{"不是护照，是港澳通行证", "港澳通行证"},
		{"我是一名普通市民，居住证丢了怎么补", "居住证丢了怎么补"},
		{"身份证丢了😭😭怎么办", "身份证丢了 怎么办"},
		{"你好", "你好"},
		{"shenfenzheng diule zenmeban", "身份证丢了怎么办"},
	} {
		if got := u.Understand(row.text, testNow).Core; got != row.want {
			t.Errorf("%s: got %q, want %q", row.text, got, row.want)
		}
	}
}

func TestTopicOfCorrection(t *testing.T) {
	u := starter(t)
	for _, text := range []string{"不对，我说的是车", "我说的是车", "错了，我问的是车"} {
		if got := u.Understand(text, testNow); !got.Correction || got.Core != "车" || got.Topic != "车" {
			t.Errorf("%s: correction %v, core %q, topic %q", text, got.Correction, got.Core, got.Topic)
		}
	}
}

func TestLongStory(t *testing.T) {
	u := starter(t)
	story := "尊敬的局长您好！我是外地来杭州的普通打工者，二〇一八年来的，一直在工地上干活。老板人还不错，工友也都好，平时吃住都在一起，没有什么别的想法。" +
		"去年我老婆也过来了，在超市里做收银员。今年孩子满六岁，老家没有人带，我们就把他接了过来。请问外地户口的孩子在杭州上小学要什么条件？" +
		"我们一家人都很着急，希望能早点有个消息。祝领导身体健康，万事如意，阖家幸福，工作顺利。"
	got := u.Understand(story, testNow)
	if !strings.Contains(got.Core, "外地户口的孩子在杭州上小学要什么条件") {
		t.Errorf("core %q", got.Core)
	}
	if n := len([]rune(got.Core)); n > coreMost {
		t.Errorf("core has %d characters", n)
	}
	if got.Slots.Attribute() != Conditions || got.Intent != Ask {
		t.Errorf("got %s %v", got.Intent, got.Slots.Attributes)
	}
	run := strings.Repeat("我就是想问问这个事情到底应该找谁", 130)
	if got := u.Understand(run, testNow); got.Core == "" || len([]rune(got.Core)) > coreMost {
		t.Errorf("a run without marks: core of %d characters", len([]rune(got.Core)))
	}
}

func TestNegation(t *testing.T) {
	u := starter(t)
	for _, row := range []struct {
		text       string
		negated    []string
		correction bool
	}{
		{"不是护照是身份证", []string{"护照"}, true},
		{"不是护照，是港澳通行证", []string{"护照"}, true},
		{"不是护照，我问的是港澳通行证", []string{"护照"}, true},
		{"我问的不是护照", []string{"护照"}, true},
		{"不是问补领，而是换领", []string{"补领"}, true},
		{"不是护照", []string{"护照"}, true},
		{"不对，我问的是身份证", nil, true},
		{"我说的是居住证", nil, true},
		{"你搞错了，是驾驶证", nil, true},
		{"不是杭州人能办居住证吗", nil, false},
		{"是不是要预约", nil, false},
		{"不是本地户口怎么上学", nil, false},
		{"都不是", nil, false},
		{"房子不是我的能落户吗", nil, false},
		{"身份证丢了怎么办", nil, false},
	} {
		got := u.Understand(row.text, testNow)
		if !slices.Equal(got.Negated, row.negated) || got.Correction != row.correction {
			t.Errorf("%s: got %q, correction %v, core %q", row.text, got.Negated, got.Correction, got.Core)
		}
		for _, n := range got.Negated {
			if strings.Contains(got.Core, n) {
				t.Errorf("%s: core %q holds %q", row.text, got.Core, n)
			}
		}
	}
}

func TestParts(t *testing.T) {
	u := starter(t)
	for _, row := range []struct {
		text string
		want int
	}{
		{"身份证丢了怎么补？另外居住证要多久？", 2},
		{"1、护照怎么办？2、社保怎么转？3、公积金怎么提取？", 3},
		{"办护照要带什么材料？要多少钱？", 0},
		{"身份证丢了怎么办", 0},
		{"身份证丢了怎么办？急！谢谢！", 0},
	} {
		if got := u.Understand(row.text, testNow).Parts; len(got) != row.want {
			t.Errorf("%s: got %q, want %d", row.text, got, row.want)
		}
	}
}

func TestReadable(t *testing.T) {
	u := starter(t)
	for text, want := range map[string]bool{
		"": false, "   ": false, "😀😀😀": false, "\x00\x01\u200b": false, "？？？": false, "\xff\xfe": false, "!!!": false, "....": false,
		"身份证": true, "ok": true, "1": true, "办": true, "hello": true, "A": true,
	} {
		got := u.Understand(text, testNow)
		if got.Readable != want {
			t.Errorf("%q: got %v", text, got.Readable)
		}
		if got.Intent == "" {
			t.Errorf("%q: no intent", text)
		}
	}
}

// FuzzUnderstand: no input panics, and what is kept is bounded and consistent.
func FuzzUnderstand(f *testing.F) {
	u := starter(f)
	for _, s := range []string{"身份证丢了咋补啊", "不是护照是身份证", "12月31号下午三点半", "不是", "不是不是", "\xff我要投诉", "<script>alert(1)</script>", "' or 1=1 --", "shenfenzheng", "A 482 107 326", "13812345678", "周", "下下", "半", "是是是是", "不是是是是,,,,", "3号", "2026年"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := u.Understand(s, testNow)
		if got.Intent == "" || got.Emotion < 0 || got.Emotion > 1 {
			t.Errorf("%q: intent %q, emotion %v", s, got.Intent, got.Emotion)
		}
		if len(got.Expanded) > maxExpanded || len(got.Parts) == 1 || len(got.Slots.Attributes) > 4 {
			t.Errorf("%q: %d expanded, parts %q, attributes %v", s, len(got.Expanded), got.Parts, got.Slots.Attributes)
		}
		for _, w := range got.Terms {
			if w.Weight <= 0 || w.Weight > 1 || w.Text == "" {
				t.Errorf("%q: term %+v", s, w)
			}
		}
		for _, w := range got.Expanded {
			if w.Weight <= 0 || w.Weight >= 1 || w.From == "" {
				t.Errorf("%q: expanded %+v", s, w)
			}
		}
	})
}

// TestUnderstandIsStable: the same text gives the same result, in any order and from many goroutines.
func TestUnderstandIsStable(t *testing.T) {
	u := starter(t)
	l, err := ParseLexicon(lexiconFiles(t))
	if err != nil {
		t.Fatal(err)
	}
	other, err := New(l, testPlaces(), nil)
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{"深分证掉了哪里补", "shenfenzheng diule", "sfz丢了", "公积金贷款要什么条件，几年社保", "娃上户口要啥", "查一下进度，另外居住证多久", "房产证加名字要多少钱"}
	want := map[string]string{}
	for _, s := range texts {
		want[s] = digest(u.Understand(s, testNow))
	}
	done := make(chan string)
	for n := range 4 {
		go func() {
			r := rand.New(rand.NewPCG(uint64(n), 1))
			for range 200 {
				s := texts[r.IntN(len(texts))]
				for _, x := range []*Understander{u, other} {
					if got := digest(x.Understand(s, testNow)); got != want[s] {
						done <- s + ": " + got + " and " + want[s]
						return
					}
				}
			}
			done <- ""
		}()
	}
	for range 4 {
		if problem := <-done; problem != "" {
			t.Error(problem)
		}
	}
}

func digest(r *Understanding) string {
	var b strings.Builder
	b.WriteString(string(r.Intent) + " " + r.Core)
	for _, w := range slices.Concat(r.Terms, r.Expanded) {
		b.WriteString(" " + w.Text + "<" + w.From)
	}
	return b.String()
}
