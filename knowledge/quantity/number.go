package quantity

import "strings"

// tidy makes digits and signs half-width, drops spaces and the commas inside 3,000.
func tidy(text string) []rune {
	out := make([]rune, 0, len(text)/3+8)
	r := []rune(text)
	for i, c := range r {
		switch {
		case c >= '０' && c <= '９':
			c = c - '０' + '0'
		case c == '％':
			c = '%'
		case c == '．':
			c = '.'
		case c == '：':
			c = ':'
		case c == '～' || c == '〜':
			c = '~'
		case c == '—' || c == '–' || c == '－' || c == '―' || c == '−':
			c = '-'
		case c == '㎡':
			out = append(out, '平', '方')
			c = '米'
		case c == ' ' || c == '\t' || c == '　' || c == '\u00a0' || c == '\u200b':
			if i > 0 && i+1 < len(r) && digit(r[i-1]) && digit(r[i+1]) { // 110 120: two numbers
				c = '，'
			} else {
				continue
			}
		case (c == ',' || c == '，') && i > 0 && digit(r[i-1]) && thousands(r[i+1:]):
			continue
		}
		out = append(out, c)
	}
	return out
}

// thousands reports whether exactly three digits follow.
func thousands(r []rune) bool {
	return len(r) >= 3 && digit(r[0]) && digit(r[1]) && digit(r[2]) && (len(r) == 3 || !digit(r[3]))
}

func digit(c rune) bool { return c >= '0' && c <= '9' }

func letter(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

var numerals = map[rune]int64{'零': 0, '〇': 0, '○': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9,
	'壹': 1, '贰': 2, '叁': 3, '肆': 4, '伍': 5, '陆': 6, '柒': 7, '捌': 8, '玖': 9}

var powers = map[rune]int64{'十': 10, '百': 100, '千': 1000, '万': 10_000, '亿': 100_000_000, '拾': 10, '佰': 100, '仟': 1000}

// number reads a number at i. ok is false where there is none; end is then the first place worth looking at again.
// A number that is a part of a name (A4, C1, 5G) is none.
func (s *scanner) number(i int) (value int64, end int, chinese, ok bool) {
	if digit(s.at(i)) {
		return s.digits(i)
	}
	return s.chinese(i)
}

func (s *scanner) digits(i int) (value int64, end int, chinese, ok bool) {
	end = i
	for digit(s.at(end)) {
		end++
	}
	whole := s.r[i:end]
	var frac []rune
	if s.at(end) == '.' && digit(s.at(end+1)) {
		from := end + 1
		for end = from; digit(s.at(end)); end++ {
		}
		frac = s.r[from:end]
	}
	if letter(s.at(i-1)) || letter(s.at(end)) || len(whole) > 12 || len(frac) > 6 {
		return 0, end, false, false
	}
	for _, c := range whole {
		value = value*10 + int64(c-'0')
	}
	scale := int64(Micro)
	value *= scale
	for _, c := range frac {
		scale /= 10
		value += int64(c-'0') * scale
	}
	if len(whole) > 9 {
		return value, end, false, true
	}
	for p, ok := powers[s.at(end)], true; ok && p >= 100; p, ok = powers[s.at(end)] { // 5万元, 2千元, 3百万元
		if s.has(end, "万分之") || s.has(end, "千分之") || s.has(end, "百分之") || value > 1<<62/p {
			break
		}
		value *= p
		end++
		if _, more := powers[s.at(end)]; !more {
			break
		}
	}
	return value, end, false, true
}

func (s *scanner) chinese(i int) (value int64, end int, chinese, ok bool) {
	end = i
	for end-i < 16 {
		c := s.at(end)
		if _, ok := numerals[c]; ok {
			end++
			continue
		}
		if _, ok := powers[c]; ok && !s.has(end, "百分之") && !s.has(end, "千分之") && !s.has(end, "万分之") {
			end++
			continue
		}
		break
	}
	if end == i {
		return 0, i, true, false
	}
	value, ok = Chinese(string(s.r[i:end]))
	if !ok || s.has(i, "十分") && s.at(i+2) != '之' && s.at(i+2) != '钟' { // 十分 is "very"
		return 0, end, true, false
	}
	value *= Micro
	if s.at(end) == '点' {
		scale := int64(Micro)
		e := end + 1
		for v, ok := numerals[s.at(e)]; ok && scale > 1; v, ok = numerals[s.at(e)] {
			scale /= 10
			value += v * scale
			e++
		}
		if e > end+1 {
			end = e
			if p := powers[s.at(end)]; p >= 10_000 { // 一点五万元
				value *= p
				end++
			}
		}
	}
	return value, end, true, true
}

// Chinese reads a whole number in Chinese numerals: 一千零四十, 二〇二六, 十五, 两万.
func Chinese(s string) (int64, bool) {
	if s == "" || len(s) > 48 {
		return 0, false
	}
	if !strings.ContainsAny(s, "十百千万亿拾佰仟") { // digit by digit
		r := []rune(s)
		if len(r) > 1 && len(r) < 3 || len(r) > 9 {
			return 0, false // 三四: about, not a number
		}
		var n int64
		for _, c := range r {
			n = n*10 + numerals[c]
		}
		return n, true
	}
	var total, section, n int64
	seen := false // a digit waits for its power
	for i, c := range []rune(s) {
		if v, ok := numerals[c]; ok {
			if seen && v != 0 {
				return 0, false
			}
			n, seen = v, v != 0
			continue
		}
		p, ok := powers[c]
		if !ok {
			return 0, false
		}
		switch {
		case p >= 10_000:
			if i == 0 {
				return 0, false
			}
			section = (section + n) * p
			total, section = total+section, 0
		default:
			if !seen {
				if i > 0 && p != 10 {
					return 0, false
				}
				n = 1
			}
			section += n * p
		}
		n, seen = 0, false
	}
	return total + section + n, true
}
