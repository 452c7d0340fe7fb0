package sheet

import (
	"fmt"
	"regexp"
	"strings"

	"bangban/knowledge"
)

// Explain says a problem of a check in the words of the sheets: which sheet, row and column, and what to write there. A problem of a
// data file stays as it is.
func Explain(p knowledge.Problem) knowledge.Problem {
	file, name, ok := sheetFile(p.File)
	if !ok {
		return p
	}
	k := kindOf(&Table{File: file, Sheet: name})
	where := file
	if name != "" {
		where += " 的“" + name + "”表"
	}
	if p.Line > 0 {
		where += fmt.Sprintf("第 %d 行", p.Line)
		p.Text = strings.TrimPrefix(p.Text, fmt.Sprintf("第 %d 行：", p.Line))
	}
	if p.Field != "" {
		if column := columnOf(p.Field, k); column != "" {
			p.Field = "“" + column + "”列"
		}
	}
	p.File, p.Line = where, 0
	if madeID.MatchString(p.ID) { // nobody knows it by that
		p.ID = ""
	}
	p.Text = inWords(p.Text, p.Rule)
	return p
}

var madeID = regexp.MustCompile(`^(?:item|case|faq|event|office|point|entry|own)-[0-9a-f]{10,12}(?:-[0-9a-f]{6})?$`)

// sheetFile parts a place into file and sheet.
func sheetFile(at string) (file, name string, ok bool) {
	for _, ext := range []string{".xlsx", ".xlsm", ".csv"} {
		i := strings.Index(strings.ToLower(at), ext)
		if i < 0 {
			continue
		}
		end := i + len(ext)
		if end == len(at) {
			return at, "", true
		}
		if at[end] == '/' {
			return at[:end], at[end+1:], true
		}
	}
	return "", "", false
}

// fieldHeads are the columns of the fields that a check names.
var fieldHeads = map[string]string{"id": "编号", "name": "名称", "short": "短名", "common": "日常说法", "topics": "主题", "legal_topics": "法人主题", "targets": "服务对象",
	"department": "部门", "co_departments": "联办部门", "regions": "区划", "task_type": "事项类型", "case_type": "办件类型", "codes": "官方编码", "summary": "结论",
	"conditions": "受理条件", "materials": "申请材料", "statutory": "法定时限", "promised": "承诺时限", "fees": "收费", "visits": "跑现场次数", "places": "办理地点",
	"hours": "办理时间", "phones": "咨询电话", "complaint": "投诉电话", "online": "网上办理", "agent": "代办", "result": "结果", "validity": "有效期", "steps": "办理流程",
	"notes": "提醒", "laws": "设定依据", "life_events": "一件事", "related": "相关事项", "hot": "热门", "updated": "更新", "effective": "生效", "expires": "失效",
	"secrecy": "公开", "kind": "类型", "question": "问题", "variants": "相似问", "answer": "答案", "voice": "语音", "item": "事项", "attribute": "属性", "situation": "情形",
	"words": "日常说法", "items": "事项", "text": "事实", "source": "出处", "grade": "等级", "as_of": "时间", "url": "网址", "quote": "原文", "title": "标题", "level": "级别",
	"adopted": "公布", "parent": "上级", "duties": "职责", "phone": "电话", "address": "地址", "region": "区划", "number": "号码", "days": "日期", "key": "键"}

// kindHeads are those that another sheet calls otherwise.
var kindHeads = map[string]map[string]string{"网点": {"hours": "时间"}, "热线": {"hours": "时间"}, "一件事": {"steps": "步骤"}, "法规": {"title": "名称", "effective": "施行"},
	"失效法规": {"title": "名称", "before": "早于"}, "区划": {"id": "代码"}, "机器人话术": {"text": "文字"}, "情形": {"id": "情形编号"}}

// columnOf is the column of a field such as situations.lost.fees[0].name; empty: the field is a column already.
func columnOf(field string, k kind) string {
	if rest, ok := strings.CutPrefix(field, "situations."); ok {
		if _, field, ok = strings.Cut(rest, "."); !ok {
			return "情形编号"
		}
	}
	field, _, _ = strings.Cut(field, ".")
	field, _, _ = strings.Cut(field, "[")
	if k != nil {
		if head := kindHeads[k.name()][field]; head != "" {
			return head
		}
	}
	if head := fieldHeads[field]; head != "" {
		return head
	}
	return field
}

var (
	unknownRef = regexp.MustCompile(`^没有编号为 "(.*)" 的(\S+)$`)
	onlyThese  = regexp.MustCompile(`^值 "(.*)" 不行，只能是 (\S+)$`)
	noTopic    = regexp.MustCompile(`^主题代码 "(.*)" 不在目录里`)
)

// inWords says the text of a problem without the words of the data files.
func inWords(text, rule string) string {
	if m := unknownRef.FindStringSubmatch(text); m != nil {
		if m[1] == "" {
			return "空着。写“" + m[2] + "”表里的名称或编号"
		}
		return "“" + m[2] + "”表里没有“" + m[1] + "”。先在那张表加上，或改成那里的名称"
	}
	if m := onlyThese.FindStringSubmatch(text); m != nil {
		said := strings.Split(m[2], "、")
		for i, code := range said {
			said[i] = wordOf(code, said)
		}
		if m[1] == "" {
			return "空着。可以写：" + strings.Join(said, "、")
		}
		return "“" + m[1] + "”不认识，可以写：" + strings.Join(said, "、")
	}
	if m := noTopic.FindStringSubmatch(text); m != nil {
		return "没有“" + m[1] + "”这个主题。主题的名称和代码见 docs/importing-your-city.md"
	}
	switch {
	case rule == "basis" && strings.Contains(text, "没有依据"):
		return "没有依据。在“出处”列写明是哪个单位什么时候给的，或在这一格最后写【依据】；说不出处的就空着"
	case strings.HasPrefix(text, "至少写一个主题代码"):
		return "写明主题，如 证件办理；全部名称见 docs/importing-your-city.md"
	case strings.HasPrefix(text, "金额（yuan）和收费办法"):
		return "写明多少元，或怎么收"
	case strings.HasPrefix(text, "编号 "):
		return strings.Replace(text, "要用小写字母、数字和 -", "要用小写字母、数字和 -（也可以空着，程序自己编）", 1)
	}
	return text
}

// wordOf is the word for a code, out of the list that holds all the codes.
func wordOf(code string, all []string) string {
	for _, w := range []words{wTarget, wCase, wSecrecy, wForm, wNeed, wWaived, wUnit, wMode, wAllowed, wResult, wFAQ, wLevel, wPoint} {
		whole := true
		for _, c := range all {
			whole = whole && (w[c] != "" || isWordOf(w, c))
		}
		if whole && w[code] != "" {
			return w[code]
		}
	}
	return code
}

func isWordOf(w words, said string) bool {
	for _, s := range w {
		if s == said {
			return true
		}
	}
	return false
}
