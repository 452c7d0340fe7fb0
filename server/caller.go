package server

import (
	"net/netip"
	"strings"

	"bangban/kernel/fault"
)

// The names by which a citizen proves that a conversation is theirs.
const (
	// TalkHeader carries the conversation token of callers that are not pages.
	TalkHeader = "Bangban-Conversation"
	// TalkCookie carries "id.token" of the conversation that a browser is in.
	TalkCookie = "bb_talk"
	// StaffCookie carries the token of a session of somebody who works for the city.
	StaffCookie = "bb_staff"
	// FormTokenField is the field of a page form that carries Caller.FormToken.
	FormTokenField = "form_token"
)

// Caller is what the transport knows of who calls. A request struct gets it in a field of this type.
type Caller struct {
	// RequestID names the request in the log and in problems.
	RequestID string
	// Address is where the caller is, behind trusted proxies; for limits only, never logged or stored.
	Address netip.Addr
	// Forwarded says that a trusted proxy named the address.
	Forwarded bool
	// Secure says that citizens reach us by https.
	Secure bool
	// SameOrigin says that a page of ours sent the request, as far as the browser tells.
	SameOrigin bool
	// FormToken goes into every form of a page, in a hidden field FormTokenField.
	FormToken string
	// Path is the path with its query, as it came.
	Path string
	// Agent is the browser's own name for itself.
	Agent string
}

func (s *Server) callerOf(x *exchange) Caller {
	ctx := x.ctx
	c := Caller{RequestID: x.id, Secure: s.secure, Path: string(ctx.RequestURI()), Agent: string(ctx.UserAgent())}
	peer, ok := netip.AddrFromSlice(ctx.RemoteIP())
	if !ok {
		peer = netip.IPv6Unspecified()
	}
	header := ""
	for _, v := range ctx.Request.Header.PeekAll("X-Forwarded-For") {
		if header != "" {
			header += ","
		}
		header += string(v)
	}
	c.Address, c.Forwarded = s.proxies.client(peer.Unmap(), header)
	c.FormToken = s.formToken(x.cookie(TalkCookie))
	c.SameOrigin = x.sameOrigin() == yes
	return c
}

type answer int

const (
	unsaid answer = iota
	yes
	no
)

// sameOrigin reads what the browser says about where the request comes from. Sec-Fetch-Site cannot be forged by a page;
// browsers that do not send it send Origin with every POST.
func (x *exchange) sameOrigin() answer {
	h := &x.ctx.Request.Header
	switch site := string(h.Peek("Sec-Fetch-Site")); site {
	case "same-origin", "none":
		return yes
	case "":
	default:
		return no
	}
	origin := strings.ToLower(string(h.Peek("Origin")))
	switch {
	case origin == "":
		return unsaid
	case origin == x.s.origin, origin == "http://"+strings.ToLower(string(h.Host())) && !x.s.secure,
		origin == "https://"+strings.ToLower(string(h.Host())):
		return yes
	}
	return no
}

// guard refuses writes that another site may have made the browser send with the citizen's cookie. Where a header
// authenticates there is nothing to guard: no other site can send it.
func (x *exchange) guard(page bool) error {
	if x.ctx.IsGet() || x.ctx.IsHead() {
		return nil
	}
	cookie := x.cookie(TalkCookie)
	staff := strings.HasPrefix(string(x.ctx.Path()), "/api/v1/") && x.cookie(StaffCookie) != ""
	if !page && x.sameOrigin() == no && strings.HasPrefix(string(x.ctx.Path()), "/api/v1/staff/") {
		return fault.New(fault.Forbidden, "request.other_site") // nor may another site sign somebody in
	}
	if !page && !staff && (cookie == "" || len(x.ctx.Request.Header.Peek(TalkHeader)) > 0) {
		return nil
	}
	switch x.sameOrigin() {
	case yes:
		return nil
	case no:
		return fault.New(fault.Forbidden, "request.other_site")
	}
	// An old browser that says nothing: the page's own token decides.
	if page && x.s.validFormToken(cookie, string(x.ctx.PostArgs().Peek(FormTokenField))) {
		return nil
	}
	return fault.New(fault.Forbidden, "request.page_too_old")
}
