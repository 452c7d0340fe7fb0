package server

import (
	"net/url"
	"strings"

	"github.com/valyala/fasthttp"
)

// What a page of ours may load: only its own files. No inline script or style, so no nonce is needed.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
	"connect-src 'self'; font-src 'self'; manifest-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "

// harden sets the headers that keep browsers from doing what we never want.
func (s *Server) harden(ctx *fasthttp.RequestCtx) {
	h := &ctx.Response.Header
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Permissions-Policy", "microphone=(self), camera=(), geolocation=(), payment=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if s.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if s.embedded(ctx) {
		h.Set("Content-Security-Policy", policy+"'self' "+strings.Join(s.config.FrameAncestors, " "))
		return
	}
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Content-Security-Policy", policy+"'self'")
}

// embedded reports whether the chat is asked for as it stands in another site's page, and any site may do so.
func (s *Server) embedded(ctx *fasthttp.RequestCtx) bool {
	return len(s.config.FrameAncestors) > 0 && strings.HasPrefix(string(ctx.Path()), "/chat") &&
		string(ctx.QueryArgs().Peek("embed")) == "1"
}

// validAncestor keeps configuration from writing more than one source into the policy.
func validAncestor(site string) bool {
	u, err := url.Parse(site)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.Path == "" && u.RawQuery == "" &&
		!strings.ContainsAny(site, " ;,'\"\r\n\t")
}
