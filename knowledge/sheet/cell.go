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
		case r == '【' && !inBasis && namesBasis(runes[i+1:]):
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

// namesBasis tells the basis 【law:…】 from the brackets that people write in a text: 【温馨提示】.
func namesBasis(rest []rune) bool {
	s, _, _ := strings.Cut(string(rest), "】")
	for _, kind := range []string{"law:", "fact:", "page:"} {
		if strings.HasPrefix(strings.TrimSpace(s), kind) {
			return true
		}
	}
	return strings.Contains(s, "#第")
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

// between part the members of a plain list, beside the end of a line.
const between = "、；;"

// members cuts a cell that lists short texts: 公安局、市局. A backslash keeps a sign.
func members(cell string) []string {
	var out []string
	var b strings.Builder
	end := func() {
		if s := strings.TrimSpace(b.String()); s != "" {
			out = append(out, s)
		}
		b.Reset()
	}
	runes := []rune(cell)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case r == '\\' && i+1 < len(runes):
			i++
			if runes[i] == 'n' {
				b.WriteByte('\n')
			} else {
				b.WriteRune(runes[i])
			}
		case r == '\n' || strings.ContainsRune(between, r):
			end()
		default:
			b.WriteRune(r)
		}
	}
	end()
	return out
}

// escapeMember writes a text so that members gives it back.
func escapeMember(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
			continue
		case r == '\\' || strings.ContainsRune(between, r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
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

// known is code for a closed list: a word that is none of them is an error that names them. Without a list every text is good.
func (w words) known(said string) (string, error) {
	if len(w) == 0 || w[said] != "" {
		return said, nil
	}
	if code := w.code(said); code != said {
		return code, nil
	}
	if code := alsoCalled[said]; w[code] != "" {
		return code, nil
	}
	var all []string
	for _, code := range keys(w) {
		all = append(all, w[code])
	}
	return said, fmt.Errorf("“%s”不认识，可以写：%s", said, strings.Join(all, "、"))
}

// alsoCalled are other words for the members of the closed lists.
var alsoCalled = map[string]string{"个人": "person", "市民": "person", "公民": "person", "群众": "person", "法人": "company", "企业法人": "company", "单位": "company",
	"事业单位法人": "institution", "社会组织法人": "organisation", "机关": "government", "即办": "instant", "即时办结": "instant", "承诺": "promised", "承诺办结": "promised",
	"对外": "public", "对内": "agent", "全程网上办": "full", "全程网上办理": "full", "问题": "faq", "常见问题": "faq", "热点问答": "faq", "通知公告": "notice", "通知": "notice",
	"收费": "fee", "时间": "hours", "办理时间": "hours", "办理地点": "place", "地址": "place", "申请材料": "materials", "办理时限": "time", "受理条件": "conditions",
	"办理流程": "steps", "联系电话": "phone", "咨询电话": "phone", "地方性法规规章": "local", "部门规章及文件": "rule"}

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
