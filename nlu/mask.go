package nlu

import (
	"slices"
	"strings"
	"unicode"
)

// personal reports what kinds of personal numbers a text held.
type personal struct{ phone, idNumber bool }

// personalSpan is a personal number in a text, and the words that stand for it.
type personalSpan struct {
	span
	label string
}

// The words that stand for a masked number.
const (
	maskID    = "[身份证号]"
	maskPhone = "[电话]"
	maskCard  = "[银行卡号]"
	maskPass  = "[证件号]"
	maskMail  = "[邮箱]"
)

// Mask replaces personal numbers in a text: identity cards (18 or 15 digits), mobile and landline numbers, bank cards, travel
// documents, e-mail addresses. Full-width digits and 一三八… count as digits; spaces and hyphens inside a number do not hide
// it. Hotlines (12345, 95598), dates, amounts and the numbers that the service itself gives out (A and nine digits) stay.
func Mask(s string) string {
	runes := []rune(s)
	spans, _ := findPersonal(runes)
	if len(spans) == 0 {
		return s
	}
	return replaceSpans(runes, spans, true)
}

func replaceSpans(runes []rune, spans []personalSpan, label bool) string {
	out := make([]rune, 0, len(runes))
	at := 0
	for _, p := range spans {
		out = append(out, runes[at:p.start]...)
		if label {
			out = append(out, []rune(p.label)...)
		} else {
			out = append(out, ' ')
		}
		at = p.end
	}
	return string(append(out, runes[at:]...))
}

// digitOf reads one digit in any script that people type; -1 when it is none.
func digitOf(r rune) int {
	switch {
	case r >= '0' && r <= '9':
		return int(r - '0')
	case r >= '０' && r <= '９':
		return int(r - '０')
	}
	if i := slices.Index(chineseDigits, r); i >= 0 {
		return i
	}
	switch r {
	case '〇':
		return 0
	case '幺':
		return 1
	}
	return -1
}

var chineseDigits = []rune("零一二三四五六七八九")

// digitRun is a row of digits, possibly with spaces or hyphens between them.
type digitRun struct {
	span
	digits []byte
	latin  bool // typed as 0-9, not as 一二三
}

func findPersonal(raw []rune) ([]personalSpan, personal) {
	var spans []personalSpan
	var found personal
	for i := 0; i < len(raw); {
		if raw[i] == '@' || raw[i] == '＠' {
			if p, ok := mail(raw, i); ok && (len(spans) == 0 || spans[len(spans)-1].end <= p.start) {
				spans = append(spans, p)
				i = p.end
				continue
			}
		}
		if digitOf(raw[i]) < 0 {
			i++
			continue
		}
		run := readRun(raw, i)
		i = run.end
		p, ok := judge(raw, run)
		if !ok || len(spans) > 0 && spans[len(spans)-1].end > p.start {
			continue
		}
		if p.label == maskPhone {
			found.phone = true
		}
		if p.label == maskID || p.label == maskPass {
			found.idNumber = true
		}
		spans = append(spans, p)
		i = max(i, p.end)
	}
	return spans, found
}

// readRun reads the digits from i on. A single space or hyphen between digits belongs to the run; two kinds of digits do not mix.
func readRun(raw []rune, i int) digitRun {
	run := digitRun{span: span{i, i}, latin: isLatinDigit(raw[i])}
	for j := i; j < len(raw); j++ {
		d := digitOf(raw[j])
		switch {
		case d >= 0 && isLatinDigit(raw[j]) == run.latin:
			run.digits = append(run.digits, byte('0'+d))
			run.end = j + 1
		case (raw[j] == ' ' || raw[j] == '-' || raw[j] == '－' || raw[j] == '\u00a0') && j+1 < len(raw) && j == run.end && digitOf(raw[j+1]) >= 0:
		default:
			return run
		}
	}
	return run
}

func isLatinDigit(r rune) bool { return r >= '0' && r <= '9' || r >= '０' && r <= '９' }

// judge decides what a run of digits is.
func judge(raw []rune, run digitRun) (personalSpan, bool) {
	n := len(run.digits)
	before := lettersBefore(raw, run.start)
	if before != "" {
		return document(raw, run, before)
	}
	last := rune(0)
	if run.end < len(raw) {
		last = unicode.ToLower(raw[run.end])
	}
	switch {
	case n == 18 && birthday(run.digits[6:14]), n == 17 && (last == 'x' || last == 'ｘ' || last == '×' || last == '*') && birthday(run.digits[6:14]):
		if n == 17 {
			run.end++
		}
		return personalSpan{run.span, maskID}, true
	case n == 15 && birthday(append([]byte("19"), run.digits[6:12]...)):
		return personalSpan{run.span, maskID}, true
	case n == 11 && run.digits[0] == '1' && run.digits[1] >= '3', n == 13 && strings.HasPrefix(string(run.digits), "861"),
		n == 14 && strings.HasPrefix(string(run.digits), "0861"):
		return personalSpan{run.span, maskPhone}, true
	case (n == 11 || n == 12 || n == 10) && run.digits[0] == '0' && run.digits[1] != '0':
		return personalSpan{run.span, maskPhone}, true
	case n == 8 && run.latin && run.digits[0] >= '2' && run.digits[0] <= '8' && !calendarDay(run.digits) && !numbered(raw, run.start) && !unit(last):
		return personalSpan{run.span, maskPhone}, true
	case n >= 15 && n <= 19 && !numbered(raw, run.start):
		return personalSpan{run.span, maskCard}, true
	case n > 19 && !numbered(raw, run.start):
		return several(run)
	}
	return personalSpan{}, false
}

// several handles numbers typed one after the other with spaces only: when a mobile number or an identity card begins or
// ends the run, all of it goes.
func several(run digitRun) (personalSpan, bool) {
	d := run.digits
	if d[0] == '1' && d[1] >= '3' || birthday(d[6:14]) || d[len(d)-11] == '1' && d[len(d)-10] >= '3' {
		return personalSpan{run.span, maskPhone}, true
	}
	return personalSpan{}, false
}

// document finds travel documents: one or two letters and seven to nine digits. A, P, G, B, Y, J with nine digits are ours.
func document(raw []rune, run digitRun, letters string) (personalSpan, bool) {
	n := len(run.digits)
	if len(letters) == 1 && strings.Contains("apgbyj", letters) && n == 9 {
		return personalSpan{}, false
	}
	start := run.start - len([]rune(letters))
	if len(letters) == 1 && strings.Contains("egkdshmcwp", letters) && (n == 8 || n == 10 && strings.Contains("hm", letters)) || len(letters) == 2 && letters[0] == 'e' && n == 7 {
		return personalSpan{span{start, run.end}, maskPass}, true
	}
	if len(letters) > 1 && n == 11 && run.digits[0] == '1' && run.digits[1] >= '3' { // tel13800000000
		return personalSpan{run.span, maskPhone}, true
	}
	if n == 18 && birthday(run.digits[6:14]) {
		return personalSpan{run.span, maskID}, true
	}
	return personalSpan{}, false
}

// lettersBefore returns the Latin letters that touch a run, lower case.
func lettersBefore(raw []rune, start int) string {
	i := start
	for i > 0 && start-i < 8 {
		r := unicode.ToLower(raw[i-1])
		if r >= 'ａ' && r <= 'ｚ' {
			r -= 'ａ' - 'a'
		}
		if r < 'a' || r > 'z' {
			break
		}
		i--
	}
	return strings.ToLower(Normalise(string(raw[i:start])))
}

// birthday says that eight digits are a day on which someone alive may be born.
func birthday(d []byte) bool {
	year := int(d[0]-'0')*1000 + int(d[1]-'0')*100 + int(d[2]-'0')*10 + int(d[3]-'0')
	return year >= 1900 && year <= 2100 && calendarDay(d)
}

// calendarDay says that eight digits can be a date.
func calendarDay(d []byte) bool {
	if len(d) != 8 || (d[0] != '1' || d[1] != '9') && (d[0] != '2' || d[1] != '0') {
		return false
	}
	month, day := int(d[4]-'0')*10+int(d[5]-'0'), int(d[6]-'0')*10+int(d[7]-'0')
	return month >= 1 && month <= 12 && day >= 1 && day <= 31
}

// numbered says that the words before a run name it as a number of a case, an order or a company.
func numbered(raw []rune, start int) bool {
	before := Normalise(string(raw[max(0, start-14):start]))
	for _, w := range []string{"单号", "编号", "工单", "办件", "流水", "订单", "案号", "受理号", "查询码", "信用代码", "条码", "文号", "发票", "注册号"} {
		if strings.Contains(before, w) {
			return true
		}
	}
	return false
}

// unit says that what follows makes the digits a quantity.
func unit(r rune) bool {
	return strings.ContainsRune("元块万亿年月日号%平米个人次", r) && r != 0
}

// mail finds the address around an @.
func mail(raw []rune, at int) (personalSpan, bool) {
	part := func(r rune) bool {
		return r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._%+-", r))
	}
	start, end := at, at+1
	for start > 0 && part(raw[start-1]) {
		start--
	}
	for start < at && raw[start] == '.' {
		start++
	}
	for end < len(raw) && part(raw[end]) {
		end++
	}
	for end > at+1 && raw[end-1] == '.' { // a full stop is not the address's
		end--
	}
	if start == at || !slices.Contains(raw[at+1:end], '.') {
		return personalSpan{}, false
	}
	return personalSpan{span{start, end}, maskMail}, true
}
