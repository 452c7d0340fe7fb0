package sheet

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"bangban/city/calendar"
	"bangban/knowledge"
)

func faqSheet() kind {
	type T = knowledge.FAQ
	s := simple("问答", func(c *knowledge.Corpus) *[]*T { return &c.FAQs },
		text("编号", 22, func(r *T) *string { return &r.ID }).as(plainID),
		coded("类型", wFAQ, func(r *T) *knowledge.FAQKind { return &r.Kind }),
		text("问题", 30, func(r *T) *string { return &r.Question }),
		list("相似问", 30, nil, func(r *T) *[]string { return &r.Variants }),
		facts("答案", func(r *T) *[]knowledge.Fact { return &r.Answer }).as(plainAnswer),
		text("语音", 30, func(r *T) *string { return &r.Voice }),
		id("事项", 18, func(r *T) *knowledge.ItemID { return &r.Item }).as(nil),
		coded("属性", wAsked, func(r *T) *string { return &r.Attribute }),
		text("情形", 12, func(r *T) *string { return &r.Situation }),
		text("部门", 10, func(r *T) *string { return &r.Department }),
		list("主题", 8, nil, func(r *T) *[]string { return &r.Topics }).as(plainTopics),
		list("区划", 10, nil, func(r *T) *[]string { return &r.Regions }).as(plainRefs),
		whole("热门", func(r *T) *int { return &r.Hot }),
		text("更新", 12, func(r *T) *string { return &r.Updated }).as(plainDate),
		text("生效", 12, func(r *T) *string { return &r.Effective }).as(plainDate),
		text("失效", 12, func(r *T) *string { return &r.Expires }).as(plainDate),
		coded("公开", wSecrecy, func(r *T) *knowledge.Secrecy { return &r.Secrecy }),
		yes("核实中", func(r *T) *bool { return &r.Checking }), origin[T]())
	s.identify = func(r *T) string {
		r.ID = identified(r.ID, "faq", r.Question)
		if r.Kind == "" {
			r.Kind = "faq"
		}
		return r.ID
	}
	s.updated = func(r *T) *string { return &r.Updated }
	s.also = also(`问题 标题 标准问 问 咨询问题
相似问 相似问法 其他问法 关键字 关键词
答案 内容 答复 回答 解答 答复内容 标准答案
事项 事项编号 事项名称 关联事项
部门 责任部门 责任单位 答复单位 答复部门 发文单位 主管部门
更新 更新日期 更新时间
出处 来源 数据来源`)
	return s
}

func eventSheet() kind {
	type T = knowledge.LifeEvent
	s := simple("一件事", func(c *knowledge.Corpus) *[]*T { return &c.Events },
		text("编号", 18, func(r *T) *string { return &r.ID }).as(plainID),
		text("名称", 20, func(r *T) *string { return &r.Name }),
		list("日常说法", 24, nil, func(r *T) *[]string { return &r.Words }),
		fact("结论", func(r *T) **knowledge.Fact { return &r.Summary }),
		list("事项", 22, nil, func(r *T) *[]knowledge.ItemID { return &r.Items }).as(plainRefs),
		facts("步骤", func(r *T) *[]knowledge.Fact { return &r.Steps }),
		list("主题", 8, nil, func(r *T) *[]string { return &r.Topics }).as(plainTopics),
		text("更新", 12, func(r *T) *string { return &r.Updated }).as(plainDate), origin[T]())
	s.identify = func(r *T) string {
		r.ID = identified(r.ID, "event", r.Name)
		return r.ID
	}
	s.updated = func(r *T) *string { return &r.Updated }
	s.also = also(`名称 主题名称 一件事名称
日常说法 俗称 常见说法
事项 涉及事项 包含事项
更新 更新日期 更新时间
出处 来源 数据来源`)
	return s
}

// dayRow is one row of the sheet 节假日.
type dayRow struct {
	Year   int
	Source string
	No     string
	URL    string
	Draft  bool
	calendar.Day
}

// daySheet has a row a day that differs, and for a year without one a row with the year alone.
func daySheet() kind {
	type T = dayRow
	columns := []column[T]{
		whole("年份", func(r *T) *int { return &r.Year }),
		text("日期", 12, func(r *T) *string { return &r.Date }),
		text("名称", 20, func(r *T) *string { return &r.Name }),
		{head: "放假或上班", width: 12, get: func(r *T) string {
			switch {
			case r.Date == "":
				return ""
			case r.Off:
				return "放假"
			}
			return "上班"
		}, set: func(r *T, s string) error {
			switch {
			case strings.Contains(s, "上班") || s == "班" || s == "补班":
			case strings.Contains(s, "放假") || s == "休" || s == "休息" || s == "假":
				r.Off = true
			default:
				return fmt.Errorf("“%s”要写“放假”或“上班”", s)
			}
			return nil
		}},
		text("通知", 40, func(r *T) *string { return &r.Source }),
		text("文号", 24, func(r *T) *string { return &r.No }),
		text("网址", 24, func(r *T) *string { return &r.URL }),
		yes("尚未公布", func(r *T) *bool { return &r.Draft }),
	}
	return sheetOf[T]{title: "节假日", columns: columns, key: "日期", rows: func(c *knowledge.Corpus) []*T {
		var out []*T
		for _, y := range c.Years {
			head := T{Year: y.Year, Source: y.Source, No: y.DocumentNo, URL: y.URL, Draft: y.Provisional}
			out = append(out, &head)
			for _, d := range y.Days {
				out = append(out, &T{Year: y.Year, Day: d})
			}
		}
		return out
	}, add: addDay, also: also(`年份 年度
日期 放假日期 时间
名称 节日 节日名称 节假日
放假或上班 类型 安排 性质 放假安排`)}
}

func addDay(c *knowledge.Corpus, r *dayRow) error {
	var dates []string
	if r.Date != "" {
		var err error
		if dates, err = days(r.Date, r.Year); err != nil {
			return err
		}
		if r.Year == 0 {
			r.Year, _ = strconv.Atoi(dates[0][:4])
		}
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
	for _, date := range dates {
		y.Days = append(y.Days, calendar.Day{Date: date, Name: r.Name, Off: r.Off})
	}
	return nil
}
