package answer

import (
	"strings"
	"testing"

	"bangban/knowledge"
	"bangban/nlu"
)

func TestRender(t *testing.T) {
	by := []knowledge.Basis{"law:居民身份证法#第十二条"}
	d := knowledge.Details{
		Materials: []knowledge.Material{
			{Name: "户口簿", Form: "original", By: by},
			{Name: "照片", Originals: 2, By: by},
			{Name: "委托书", When: "让别人代办的", By: by},
		},
		Statutory:  &knowledge.Limit{N: 60, Unit: "day", Does: "发证", From: "自交登记表之日起", By: by},
		Promised:   &knowledge.Limit{N: 15, Unit: "working_day", Does: "发证", By: by},
		Fees:       []knowledge.Fee{{Name: "工本费", Yuan: "40", Per: "每证", By: by}},
		Places:     []knowledge.Place{{Text: "居住地派出所", By: by}},
		Phones:     []knowledge.Phone{{Number: "12345", For: "咨询", By: by}},
		Conditions: []knowledge.Fact{{Text: "年满 16 周岁", By: by}, {Text: "有常住户口", By: by}},
		Online:     &knowledge.Online{Mode: "full", Text: "在“浙里办”申请", By: by},
		Agent:      &knowledge.Agent{Allowed: "some", Text: "未满 16 周岁的由监护人代办", By: by},
		Result:     &knowledge.Result{Name: "居民身份证", By: by},
		Validity:   []knowledge.Fact{{Text: "16 到 25 周岁的，有效期 10 年", By: by}},
		Visits:     &knowledge.Visits{Count: 1, By: by},
	}
	tests := []struct {
		attribute              nlu.Attribute
		conclusion, key, voice string
		lines                  int
	}{
		{nlu.Materials, "要带 2 样材料，另外 1 样看情况。", "2 样材料", "要带户口簿，照片。", 3},
		{nlu.Time, "15 个工作日内发证。", "15 个工作日内发证", "15 个工作日内发证。", 1},
		{nlu.Fee, "工本费 每证 40 元。", "40 元", "工本费 每证 40 元。", 0},
		{nlu.Place, "到居住地派出所办。", "居住地派出所", "到居住地派出所办。", 0},
		{nlu.Phone, "咨询电话 12345（咨询）。", "12345", "咨询电话是12345。", 0},
		{nlu.Conditions, "要符合这些条件：", "", "年满 16 周岁；有常住户口。", 2},
		{nlu.Online, "可以全程网办。在“浙里办”申请。", "可以全程网办", "可以全程网办。在“浙里办”申请。", 0},
		{nlu.ByAgent, "部分情况可以代办。未满 16 周岁的由监护人代办。", "部分情况可以代办", "部分情况可以代办。未满 16 周岁的由监护人代办。", 0},
		{nlu.Result, "办好后拿到居民身份证。", "居民身份证", "办好后拿到居民身份证。", 0},
		{nlu.Validity, "16 到 25 周岁的，有效期 10 年。", "", "16 到 25 周岁的，有效期 10 年。", 0},
		{nlu.Visits, "最多跑 1 次。", "跑 1 次", "最多跑 1 次。", 0},
	}
	for _, test := range tests {
		p, ok := render(d, test.attribute)
		if !ok {
			t.Errorf("%s: nothing rendered", test.attribute)
			continue
		}
		if p.conclusion != test.conclusion || p.key != test.key || p.voice != test.voice || len(p.lines) != test.lines {
			t.Errorf("%s: got %q, key %q, voice %q, %d lines; want %q, %q, %q, %d", test.attribute, p.conclusion, p.key, p.voice, len(p.lines),
				test.conclusion, test.key, test.voice, test.lines)
		}
		if len(p.basis) == 0 {
			t.Errorf("%s: no basis", test.attribute)
		}
		if p.key != "" && !strings.Contains(p.conclusion, p.key) {
			t.Errorf("%s: the key %q is not in %q", test.attribute, p.key, p.conclusion)
		}
	}
}

func TestRenderOfNothing(t *testing.T) {
	for a := range labels {
		if p, ok := render(knowledge.Details{}, a); ok {
			t.Errorf("%s: rendered %q from nothing", a, p.conclusion)
		}
	}
}

func TestFees(t *testing.T) {
	tests := []struct {
		name string
		fees []knowledge.Fee
		want string
	}{
		{"free", []knowledge.Fee{{Name: "登记费", Yuan: "0"}}, "0 元，不收费。"},
		{"a rule, no amount", []knowledge.Fee{{Name: "车辆购置税", Text: "按价款的 10% 计"}}, "车辆购置税，按价款的 10% 计。"},
		{"several", []knowledge.Fee{{Name: "工本费", Yuan: "20", When: "到期换领"}, {Name: "工本费", Yuan: "40", When: "丢失补领"}}, "收费分几种情况。"},
	}
	for _, test := range tests {
		p, _ := render(knowledge.Details{Fees: test.fees}, nlu.Fee)
		if p.conclusion != test.want {
			t.Errorf("%s: got %q, want %q", test.name, p.conclusion, test.want)
		}
	}
}
