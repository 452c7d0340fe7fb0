package calendar

import (
	"fmt"
	"strings"
	"time"
)

// Span is a part of a day, from and to in minutes since midnight; To is not in it.
type Span struct{ From, To int }

// Hours are opening hours (办公时间): the same spans on every working day of a calendar, none on others. A weekend day on which people work (调休)
// has them too.
type Hours struct {
	calendar *Calendar
	spans    []Span
	zone     *time.Location
}

// ParseHours reads spans such as "8:30-12:00,13:30-17:30", in order and apart.
func ParseHours(c *Calendar, text string, zone *time.Location) (*Hours, error) {
	h := &Hours{calendar: c, zone: zone}
	last := 0
	for part := range strings.SplitSeq(text, ",") {
		var s Span
		var fh, fm, th, tm int
		if n, err := fmt.Sscanf(strings.TrimSpace(part), "%d:%d-%d:%d", &fh, &fm, &th, &tm); err != nil || n != 4 {
			return nil, fmt.Errorf("hours %q: write them like 8:30-12:00,13:30-17:30", text)
		}
		s = Span{fh*60 + fm, th*60 + tm}
		if fm > 59 || tm > 59 || fh < 0 || fm < 0 || tm < 0 || s.From < last || s.To <= s.From || s.To > 24*60 {
			return nil, fmt.Errorf("hours %q: each span must end after it begins, and begin after the one before", text)
		}
		h.spans, last = append(h.spans, s), s.To
	}
	return h, nil
}

// days bounds the search for the next opening: no holiday is as long.
const days = 60

// Open reports whether t lies in the hours.
func (h *Hours) Open(t time.Time) bool {
	t = t.In(h.zone)
	if !h.calendar.Working(t) {
		return false
	}
	for _, s := range h.spans {
		if begin, end := h.on(t, s); !t.Before(begin) && t.Before(end) {
			return true
		}
	}
	return false
}

func (h *Hours) on(t time.Time, s Span) (begin, end time.Time) {
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, h.zone)
	return midnight.Add(time.Duration(s.From) * time.Minute), midnight.Add(time.Duration(s.To) * time.Minute)
}

// Next returns t itself in the hours, else the next opening.
func (h *Hours) Next(t time.Time) time.Time {
	if h.Open(t) {
		return t
	}
	day := t.In(h.zone)
	for range days {
		if h.calendar.Working(day) {
			for _, s := range h.spans {
				if begin, _ := h.on(day, s); begin.After(t) {
					return begin
				}
			}
		}
		day = day.AddDate(0, 0, 1)
	}
	return t
}

// After returns the moment when d of opening hours have gone by since t: the due time of what is promised within so many working hours.
func (h *Hours) After(t time.Time, d time.Duration) time.Time {
	for range days * len(h.spans) {
		t = h.Next(t)
		end := t
		for _, s := range h.spans {
			if b, e := h.on(t.In(h.zone), s); !t.Before(b) && t.Before(e) {
				end = e
			}
		}
		left := end.Sub(t)
		if d <= left {
			return t.Add(d)
		}
		if left <= 0 {
			break
		}
		d, t = d-left, end
	}
	return t.Add(d)
}
