package sheet

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bangban/knowledge"
)

func TestPlain(t *testing.T) {
	for _, c := range []struct {
		name       string
		tidy       func(string) string
		from, want string
	}{
		{"工作日", plainLimit, "20个工作日", "20 工作日"},
		{"受理之日起", plainLimit, "自受理之日起15个工作日内办结", "15 工作日"},
		{"天", plainLimit, "3天", "3 日"},
		{"月", plainLimit, "2个月", "2 个月"},
		{"即办", plainLimit, "即时办结", "当场"},
		{"原来的写法", plainLimit, "60 日｜做什么：发证", "60 日｜做什么：发证"},
		{"不懂的不动", plainLimit, "很快", "很快"},
		{"免费", plainFees, "不收费", "收费｜元：0"},
		{"元每证", plainFees, "工本费40元/证", "工本费｜元：40｜每：每证"},
		{"只有金额", plainFees, "12.5元", "费用｜元：12.5"},
		{"两笔", plainFees, "1.登记费120元\n2.照片费：10元", "登记费｜元：120\n照片费｜元：10"},
		{"一条办法", plainFees, "按房价的 1% 交", "费用｜办法：按房价的 1% 交"},
		{"材料一行", plainMaterials, "1、户口簿（原件）；2、照片2张；3.申请表", "户口簿｜形式：原件\n照片2张\n申请表"},
		{"材料几行", plainMaterials, "①身份证原件1份\n②合同复印件2份", "身份证｜形式：原件｜原件：1\n合同｜形式：复印件｜复印件：2"},
		{"原件及复印件", plainMaterials, "身份证原件及复印件各1份", "身份证｜原件：1｜复印件：1"},
		{"小数不是编号", plainLines, "1.5 米以上的船\n都要登记", "1.5 米以上的船\n都要登记"},
		{"编号一行", plainLines, "1.先挂失；2.再补领。", "先挂失\n再补领。"},
		{"电话", plainPhones, "窗口：(0380)5550001、12345", "0380-5550001｜用途：窗口\n12345"},
		{"连着写的电话", plainPhone, "03805550001", "0380-5550001"},
		{"区号三位", plainPhone, "010 12345678", "010-12345678"},
		{"手机", plainPhone, "13800000000", "13800000000"},
		{"四百", plainPhone, "400-123-4567", "400-123-4567"},
		{"零次", plainVisits, "零次", "0"},
		{"网办", plainOnline, "全程网办：云溪办 https://a.example/x?y=1", "全程网办｜可以全程在网上办，不用跑现场。｜入口：云溪办 https://a.example/x?y=1"},
		{"网办一句话", plainOnline, "部分网办，先在网上约号", "部分网办｜先在网上约号"},
		{"代办", plainAgent, "可以（带委托书）", "可以｜带委托书"},
		{"不能代办", plainAgent, "否", "不可以｜要本人办，不能代办。"},
		{"主题掉了零", plainTopics, "90、证件办理", "090\n证件办理"},
		{"十二位代码", plainRegion, "990102001000", "990102001"},
		{"区代码", plainRegion, "990102000000", "990102"},
		{"派出所", plainPoint, "派出所户籍窗口", "派出所"},
		{"编号", plainID, "ID_Card 1", "id-card-1"},
		{"全角", halved, "Ａ１２：，", "A12：，"},
		{"日期", plainDate, "2026年1月5日", "2026-01-05"},
		{"斜线", plainDate, "2026/1/5", "2026-01-05"},
		{"点", plainDate, "2026.01.05", "2026-01-05"},
		{"八位", plainDate, "20260105", "2026-01-05"},
		{"表格里的日期", plainDate, "46027", "2026-01-05"},
		{"月", plainDate, "2026年1月", "2026-01"},
		{"年", plainDate, "2026", "2026"},
		{"不是日期", plainDate, "去年", "去年"},
	} {
		if got := c.tidy(c.from); got != c.want {
			t.Errorf("%s: %q → %q, want %q", c.name, c.from, got, c.want)
		}
	}
}

func TestDays(t *testing.T) {
	for _, c := range []struct {
		text string
		year int
		want string // first, last, count; empty: an error
	}{
		{"2026-10-01", 0, "2026-10-01 2026-10-01 1"},
		{"2026年10月1日至7日", 0, "2026-10-01 2026-10-07 7"},
		{"10月1日-7日", 2026, "2026-10-01 2026-10-07 7"},
		{"2026.12.31～2027.1.2", 0, "2026-12-31 2027-01-02 3"},
		{"46296", 0, "2026-10-01 2026-10-01 1"},
		{"10月1日", 0, ""},
		{"2026-10-07至2026-10-01", 0, ""},
		{"2026-02-30", 0, ""},
	} {
		got, err := days(c.text, c.year)
		if c.want == "" {
			if err == nil {
				t.Errorf("%s: %v, want an error", c.text, got)
			}
			continue
		}
		f := strings.Fields(c.want)
		if err != nil || got[0] != f[0] || got[len(got)-1] != f[1] || len(got) != int(f[2][0]-'0') {
			t.Errorf("%s: %v %v, want %s", c.text, got, err, c.want)
		}
	}
}

func TestMembers(t *testing.T) {
	for _, list := range [][]string{{"公安局", "市局"}, {`a、b；c\d`, "e\nf"}, {"一"}} {
		var cells []string
		for _, s := range list {
			cells = append(cells, escapeMember(s))
		}
		for _, by := range []string{"\n", "、", "；"} {
			if got := members(strings.Join(cells, by)); !slices.Equal(got, list) {
				t.Errorf("%q by %q: %q", list, by, got)
			}
		}
	}
}

func TestKindOf(t *testing.T) {
	for _, c := range []struct {
		file, sheet, heads, want string
	}{
		{"我市.xlsx", "事项", "编号", "事项"},
		{"我市.xlsx", "行政区划", "行政区划代码 区划名称", "区划"},
		{"热线电话.csv", "", "热线号码 热线名称", "热线"},
		{"a.xlsx", "Sheet1", "标题 区县 详细地址 网点名称", "网点"},
		{"材料清单.xlsx", "Sheet1", "事项名称 材料名称", "材料"},
		{"a.csv", "", "类目 标题 内容 发文单位 材料性质", ""},
		{"a.csv", "", "甲 乙", ""},
	} {
		got := ""
		if k := kindOf(&Table{File: c.file, Sheet: c.sheet, Rows: [][]string{{"标题"}, strings.Fields(c.heads)}}); k != nil {
			got = k.name()
		}
		if got != c.want {
			t.Errorf("%s %s %s: %q, want %q", c.file, c.sheet, c.heads, got, c.want)
		}
	}
}

// What bears no date keeps that of the last change: the same sheet on another day is no work.
func TestTheSameSheetKeepsItsDate(t *testing.T) {
	table := func(answer string) []*Table {
		return []*Table{{File: "问答.csv", Rows: [][]string{{"问题", "答案", "部门", "出处"}, {"几点开", answer, "gaj", "公安局"}}}}
	}
	day := func(d int) time.Time { return time.Date(2026, 11, d, 12, 0, 0, 0, knowledge.City) }
	first, problems := Parse(table("9 点。"), base(), day(1))
	if len(problems) > 0 || first.FAQs[0].Updated != "2026-11-01" {
		t.Fatal(problems, first.FAQs[0].Updated)
	}
	again, _ := Parse(table("9 点。"), first.Merge(base()), day(2))
	same(t, again, first)
	list := &Table{File: "a.csv", Rows: [][]string{EntryHeads, {"证件办理", "几点关", "17 点。", "gaj", "日常咨询"}}}
	before, _ := Entries(list, base(), day(1))
	after, _ := Entries(list, before.Merge(base()), day(2))
	same(t, after, before)
	changed, _ := Parse(table("10 点。"), first.Merge(base()), day(3))
	if changed.FAQs[0].Updated != "2026-11-03" || changed.Facts[0].AsOf != "2026-11-03" {
		t.Errorf("%s, %s", changed.FAQs[0].Updated, changed.Facts[0].AsOf)
	}
}

// A word of an office's list is no basis in disguise, and what is meant for agents stays with them.
func TestCellsThatMustNotSlip(t *testing.T) {
	for _, c := range []struct{ head, cell, want string }{
		{"公开", "非公开", "“非公开”不认识"},
		{"公开", "内部", ""},
		{"答案", "【温馨提示】带身份证。", ""},
		{"答案", "话【law:居民身份证法#第十一条】又说", "要写在一行的最后"},
	} {
		_, problems := Parse([]*Table{{File: "问答.csv", Rows: [][]string{{"问题", c.head}, {"几点开", c.cell}}}}, base(), time.Now())
		said := ""
		for _, p := range problems {
			said += p.String()
		}
		if c.want == "" && said != "" || !strings.Contains(said, c.want) {
			t.Errorf("%s %s: %s", c.head, c.cell, said)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("1.户口簿（原件）；2.照片2张")
	f.Add("2026年10月1日至7日")
	f.Add("全程网办：https://a")
	f.Fuzz(func(t *testing.T, s string) {
		for _, tidy := range []func(string) string{plainLimit, plainFees, plainMaterials, plainLines, plainAnswer, plainPhones, plainVisits, plainOnline, plainAgent,
			plainTopics, plainRegion, plainPoint, plainID, plainForm, plainNeed, plainCount, plainDate, halved} {
			tidy(s)
		}
		_, _ = days(s, 2026)
		for _, m := range members(s) {
			if got := members(escapeMember(m)); len(got) != 1 || got[0] != strings.TrimSpace(m) {
				t.Fatalf("%q comes back as %q", m, got)
			}
		}
	})
}
