package simulator

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The table of 2.2, through the interface.
func TestWindowsByAct(t *testing.T) {
	for _, row := range []struct {
		name  string
		act   func(*rig)
		count int
		last  time.Duration
	}{
		{"message", func(r *rig) { r.Say("o", "你好") }, 5, 48 * time.Hour},
		{"voice", func(r *rig) { r.Voice("o", SilentAMR(time.Second)) }, 5, 48 * time.Hour},
		{"image", func(r *rig) { r.Image("o", square()) }, 5, 48 * time.Hour},
		{"location", func(r *rig) { r.Location("o", 30.2, 120.1, "钱江新城") }, 5, 48 * time.Hour},
		{"menu click", func(r *rig) { r.Tap("o", "hall") }, 3, time.Minute},
		{"msgmenu tap", func(r *rig) { r.TapChoice("o", "101", "身份证") }, 3, time.Minute},
		{"msgmenu tap without id", func(r *rig) { r.TapChoice("o", "", "身份证") }, 3, time.Minute},
		{"QR scan", func(r *rig) { r.Scan("o", "hall-1") }, 3, time.Minute},
		{"follow", func(r *rig) { r.Unfollow("o"); r.Follow("o", "") }, 3, time.Minute},
		{"follow by QR", func(r *rig) { r.Unfollow("o"); r.Scan("o", "hall-1") }, 3, time.Minute},
		{"VIEW", func(r *rig) { r.View("o", "https://city/") }, 0, 0},
		{"LOCATION", func(r *rig) { r.ReportLocation("o", 30.2, 120.1) }, 0, 0},
		{"nothing", func(*rig) {}, 0, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t, testAccount(), Options{})
			r.AddFollowers("o")
			row.act(r)
			if n, _ := r.Allowance("o"); n != row.count {
				t.Errorf("allowance %d, want %d", n, row.count)
			}
			for n := range row.count {
				if got := r.code(sendPath, text("o", "答")); got != 0 {
					t.Fatalf("message %d: %d", n+1, got)
				}
			}
			want := 45047
			if row.count == 0 {
				want = 45015
			}
			if got := r.code(sendPath, text("o", "答")); got != want {
				t.Errorf("one too many: %d, want %d", got, want)
			}
			row.act(r)
			r.clock.pass(row.last - time.Second)
			r.renew()
			if got := r.code(sendPath, text("o", "答")); row.count > 0 && got != 0 {
				t.Errorf("a second before the end: %d, want 0", got)
			}
			r.clock.pass(time.Second)
			if got := r.code(sendPath, text("o", "答")); got != 45015 {
				t.Errorf("at the end: %d, want 45015", got)
			}
			if n, _ := r.Allowance("o"); n != 0 {
				t.Errorf("allowance after the end %d", n)
			}
		})
	}
}

func TestTappingLeavesTheMessageRowAlone(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.AddFollowers("o")
	r.Say("o", "你好")
	r.TapChoice("o", "1", "身份证")
	if n, _ := r.Allowance("o"); n != 8 {
		t.Errorf("5 of the message and 3 of the tap, got %d", n)
	}
	r.clock.pass(time.Minute)
	if n, _ := r.Allowance("o"); n != 5 {
		t.Errorf("after the minute %d, want 5", n)
	}
	r.Say("o", "再问")
	if n, _ := r.Allowance("o"); n != 5 {
		t.Errorf("a new message resets its row to 5, got %d", n)
	}
	r.Pay("o")
	for range 20 {
		if got := r.code(sendPath, text("o", "答")); got != 0 {
			t.Fatalf("after paying: %d, want no limit", got)
		}
	}
}

func TestUnfollowingClosesEveryWindow(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.Browse("stranger")
	r.AddFollowers("o")
	r.Say("o", "你好")
	r.Unfollow("o")
	for openid, want := range map[string]int{"o": 45015, "stranger": 43004, "nobody": 40003, "": 40003} {
		if got := r.code(sendPath, text(openid, "答")); got != want {
			t.Errorf("to %q: %d, want %d", openid, got, want)
		}
	}
	r.Follow("o", "")
	if n, _ := r.Allowance("o"); n != 3 {
		t.Errorf("back again: %d, want 3 of following and nothing of before", n)
	}
}

// model is the table once more, in its plainest form: every message ever allowed with the time it ends.
type model map[act][]time.Time

func (m model) open(a act, now time.Time) {
	n := map[act]int{wrote: 5, tapped: 3, followed: 3, scanned: 3}[a]
	during := time.Minute
	if a == wrote {
		during = 48 * time.Hour
	}
	m[a] = nil
	for range n {
		m[a] = append(m[a], now.Add(during))
	}
}

// send takes the message that ends first of those that are good at now, of two that end together the one of the earlier row.
func (m model) send(now time.Time) bool {
	first, at := nothing, time.Time{}
	for _, a := range []act{wrote, tapped, followed, scanned} {
		if ends := m[a]; len(ends) > 0 && ends[0].After(now) && (first == nothing || ends[0].Before(at)) {
			first, at = a, ends[0]
		}
	}
	if first != nothing {
		m[first] = m[first][1:]
	}
	return first != nothing
}

func TestWindowsAgreeWithAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 9, 30, 9, 0, 0, 0, china)
		w, m := windows{}, model{}
		opened := map[act]time.Time{} // when each row ends, used up or not
		t.Repeat(map[string]func(*rapid.T){
			"act": func(t *rapid.T) {
				a := rapid.SampledFrom([]act{nothing, wrote, tapped, followed, scanned}).Draw(t, "act")
				w.open(a, now)
				if a != nothing {
					m.open(a, now)
					opened[a] = now.Add(rows[a].during)
				}
			},
			"send": func(t *rapid.T) {
				want := errcode(0)
				if !m.send(now) {
					want = 45015
					for _, end := range opened {
						if end.After(now) {
							want = 45047
						}
					}
				}
				if got := w.spend(now); got != want {
					t.Fatalf("spend: %d, want %d", got, want)
				}
			},
			"pass": func(t *rapid.T) {
				now = now.Add(rapid.SampledFrom([]time.Duration{time.Second, 20 * time.Second, time.Minute, time.Hour, 30 * time.Hour}).Draw(t, "time"))
			},
		})
	})
}
