package nlu

import (
	"slices"
	"strings"
	"time"
)

// china is the time of the city: Asia/Shanghai, without summer time since 1991.
var china = time.FixedZone("Asia/Shanghai", 8*60*60)

// moment finds the first time that is named in the core (明天上午, 下周五, 12月3号下午三点, 月底) and bounds it.
func (a *analysis) moment(s *Slots, now time.Time) {
	c := clock{runes: a.runes, now: now}
	for i := 0; i < len(a.runes); i++ {
		if !a.kept[i] || !strings.ContainsRune(momentStart, a.runes[i]) && !isDigit(a.runes[i]) {
			continue
		}
		m, end := c.read(i)
		if end == 0 {
			continue
		}
		mark(a.detail, span{i, end})
		if s.TimeText == "" {
			s.TimeText = a.text(span{i, end})
			s.From, s.Until = m.from.Format(time.RFC3339), m.until.Format(time.RFC3339)
		}
		i = end - 1
	}
}

// momentStart are the characters with which a time can begin.
const momentStart = "今明后大昨前上下这本周星礼月年凌早中午傍晚夜过零一二两三四五六七八九十半"

// moment is a stretch of time.
type moment struct{ from, until time.Time }

// clock reads times out of a text.
type clock struct {
	runes []rune
	now   time.Time
}

func (c *clock) today() time.Time {
	y, m, d := c.now.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, c.now.Location())
}

// read reads a time at i: a day, a part of the day, an hour, in this order, each may be missing. end is 0 when there is none.
func (c *clock) read(i int) (moment, int) {
	m, end := c.day(i)
	hasDay := end > 0
	if !hasDay {
		m, end = moment{c.today(), c.today().AddDate(0, 0, 1)}, i
	}
	next := c.skip(end, "的,")
	part, partEnd, hasPart := c.part(next)
	if !hasPart && hasDay && strings.HasSuffix(string(c.runes[i:end]), "晚") {
		part, partEnd, hasPart = dayParts["晚上"], end, true
	} else if !hasPart && hasDay && strings.HasSuffix(string(c.runes[i:end]), "早") {
		part, partEnd, hasPart = dayParts["早上"], end, true
	}
	oneDay := m.until.Sub(m.from) <= 24*time.Hour
	if hasPart && oneDay {
		m = moment{m.from.Add(part.from), m.from.Add(part.until)}
		end = partEnd
	}
	if hour, minute, hourEnd := c.hour(c.skip(end, "的,"), hasDay || hasPart); hourEnd > 0 && oneDay {
		day := time.Date(m.from.Year(), m.from.Month(), m.from.Day(), 0, 0, 0, 0, m.from.Location())
		switch {
		case hasPart && part.from >= 12*time.Hour && hour < 12, !hasPart && hour >= 1 && hour <= 6:
			hour += 12 // 下午三点; offices are closed at three in the morning
		}
		from := day.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
		return moment{from, from.Add(time.Hour)}, hourEnd
	}
	if !hasDay && !hasPart {
		return moment{}, 0
	}
	return m, end
}

func (c *clock) skip(i int, marks string) int {
	if i < len(c.runes) && strings.ContainsRune(marks, c.runes[i]) {
		return i + 1
	}
	return i
}

// has says that a word stands at i.
func (c *clock) has(i int, word string) bool {
	w := []rune(word)
	return i >= 0 && i+len(w) <= len(c.runes) && slices.Equal(c.runes[i:i+len(w)], w)
}

type namedDay struct {
	word string
	days int
}

var namedDays = []namedDay{{"大后天", 3}, {"大前天", -3}, {"今天", 0}, {"今日", 0}, {"今晚", 0}, {"今早", 0}, {"明天", 1}, {"明日", 1}, {"明早", 1}, {"明晚", 1},
	{"后天", 2}, {"昨天", -1}, {"昨日", -1}, {"昨晚", -1}, {"前天", -2}}

// day reads a day, a week or a month.
func (c *clock) day(i int) (moment, int) {
	today := c.today()
	for _, d := range namedDays {
		if c.has(i, d.word) {
			from := today.AddDate(0, 0, d.days)
			return moment{from, from.AddDate(0, 0, 1)}, i + len([]rune(d.word))
		}
	}
	if m, end := c.week(i); end > 0 {
		return m, end
	}
	if m, end := c.month(i); end > 0 {
		return m, end
	}
	if m, end := c.date(i); end > 0 {
		return m, end
	}
	return c.after(i)
}

// shift reads 上 这 本 下 before a week or a month; present is false when nothing is said.
func (c *clock) shift(i int) (n, end int, present bool) {
	for _, w := range []namedDay{{"下下个", 2}, {"下下", 2}, {"上上", -2}, {"下个", 1}, {"下", 1}, {"上个", -1}, {"上", -1}, {"这个", 0}, {"这", 0}, {"本", 0}} {
		if c.has(i, w.word) {
			return w.days, i + len([]rune(w.word)), true
		}
	}
	return 0, i, false
}

// week reads 周五, 下周五, 这周末, 下周.
func (c *clock) week(i int) (moment, int) {
	n, at, shifted := c.shift(i)
	w := ""
	for _, word := range []string{"周", "星期", "礼拜"} {
		if c.has(at, word) {
			w = word
		}
	}
	if w == "" {
		return moment{}, 0
	}
	at += len([]rune(w))
	today := c.today()
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7+7*n)
	day := -1
	if at < len(c.runes) {
		switch r := c.runes[at]; {
		case r == '末':
			if !shifted && int(today.Weekday()) == 0 {
				return moment{today, today.AddDate(0, 0, 1)}, at + 1
			}
			return moment{monday.AddDate(0, 0, 5), monday.AddDate(0, 0, 7)}, at + 1
		case r == '日' || r == '天':
			day = 6
		case r >= '1' && r <= '7':
			day = int(r - '1')
		default:
			if d := strings.IndexRune("一二三四五六", r); d >= 0 {
				day = d / 3
			}
		}
	}
	if day >= 0 {
		if at+1 < len(c.runes) && strings.ContainsRune("年岁", c.runes[at+1]) { // 周一年
			return moment{}, 0
		}
		from := monday.AddDate(0, 0, day)
		if !shifted && from.Before(today) {
			from = from.AddDate(0, 0, 7)
		}
		return moment{from, from.AddDate(0, 0, 1)}, at + 1
	}
	if !shifted {
		return moment{}, 0
	}
	return moment{monday, monday.AddDate(0, 0, 7)}, at
}

// month reads 月底, 下个月, 下个月5号, 本月.
func (c *clock) month(i int) (moment, int) {
	n, at, shifted := c.shift(i)
	if !c.has(at, "月") || !shifted && !c.has(at, "月底") && !c.has(at, "月初") && !c.has(at, "月中") {
		return moment{}, 0
	}
	y, mo, _ := c.today().Date()
	first := time.Date(y, mo+time.Month(n), 1, 0, 0, 0, 0, c.now.Location())
	next := first.AddDate(0, 1, 0)
	at++
	switch {
	case c.has(at, "底"):
		return moment{next.AddDate(0, 0, -7), next}, at + 1
	case c.has(at, "初"):
		return moment{first, first.AddDate(0, 0, 10)}, at + 1
	case c.has(at, "中"):
		return moment{first.AddDate(0, 0, 9), first.AddDate(0, 0, 20)}, at + 1
	}
	if d, end := c.numeral(at); end > 0 && d >= 1 && d <= 31 && (c.has(end, "号") || c.has(end, "日")) {
		from := first.AddDate(0, 0, d-1)
		return moment{from, from.AddDate(0, 0, 1)}, end + 1
	}
	return moment{first, next}, at
}

// date reads 2026年12月3号, 12月3日, 12月份, 3号, 2026-12-03, 12/3.
func (c *clock) date(i int) (moment, int) {
	if i > 0 && (isDigit(c.runes[i-1]) || c.runes[i-1] == '-' || c.runes[i-1] == '第') {
		return moment{}, 0
	}
	n, end := c.numeral(i)
	if end == 0 {
		return moment{}, 0
	}
	year := 0
	if n >= 1990 && n <= 2100 && end < len(c.runes) && strings.ContainsRune("年-/.", c.runes[end]) {
		sign := c.runes[end]
		month, monthEnd := c.numeral(end + 1)
		if monthEnd == 0 {
			return moment{}, 0
		}
		if sign != '年' {
			if monthEnd >= len(c.runes) || c.runes[monthEnd] != sign {
				return moment{}, 0
			}
			d, dayEnd := c.numeral(monthEnd + 1)
			if dayEnd == 0 {
				return moment{}, 0
			}
			return c.calendar(n, month, d, dayEnd)
		}
		year, n, end = n, month, monthEnd
	}
	switch {
	case c.has(end, "月") && n >= 1 && n <= 12:
		if d, dayEnd := c.numeral(end + 1); dayEnd > 0 && d >= 1 && d <= 31 {
			if c.has(dayEnd, "号") || c.has(dayEnd, "日") {
				return c.calendar(year, n, d, dayEnd+1)
			}
			if dayEnd == len(c.runes) || !strings.ContainsRune("个天年岁万元块", c.runes[dayEnd]) {
				return c.calendar(year, n, d, dayEnd)
			}
		}
		m, _ := c.calendar(year, n, 1, 1)
		end++
		if c.has(end, "份") {
			end++
		}
		if m.from.IsZero() {
			return moment{}, 0
		}
		m.until = m.from.AddDate(0, 1, 0)
		return m, end
	case year == 0 && c.has(end, "号") && n >= 1 && n <= 31 && !(end+1 < len(c.runes) && strings.ContainsRune("线楼门窗院馆厅文店路公病牌库口地房桌站", c.runes[end+1])):
		y, mo, today := c.today().Date()
		if n < today {
			mo++
		}
		return c.calendar(y, int(mo), n, end+1)
	}
	return moment{}, 0
}

// calendar makes a day; without a year it is the one nearest to now, a past one at most half a year back.
func (c *clock) calendar(year, month, day, end int) (moment, int) {
	today := c.today()
	guess := year == 0
	if guess {
		year = today.Year()
	}
	from := time.Date(year, time.Month(month), day, 0, 0, 0, 0, c.now.Location())
	if guess && from.Before(today.AddDate(0, 0, -180)) {
		from = time.Date(year+1, time.Month(month), day, 0, 0, 0, 0, c.now.Location())
	}
	if month < 1 || month > 13 || from.Day() != day {
		return moment{}, 0
	}
	return moment{from, from.AddDate(0, 0, 1)}, end
}

// after reads 三天后, 两周以后, 半小时后.
func (c *clock) after(i int) (moment, int) {
	if i > 0 && (isDigit(c.runes[i-1]) || strings.ContainsRune("满过交住第", c.runes[i-1])) {
		return moment{}, 0
	}
	n, end := c.numeral(i)
	half := c.has(i, "半")
	if half {
		n, end = 0, i+1
	}
	if end == 0 || n > 366 {
		return moment{}, 0
	}
	end = c.skip(end, "个")
	for _, u := range []string{"小时", "分钟", "天", "周", "星期", "礼拜", "月"} {
		if !c.has(end, u) {
			continue
		}
		end += len([]rune(u))
		done := false
		for _, w := range []string{"以后", "之后", "后"} {
			if c.has(end, w) {
				end, done = end+len([]rune(w)), true
				break
			}
		}
		if !done {
			return moment{}, 0
		}
		return c.later(u, n, half), end
	}
	return moment{}, 0
}

func (c *clock) later(unit string, n int, half bool) moment {
	day := c.today()
	switch unit {
	case "小时", "分钟":
		d := time.Duration(n) * time.Minute
		if unit == "小时" {
			d = time.Duration(n) * time.Hour
			if half {
				d = 30 * time.Minute
			}
		}
		from := c.now.Add(d)
		return moment{from, from.Add(time.Hour)}
	case "天":
		day = day.AddDate(0, 0, n)
	case "月":
		day = day.AddDate(0, n, 0)
		if half {
			day = day.AddDate(0, 0, 15)
		}
	default:
		day = day.AddDate(0, 0, 7*n)
	}
	return moment{day, day.AddDate(0, 0, 1)}
}

type dayPart struct{ from, until time.Duration }

// dayParts are the parts of a day, in hours from midnight.
var dayParts = map[string]dayPart{
	"凌晨": {0, 6 * time.Hour}, "早上": {6 * time.Hour, 12 * time.Hour}, "早晨": {6 * time.Hour, 12 * time.Hour}, "清早": {6 * time.Hour, 9 * time.Hour},
	"上午": {6 * time.Hour, 12 * time.Hour}, "中午": {11 * time.Hour, 14 * time.Hour}, "下午": {12 * time.Hour, 18 * time.Hour}, "午后": {12 * time.Hour, 18 * time.Hour},
	"傍晚": {17 * time.Hour, 19 * time.Hour}, "晚上": {18 * time.Hour, 24 * time.Hour}, "夜里": {18 * time.Hour, 24 * time.Hour}, "半夜": {0, 6 * time.Hour},
}

func (c *clock) part(i int) (dayPart, int, bool) {
	if i+2 > len(c.runes) {
		return dayPart{}, 0, false
	}
	p, ok := dayParts[string(c.runes[i:i+2])]
	return p, i + 2, ok
}

// hour reads 三点半, 9点, 14:30. Alone it must look like an hour: 三点建议 is none.
func (c *clock) hour(i int, beside bool) (hour, minute, end int) {
	n, at := c.numeral(i)
	if at == 0 || n > 24 || i > 0 && isDigit(c.runes[i-1]) {
		return 0, 0, 0
	}
	if c.has(at, ":") {
		m, e := c.numeral(at + 1)
		if e == at+3 && m < 60 && isDigit(c.runes[at+1]) {
			return n, m, e
		}
		return 0, 0, 0
	}
	if !c.has(at, "点") {
		return 0, 0, 0
	}
	at++
	switch {
	case c.has(at, "钟"):
		return n, 0, at + 1
	case c.has(at, "半"):
		return n, 30, at + 1
	case c.has(at, "一刻"):
		return n, 15, at + 2
	case c.has(at, "三刻"):
		return n, 45, at + 2
	}
	if m, e := c.numeral(at); e > 0 && m < 60 && c.has(e, "分") {
		return n, m, e + 1
	}
	if !beside {
		for _, w := range []string{"前", "之前", "以前", "左右", "能", "可以", "去", "到"} {
			if c.has(at, w) {
				return n, 0, at
			}
		}
		return 0, 0, 0
	}
	return n, 0, at
}

// numeral reads a number up to 9999 in digits, or up to 99 in characters (二十三), or four characters for a year.
func (c *clock) numeral(i int) (n, end int) {
	j := i
	for j < len(c.runes) && j < i+4 && isDigit(c.runes[j]) {
		n = n*10 + int(c.runes[j]-'0')
		j++
	}
	if j > i {
		if j < len(c.runes) && isDigit(c.runes[j]) {
			return 0, 0
		}
		return n, j
	}
	return chineseNumeral(c.runes, i)
}

// chineseNumeral reads 十二, 二十三, 两, 二〇二六.
func chineseNumeral(runes []rune, i int) (n, end int) {
	digit := func(k int) int {
		if k >= len(runes) {
			return -1
		}
		if runes[k] == '两' {
			return 2
		}
		if runes[k] == '〇' {
			return 0
		}
		return slices.Index(chineseDigits, runes[k])
	}
	if digit(i) >= 0 && digit(i+1) >= 0 && digit(i+2) >= 0 && digit(i+3) >= 0 {
		return digit(i)*1000 + digit(i+1)*100 + digit(i+2)*10 + digit(i+3), i + 4
	}
	ten := i < len(runes) && runes[i] == '十'
	switch d := digit(i); {
	case ten:
		n, end = 10, i+1
	case d >= 1 && i+1 < len(runes) && runes[i+1] == '十':
		n, end = d*10, i+2
	case d >= 0:
		return d, i + 1
	default:
		return 0, 0
	}
	if d := digit(end); d >= 1 {
		n, end = n+d, end+1
	}
	return n, end
}
