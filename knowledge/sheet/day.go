package sheet

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	aDate  = regexp.MustCompile(`^(?:(\d{4})\s*[-/.．年]\s*)?(\d{1,2})\s*[-/.．月]\s*(\d{1,2})\s*[日号]?(?:\s*(?:[（(]?(?:周|星期)[一二三四五六日天][）)]?|00?:00(?::00)?))?$`)
	aMonth = regexp.MustCompile(`^(\d{4})\s*[-/.．年]\s*(\d{1,2})\s*月?$`)
	aYear  = regexp.MustCompile(`^(\d{4})\s*年?$`)
	packed = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	serial = regexp.MustCompile(`^[2-7]\d{4}(?:\.0+)?$`)
	spans  = regexp.MustCompile(`\s*(?:至|到|~|～|—+|–|－|日\s*-)\s*`)
)

// plainDate takes a day as people and spreadsheets write it (2026年1月31日, 2026/1/31, 46053), and a month or a year where that is all
// that is known. What is no date stays as it is.
func plainDate(s string) string {
	s = strings.TrimSpace(s)
	switch {
	case serial.MatchString(s): // days since the end of 1899, as a spreadsheet keeps a date
		n, _ := strconv.ParseFloat(s, 64)
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(n)).Format(time.DateOnly)
	case packed.MatchString(s):
		m := packed.FindStringSubmatch(s)
		return m[1] + "-" + m[2] + "-" + m[3]
	}
	if m := aDate.FindStringSubmatch(s); m != nil && m[1] != "" {
		return fmt.Sprintf("%s-%02s-%02s", m[1], m[2], m[3])
	}
	if m := aMonth.FindStringSubmatch(s); m != nil {
		return fmt.Sprintf("%s-%02s", m[1], m[2])
	}
	if m := aYear.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return s
}

// days takes a day of a year or a span of them: 10月1日至7日, 2026-10-01至2026-10-07. A year of 0 stands in the text.
func days(s string, year int) ([]string, error) {
	day := func(s, before string) (time.Time, error) {
		s = plainDate(s)
		switch m := aDate.FindStringSubmatch(s); {
		case m == nil && before != "" && strings.Trim(s, "0123456789日号 ") == "": // the end of a span: 7日
			s = fmt.Sprintf("%s-%02s", before[:7], strings.Trim(s, "日号 "))
		case m == nil:
		case m[1] == "" && year > 0:
			s = fmt.Sprintf("%d-%02s-%02s", year, m[2], m[3])
		case m[1] == "" && before != "":
			s = fmt.Sprintf("%s-%02s-%02s", before[:4], m[2], m[3])
		}
		t, err := time.Parse(time.DateOnly, s)
		if err != nil {
			return t, fmt.Errorf("日期“%s”要写成 2026-01-31，几天连着写 2026-10-01至2026-10-07", s)
		}
		return t, nil
	}
	ends := spans.Split(strings.TrimSpace(s), -1)
	from, err := day(ends[0], "")
	if err != nil {
		return nil, err
	}
	to := from
	if len(ends) > 1 {
		if to, err = day(ends[1], from.Format(time.DateOnly)); err != nil {
			return nil, err
		}
	}
	var out []string
	for t := from; !t.After(to) && len(out) < 60; t = t.AddDate(0, 0, 1) {
		out = append(out, t.Format(time.DateOnly))
	}
	if len(ends) > 2 || len(out) == 0 || len(out) == 60 {
		return nil, fmt.Errorf("“%s”不是一段日期，要写成 2026-10-01至2026-10-07", s)
	}
	return out, nil
}
