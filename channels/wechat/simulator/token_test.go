package simulator

import (
	"fmt"
	"testing"
	"time"
)

func stable(r *rig, force bool) map[string]any {
	r.t.Helper()
	return r.call("/cgi-bin/stable_token", map[string]any{"grant_type": "client_credential", "appid": r.a.AppID, "secret": r.a.Secret,
		"force_refresh": force})
}

// usable is the code of a call that only needs a token.
func usable(r *rig, token any) int {
	r.t.Helper()
	return r.code(fmt.Sprintf("/cgi-bin/getcallbackip?access_token=%v", token), nil)
}

func TestStableTokenIsTheSameUntilFiveMinutesBeforeItsEnd(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	first := r.token
	if len(first) != 512 {
		t.Errorf("a token of %d characters, want 512", len(first))
	}
	for _, row := range []struct {
		after   time.Duration
		expires float64
		same    bool
	}{
		{0, 7200, true}, {time.Hour, 3600, true}, {2*time.Hour - 5*time.Minute, 300, true}, {2*time.Hour - 5*time.Minute + time.Second, 7200, false},
	} {
		at := newRig(t, testAccount(), Options{})
		at.clock.pass(row.after)
		got := stable(at, false)
		if got["expires_in"] != row.expires || (got["access_token"] == at.token) != row.same {
			t.Errorf("after %v: expires_in %v, same %v; want %v, %v", row.after, got["expires_in"], got["access_token"] == at.token, row.expires, row.same)
		}
	}
	r.clock.pass(2*time.Hour - time.Minute)
	second := stable(r, false)["access_token"]
	if a, b := usable(r, first), usable(r, second); a != 0 || b != 0 {
		t.Errorf("in the overlap: old %d, new %d; want both 0", a, b)
	}
	r.clock.pass(time.Minute)
	if a, b := usable(r, first), usable(r, second); a != 42001 || b != 0 {
		t.Errorf("after it: old %d, new %d; want 42001, 0", a, b)
	}
}

func TestForcedRefreshEndsTheOldTokenAndIsLimited(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	old := r.token
	fresh := stable(r, true)["access_token"]
	if a, b := usable(r, old), usable(r, fresh); a != 40001 || b != 0 {
		t.Errorf("old %d, new %d; want 40001, 0", a, b)
	}
	r.clock.pass(29 * time.Second)
	if got := stable(r, true)["errcode"]; got != 45011.0 {
		t.Errorf("after 29 s: %v, want 45011", got)
	}
	for n := 2; n <= 20; n++ {
		r.clock.pass(30 * time.Second)
		if got := stable(r, true); got["access_token"] == nil {
			t.Fatalf("force %d: %v", n, got)
		}
	}
	r.clock.pass(time.Minute)
	if got := stable(r, true)["errcode"]; got != 45009.0 {
		t.Errorf("the 21st of a day: %v, want 45009", got)
	}
	r.clock.pass(24 * time.Hour)
	if got := stable(r, true); got["access_token"] == nil {
		t.Errorf("the next day: %v", got)
	}
}

func TestDirectTokenReplacesTheOneBefore(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	path := "/cgi-bin/token?grant_type=client_credential&appid=" + r.a.AppID + "&secret=" + r.a.Secret
	first, second := r.call(path, nil)["access_token"], r.call(path, nil)["access_token"]
	if first == second || first == r.token {
		t.Fatal("a token was given twice")
	}
	if a, b := usable(r, first), usable(r, second); a != 0 || b != 0 {
		t.Errorf("in the five minutes: %d, %d; want 0, 0", a, b)
	}
	r.clock.pass(5 * time.Minute)
	if a, b, c := usable(r, first), usable(r, second), usable(r, r.token); a != 40001 || b != 0 || c != 0 {
		t.Errorf("old %d, new %d, stable %d; want 40001, 0, 0: the two lines leave each other alone", a, b, c)
	}
}

func TestTokenRefusals(t *testing.T) {
	a := testAccount()
	for _, row := range []struct {
		name string
		body map[string]any
		ip   string
		want int
	}{
		{"wrong app id", map[string]any{"grant_type": "client_credential", "appid": "wx", "secret": a.Secret}, "", 40013},
		{"wrong secret", map[string]any{"grant_type": "client_credential", "appid": a.AppID, "secret": "x"}, "", 40125},
		{"no app id", map[string]any{"grant_type": "client_credential", "secret": a.Secret}, "", 41002},
		{"no secret", map[string]any{"grant_type": "client_credential", "appid": a.AppID}, "", 41004},
		{"wrong grant", map[string]any{"grant_type": "x", "appid": a.AppID, "secret": a.Secret}, "", 40002},
		{"not on the whitelist", map[string]any{"grant_type": "client_credential", "appid": a.AppID, "secret": a.Secret}, "10.0.0.1", 40164},
		{"on the whitelist", map[string]any{"grant_type": "client_credential", "appid": a.AppID, "secret": a.Secret}, "127.0.0.1", 0},
	} {
		r := newRig(t, a, Options{})
		if row.ip != "" {
			r.SetWhitelist(row.ip)
		}
		if got := r.code("/cgi-bin/stable_token", row.body); got != row.want {
			t.Errorf("%s: %d, want %d", row.name, got, row.want)
		}
		v := "/cgi-bin/token?"
		for k, value := range row.body {
			v += fmt.Sprintf("%s=%v&", k, value)
		}
		if got := r.code(v, nil); got != row.want {
			t.Errorf("%s by GET: %d, want %d", row.name, got, row.want)
		}
	}
	r := newRig(t, a, Options{})
	for token, want := range map[string]int{"": 41001, "short": 40014, random(512): 40001, r.token: 0} {
		if got := usable(r, token); got != want {
			t.Errorf("a token of %d characters: %d, want %d", len(token), got, want)
		}
	}
	r.SetSecret("another")
	if got := stable(r, false)["access_token"]; got != r.token {
		t.Error("a reset secret ended the token that is out")
	}
	if got := r.code("/cgi-bin/stable_token", map[string]any{"grant_type": "client_credential", "appid": a.AppID, "secret": a.Secret}); got != 40125 {
		t.Errorf("the secret of before: %d, want 40125", got)
	}
	r.RefreshElsewhere()
	if got := usable(r, r.token); got != 40001 {
		t.Errorf("refreshed by another: %d, want 40001", got)
	}
	r.renew()
	if got := usable(r, r.token); got != 0 {
		t.Errorf("after fetching again: %d, want 0", got)
	}
}

func TestQuotasOfDayAndMinute(t *testing.T) {
	const path = "/cgi-bin/getcallbackip"
	r := newRig(t, testAccount(), Options{Quotas: map[string]int{path: 5}, PerMinute: map[string]int{path: 3}})
	want := func(when string, codes ...int) {
		t.Helper()
		for i, c := range codes {
			if got := r.code(path, nil); got != c {
				t.Errorf("%s, call %d: %d, want %d", when, i+1, got, c)
			}
		}
	}
	want("first minute", 0, 0, 0, 45011)
	r.clock.pass(time.Minute)
	want("second minute", 0, 0, 45009, 45011)
	for n := range 10 {
		r.clock.pass(time.Minute)
		if got := r.code("/cgi-bin/clear_quota", map[string]any{"appid": r.a.AppID}); got != 0 {
			t.Fatalf("clearing %d: %d", n, got)
		}
	}
	want("cleared", 0)
	if got := r.code("/cgi-bin/clear_quota", map[string]any{"appid": r.a.AppID}); got != 48006 {
		t.Errorf("the 11th clearing of a month: %d, want 48006", got)
	}
	if got := r.code("/cgi-bin/clear_quota", map[string]any{"appid": "wx"}); got != 40013 {
		t.Errorf("clearing another's: %d, want 40013", got)
	}
	r.clock.pass(time.Minute)
	want("used up", 0, 0, 0)
	r.clock.pass(time.Minute)
	want("used up", 0, 45009)
	r.clock.pass(15 * time.Hour) // past midnight of China, into October
	r.renew()
	want("next day", 0)
	if got := r.code("/cgi-bin/clear_quota", map[string]any{"appid": r.a.AppID}); got != 0 {
		t.Errorf("the next month's first clearing: %d, want 0", got)
	}
}
