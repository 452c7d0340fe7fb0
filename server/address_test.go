package server

import (
	"net/netip"
	"testing"
)

func TestClientAddress(t *testing.T) {
	local := newProxies(nil)
	wide := newProxies([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8")})
	for _, c := range []struct {
		name      string
		proxies   proxies
		peer, xff string
		want      string
		byProxy   bool
	}{
		{"no proxy", local, "203.0.113.7", "", "203.0.113.7", false},
		{"a stranger claims to be another", local, "203.0.113.7", "198.51.100.1", "203.0.113.7", false},
		{"through our proxy", local, "127.0.0.1", "198.51.100.1", "198.51.100.1", true},
		{"the caller's own claim stands left", local, "127.0.0.1", "192.0.2.9, 198.51.100.1", "198.51.100.1", true},
		{"two proxies", wide, "127.0.0.1", "192.0.2.9, 198.51.100.1, 10.0.0.4", "198.51.100.1", true},
		{"only proxies", wide, "127.0.0.1", "10.0.0.5, 10.0.0.4", "10.0.0.5", true},
		{"rubbish", local, "127.0.0.1", "unknown", "127.0.0.1", true},
		{"rubbish left of an address", local, "127.0.0.1", "<script>, 198.51.100.1", "198.51.100.1", true},
		{"with a port", local, "127.0.0.1", "198.51.100.1:4711", "198.51.100.1", true},
		{"IPv6 with brackets and port", local, "::1", "[2001:db8::1]:443", "2001:db8::1", true},
		{"IPv4 in IPv6", local, "127.0.0.1", "::ffff:198.51.100.1", "198.51.100.1", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, byProxy := c.proxies.client(netip.MustParseAddr(c.peer), c.xff)
			if got.String() != c.want || byProxy != c.byProxy {
				t.Errorf("got %s %v, want %s %v", got, byProxy, c.want, c.byProxy)
			}
		})
	}
}

func TestLimitKey(t *testing.T) {
	for address, want := range map[string]string{
		"198.51.100.1":               "198.51.100.1",
		"2001:db8:1:2:aaaa:bbbb::1":  "2001:db8:1:2::",
		"2001:db8:1:2:ffff::ffff":    "2001:db8:1:2::",
		"2001:db8:1:3:ffff::ffff:12": "2001:db8:1:3::",
	} {
		if got := limitKey(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
}
