package nlu

import "strings"

// number finds a number that people say: a letter and nine digits, in groups or in one, in digits or spoken. 答复编号 and its
// like stand for the letter.
func (a *analysis) number() string {
	for i, r := range a.runes {
		if !strings.ContainsRune("apgbyj", r) || i > 0 && isAlnum(a.runes[i-1]) {
			continue
		}
		if digits := nineDigits(a.runes, i+1); digits != "" {
			return strings.ToUpper(string(r)) + digits
		}
	}
	text := string(a.runes)
	for _, w := range []struct{ word, letter string }{{"答复编号", "A"}, {"答复号", "A"}, {"承诺号", "P"}, {"承诺编号", "P"}, {"工单号", "G"}, {"工单编号", "G"},
		{"办件号", "B"}, {"办件编号", "B"}, {"预约号", "Y"}, {"预约编号", "Y"}, {"缴款号", "J"}, {"缴款编号", "J"}, {"编号", "A"}} {
		at := strings.Index(text, w.word)
		if at < 0 {
			continue
		}
		from := len([]rune(text[:at+len(w.word)]))
		for k := from; k < min(from+4, len(a.runes)); k++ {
			if digits := nineDigits(a.runes, k); digits != "" {
				return w.letter + digits
			}
		}
	}
	return ""
}

// nineDigits reads exactly nine digits from i on, with spaces or hyphens between groups.
func nineDigits(runes []rune, i int) string {
	var b strings.Builder
	for ; i < len(runes); i++ {
		if d := digitOf(runes[i]); d >= 0 {
			b.WriteByte(byte('0' + d))
			continue
		}
		if runes[i] != ' ' && runes[i] != '-' {
			break
		}
	}
	if b.Len() != 9 {
		return ""
	}
	return b.String()
}
