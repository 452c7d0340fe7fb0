package calendar

import (
	"testing"
	"time"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, time.FixedZone("CST", 8*3600))
	if err != nil {
		panic(err)
	}
	return t
}

func TestAdd(t *testing.T) {
	c := New(&Year{Year: 2026, Days: []Day{{"2026-10-01", "国庆节", true}, {"2026-10-02", "国庆节", true}, {"2026-10-05", "国庆节", true},
		{"2026-10-06", "国庆节", true}, {"2026-10-07", "国庆节", true}, {"2026-10-10", "调休", false}}})
	for _, r := range []struct {
		name, from string
		days       int
		want       string
	}{
		{"零天是当天", "2026-09-30 17:59", 0, "2026-09-30 17:59"},
		{"跨国庆", "2026-09-30 17:59", 1, "2026-10-08 17:59"},
		{"调休上班的周六算工作日", "2026-10-09 09:00", 1, "2026-10-10 09:00"},
		{"没公布的年份按周末", "2027-01-01 09:00", 1, "2027-01-04 09:00"},
	} {
		if got := c.Add(at(r.from), r.days); !got.Equal(at(r.want)) {
			t.Errorf("%s: %v, want %s", r.name, got, r.want)
		}
	}
	if !c.Known(at("2026-01-01 00:00")) || c.Known(at("2027-01-01 00:00")) {
		t.Error("Known: 2026 is, 2027 is not")
	}
}

func TestCheck(t *testing.T) {
	y := &Year{Year: 2026, Days: []Day{{"2026-1-1", "", true}, {"2025-01-01", "", true}, {"2026-03-04", "", false}, {"2026-01-01", "", true}, {"2026-01-01", "", true}}}
	if got := y.Check(); len(got) != 4 {
		t.Errorf("Check = %q, want 4 problems", got)
	}
}
