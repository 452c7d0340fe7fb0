package knowledge

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bangban/city/org"
)

// laws are texts of our own making.
var laws = fstest.MapFS{
	"行政法/河船登记法(2019-10-26).md": {Data: []byte("# 中华人民共和国河船登记法\n\n2019年10月26日 全国人民代表大会常务委员会通过\n\n2020年1月1日 施行\n\n<!-- INFO END -->\n\n" +
		"第一条 年满十八周岁的公民可以申请。\n\n第二条 自受理之日起十五日内发证，复杂的延长十个工作日。\n\n第三条 工本费每证四十元，六十周岁以上的免收。罚款五百元以上二千元以下。\n\n第四条 提交申请书一式两份，照片二张。有效期五年。滞纳金为百分之三至百分之五。\n\n第五条 本法规定的期限以工作日计算。\n\n第六条 《中华人民共和国木船法》同时废止。\n")},
	"行政法/木船法(1990-01-01).md":   {Data: []byte("# 中华人民共和国木船法\n\n<!-- INFO END -->\n\n第一条 十日。\n")},
	"行政法/未来法(2026-06-01).md":   {Data: []byte("# 中华人民共和国未来法\n\n2027年1月1日 施行\n\n<!-- INFO END -->\n\n第一条 十日。\n")},
	"行政法/旧登记条例(2003-08-08).md": {Data: []byte("# 旧登记条例\n\n<!-- INFO END -->\n\n第一条 十日。\n")},
}

var today = time.Date(2026, 11, 24, 12, 0, 0, 0, City)

// city is a corpus without a fault; tests break one thing in it.
func city() *Corpus {
	by := func(b ...Basis) []Basis { return b }
	it := &Item{ID: "boat", Name: "河船登记", Short: "河船登记", Topics: []string{"095"}, Targets: []Target{"person"}, Department: "gaj", Updated: "2026-01-01",
		Summary: &Fact{"河船要登记。", by("law:河船登记法#第二条")}, Laws: by("law:河船登记法#第一条")}
	it.Statutory = &Limit{N: 15, Unit: "day", By: by("law:河船登记法#第二条")}
	it.Fees = []Fee{{Name: "工本费", Yuan: "40", By: by("law:河船登记法#第三条")}}
	return &Corpus{Items: []*Item{it},
		FAQs:        []*FAQ{{ID: "boat-faq", Kind: "faq", Question: "多大能登记？", Answer: []Fact{{"满 18 周岁就行。", by("law:河船登记法#第一条")}}, Item: "boat", Department: "gaj", Updated: "2026-01-01"}},
		Laws:        []*Law{{Title: "河船登记法", Level: "law"}, {Title: "木船法", Level: "law"}, {Title: "未来法", Level: "law"}, {Title: "旧登记条例", Level: "regulation"}},
		Facts:       []*SourceFact{{ID: "hotline", Text: "12345 是热线，人工 24 小时。2026 年标准是 300 元。", Source: "市政府", Grade: "A"}},
		Repealed:    []*Repealed{{Title: "旧登记条例", Before: "2025-01-01", Reason: "2025 年修订"}},
		Departments: []*org.Department{{ID: "gaj", Name: "市公安局"}}}
}

func TestProver(t *testing.T) {
	item := func(change func(*Item)) func(*Corpus) { return func(c *Corpus) { change(c.Items[0]) } }
	answer := func(text string, by ...Basis) func(*Corpus) {
		return func(c *Corpus) { c.FAQs[0].Answer = []Fact{{text, by}} }
	}
	for _, c := range []struct {
		name   string
		change func(*Corpus)
		want   string // empty: no error
	}{
		{"什么都对", func(*Corpus) {}, ""},
		{"天就是日", answer("15 天发证。", "law:河船登记法#第二条"), ""},
		{"日不是工作日", item(func(i *Item) { i.Statutory.Unit = "working_day" }), "“15工作日”在依据里找不到（依据里有 10工作日、15日）"},
		{"以工作日计算的法", item(func(i *Item) {
			i.Statutory.Unit = "working_day"
			i.Statutory.By = append(i.Statutory.By, "law:河船登记法#第五条")
		}), ""},
		{"数不对", item(func(i *Item) { i.Statutory.N = 30 }), "“30日”在依据里找不到"},
		{"数在别的条里", item(func(i *Item) { i.Statutory.By = []Basis{"law:河船登记法#第一条"} }), "“15日”在依据里找不到"},
		{"费用对", answer("罚 500 元到 2000 元。", "law:河船登记法#第三条"), ""},
		{"费用不对", item(func(i *Item) { i.Fees[0].Yuan = "45" }), "“45元”在依据里找不到（依据里有 2000元、40元、500元）"},
		{"免收要有话", item(func(i *Item) { i.Fees = []Fee{{Name: "费", Yuan: "0", By: []Basis{"law:河船登记法#第二条"}}} }), "不能写 0 元"},
		{"有免收的话", item(func(i *Item) { i.Fees = []Fee{{Name: "费", Yuan: "0", By: []Basis{"law:河船登记法#第三条"}}} }), ""},
		{"份数", item(func(i *Item) {
			i.Materials = []Material{{Name: "申请书", Originals: 2, By: []Basis{"law:河船登记法#第四条"}}}
		}), ""},
		{"百分比范围", answer("滞纳金 3%-5%。", "law:河船登记法#第四条"), ""},
		{"岁数不对", answer("满 16 周岁就行。", "law:河船登记法#第一条"), "“16周岁”"},
		{"岁也是周岁", answer("满 18 岁就行。", "law:河船登记法#第一条"), ""},
		{"一次办好不是数", answer("一次办好，两个人去也行。", "law:河船登记法#第一条"), ""},
		{"两种情形不是数", answer("有两种情形。", "law:河船登记法#第一条"), ""},
		{"事实里的数", answer("打 12345，24 小时有人。", "fact:hotline"), ""},
		{"事实里没有的数", answer("打 12333。", "fact:hotline"), "“12333”在依据里找不到"},
		{"年份", answer("2026 年 300 元。", "fact:hotline"), ""},
		{"没有依据的数", answer("15 日发证。"), "有数字而没有依据"},
		{"没有依据的话", answer("可以发证。"), "没有依据（by）"},
		{"没有这一条", answer("可以。", "law:河船登记法#第九十条"), "《河船登记法》没有第九十条"},
		{"没有这部法", answer("可以。", "law:飞船法#第一条"), "法规文本里没有《飞船法》"},
		{"被废止的", answer("10 日。", "law:木船法#第一条"), "已由《河船登记法》（2019-10-26）废止"},
		{"还没施行的", answer("10 日。", "law:未来法#第一条"), "要到 2027-01-01 才施行"},
		{"不能再引的", answer("10 日。", "law:旧登记条例#第一条"), "不能再引：2025 年修订"},
		{"没有这个事实", answer("可以。", "fact:none"), "事实表里没有 none"},
		{"依据写法不对", answer("可以。", "河船登记法第一条"), "要写成 law:名称#第N条"},
		{"电话没有依据", item(func(i *Item) { i.Phones = []Phone{{Number: "12366", By: []Basis{"fact:hotline"}}} }), "电话 12366 在依据里找不到"},
		{"电话有依据", item(func(i *Item) { i.Phones = []Phone{{Number: "12345", By: []Basis{"fact:hotline"}}} }), ""},
		{"网址没有依据", item(func(i *Item) {
			i.Online = &Online{Mode: "info", Text: "可以上网看。", Entrances: []Entrance{{"网", "https://x.example"}}, By: []Basis{"fact:hotline"}}
		}), "网址 https://x.example 在依据里找不到"},
		{"语音里的数也要证明", func(c *Corpus) { c.FAQs[0].Voice = "满二十周岁。" }, "“20周岁”"},
	} {
		t.Run(c.name, func(t *testing.T) { expect(t, c.change, c.want) })
	}
}

// expect breaks one thing in the city and looks for what is said.
func expect(t *testing.T, change func(*Corpus), want string) {
	t.Helper()
	corpus := city()
	change(corpus)
	report, err := Check(corpus, Options{Laws: laws, Now: today})
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, p := range report.Errors {
		if p.Rule != RuleLaws {
			said += p.String() + "\n"
		}
	}
	if want == "" && said != "" || !strings.Contains(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
}

func TestRules(t *testing.T) {
	item := func(change func(*Item)) func(*Corpus) { return func(c *Corpus) { change(c.Items[0]) } }
	faq := func(change func(*FAQ)) func(*Corpus) { return func(c *Corpus) { change(c.FAQs[0]) } }
	for _, c := range []struct {
		name   string
		change func(*Corpus)
		want   string
	}{
		{"编号重复", func(c *Corpus) { c.FAQs[0].ID = "boat" }, "编号重复"},
		{"编号写法", item(func(i *Item) { i.ID = "Boat 1" }), "要用小写字母"},
		{"主题代码", item(func(i *Item) { i.Topics = []string{"001"} }), "主题代码 \"001\" 不在目录里"},
		{"部门不在", item(func(i *Item) { i.Department = "x" }), "没有编号为 \"x\" 的部门"},
		{"相关事项不在", item(func(i *Item) { i.Related = []ItemID{"none"} }), "没有编号为 \"none\" 的事项"},
		{"一件事不在", item(func(i *Item) { i.LifeEvents = []string{"none"} }), "一件事"},
		{"区划不在", item(func(i *Item) { i.Regions = []string{"330199"} }), "区划"},
		{"枚举", item(func(i *Item) { i.CaseType = "soon" }), "只能是 instant、promised"},
		{"日期", item(func(i *Item) { i.Updated = "2026/1/1" }), "日期 \"2026/1/1\""},
		{"失效早于生效", item(func(i *Item) { i.Effective, i.Expires = "2026-05-01", "2026-04-01" }), "早于生效日期"},
		{"承诺长于法定", item(func(i *Item) {
			i.Promised = &Limit{N: 10, Unit: "working_day", By: []Basis{"law:河船登记法#第二条"}}
			i.Statutory.N = 10
		}), "承诺时限比法定时限长"},
		{"电话拨不了", item(func(i *Item) { i.Phones = []Phone{{Number: "热线", By: []Basis{"fact:hotline"}}} }), "拨不了"},
		{"没有的时刻", item(func(i *Item) { i.Hours = []Fact{{"9:75 开门", []Basis{"fact:hotline"}}} }), "没有 9:75 这个时刻"},
		{"语音太长", faq(func(f *FAQ) { f.Voice = "一。二。三。四。" }), "有 4 句，最多 3 句"},
		{"语音里的网址", faq(func(f *FAQ) { f.Voice = "看 www.a.cn。" }), "网址没法念"},
		{"标题太长", faq(func(f *FAQ) { f.Question = strings.Repeat("长", 129) }), "最多 128 个字"},
		{"标题重复", faq(func(f *FAQ) { f.Question = "河船登记" }), "标题与 boat 重复"},
		{"没有答案", faq(func(f *FAQ) { f.Answer = nil }), "没有答案"},
		{"情形不在", faq(func(f *FAQ) { f.Situation = "lost" }), "没有情形 \"lost\""},
		{"属性不在", faq(func(f *FAQ) { f.Attribute = "colour" }), "没有 \"colour\" 这个属性"},
		{"等级", func(c *Corpus) { c.Facts[0].Grade = "C" }, "只能是 A、B"},
		{"当场不写天数", item(func(i *Item) { i.Statutory.AtOnce = true }), "当场办理"},
		{"全程网办不跑", item(func(i *Item) {
			i.Online = &Online{Mode: "full", Text: "网上办。", By: []Basis{"fact:hotline"}}
			i.Visits = &Visits{Count: 1, Reason: "核对", By: []Basis{"fact:hotline"}}
		}), "全程网办的事不用跑现场"},
	} {
		t.Run(c.name, func(t *testing.T) { expect(t, c.change, c.want) })
	}
}

func TestReportCounts(t *testing.T) {
	report, err := Check(city(), Options{Laws: laws, Now: today})
	if err != nil {
		t.Fatal(err)
	}
	n := report.Counts
	if n.Items != 1 || n.ByClause != 4 || n.ByFact != 0 || n.FiguresProved != 3 || n.Citations != 3 || n.CitationsFound != 3 || n.MedianFilled != 2 || n.Empty != 9 {
		t.Errorf("%+v", n)
	}
	if len(report.CitedLaws) != 1 || report.CitedLaws[0].Effective != "2020-01-01" || report.CitedLaws[0].Adopted != "2019-10-26" {
		t.Errorf("cited laws: %+v", report.CitedLaws)
	}
	if report, err = Check(city(), Options{Now: today}); err != nil || !report.OK() {
		t.Errorf("without the texts: %v, %v", report.Errors, err)
	}
}

func TestStrict(t *testing.T) {
	c := city()
	c.Items[0].LegalTopics = []string{"005"}
	for strict, want := range map[bool]bool{false: true, true: false} {
		report, err := Check(c, Options{Laws: laws, Now: today, Strict: strict})
		if err != nil || report.OK() != want {
			t.Errorf("strict %v: OK = %v (%v)", strict, report.OK(), err)
		}
	}
}
