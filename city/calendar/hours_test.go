package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var shanghai = time.FixedZone("CST", 8*3600)

func clock(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func office(t testing.TB) *Hours {
	t.Helper()
	// A holiday from Thursday the 1st to Wednesday the 7th of October 2026, Saturday the 10th is worked.
	y := &Year{Year: 2026}
	for _, d := range []string{"2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"} {
		y.Days = append(y.Days, Day{Date: d, Name: "国庆节", Off: true})
	}
	y.Days = append(y.Days, Day{Date: "2026-10-10", Name: "调休"})
	h, err := ParseHours(New(y), "8:30-12:00,13:30-17:30", shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHours(t *testing.T) {
	h := office(t)
	for _, c := range []struct{ from, next, after2h string }{
		{"2026-09-30 10:00", "2026-09-30 10:00", "2026-09-30 12:00"},
		{"2026-09-30 11:00", "2026-09-30 11:00", "2026-09-30 14:30"},
		{"2026-09-30 12:10", "2026-09-30 13:30", "2026-09-30 15:30"},
		{"2026-09-30 16:30", "2026-09-30 16:30", "2026-10-08 09:30"}, // over the holiday
		{"2026-09-30 17:30", "2026-10-08 08:30", "2026-10-08 10:30"},
		{"2026-10-03 12:00", "2026-10-08 08:30", "2026-10-08 10:30"},
		{"2026-10-10 09:00", "2026-10-10 09:00", "2026-10-10 11:00"}, // a Saturday that is worked
		{"2026-10-11 09:00", "2026-10-12 08:30", "2026-10-12 10:30"},
	} {
		if got := h.Next(clock(c.from)); !got.Equal(clock(c.next)) {
			t.Errorf("next after %s: %s, want %s", c.from, got, c.next)
		}
		if got := h.After(clock(c.from), 2*time.Hour); !got.Equal(clock(c.after2h)) {
			t.Errorf("two hours after %s: %s, want %s", c.from, got, c.after2h)
		}
	}
	for _, bad := range []string{"", "8-12", "12:00-8:00", "8:00-12:00,11:00-13:00", "8:00-25:00", "8:70-9:00"} {
		if _, err := ParseHours(New(), bad, shanghai); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestHoursAddUp(t *testing.T) {
	h := office(t)
	rapid.Check(t, func(t *rapid.T) {
		from := clock("2026-09-01 00:00").Add(time.Duration(rapid.IntRange(0, 90*24*60).Draw(t, "from")) * time.Minute)
		a := time.Duration(rapid.IntRange(1, 3000).Draw(t, "a")) * time.Minute
		b := time.Duration(rapid.IntRange(1, 3000).Draw(t, "b")) * time.Minute
		once, twice := h.After(from, a+b), h.After(h.After(from, a), b)
		if !once.Equal(twice) {
			t.Fatalf("%v then %v after %s: %s, at once %s", a, b, from, twice, once)
		}
		if once.Before(from.Add(a + b)) {
			t.Fatalf("%s is sooner than %v after %s", once, a+b, from)
		}
		if !h.Open(once.Add(-time.Nanosecond)) {
			t.Fatalf("%s is not in the hours", once)
		}
	})
}
