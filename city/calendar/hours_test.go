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
	h, err := ParseHours(nationalDay(), "8:30-12:00,13:30-17:30", shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func nationalDay() *Calendar {
	// A holiday from Thursday the 1st to Wednesday the 7th of October 2026, Saturday the 10th is worked.
	y := &Year{Year: 2026}
	for _, d := range []string{"2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04", "2026-10-05", "2026-10-06", "2026-10-07"} {
		y.Days = append(y.Days, Day{Date: d, Name: "国庆节", Off: true})
	}
	y.Days = append(y.Days, Day{Date: "2026-10-10", Name: "调休"})
	return New(y)
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
}

// The week before National Day 2026 as a city with a short Friday, an open Saturday and summer hours has it.
func TestHoursByWeekdayAndSeason(t *testing.T) {
	h, err := ParseHours(nationalDay(), "8:30-12:00,13:30-17:30; Fri 8:30-12:00; sat 9:00-11:00; 06-15..09-15 8:30-12:00,14:00-18:00; 12-20..01-05 tue,thu closed", shanghai)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, from, next, after2h string }{
		{"周五短", "2026-09-25 11:00", "2026-09-25 11:00", "2026-09-26 10:00"},
		{"周六开门", "2026-09-26 08:00", "2026-09-26 09:00", "2026-09-26 11:00"},
		{"周日不开", "2026-09-27 10:00", "2026-09-28 08:30", "2026-09-28 10:30"},
		{"节日的周六不开", "2026-10-03 10:00", "2026-10-08 08:30", "2026-10-08 10:30"},
		{"调休的周六按周一", "2026-10-10 13:00", "2026-10-10 13:30", "2026-10-10 15:30"},
		{"夏令作息", "2026-09-15 13:30", "2026-09-15 14:00", "2026-09-15 16:00"},
		{"夏令作息过后", "2026-09-16 13:30", "2026-09-16 13:30", "2026-09-16 15:30"},
		{"夏天的周五按后写的", "2026-07-03 13:30", "2026-07-03 14:00", "2026-07-03 16:00"},
		{"跨年的一段", "2026-12-31 10:00", "2027-01-01 08:30", "2027-01-01 10:30"},
		{"跨年的一段之后", "2027-01-07 10:00", "2027-01-07 10:00", "2027-01-07 12:00"},
	} {
		if got := h.Next(clock(c.from)); !got.Equal(clock(c.next)) {
			t.Errorf("%s: next after %s: %s, want %s", c.name, c.from, got, c.next)
		}
		if got := h.After(clock(c.from), 2*time.Hour); !got.Equal(clock(c.after2h)) {
			t.Errorf("%s: two hours after %s: %s, want %s", c.name, c.from, got, c.after2h)
		}
	}
	season, err := ParseHours(New(), "02-29..03-01 mon-sun 0:00-24:00", shanghai)
	if err != nil {
		t.Fatal(err)
	}
	if got := season.Next(clock("2026-03-02 00:00")); !got.Equal(clock("2027-03-01 00:00")) {
		t.Errorf("open on two days a year: %s", got)
	}
	if got := season.After(clock("2026-03-01 10:00"), 0); !got.Equal(clock("2026-03-01 10:00")) {
		t.Errorf("after nothing: %s", got)
	}
}

func TestHoursRefuse(t *testing.T) {
	for _, bad := range []string{"", "8-12", "12:00-8:00", "8:00-12:00,11:00-13:00", "8:00-25:00", "8:70-9:00", "8:00-9:00;", "wed 10:00-12:00; wed closed", "fri", "day 8:00-9:00", "mon-fry 8:00-9:00", "closed", "sat closed",
		"06-31..07-01 8:00-9:00", "6..7 8:00-9:00", "8:00-9:00 sat", "8:00-9:00x", "-1:00-9:00", "8:0-9:00", "008:00-9:00", "24:00-24:01", "8:00-9:00 closed"} {
		if _, err := ParseHours(New(), bad, shanghai); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func FuzzParseHours(f *testing.F) {
	f.Add("8:30-12:00,13:30-17:30; fri 8:30-12:00; 12-01..02-28 sat-mon closed")
	f.Add("02-29..03-01 mon,wed-fri 0:00-24:00")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := ParseHours(New(), text, shanghai)
		if err != nil {
			return
		}
		from := clock("2026-10-01 12:00")
		if next := h.Next(from); next.Before(from) || !h.Open(next) && !next.Equal(from) {
			t.Errorf("%q: next after %s is %s", text, from, next)
		}
	})
}

// someHours draws hours with a weekday and a season of their own.
func someHours(t *rapid.T) *Hours {
	spans := rapid.SampledFrom([]string{"8:30-12:00,13:30-17:30", "0:00-24:00", "9:00-9:01", "8:00-11:00,11:00-12:00,20:00-24:00", "closed"})
	text := rapid.SampledFrom([]string{"8:30-12:00,13:30-17:30", "mon-sun 0:00-24:00", "wed 10:00-12:00"}).Draw(t, "all year") +
		"; " + rapid.SampledFrom(weekdays[:]).Draw(t, "weekday") + " " + spans.Draw(t, "of it") +
		"; " + rapid.SampledFrom([]string{"09-20..10-12", "11-15..02-15"}).Draw(t, "season") + " " + spans.Draw(t, "in season")
	h, err := ParseHours(nationalDay(), text, shanghai)
	if err != nil {
		t.Skip(err) // the closed days have left nothing
	}
	return h
}

// Working time adds up, never ends outside the hours, and grows with both its start and its length.
func TestHoursAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := someHours(t)
		minutes := func(most int, name string) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * time.Minute
		}
		from := clock("2026-09-01 00:00").Add(minutes(150*24*60, "from"))
		a, b := minutes(3000, "a"), minutes(3000, "b")
		once, twice := h.After(from, a+b), h.After(h.After(from, a), b)
		if !once.Equal(twice) {
			t.Fatalf("%v then %v after %s: %s, at once %s", a, b, from, twice, once)
		}
		if once.Before(from.Add(a + b)) {
			t.Fatalf("%s is sooner than %v after %s", once, a+b, from)
		}
		if a+b > 0 && !h.Open(once.Add(-time.Nanosecond)) {
			t.Fatalf("%s is not in the hours", once)
		}
		if later := h.After(from.Add(b), a); later.Before(h.After(from, a)) {
			t.Fatalf("%v after %s is %s, sooner than after %s", a, from.Add(b), later, from)
		}
		next := h.Next(from)
		if next.Before(from) || !h.Open(next) || h.Open(from) != next.Equal(from) {
			t.Fatalf("next after %s is %s", from, next)
		}
		// Minute by minute, what After counts is what is open.
		if a > 0 && a <= 600*time.Minute {
			open := time.Duration(0)
			end := h.After(from, a)
			if end.Sub(from) < 40*24*time.Hour {
				for m := from; m.Before(end); m = m.Add(time.Minute) {
					if h.Open(m) {
						open += time.Minute
					}
				}
				if open != a {
					t.Fatalf("%v after %s is %s, which has %v open", a, from, end, open)
				}
			}
		}
		// The zone of the asker changes nothing.
		if utc := h.After(from.UTC(), a); !utc.Equal(h.After(from, a)) {
			t.Fatalf("asked in UTC: %s", utc)
		}
	})
}
