// Package quantity finds the figures in a Chinese text: a number with its unit, in digits or in Chinese numerals (十五日 and 15 日 are
// equal, 日 and 工作日 are not). It is pure and knows nothing of laws or entries. Start at Find.
package quantity

import (
	"strconv"
	"strings"
)

// Unit is what is counted, in one canonical spelling. The empty unit is a bare number: a phone, a house number, 文号.
type Unit string

// The units whose meaning matters most; the others are spelt as they stand in the text (份, 次, 人, 平方米 …).
const (
	Bare       Unit = ""
	Day        Unit = "日" // natural day; 天 is the same
	WorkingDay Unit = "工作日"
	Month      Unit = "个月"
	Year       Unit = "年"
	Hour       Unit = "小时"
	Minute     Unit = "分钟"
	Yuan       Unit = "元"
	Percent    Unit = "%"
	Copy       Unit = "份"
	Times      Unit = "次"
	OfYear     Unit = "年份" // 2026 年
	OfMonth    Unit = "月份" // 3 月
	OfDate     Unit = "月日" // 3 月 1 日: value is month·100 + day
	Clock      Unit = "时刻" // 9:30: value in minutes
)

// Quantity is one figure. Value is in millionths, so that 0.5 and 亿 both fit.
type Quantity struct {
	Value int64
	Unit  Unit
	// Chinese is true where it was written in Chinese numerals, Ordinal where 第 stands before it.
	Chinese, Ordinal bool
	// Text is the figure as it stands in the (space-free) text.
	Text string
}

// Micro is the factor of Quantity.Value.
const Micro = 1_000_000

// Of makes a whole quantity.
func Of(n int, unit Unit) Quantity { return Quantity{Value: int64(n) * Micro, Unit: unit} }

// Number prints the value as a decimal.
func (q Quantity) Number() string {
	s := strconv.FormatInt(q.Value/Micro, 10)
	if frac := q.Value % Micro; frac != 0 {
		s += "." + strings.TrimRight(strconv.FormatInt(Micro+frac, 10)[1:], "0")
	}
	return s
}

// Find returns the quantities of a text in their order.
func Find(text string) []Quantity {
	s := &scanner{r: tidy(text)}
	for s.i < len(s.r) {
		s.step()
	}
	return s.found
}

type scanner struct {
	r     []rune
	i     int
	found []Quantity
}

func (s *scanner) at(i int) rune {
	if i < 0 || i >= len(s.r) {
		return 0
	}
	return s.r[i]
}

func (s *scanner) has(i int, word string) bool {
	for _, w := range word {
		if s.at(i) != w {
			return false
		}
		i++
	}
	return true
}

func (s *scanner) add(from, to int, value int64, unit Unit, chinese bool) {
	s.found = append(s.found, Quantity{Value: value, Unit: unit, Chinese: chinese, Ordinal: s.at(from-1) == '第', Text: string(s.r[from:to])})
	s.i = to
}

// step reads one figure at the place, or moves on by one character.
func (s *scanner) step() {
	start := s.i
	if s.has(start+1, "分之") {
		if unit, ok := shares[s.at(start)]; ok && s.percent(start, start+3, unit) {
			return
		}
	}
	if s.at(start) == '半' && s.half(start) {
		return
	}
	value, end, chinese, ok := s.number(start)
	if !ok {
		s.i = max(end, start+1)
		return
	}
	switch {
	case s.clock(start, end, value, chinese), s.date(start, end, value, chinese), s.fraction(start, end, value, chinese), s.halves(start, end, value, chinese):
		return
	}
	if unit, to, ok := s.unit(end, chinese); ok {
		s.add(start, to, value, unit, chinese)
		return
	}
	s.list(start, end, value, chinese)
}

var shares = map[rune]Unit{'百': Percent, '千': "‰", '万': "‱"}

// percent reads 百分之三, and 百分之三至五.
func (s *scanner) percent(start, from int, unit Unit) bool {
	value, end, chinese, ok := s.number(from)
	if !ok {
		return false
	}
	s.add(start, end, value, unit, chinese)
	if strings.ContainsRune("至到-~", s.at(end)) && s.at(end) != 0 {
		if v, e, c, ok := s.number(end + 1); ok {
			if _, _, has := s.unit(e, c); !has {
				s.add(end+1, e, v, unit, c)
			}
		}
	}
	return true
}

// half reads 半年, 半个月, 半天, 半小时.
func (s *scanner) half(start int) bool {
	unit, to, ok := s.unit(start+1, true)
	if !ok || !timed[unit] {
		return false
	}
	s.add(start, to, Micro/2, unit, true)
	return true
}

// halves reads 一年半 and 一个半月.
func (s *scanner) halves(start, end int, value int64, chinese bool) bool {
	if s.has(end, "个半") {
		if unit, to, ok := s.unit(end+2, chinese); ok || s.at(end+2) == '月' {
			if s.at(end+2) == '月' {
				unit, to = Month, end+3
			}
			s.add(start, to, value+Micro/2, unit, chinese)
			return true
		}
	}
	if unit, to, ok := s.unit(end, chinese); ok && timed[unit] && s.at(to) == '半' {
		s.add(start, to+1, value+Micro/2, unit, chinese)
		return true
	}
	return false
}

// clock reads 9:30, 9时30分, 9点半, 9点.
func (s *scanner) clock(start, end int, value int64, chinese bool) bool {
	h := value / Micro
	if value%Micro != 0 || h > 24 {
		return false
	}
	switch s.at(end) {
	case ':':
		m, e, c, ok := s.number(end + 1)
		if !ok || c || e-end != 3 || m/Micro > 59 {
			return false
		}
		s.add(start, e, (h*60+m/Micro)*Micro, Clock, false)
		return true
	case '时', '点':
		if s.at(end) == '点' && strings.ContainsRune("位名号数", s.at(end+1)) && s.at(end+1) != 0 {
			return false
		}
		if s.at(end) == '时' && strings.ContainsRune("间期候代段限", s.at(end+1)) && s.at(end+1) != 0 {
			return false
		}
		if s.at(end+1) == '半' {
			s.add(start, end+2, (h*60+30)*Micro, Clock, chinese)
			return true
		}
		if m, e, _, ok := s.number(end + 1); ok && s.at(e) == '分' && m/Micro < 60 {
			s.add(start, e+1, (h*60+m/Micro)*Micro, Clock, chinese)
			return true
		}
		s.add(start, end+1, h*60*Micro, Clock, chinese)
		return true
	}
	return false
}

// date reads 2026年, 3月1日, 3月. The year of a full date is a quantity of its own.
func (s *scanner) date(start, end int, value int64, chinese bool) bool {
	n := value / Micro
	if value%Micro != 0 {
		return false
	}
	if s.at(end) == '年' && n >= 1900 && n <= 2100 && end-start == 4 {
		s.add(start, end+1, value, OfYear, chinese)
		return true
	}
	if s.at(end) != '月' || n < 1 || n > 12 {
		return false
	}
	if d, e, c, ok := s.number(end + 1); ok && (s.at(e) == '日' || s.at(e) == '号') && d/Micro <= 31 && d%Micro == 0 {
		s.add(start, e+1, (n*100+d/Micro)*Micro, OfDate, chinese && c)
		return true
	}
	to := end + 1
	if s.at(to) == '份' {
		to++
	}
	s.add(start, to, value, OfMonth, chinese)
	return true
}

// fraction reads 三分之二: the unit is "/3".
func (s *scanner) fraction(start, end int, value int64, chinese bool) bool {
	if !s.has(end, "分之") {
		return false
	}
	part, e, _, ok := s.number(end + 2)
	if !ok {
		return false
	}
	s.add(start, e, part, Unit("/"+strconv.FormatInt(value/Micro, 10)), chinese)
	return true
}

// list reads the first of 三至五年 and 10、15日: the unit stands behind the last; a number without a unit is bare.
func (s *scanner) list(start, end int, value int64, chinese bool) {
	if unit, ok := s.lent(end); ok {
		s.add(start, end, value, unit, chinese)
		return
	}
	if chinese {
		s.i = end
		return
	}
	s.add(start, end, value, Bare, false)
}

// lent looks for the unit of a following number of the same list.
func (s *scanner) lent(end int) (Unit, bool) {
	for range 6 {
		switch {
		case s.has(end, "或者"):
			end += 2
		case s.at(end) != 0 && strings.ContainsRune("至到-~、或", s.at(end)):
			end++
		default:
			return "", false
		}
		_, e, chinese, ok := s.number(end)
		if !ok {
			return "", false
		}
		if unit, _, ok := s.unit(e, chinese); ok {
			return unit, true
		}
		end = e
	}
	return "", false
}

// String prints the figure as people write it.
func (q Quantity) String() string {
	n := q.Value / Micro
	switch q.Unit {
	case OfYear:
		return q.Number() + "年"
	case OfMonth:
		return q.Number() + "月"
	case OfDate:
		return strconv.FormatInt(n/100, 10) + "月" + strconv.FormatInt(n%100, 10) + "日"
	case Clock:
		return strconv.FormatInt(n/60, 10) + ":" + strconv.FormatInt(100+n%60, 10)[1:]
	}
	if whole, ok := strings.CutPrefix(string(q.Unit), "/"); ok {
		return q.Number() + "/" + whole
	}
	return q.Number() + string(q.Unit)
}
