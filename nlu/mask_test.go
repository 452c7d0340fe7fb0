package nlu

import (
	"strings"
	"testing"
)

func TestMask(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"身份证330106199001011234丢了", "身份证[身份证号]丢了"},
		{"33010619900101123X", "[身份证号]"},
		{"33010619900101123x是我的", "[身份证号]是我的"},
		{"330106 19900101 1234", "[身份证号]"},
		{"３３０１０６１９９００１０１１２３４", "[身份证号]"},
		{"老身份证330106900101123", "老身份证[身份证号]"},
		{"电话13812345678", "电话[电话]"},
		{"138 1234 5678", "[电话]"},
		{"138-1234-5678", "[电话]"},
		{"+86 13812345678", "+[电话]"},
		{"一三八一二三四五六七八", "[电话]"},
		{"tel13812345678", "tel[电话]"},
		{"0571-87280185", "[电话]"},
		{"打87280185", "打[电话]"},
		{"卡号6222021234567890123", "卡号[银行卡号]"},
		{"6222 0212 3456 7890", "[银行卡号]"},
		{"护照E12345678过期", "护照[证件号]过期"},
		{"邮箱zhang.san@example.com谢谢", "邮箱[邮箱]谢谢"},
		{"我13812345678，他13912345678", "我[电话]，他[电话]"},
		{"12345打不通", "12345打不通"},
		{"95598", "95598"},
		{"12329和12366", "12329和12366"},
		{"答复编号A482107326", "答复编号A482107326"},
		{"A 482 107 326", "A 482 107 326"},
		{"G123456789", "G123456789"},
		{"工单号201806011234567", "工单号201806011234567"},
		{"2026-11-24", "2026-11-24"},
		{"20261124", "20261124"},
		{"1990年1月1日", "1990年1月1日"},
		{"20000000元", "20000000元"},
		{"杭政办函〔2018〕21号", "杭政办函〔2018〕21号"},
		{"文三路359号", "文三路359号"},
		{"一二三", "一二三"},
		{"@", "@"},
		{"", ""},
	} {
		if got := Mask(row.text); got != row.want {
			t.Errorf("%s: got %q, want %q", row.text, got, row.want)
		}
	}
}

func TestPersonalNumbersAreKeptOut(t *testing.T) {
	got := starter(t).Understand("我叫张三，身份证330106199001011234，手机13812345678，居住证办好了吗", testNow)
	if !got.Slots.Phone || !got.Slots.IDNumber {
		t.Errorf("got phone %v, id %v", got.Slots.Phone, got.Slots.IDNumber)
	}
	for _, kept := range []string{got.Masked, got.Normal, got.Core} {
		if strings.Contains(kept, "1990") || strings.Contains(kept, "138") {
			t.Errorf("kept %q", kept)
		}
	}
	if got.Intent != Track {
		t.Errorf("got intent %s", got.Intent)
	}
}

// FuzzMask: masking twice changes nothing, and no number of a mobile telephone is left.
func FuzzMask(f *testing.F) {
	for _, s := range []string{"身份证330106199001011234丢了", "138 1234 5678", "a@b.c", "一三八一二三四五六七八", "0571-87280185\x00\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Mask(s)
		if twice := Mask(once); strings.ToValidUTF8(twice, "") != strings.ToValidUTF8(once, "") {
			t.Errorf("%q: %q then %q", s, once, twice)
		}
	})
}
