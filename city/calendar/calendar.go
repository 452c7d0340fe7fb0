// Package calendar knows the city's working days (工作日): weekends, public holidays and the weekend days on which people work (调休).
// It counts days and tells no time. A year for which nothing is known is counted by weekends. Start at Calendar.
package calendar

import (
	"fmt"
	"time"
)

// Year holds the days of one year that differ from the plain week.
type Year struct {
	Year int `yaml:"year" json:"year"`
	// Provisional: the State Council has not published the year yet.
	Provisional bool   `yaml:"provisional" json:"provisional,omitempty"`
	Source      string `yaml:"source" json:"source,omitempty"`
	DocumentNo  string `yaml:"document_no" json:"document_no,omitempty"`
	URL         string `yaml:"url" json:"url,omitempty"`
	Days        []Day  `yaml:"days" json:"days,omitempty"`
}

// Day is one day that differs: Off is a holiday, Off false a weekend day on which people work.
type Day struct {
	Date string `yaml:"date" json:"date"` // YYYY-MM-DD
	Name string `yaml:"name" json:"name"`
	Off  bool   `yaml:"off" json:"off"`
}

// Calendar answers which days are working days. It is immutable.
type Calendar struct {
	off         map[string]bool
	provisional map[int]bool
}

// New makes a calendar of the given years.
func New(years ...*Year) *Calendar {
	c := &Calendar{off: map[string]bool{}, provisional: map[int]bool{}}
	for _, y := range years {
		c.provisional[y.Year] = y.Provisional
		for _, d := range y.Days {
			c.off[d.Date] = d.Off
		}
	}
	return c
}

// Working reports whether people work on the day of t, in t's own zone.
func (c *Calendar) Working(t time.Time) bool {
	if off, ok := c.off[t.Format(time.DateOnly)]; ok {
		return !off
	}
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// Add returns the same time of day after the given number of working days; the day of from does not count.
func (c *Calendar) Add(from time.Time, days int) time.Time {
	for t := from; ; {
		if days <= 0 {
			return t
		}
		t = t.AddDate(0, 0, 1)
		if c.Working(t) {
			days--
		}
	}
}

// Known reports whether the year of t has been published.
func (c *Calendar) Known(t time.Time) bool {
	provisional, ok := c.provisional[t.Year()]
	return ok && !provisional
}

// Check returns what is wrong with a year, in words; empty when all is well.
func (y *Year) Check() []string {
	var out []string
	seen := map[string]bool{}
	for _, d := range y.Days {
		t, err := time.Parse(time.DateOnly, d.Date)
		switch {
		case err != nil:
			out = append(out, fmt.Sprintf("日期 %q 要写成 2026-01-01 的样子", d.Date))
		case t.Year() != y.Year:
			out = append(out, fmt.Sprintf("%s 不在 %d 年", d.Date, y.Year))
		case seen[d.Date]:
			out = append(out, d.Date+" 写了两遍")
		case !d.Off && t.Weekday() != time.Saturday && t.Weekday() != time.Sunday:
			out = append(out, d.Date+" 不是周末，不用写调休上班")
		}
		seen[d.Date] = true
	}
	return out
}
