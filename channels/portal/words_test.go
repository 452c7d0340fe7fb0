package portal

import (
	"strings"
	"testing"
	"time"

	"bangban/conversation/message"
)

func TestThrees(t *testing.T) {
	for in, want := range map[string]string{"A482107326": "A 482 107 326", "": "", "A 482 107 326": "A 482 107 326", "A12": "A 12"} {
		if got := Threes(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestPhone(t *testing.T) {
	for in, want := range map[string]string{"12345": "12345", "0571-87280185": "0571-8728 0185", "13800138000": "138 0013 8000", "87280185": "8728 0185", "转 3": "转 3"} {
		if got := Phone(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestLink(t *testing.T) {
	for in, want := range map[string]string{
		"/items/a": "/items/a", "https://www.gov.cn/x": "https://www.gov.cn/x", "tel:12345": "tel:12345",
		"javascript:alert(1)": "", "data:text/html,x": "", "//evil.example": "", `/\evil.example`: "", " javascript:alert(1)": "", "JaVaScript:x": "", "": "", "relative": "",
	} {
		if got := string(link(in)); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestBold(t *testing.T) {
	for _, c := range []struct {
		text, key string
		want      emphasis
	}{
		{"15 日内领证。满半年就能申请。", "15 日内领证", emphasis{"", "15 日内领证。", "满半年就能申请。"}},
		{"要 40 元", "40 元", emphasis{"要 ", "40 元", ""}},
		{"没有", "", emphasis{"没有", "", ""}},
		{"没有", "别的", emphasis{"没有", "", ""}},
	} {
		if got := bold(c.text, c.key); got != c.want {
			t.Errorf("%q, %q: got %+v", c.text, c.key, got)
		}
	}
}

func TestNamed(t *testing.T) {
	for in, want := range map[message.Basis]string{
		{Kind: "law", Title: "居民身份证法"}:                                 "《居民身份证法》",
		{Kind: "fact", Title: "关于便民热线的意见", DocumentNo: "国办发〔2020〕53号"}: "《关于便民热线的意见》",
		{Kind: "fact", Title: "发改价格〔2003〕2322号", DocumentNo: "x"}:      "发改价格〔2003〕2322号",
		{Kind: "fact", Title: "杭州市政府网站"}:                               "杭州市政府网站",
		{Kind: "page", Title: "公开网页"}:                                  "公开网页",
	} {
		if got := named(in); got != want {
			t.Errorf("%+v: got %q", in, got)
		}
	}
}

func TestToggle(t *testing.T) {
	for in, want := range map[string]string{"/search?q=%E8%AF%81&elder=1": "/search?elder=0&q=%E8%AF%81", "//evil.example/x": "/x?elder=0", "/a?theme=dark&reset=1": "/a?elder=0", "%zz": "/"} {
		if got, err := toggle(in, "elder", "0"); err != nil || string(got) != want {
			t.Errorf("%q: got %q, %v", in, got, err)
		}
	}
}

func TestMoment(t *testing.T) {
	if got := moment(time.Date(2026, 11, 3, 9, 5, 0, 0, china)); got != "11月3日 周二 9:05" {
		t.Error(got)
	}
}

func join(pieces []Piece) (all, marked string) {
	for _, p := range pieces {
		all += p.Text
		if p.Mark {
			marked += "[" + p.Text + "]"
		}
	}
	return all, marked
}

func TestDial(t *testing.T) {
	for in, want := range map[string]string{"12345（咨询）": "[12345]", "0571-87280185，12333": "[0571-87280185][12333]", "没有": "", "火警 119": "[119]", "2026年": ""} {
		all, marked := join(dial(in))
		if all != in || marked != want {
			t.Errorf("%q: got %q, marked %q", in, all, marked)
		}
	}
}

func TestCalls(t *testing.T) {
	for in, want := range map[string]string{
		"请打 12345，24 小时有人接": "[12345]", "请马上拨打 110（报警）、119（火警）、120（急救）。": "[110][119][120]", "出入境打12367": "[12367]",
		"0571-87280185 或 96345": "[0571-87280185][96345]", "撞车打 122": "[122]",
		"120 日内办结": "", "补 12345 元": "", "浙政发〔2016〕12345 号": "", "面积 120 平方米": "", "A 120 119 110": "", "330100-12345": "", "满 95000 元": "",
	} {
		all, marked := join(calls(in))
		if all != in || marked != want {
			t.Errorf("%q: got %q, marked %q", in, all, marked)
		}
	}
}

func TestMark(t *testing.T) {
	for _, c := range []struct {
		text, want string
		words      []string
	}{
		{"居住证怎么办", "[居住证]", []string{"居住证", "证", ""}},
		{"补身份证，换身份证", "[身份证][身份证]", []string{"身份", "份证"}},
		{"APP 和 app", "[APP][app]", []string{"app"}},
		{"İstanbul", "[bul]", []string{"bul"}},
		{"无", "", []string{"有"}},
	} {
		all, marked := join(Mark(c.text, c.words))
		if all != c.text || marked != c.want {
			t.Errorf("%q: got %q, marked %q, want %q", c.text, all, marked, c.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("甲", 100) + "居住证" + strings.Repeat("乙", 100)
	got := Excerpt(long, []string{"居住证"}, 40)
	if !strings.Contains(got, "居住证") || len([]rune(got)) > 42 || !strings.HasPrefix(got, "…") {
		t.Error(got)
	}
	if Excerpt("短", nil, 40) != "短" {
		t.Error("a short text is cut")
	}
}

func FuzzMark(f *testing.F) {
	f.Add("居住证怎么办", "居住证")
	f.Add("İı\xff", "i")
	f.Fuzz(func(t *testing.T, text, word string) {
		if all, _ := join(Mark(text, []string{word})); all != text {
			t.Fatalf("got %q", all)
		}
		if all, _ := join(dial(text)); all != text {
			t.Fatalf("dial: got %q", all)
		}
		if all, _ := join(calls(text)); all != text {
			t.Fatalf("calls: got %q", all)
		}
	})
}
