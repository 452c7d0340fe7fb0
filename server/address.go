package server

import (
	"net/netip"
	"strings"
)

// proxies are the addresses that may say who really calls.
type proxies []netip.Prefix

func newProxies(trusted []netip.Prefix) proxies {
	if len(trusted) == 0 {
		return proxies{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	return proxies(trusted)
}

func (p proxies) trust(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// client returns who calls: the peer, or, when the peer is a trusted proxy, the right-most address of X-Forwarded-For
// that is not a trusted proxy itself. Everything left of that one is the caller's own claim.
func (p proxies) client(peer netip.Addr, forwarded string) (client netip.Addr, byProxy bool) {
	if forwarded == "" || !p.trust(peer) {
		return peer, false
	}
	client = peer
	parts := strings.Split(forwarded, ",")
	for i := len(parts) - 1; i >= 0; i-- {
		a, ok := parseForwarded(strings.TrimSpace(parts[i]))
		if !ok {
			break // what a proxy could not name is not to be believed, nor what stands before it
		}
		client = a
		if !p.trust(a) {
			break
		}
	}
	return client, true
}

func parseForwarded(s string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Unmap().WithZone(""), true
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone(""), true
	}
	return netip.Addr{}, false
}

// limitKey is what one caller is counted by: an IPv4 address, or the /64 that one IPv6 household has.
func limitKey(a netip.Addr) string {
	if a.Is6() {
		if prefix, err := a.Prefix(64); err == nil {
			return prefix.Addr().String()
		}
	}
	return a.String()
}
