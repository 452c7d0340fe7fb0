package sheet

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"bangban/knowledge"
)

// A cell holds one value a line. A line is parts between ｜, the first ones by their place, the others as 名称：值, and at its end the
// basis in 【】: 身份证｜形式：原件【law:居民身份证法#第十一条】. A backslash before one of these signs takes its meaning away.

// line is one value of a cell.
type line struct {
	parts []string
	by    []knowledge.Basis
}

const special = `\｜【】`

func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
			continue
		case strings.ContainsRune(special, r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// String writes the line as it stands in a cell.
func (l line) String() string {
	parts := make([]string, len(l.parts))
	for i, p := range l.parts {
		parts[i] = escape(p)
	}
	s := strings.Join(parts, "｜")
	if len(l.by) > 0 {
		by := make([]string, len(l.by))
		for i, b := range l.by {
			by[i] = string(b)
		}
		s += "【" + escape(strings.Join(by, "；")) + "】"
	}
	return s
}

// with adds 名称：值 where there is a value.
func (l *line) with(name, value string) {
	if value != "" {
		l.parts = append(l.parts, name+"："+value)
	}
}

// parseLine reads one line of a cell.
func parseLine(text string) (line, error) {
	var l line
	var b strings.Builder
	inBasis, closed := false, false
	runes := []rune(text)
	part := func() {
		l.parts = append(l.parts, strings.TrimSpace(b.String()))
		b.Reset()
	}
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case r == '\\' && i+1 < len(runes):
			i++
			if runes[i] == 'n' {
				b.WriteByte('\n')
			} else {
				b.WriteRune(runes[i])
			}
		case closed && r != ' ':
			return l, fmt.Errorf("依据【】要写在一行的最后：%s", text)
		case r == '｜' && !inBasis:
			part()
		case r == '【' && !inBasis:
			part()
			inBasis = true
		case r == '】' && inBasis:
			l.by = parseBases(b.String())
			b.Reset()
			closed = true
		default:
			b.WriteRune(r)
		}
	}
	switch {
	case inBasis && !closed:
		return l, fmt.Errorf("依据的【没有对应的】：%s", text)
	case !inBasis:
		part()
	}
	return l, nil
}

func parseBases(s string) []knowledge.Basis {
	var out []knowledge.Basis
	for _, b := range split(s) {
		out = append(out, knowledge.Basis(b))
	}
	return out
}

// split cuts a plain list: a、b；c. A basis may hold no such sign.
func split(s string) []string {
	var out []string
	for _, p := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("；;、，,\n", r) }) {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// lines cuts a cell.
func lines(cell string) []string {
	var out []string
	for l := range strings.SplitSeq(cell, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// named reads the parts from a place on: 名称：值, each at most once, and only those that are known.
func (l line) named(from int, into map[string]*string) error {
	for _, p := range l.parts[min(from, len(l.parts)):] {
		name, value, ok := strings.Cut(p, "：")
		if !ok {
			name, value, ok = strings.Cut(p, ":")
		}
		target := into[strings.TrimSpace(name)]
		if !ok || target == nil {
			return fmt.Errorf("“%s”要写成“名称：值”，名称可以是 %s", p, strings.Join(keys(into), "、"))
		}
		*target = strings.TrimSpace(value)
	}
	return nil
}

func keys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

func (l line) part(i int) string {
	if i < len(l.parts) {
		return l.parts[i]
	}
	return ""
}

func number(name, s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, fmt.Errorf("%s“%s”要写成整数", name, s)
	}
	return n, nil
}

// words is a two-way list of codes and the Chinese words for them.
type words map[string]string

func (w words) say(code string) string {
	if s, ok := w[code]; ok {
		return s
	}
	return code
}

func (w words) code(said string) string {
	for code, s := range w {
		if s == said {
			return code
		}
	}
	return said
}

var (
	wTarget  = words{"person": "自然人", "company": "企业", "institution": "事业单位", "organisation": "社会组织", "government": "行政机关"}
	wCase    = words{"instant": "即办件", "promised": "承诺件"}
	wSecrecy = words{"public": "公开", "agent": "内部"}
	wForm    = words{"original": "原件", "copy": "复印件", "either": "原件或复印件", "form": "表格", "electronic": "电子"}
	wNeed    = words{"required": "必要", "optional": "可选", "later": "容缺后补"}
	wWaived  = words{"network": "网络核验", "commitment": "告知承诺", "licence": "电子证照"}
	wUnit    = words{"minute": "分钟", "hour": "小时", "day": "日", "working_day": "工作日", "month": "个月", "year": "年"}
	wMode    = words{"full": "全程网办", "partly": "部分网办", "info": "只有信息", "no": "不能网办"}
	wAllowed = words{"yes": "可以", "no": "不可以", "some": "部分可以"}
	wResult  = words{"certificate": "出证", "document": "出文", "approval": "审批", "payment": "给付", "other": "其他"}
	wFAQ     = words{"faq": "问答", "line": "口径", "concept": "概念", "notice": "公告", "plan": "规划"}
	wLevel   = words{"law": "法律", "regulation": "行政法规", "local": "地方性法规", "rule": "部门规章"}
	wPoint   = words{"hall": "政务服务中心", "counter": "部门窗口", "police": "派出所", "bank": "银行", "post": "邮政", "kiosk": "自助机", "community": "便民服务中心"}
	wAsked   = words{"materials": "材料", "time": "时限", "fee": "费用", "place": "地点", "hours": "时间", "phone": "电话", "conditions": "条件", "online": "网办",
		"agent": "代办", "result": "结果", "validity": "有效期", "steps": "流程", "visits": "跑几次", "basis": "依据", "complaint": "投诉电话"}
)
