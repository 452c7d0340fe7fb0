package sheet

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// What an office writes in its own sheets is turned here into the form of a cell (cell.go): 20个工作日 → 20 工作日, 免费 → 收费｜元：0.
// What is already in that form, or not understood, stays as it is; the reader says what is wrong with it.

// halved makes full-width digits and letters half-width; signs and spaces stay, they belong to the text.
func halved(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９', r >= 'Ａ' && r <= 'Ｚ', r >= 'ａ' && r <= 'ｚ':
			return r - '０' + '0'
		case r == '\ufeff' || r == '\u200b':
			return -1
		}
		return r
	}, s)
}

// nothing are the marks that people put into a cell to say that there is nothing.
var nothing = map[string]bool{"/": true, "／": true, "-": true, "—": true, "——": true, "－": true, "无": true, "暂无": true, "空": true, "N/A": true}

// written reports whether a cell is in the form of cell.go already.
func written(s string) bool {
	return strings.Contains(s, "｜") || strings.Contains(s, "【") || strings.Contains(s, `\`)
}

func plainID(s string) string {
	return strings.ToLower(strings.NewReplacer("_", "-", " ", "-", "－", "-", "—", "-").Replace(strings.TrimSpace(s)))
}

// plainTopics takes topics by code or name; a spreadsheet makes 90 of 090.
func plainTopics(s string) string {
	var out []string
	for _, m := range members(strings.NewReplacer("，", "、", ",", "、").Replace(s)) {
		if len(m) < 3 && strings.Trim(m, "0123456789") == "" {
			m = strings.Repeat("0", 3-len(m)) + m
		}
		out = append(out, m)
	}
	return strings.Join(out, "\n")
}

// plainRefs takes a list of names or numbers of others, parted by any comma.
func plainRefs(s string) string { return strings.NewReplacer("，", "、", ",", "、").Replace(s) }

// plainRegion takes a code of a region with its zeros: 330109000000 → 330109.
func plainRegion(s string) string {
	if len(s) == 12 && strings.Trim(s, "0123456789") == "" {
		for len(s) > 6 && strings.HasSuffix(s, "000") {
			s = s[:len(s)-3]
		}
	}
	return s
}

var numbered = regexp.MustCompile(`^\s*(?:[（(]?(\d{1,2})[)）]|(\d{1,2})[.．、]|第?([一二三四五六七八九十])[、.．])\s*`)

// circled are the numbers ①②③.
const circled = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

// item cuts the number before a member of a list; ok is false where there is none.
func unnumbered(line string) (rest string, ok bool) {
	if r, n := utf8.DecodeRuneInString(line); strings.ContainsRune(circled, r) && n > 1 {
		return strings.TrimSpace(line[n:]), true
	}
	m := numbered.FindString(line)
	if m == "" || len(m) == len(line) {
		return line, false
	}
	if next, _ := utf8.DecodeRuneInString(line[len(m):]); strings.ContainsAny(m, ".．") && next >= '0' && next <= '9' { // 1.5 米
		return line, false
	}
	return line[len(m):], true
}

var inLine = regexp.MustCompile(`[；;。]\s*(?:[（(]?\d{1,2}[)）]|\d{1,2}[.．、])|[` + circled + `]`)

// plainLines takes a numbered list, one a line or all in one line, and drops the numbers.
func plainLines(s string) string {
	if written(s) {
		return s
	}
	list := lines(s)
	if len(list) == 1 {
		if _, ok := unnumbered(list[0]); ok {
			list = lines(inLine.ReplaceAllStringFunc(list[0], func(m string) string {
				if r, n := utf8.DecodeRuneInString(m); strings.ContainsRune("；;。", r) {
					return m[:n] + "\n" + m[n:]
				}
				return "\n" + m
			}))
		}
	}
	out := make([]string, len(list))
	for i, l := range list {
		rest, ok := unnumbered(l)
		if !ok {
			return strings.Join(list, "\n")
		}
		out[i] = strings.TrimRight(rest, "；;，,")
	}
	return strings.Join(out, "\n")
}

// plainAnswer cuts long paragraphs, too.
func plainAnswer(s string) string {
	if written(s) {
		return s
	}
	return strings.Join(paragraphs(s), "\n")
}

var copies = regexp.MustCompile(`^(.+?)[（(]?\s*(原件(?:和|及|与|、|加)复印件|原件或复印件|原件|复印件|电子版|电子件)\s*(?:各)?\s*(\d{0,2})\s*[份张本套]?\s*[）)]?$`)

// plainMaterials takes 户口簿（原件）、照片2张, one a line, numbered, or parted by semicolons.
func plainMaterials(s string) string {
	if written(s) {
		return s
	}
	var out []string
	for _, l := range lines(strings.NewReplacer("；", "\n", ";", "\n").Replace(plainLines(s))) {
		if rest, ok := unnumbered(l); ok {
			l = rest
		}
		out = append(out, plainMaterial(strings.TrimRight(l, "。，,、 ")))
	}
	return strings.Join(out, "\n")
}

func plainMaterial(s string) string {
	m := copies.FindStringSubmatch(s)
	if m == nil {
		return escape(s)
	}
	l := line{parts: []string{strings.TrimRight(m[1], "，,、 ")}}
	switch m[2] {
	case "原件":
		l.with("形式", "原件")
		l.with("原件", m[3])
	case "复印件":
		l.with("形式", "复印件")
		l.with("复印件", m[3])
	case "原件或复印件":
		l.with("形式", "原件或复印件")
	case "电子版", "电子件":
		l.with("形式", "电子")
	default:
		l.with("原件", m[3])
		l.with("复印件", m[3])
		if m[3] == "" {
			l.with("说明", "原件和复印件")
		}
	}
	return l.String()
}

var limit = regexp.MustCompile(`^(?:自?受理(?:之日起)?|承诺|法定)?\s*(\d{1,4})\s*个?\s*(工作日|自然日|日历日|天|日|月|年|小时|分钟)(?:以?内)?(?:办结|完成)?。?$`)

// plainLimit takes 20个工作日, 15天, 即办, 当场办结.
func plainLimit(s string) string {
	switch strings.TrimRight(s, "。") {
	case "即办", "即时", "即办件", "即时办结", "当场", "当场办结", "当场办理", "当日办结", "立等可取":
		return "当场"
	}
	m := limit.FindStringSubmatch(s)
	if m == nil {
		return s
	}
	unit := map[string]string{"自然日": "日", "日历日": "日", "天": "日", "月": "个月"}[m[2]]
	if unit == "" {
		unit = m[2]
	}
	return m[1] + " " + unit
}

var (
	noFee = regexp.MustCompile(`^(?:办理)?(?:不收费|免费|免收|免收费用?|不收取(?:任何)?费用|无收费|0元|0)(?:办理)?。?$`)
	aFee  = regexp.MustCompile(`^([^0-9：:]*?)[：:]?\s*(\d{1,9}(?:\.\d{1,2})?)\s*元(?:\s*[/／每]\s*(\S{1,6}))?。?$`)
)

// plainFees takes 不收费, 工本费40元/证; what has no amount is a rule (办法).
func plainFees(s string) string {
	if written(s) {
		return s
	}
	var out []string
	for _, l := range lines(plainLines(s)) {
		m := aFee.FindStringSubmatch(l)
		f := line{}
		switch {
		case noFee.MatchString(l):
			f.parts = []string{"收费", "元：0"}
		case m != nil:
			f.parts = []string{strings.TrimSpace(m[1]), "元：" + m[2]}
			if f.parts[0] == "" {
				f.parts[0] = "费用"
			}
			if m[3] != "" {
				f.with("每", "每"+m[3])
			}
		default:
			f.parts = []string{"费用", "办法：" + l}
		}
		out = append(out, f.String())
	}
	return strings.Join(out, "\n")
}

// plainVisits takes 0次, 零次, 1次, 一次.
func plainVisits(s string) string {
	if written(s) {
		return s
	}
	for said, n := range map[string]string{"零": "0", "〇": "0", "一": "1", "两": "2", "二": "2"} {
		if strings.TrimSuffix(s, "次") == said {
			return n
		}
	}
	return s
}

var (
	aPhone   = regexp.MustCompile(`[（(]?0\d{2,3}[)）]?[-－—–\s]*\d{7,8}(?:[-－—–转]\d{1,5})?|[48]00[-－—–\s]?\d{3}[-－—–\s]?\d{4}|1[3-9]\d{9}|\d{3,8}`)
	areaCode = regexp.MustCompile(`^0(?:10|2\d|[3-9]\d{2})`)
)

// plainPhones takes several numbers in one line, with what they are for before them: 窗口0999-1234567、12345.
func plainPhones(s string) string {
	if written(s) {
		return s
	}
	var out []string
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、；;，,/／\n", r) }) {
		part = strings.TrimSpace(part)
		at := aPhone.FindStringIndex(part)
		if at == nil {
			out = append(out, part)
			continue
		}
		l := line{parts: []string{plainPhone(part[at[0]:at[1]])}}
		l.with("用途", strings.Trim(strings.Trim(part[:at[0]]+part[at[1]:], " ：:（）()"), " "))
		out = append(out, l.String())
	}
	return strings.Join(out, "\n")
}

// plainPhone writes one number as it is dialled: (0571)87280185 → 0571-87280185.
func plainPhone(s string) string {
	s = strings.NewReplacer("（", "", "(", "", "）", "-", ")", "-", "－", "-", "—", "-", "–", "-", "转", "-", " ", "-").Replace(strings.TrimSpace(s))
	for strings.Contains(s, "--") {
		s = strings.ReplaceAll(s, "--", "-")
	}
	if code := areaCode.FindString(s); code != "" && len(s) > len(code) && s[len(code)] != '-' {
		s = code + "-" + s[len(code):]
	}
	return s
}

// plainOnline takes 全程网办 alone, and 全程网办：https://….
func plainOnline(s string) string {
	if written(s) {
		return s
	}
	mode, rest := s, ""
	if i := strings.IndexAny(s, "：:，,（( \n"); i > 0 {
		_, n := utf8.DecodeRuneInString(s[i:])
		mode, rest = s[:i], strings.Trim(s[i+n:], " ）)。\n")
	}
	code, err := wMode.known(strings.TrimSpace(mode))
	if err != nil {
		return s
	}
	say := map[string]string{"full": "可以全程在网上办，不用跑现场。", "partly": "可以先在网上申请，再到窗口办。", "info": "网上可以查办事指南，要到窗口办。", "no": "不能在网上办，要到窗口办。"}[code]
	l := line{parts: []string{wMode.say(code), say}}
	switch {
	case strings.Contains(rest, "http"):
		at := strings.Index(rest, "http")
		name := strings.Trim(rest[:at], " ：:，,")
		if name == "" {
			name = "网上入口"
		}
		l.with("入口", name+" "+rest[at:])
	case rest != "":
		l.parts[1] = rest
	}
	return l.String()
}

// plainAgent takes 可以 and 不可以 alone, and 可以，带委托书.
func plainAgent(s string) string {
	if written(s) {
		return s
	}
	mode, rest := s, ""
	if i := strings.IndexAny(s, "：:，,（(\n"); i > 0 {
		_, n := utf8.DecodeRuneInString(s[i:])
		mode, rest = s[:i], strings.Trim(s[i+n:], " ）)\n")
	}
	said := map[string]string{"是": "可以", "可以代办": "可以", "可代办": "可以", "否": "不可以", "不可代办": "不可以", "不可以代办": "不可以", "不能": "不可以", "不能代办": "不可以"}[mode]
	if said == "" {
		said = mode
	}
	code, err := wAllowed.known(said)
	if err != nil {
		return s
	}
	if rest == "" {
		rest = map[string]string{"yes": "可以请人代办。", "no": "要本人办，不能代办。", "some": "有的情形可以代办。"}[code]
	}
	return line{parts: []string{wAllowed.say(code), rest}}.String()
}

// plainPoint tells the kind of a service point by its words: 派出所户籍窗口, 社区便民服务站.
func plainPoint(s string) string {
	if _, err := wPoint.known(s); err == nil {
		return s
	}
	for _, k := range []struct{ word, kind string }{{"派出所", "派出所"}, {"公安", "派出所"}, {"银行", "银行"}, {"邮", "邮政"}, {"自助", "自助机"}, {"便民", "便民服务中心"},
		{"社区", "便民服务中心"}, {"街道", "便民服务中心"}, {"乡", "便民服务中心"}, {"镇", "便民服务中心"}, {"村", "便民服务中心"},
		{"中心", "政务服务中心"}, {"大厅", "政务服务中心"}, {"窗口", "部门窗口"}} {
		if strings.Contains(s, k.word) {
			return k.kind
		}
	}
	return s
}

func plainForm(s string) string {
	switch {
	case strings.Contains(s, "或"):
		return "原件或复印件"
	case strings.HasPrefix(s, "原件"):
		return "原件"
	case strings.HasPrefix(s, "复印"):
		return "复印件"
	case strings.HasPrefix(s, "电子"):
		return "电子"
	case strings.Contains(s, "表"):
		return "表格"
	case s == "纸质":
		return ""
	}
	return s
}

func plainNeed(s string) string {
	switch s {
	case "是", "必需", "必须", "必要材料":
		return "必要"
	case "否", "非必要", "可选材料":
		return "可选"
	case "容缺", "可容缺", "容缺受理":
		return "容缺后补"
	}
	return s
}

func plainCount(s string) string { return strings.TrimRight(s, " 份张本套件") }
