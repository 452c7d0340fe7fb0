package answer

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"bangban/knowledge"
	"bangban/nlu"
)

// maxSpoken is how many sentences the ear gets.
const maxSpoken = 3

var (
	address   = regexp.MustCompile(`(https?://|www\.)[^\s，。；）)]+|[A-Za-z0-9][A-Za-z0-9.-]*\.(cn|com|org|net)\b(/[^\s，。；）)]*)?`)
	bracketed = regexp.MustCompile(`[（(][^（）()]*[）)]`)
	// telephone is a number that is read digit by digit: hotlines, mobiles, land lines. What follows may make it an amount.
	telephone = regexp.MustCompile(`\b(0\d{2,3}-?\d{7,8}|[48]00-?\d{3}-?\d{4}|1\d{10}|11[0249]|12[02]|12\d{3}|9[56]\d{3,4})\b( ?(人工|[元日天年月人件次个万亿%张平米公分周岁页户]))?`)
	sentence  = regexp.MustCompile(`[^。！？]*[。！？]*`)
)

// unspoken are the signs that are left out for the ear.
var unspoken = strings.NewReplacer("“", "", "”", "", "《", "", "》", "", "〈", "", "〉", "", "「", "", "」", "", "【", "", "】", "",
	"（", "", "）", "", "(", "", ")", "", "[", "", "]", "", "〔", "", "〕", "", "\n", "")

// digits are read as on the phone: 1 is 幺.
var digits = strings.NewReplacer("0", "零", "1", "幺", "2", "二", "3", "三", "4", "四", "5", "五", "6", "六", "7", "七", "8", "八", "9", "九", "-", "")

// shortVoice makes text fit for the ear: no brackets, no addresses, telephone numbers digit by digit, at most three sentences and
// longestSpoken characters.
func shortVoice(text string) string {
	text = address.ReplaceAllString(strings.ToValidUTF8(text, ""), "")
	for bracketed.MatchString(text) {
		text = bracketed.ReplaceAllString(text, "")
	}
	text = spokenNumbers(unspoken.Replace(text))
	var b strings.Builder
	n := 0
	for _, s := range sentence.FindAllString(text, -1) {
		if s = strings.TrimSpace(s); strings.Trim(s, "。！？") == "" {
			continue
		}
		if n++; n > maxSpoken {
			break
		}
		room := longestSpoken - utf8.RuneCountInString(b.String())
		if s = within(s, room); s == "" {
			break
		}
		b.WriteString(s)
	}
	return b.String()
}

// within is a sentence as far as it fits into so many characters, cut where it pauses; empty when nothing of it does.
func within(s string, room int) string {
	runes := []rune(s)
	if len(runes) <= room {
		return s
	}
	for i := room - 1; i > 0; i-- {
		if strings.ContainsRune("；，、：", runes[i]) {
			return string(runes[:i]) + "。"
		}
	}
	return ""
}

// spokenNumbers spells telephone numbers; a number with a unit behind it (120 元) is an amount and stays.
func spokenNumbers(text string) string {
	return telephone.ReplaceAllStringFunc(text, func(s string) string {
		if last := s[len(s)-1]; (last < '0' || last > '9') && !strings.HasSuffix(s, "人工") {
			return s
		}
		return digits.Replace(s)
	})
}

// spoken is the voice form of an overview: the conclusion, then time and fee where they are known.
func spoken(conclusion string, d knowledge.Details) string {
	text := firstSentences(conclusion, 1)
	for _, a := range []nlu.Attribute{nlu.Time, nlu.Fee} {
		if p, ok := render(d, a); ok && (p.key == "" || !strings.Contains(text, p.key)) {
			text += firstSentences(p.voice, 1)
		}
	}
	return shortVoice(text)
}

func firstSentences(text string, n int) string {
	parts := strings.SplitAfterN(text, "。", n+1)
	if len(parts) > n {
		parts = parts[:n]
	}
	return strings.Join(parts, "")
}
