package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Span is a part of a day, from and to in minutes since midnight; To is not in it.
type Span struct{ From, To int }

// Hours are opening hours (办公时间): spans by weekday and season on the days of a calendar. A public holiday is closed whatever is written; a weekend day
// on which people work (调休) has a Monday's hours, for it makes up for a working day. It is immutable.
type Hours struct {
	calendar *Calendar
	rules    []rule // what stands later beats what stands before
	zone     *time.Location
}

// rule is the spans of some weekdays, all year or in a season.
type rule struct {
	days     [7]bool // by time.Weekday
	from, to int     // month*100 + day, both in it; 0, 0 for all year; from after to goes over the turn of the year
	spans    []Span  // in order and apart; none for closed
}

func (r *rule) covers(date int, day time.Weekday) bool {
	switch {
	case !r.days[day]:
		return false
	case r.from == 0:
		return true
	case r.from <= r.to:
		return r.from <= date && date <= r.to
	}
	return date >= r.from || date <= r.to
}

// ParseHours reads opening hours: rules apart by semicolons, each with a season, weekdays and spans, such as
//
//	8:30-12:00,13:30-17:30; fri 8:30-12:00; sat 9:00-12:00; 06-15..09-15 8:30-12:00,14:00-18:00; wed closed
//
// Season and weekdays may be left out: all year, mon-fri. Days that no rule names are closed.
func ParseHours(c *Calendar, text string, zone *time.Location) (*Hours, error) {
	h := &Hours{calendar: c, zone: zone}
	for part := range strings.SplitSeq(text, ";") {
		r, err := parseRule(strings.Fields(strings.ToLower(part)))
		if err != nil {
			return nil, fmt.Errorf("hours %q: %w", text, err)
		}
		h.rules = append(h.rules, r)
	}
	if !h.everOpen() {
		return nil, fmt.Errorf("hours %q: they are never open", text)
	}
	return h, nil
}

// everOpen reports whether any weekday of any date has spans left when later rules have beaten earlier ones.
func (h *Hours) everOpen() bool {
	leap := time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
	for n := range 366 {
		t := leap.AddDate(0, 0, n)
		for day := time.Sunday; day <= time.Saturday; day++ {
			if len(h.ruled(int(t.Month())*100+t.Day(), day)) > 0 {
				return true
			}
		}
	}
	return false
}

// ruled returns the spans of a date that falls on a weekday, by the last rule that covers it.
func (h *Hours) ruled(date int, day time.Weekday) []Span {
	for i := len(h.rules) - 1; i >= 0; i-- {
		if h.rules[i].covers(date, day) {
			return h.rules[i].spans
		}
	}
	return nil
}

func parseRule(words []string) (r rule, err error) {
	r.days = [7]bool{time.Monday: true, time.Tuesday: true, time.Wednesday: true, time.Thursday: true, time.Friday: true}
	if len(words) > 0 && strings.Contains(words[0], "..") {
		if r.from, r.to, err = parseSeason(words[0]); err != nil {
			return r, err
		}
		words = words[1:]
	}
	if len(words) > 0 && words[0] != "closed" && words[0][0] >= 'a' && words[0][0] <= 'z' {
		if r.days, err = parseDays(words[0]); err != nil {
			return r, err
		}
		words = words[1:]
	}
	if len(words) == 1 && words[0] == "closed" {
		return r, nil
	}
	r.spans, err = parseSpans(strings.Join(words, ""))
	return r, err
}

func parseSeason(text string) (from, to int, err error) {
	first, last, _ := strings.Cut(text, "..")
	for _, s := range []struct {
		text string
		into *int
	}{{first, &from}, {last, &to}} {
		t, err := time.Parse("2006-01-02", "2028-"+s.text) // a leap year: 02-29 may be written
		if err != nil {
			return 0, 0, fmt.Errorf("%q is no season such as 06-15..09-15", text)
		}
		*s.into = int(t.Month())*100 + t.Day()
	}
	return from, to, nil
}

var weekdays = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func parseDays(text string) (days [7]bool, err error) {
	for part := range strings.SplitSeq(text, ",") {
		first, last, ranged := strings.Cut(part, "-")
		if !ranged {
			last = first
		}
		a, b := slices.Index(weekdays[:], first), slices.Index(weekdays[:], last)
		if a < 0 || b < 0 {
			return days, fmt.Errorf("%q is none of mon tue wed thu fri sat sun, nor some of them such as mon-thu or tue,fri", part)
		}
		for d := a; ; d = (d + 1) % 7 {
			days[d] = true
			if d == b {
				break
			}
		}
	}
	return days, nil
}

func parseSpans(text string) ([]Span, error) {
	var list []Span
	last := 0
	for part := range strings.SplitSeq(text, ",") {
		from, to, ok := strings.Cut(part, "-")
		var s Span
		if ok {
			s.From, ok = parseClock(from)
		}
		if ok {
			s.To, ok = parseClock(to)
		}
		if !ok {
			return nil, fmt.Errorf("%q: write spans like 8:30-12:00,13:30-17:30, or closed", text)
		}
		if s.From < last || s.To <= s.From {
			return nil, fmt.Errorf("%q: each span must end after it begins, and begin after the one before", text)
		}
		list, last = append(list, s), s.To
	}
	return list, nil
}

// parseClock reads 8:30 as minutes since midnight; 24:00 is the end of the day.
func parseClock(text string) (int, bool) {
	hour, minute, ok := strings.Cut(text, ":")
	h, okh := digits(hour)
	m, okm := digits(minute)
	at := h*60 + m
	return at, ok && okh && okm && len(minute) == 2 && m < 60 && at <= 24*60
}

func digits(text string) (n int, ok bool) {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		n = n*10 + int(text[i]-'0')
	}
	return n, len(text) == 1 || len(text) == 2
}

// of returns the spans of the day of t, which is in the zone.
func (h *Hours) of(t time.Time) []Span {
	day := t.Weekday()
	if off, listed := h.calendar.off[t.Format(time.DateOnly)]; listed {
		switch {
		case off:
			return nil
		case day == time.Saturday || day == time.Sunday:
			day = time.Monday
		}
	}
	return h.ruled(int(t.Month())*100+t.Day(), day)
}

// on is a span of the day of t as moments.
func (h *Hours) on(t time.Time, s Span) (begin, end time.Time) {
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, h.zone)
	return midnight.Add(time.Duration(s.From) * time.Minute), midnight.Add(time.Duration(s.To) * time.Minute)
}

// longest bounds, in days, the search for the next opening: somebody may open for one season alone.
const longest = 400

// Open reports whether t lies in the hours.
func (h *Hours) Open(t time.Time) bool {
	t = t.In(h.zone)
	for _, s := range h.of(t) {
		if begin, end := h.on(t, s); !t.Before(begin) && t.Before(end) {
			return true
		}
	}
	return false
}

// Next returns t itself in the hours, else the next opening; t when there is none within a year.
func (h *Hours) Next(t time.Time) time.Time {
	if begin, _, ok := h.next(t); ok {
		return begin
	}
	return t
}

// next returns the rest of the span in which t lies, else the next span.
func (h *Hours) next(t time.Time) (begin, end time.Time, ok bool) {
	day := t.In(h.zone)
	for range longest {
		for _, s := range h.of(day) {
			if begin, end = h.on(day, s); !t.Before(end) {
				continue
			}
			if begin.Before(t) {
				begin = t
			}
			return begin, end, true
		}
		day = time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, h.zone)
	}
	return t, t, false
}

// After returns the moment when d of opening hours have gone by since t: the due time of what is promised within so many working hours. With d of 0 or
// less it is t.
func (h *Hours) After(t time.Time, d time.Duration) time.Time {
	for d > 0 {
		begin, end, ok := h.next(t)
		if !ok {
			return t.Add(d)
		}
		if left := end.Sub(begin); d > left {
			d, t = d-left, end
			continue
		}
		return begin.Add(d)
	}
	return t
}
