package privacy_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"bangban/kernel/privacy"
)

func TestMasked(t *testing.T) {
	for _, c := range []struct {
		name string
		got  string
		want string
	}{
		{"mobile", privacy.NewPhone("13800138000").Masked(), "138****8000"},
		{"mobile with country", privacy.NewPhone("+8613800138000").Masked(), "+86138****8000"},
		{"landline", privacy.NewPhone("87001234").Masked(), "******34"},
		{"no phone", privacy.NewPhone("").Masked(), ""},
		{"身份证号", privacy.NewIDNumber("330106199001011234").Masked(), "3301**********1234"},
		{"too short to show any of it", privacy.NewIDNumber("33010619").Masked(), "********"},
		{"name", privacy.NewName("张三丰").Masked(), "张**"},
		{"double surname", privacy.NewName("欧阳修文").Masked(), "欧阳**"},
		{"a two-letter name that looks like one", privacy.NewName("欧阳").Masked(), "欧*"},
		{"one letter", privacy.NewName("张").Masked(), "*"},
		{"no name", privacy.NewName(" ").Masked(), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, c.got, c.want)
		}
	}
}

// secrets are what must appear nowhere; %x and %X print the bytes in hex, so those are looked for as well.
var secrets = []string{"13800138000", "00138", "330106199001011234", "19900101", "三丰"}

func TestNothingShowsTheWholeValue(t *testing.T) {
	type person struct {
		Phone privacy.Phone
		ID    privacy.IDNumber
		Name  privacy.Name
		Other map[privacy.Phone]privacy.Name `xml:"-"` // Go calls no method of a string type that is a JSON key
		inner privacy.Phone                  // fmt calls no method of an unexported field
	}
	phone, id, name := privacy.NewPhone("13800138000"), privacy.NewIDNumber("330106199001011234"), privacy.NewName("张三丰")
	p := person{phone, id, name, map[privacy.Phone]privacy.Name{phone: name}, phone}
	outputs := map[string]string{}
	for _, verb := range "vsqxXdbcoOtTUeEfFgGp" {
		if verb == 'T' || verb == 'p' {
			continue // the type and the address, never the value
		}
		for _, flags := range []string{"", "+", "#", " ", "020", ".30", "-40"} {
			format := "%" + flags + string(verb)
			outputs[format] = fmt.Sprintf(format, p) + fmt.Sprintf(format, &p) + fmt.Sprintf(format, p.Phone) + fmt.Sprintf(format, p.ID) + fmt.Sprintf(format, p.Name)
		}
	}
	outputs["Sprint"] = fmt.Sprint(p, p.Phone, p.ID, p.Name)
	outputs["String"] = p.Phone.String() + p.ID.String() + p.Name.String()
	outputs["Errorf"] = fmt.Errorf("call %s (%v) %w", p.Phone, p.Name, fmt.Errorf("%q", p.ID)).Error()
	for name, encode := range map[string]func(any) ([]byte, error){
		"json": json.Marshal, "yaml": yaml.Marshal, "xml": xml.Marshal,
		"gob": func(v any) ([]byte, error) {
			var b bytes.Buffer
			err := gob.NewEncoder(&b).Encode(v)
			return b.Bytes(), err
		},
	} {
		raw, err := encode(p)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		outputs[name] = string(raw)
	}
	var b bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(h).Info("called", "phone", p.Phone, "id", p.ID, "name", p.Name, "person", p, "pointer", &p, slog.Group("g", "phone", p.Phone))
	}
	outputs["slog"] = b.String()
	for name, out := range outputs {
		for _, secret := range secrets {
			hex := fmt.Sprintf("%x", secret)
			if strings.Contains(out, secret) || strings.Contains(strings.ToLower(strings.ReplaceAll(out, " ", "")), hex) {
				t.Errorf("%s shows %s: %s", name, secret, out)
			}
		}
	}
	var read person
	if err := json.Unmarshal([]byte(`{"Phone": "13800138000"}`), &read); err != nil || read.Phone != phone {
		t.Errorf("read %v, %v", read.Phone, err)
	}
	if p.Phone.Reveal() != "13800138000" || p.ID.Reveal() != "330106199001011234" || p.Name.Reveal() != "张三丰" {
		t.Error("Reveal must give the whole value")
	}
}

func TestMaskText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"我手机13800138000，回我", "我手机138****8000，回我"},
		{"138 0013 8000", "138 **** 8000"},
		{"138-0013-8000", "138-****-8000"},
		{"+86 13800138000", "+86 138****8000"},
		{"１３８００１３８０００", "１３８****８０００"},
		{"幺三八零零幺三八零零零", "幺三八****八零零零"},
		{"身份证330106199001011234", "身份证3301**********1234"},
		{"身份证33010619900101123x丢了", "身份证3301**********123x丢了"},
		{"330106 19900101 1234", "3301** ******** 1234"},
		{"老证330106900101123", "老证3301*******1123"},
		{"卡号6222 0212 3456 1390 123", "卡号**** **** **** ***0 123"},
		{"邮箱zhang.san@example.com谢谢", "邮箱z********@example.com谢谢"},
		{"138.0013.8000", "138.****.8000"},
		{"138—0013—8000", "138—****—8000"},
		{"1380013800013900139000", "******************9000"},
		{"打 12345 或 0571-12345", "打 12345 或 0571-12345"},
		{"2026-11-24 10:30 到期，5000000元", "2026-11-24 10:30 到期，5000000元"},
		{"浙政发〔2018〕21号 第一二三条", "浙政发〔2018〕21号 第一二三条"},
		{"", ""},
	} {
		if got := privacy.MaskText(c.in); got != c.want {
			t.Errorf("%s: got %s, want %s", c.in, got, c.want)
		}
	}
}

func FuzzMaskText(f *testing.F) {
	for _, s := range []string{"我手机13800138000", "6222021234561390 5555555", "1385555 13800138000", "a@b.c@d 330106199001011234x", "幺三八 00138000 1"} {
		f.Add(s)
	}
	mobile := regexp.MustCompile(`(^|\D)1[3-9]\d{9}(\D|$)`)
	f.Fuzz(func(t *testing.T, s string) {
		got := privacy.MaskText(s)
		if len([]rune(got)) != len([]rune(s)) {
			t.Errorf("%q became %q", s, got)
		}
		if m := mobile.FindString(got); m != "" {
			t.Errorf("%q shows %q in %q", s, m, got)
		}
	})
}
