package sheet

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"bangban/city/calendar"
	"bangban/knowledge"
)

// id is a slug column of any named type.
func id[T any, S ~string](head string, width float64, of func(*T) *S) column[T] {
	return column[T]{head, width, func(r *T) string { return string(*of(r)) }, func(r *T, s string) error { *of(r) = S(s); return nil }}
}

// fact is one sentence with its basis, or none.
func fact[T any](head string, of func(*T) **knowledge.Fact) column[T] {
	return single(head, 40, of, sayFact, readFact)
}

func itemSheet() kind {
	type T = knowledge.Item
	columns := []column[T]{
		id("编号", 22, func(r *T) *knowledge.ItemID { return &r.ID }),
		text("名称", 30, func(r *T) *string { return &r.Name }),
		text("短名", 18, func(r *T) *string { return &r.Short }),
		list("日常说法", 24, nil, func(r *T) *[]string { return &r.Common }),
		list("主题", 8, nil, func(r *T) *[]string { return &r.Topics }),
		list("法人主题", 8, nil, func(r *T) *[]string { return &r.LegalTopics }),
		list("服务对象", 10, wTarget, func(r *T) *[]knowledge.Target { return &r.Targets }),
		text("部门", 10, func(r *T) *string { return &r.Department }),
		list("联办部门", 10, nil, func(r *T) *[]string { return &r.CoDepartments }),
		list("区划", 10, nil, func(r *T) *[]string { return &r.Regions }),
		text("事项类型", 10, func(r *T) *string { return &r.TaskType }),
		coded("办件类型", wCase, func(r *T) *knowledge.CaseType { return &r.CaseType }),
		codesColumn(),
		fact("结论", func(r *T) **knowledge.Fact { return &r.Summary }),
	}
	columns = append(columns, detailColumns(func(r *T) *knowledge.Details { return &r.Details })...)
	columns = append(columns,
		list("设定依据", 30, nil, func(r *T) *[]knowledge.Basis { return &r.Laws }),
		list("一件事", 14, nil, func(r *T) *[]string { return &r.LifeEvents }),
		list("相关事项", 18, nil, func(r *T) *[]knowledge.ItemID { return &r.Related }),
		whole("热门", func(r *T) *int { return &r.Hot }),
		text("更新", 12, func(r *T) *string { return &r.Updated }),
		text("生效", 12, func(r *T) *string { return &r.Effective }),
		text("失效", 12, func(r *T) *string { return &r.Expires }),
		coded("公开", wSecrecy, func(r *T) *knowledge.Secrecy { return &r.Secrecy }),
		yes("核实中", func(r *T) *bool { return &r.Checking }))
	return simple("事项", func(c *knowledge.Corpus) *[]*T { return &c.Items }, columns...)
}

// codesColumn holds the official codes, one 名称：代码 a line.
func codesColumn() column[knowledge.Item] {
	return column[knowledge.Item]{"官方编码", 20, func(r *knowledge.Item) string {
		var out []string
		for _, k := range keys(r.Codes) {
			out = append(out, escape(k+"："+r.Codes[k]))
		}
		return strings.Join(out, "\n")
	}, func(r *knowledge.Item, s string) error {
		r.Codes = map[string]string{}
		for _, one := range lines(s) {
			l, err := parseLine(one)
			if err != nil {
				return err
			}
			scheme, code, ok := strings.Cut(l.part(0), "：")
			if !ok {
				return fmt.Errorf("“%s”要写成“catalogue：编码”", one)
			}
			r.Codes[strings.TrimSpace(scheme)] = strings.TrimSpace(code)
		}
		return nil
	}}
}

func situationSheet() kind {
	type T = situationRow
	columns := []column[T]{
		id("事项编号", 22, func(r *T) *knowledge.ItemID { return &r.Item }),
		text("情形编号", 16, func(r *T) *string { return &r.ID }),
		text("名称", 16, func(r *T) *string { return &r.Name }),
		list("日常说法", 20, nil, func(r *T) *[]string { return &r.Words }),
	}
	columns = append(columns, detailColumns(func(r *T) *knowledge.Details { return &r.Details })...)
	return sheetOf[T]{"情形", columns, func(c *knowledge.Corpus) []*T {
		var out []*T
		for _, it := range c.Items {
			for _, s := range it.Situations {
				out = append(out, &T{it.ID, s})
			}
		}
		return out
	}, func(c *knowledge.Corpus, r *T) error {
		for _, it := range c.Items {
			if it.ID == r.Item {
				it.Situations = append(it.Situations, r.Situation)
				return nil
			}
		}
		return fmt.Errorf("工作表“事项”里没有编号为 %s 的事项", r.Item)
	}}
}

func faqSheet() kind {
	type T = knowledge.FAQ
	return simple("问答", func(c *knowledge.Corpus) *[]*T { return &c.FAQs },
		text("编号", 22, func(r *T) *string { return &r.ID }),
		coded("类型", wFAQ, func(r *T) *knowledge.FAQKind { return &r.Kind }),
		text("问题", 30, func(r *T) *string { return &r.Question }),
		list("相似问", 30, nil, func(r *T) *[]string { return &r.Variants }),
		facts("答案", func(r *T) *[]knowledge.Fact { return &r.Answer }),
		text("语音", 30, func(r *T) *string { return &r.Voice }),
		id("事项", 18, func(r *T) *knowledge.ItemID { return &r.Item }),
		coded("属性", wAsked, func(r *T) *string { return &r.Attribute }),
		text("情形", 12, func(r *T) *string { return &r.Situation }),
		text("部门", 10, func(r *T) *string { return &r.Department }),
		list("主题", 8, nil, func(r *T) *[]string { return &r.Topics }),
		list("区划", 10, nil, func(r *T) *[]string { return &r.Regions }),
		whole("热门", func(r *T) *int { return &r.Hot }),
		text("更新", 12, func(r *T) *string { return &r.Updated }),
		text("生效", 12, func(r *T) *string { return &r.Effective }),
		text("失效", 12, func(r *T) *string { return &r.Expires }),
		coded("公开", wSecrecy, func(r *T) *knowledge.Secrecy { return &r.Secrecy }),
		yes("核实中", func(r *T) *bool { return &r.Checking }))
}

func eventSheet() kind {
	type T = knowledge.LifeEvent
	return simple("一件事", func(c *knowledge.Corpus) *[]*T { return &c.Events },
		text("编号", 18, func(r *T) *string { return &r.ID }),
		text("名称", 20, func(r *T) *string { return &r.Name }),
		list("日常说法", 24, nil, func(r *T) *[]string { return &r.Words }),
		fact("结论", func(r *T) **knowledge.Fact { return &r.Summary }),
		list("事项", 22, nil, func(r *T) *[]knowledge.ItemID { return &r.Items }),
		facts("步骤", func(r *T) *[]knowledge.Fact { return &r.Steps }),
		list("主题", 8, nil, func(r *T) *[]string { return &r.Topics }),
		text("更新", 12, func(r *T) *string { return &r.Updated }))
}

// daySheet has a row a day that differs, and for a year without one a row with the year alone.
func daySheet() kind {
	type T = dayRow
	columns := []column[T]{
		whole("年份", func(r *T) *int { return &r.Year }),
		text("日期", 12, func(r *T) *string { return &r.Date }),
		text("名称", 20, func(r *T) *string { return &r.Name }),
		{"放假或上班", 12, func(r *T) string {
			switch {
			case r.Date == "":
				return ""
			case r.Off:
				return "放假"
			}
			return "上班"
		}, func(r *T, s string) error {
			if s != "放假" && s != "上班" {
				return fmt.Errorf("“%s”要写“放假”或“上班”", s)
			}
			r.Off = s == "放假"
			return nil
		}},
		text("通知", 40, func(r *T) *string { return &r.Source }),
		text("文号", 24, func(r *T) *string { return &r.No }),
		text("网址", 24, func(r *T) *string { return &r.URL }),
		yes("尚未公布", func(r *T) *bool { return &r.Draft }),
	}
	return sheetOf[T]{"节假日", columns, func(c *knowledge.Corpus) []*T {
		var out []*T
		for _, y := range c.Years {
			head := T{Year: y.Year, Source: y.Source, No: y.DocumentNo, URL: y.URL, Draft: y.Provisional}
			out = append(out, &head)
			for _, d := range y.Days {
				out = append(out, &T{Year: y.Year, Day: d})
			}
		}
		return out
	}, addDay}
}

func addDay(c *knowledge.Corpus, r *dayRow) error {
	if r.Year == 0 && len(r.Date) >= 4 {
		r.Year, _ = strconv.Atoi(r.Date[:4])
	}
	if r.Year < 1949 || r.Year > 2200 {
		return fmt.Errorf("年份 %d 不对", r.Year)
	}
	i := sort.Search(len(c.Years), func(i int) bool { return c.Years[i].Year >= r.Year })
	if i == len(c.Years) || c.Years[i].Year != r.Year {
		c.Years = append(c.Years[:i], append([]*calendar.Year{{Year: r.Year, Days: []calendar.Day{}}}, c.Years[i:]...)...)
		c.Place(c.Years[i], c.Origin(r))
	}
	y := c.Years[i]
	if r.Source != "" || r.No != "" || r.URL != "" || r.Draft {
		y.Source, y.DocumentNo, y.URL, y.Provisional = r.Source, r.No, r.URL, r.Draft
	}
	if r.Date != "" {
		y.Days = append(y.Days, r.Day)
	}
	return nil
}
