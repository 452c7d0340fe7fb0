package server

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"bangban/kernel/fault"
)

func TestAllow(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	s := newServer(t, Config{AsksPerAddress: 3}, Services{Now: func() time.Time { return now }})
	use := func(key string) int {
		err := s.Allow(s.Asks(), key)
		var f *fault.Error
		if errors.As(err, &f) {
			return f.RetryAfter
		}
		return 0
	}
	for i := range 3 {
		if wait := use("a"); wait != 0 {
			t.Fatalf("use %d: wait %d", i, wait)
		}
	}
	if wait := use("a"); wait != 20 {
		t.Errorf("fourth use: wait %d s, want 20", wait)
	}
	if wait := use("a"); wait != 20 {
		t.Errorf("a refused use must not be counted: wait %d", wait)
	}
	if wait := use("b"); wait != 0 {
		t.Errorf("another key must not wait: %d", wait)
	}
	if err := s.Allow(s.ConversationAsks(), "a"); err != nil {
		t.Errorf("another budget: %v", err)
	}
	now = now.Add(20 * time.Second)
	if wait := use("a"); wait != 0 {
		t.Errorf("after the wait: %d", wait)
	}
	off := newServer(t, Config{AsksPerAddress: 1, NoLimits: true}, Services{})
	for range 5 {
		if err := off.Allow(off.Asks(), "a"); err != nil {
			t.Fatal(err)
		}
	}
}

// Callers behind the proxy are limited one by one; people on this machine are not.
func TestAddressLimit(t *testing.T) {
	s := newServer(t, Config{AsksPerAddress: 2}, Services{Now: func() time.Time { return time.Unix(1_800_000_000, 0) }})
	s.GET("/api/v1/x", JSON(func(context.Context, *struct{}) (*echoReply, error) { return &echoReply{}, nil }), Spend(s.Asks()))
	address := start(t, s)
	get := func(from string) int {
		header := ""
		if from != "" {
			header = "X-Forwarded-For: " + from + "\r\n"
		}
		res := raw(t, address, fmt.Sprintf("GET /api/v1/x HTTP/1.1\r\nHost: x\r\n%s\r\n", header))
		if res.StatusCode == 429 {
			if p := problemOf(t, res); p.Detail != "您发得太快了，请过 30 秒再发。" || res.Header.Get("Retry-After") != "30" {
				t.Errorf("got %+v, Retry-After %s", p, res.Header.Get("Retry-After"))
			}
		}
		return res.StatusCode
	}
	for i, c := range []struct {
		from string
		want int
	}{
		{"", 200}, {"", 200}, {"", 200},
		{"198.51.100.1", 200}, {"198.51.100.1", 200}, {"198.51.100.1", 429},
		{"192.0.2.1, 198.51.100.1", 429},
		{"198.51.100.2", 200},
		{"2001:db8::1", 200}, {"2001:db8::2", 200}, {"2001:db8::3", 429},
	} {
		if got := get(c.from); got != c.want {
			t.Errorf("%d from %q: got %d, want %d", i, c.from, got, c.want)
		}
	}
}
