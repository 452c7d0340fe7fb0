package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// Cookie is a cookie to set. Under https its name gets the __Host- prefix and it is Secure; callers use the bare name.
type Cookie struct {
	Name, Value string
	// MaxAge is how long it lives; 0 until the browser closes, negative deletes it.
	MaxAge time.Duration
	// Readable lets scripts of ours read it: for choices such as the theme, never for proofs.
	Readable bool
	// Strict keeps it from every request that begins on another site: for those who work here.
	Strict bool
}

const hostPrefix = "__Host-"

func (s *Server) cookieName(name string) string {
	if s.secure {
		return hostPrefix + name
	}
	return name
}

// cookie returns a copy of the cookie's value.
func (x *exchange) cookie(name string) string {
	return string(x.ctx.Request.Header.Cookie(x.s.cookieName(name)))
}

func (x *exchange) setCookies(cookies []Cookie) {
	for _, c := range cookies {
		k := fasthttp.AcquireCookie()
		k.SetKey(x.s.cookieName(c.Name))
		k.SetValue(c.Value)
		k.SetPath("/")
		k.SetHTTPOnly(!c.Readable)
		k.SetSecure(x.s.secure)
		k.SetSameSite(fasthttp.CookieSameSiteLaxMode)
		if c.Strict {
			k.SetSameSite(fasthttp.CookieSameSiteStrictMode)
		}
		switch {
		case c.MaxAge < 0:
			k.SetExpire(fasthttp.CookieExpireDelete)
		case c.MaxAge > 0:
			k.SetMaxAge(int(c.MaxAge / time.Second))
		}
		x.ctx.Response.Header.SetCookie(k)
		fasthttp.ReleaseCookie(k)
	}
}

// TalkProof is the id and the token of a conversation, as a browser's cookie holds them.
type TalkProof struct{ ID, Token string }

// Talk makes the cookie of a conversation.
func Talk(p TalkProof) Cookie {
	return Cookie{Name: TalkCookie, Value: p.ID + "." + p.Token, MaxAge: 7 * 24 * time.Hour}
}

// ReadTalk reads the value of a TalkCookie; the zero proof when there is none.
func ReadTalk(value string) TalkProof {
	id, token, ok := strings.Cut(value, ".")
	if !ok || id == "" || token == "" {
		return TalkProof{}
	}
	return TalkProof{ID: id, Token: token}
}

// formToken binds a page form to the conversation that the browser is in.
func (s *Server) formToken(cookie string) string {
	mac := hmac.New(sha256.New, s.config.Secret)
	mac.Write([]byte("form\x00" + cookie))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
}

func (s *Server) validFormToken(cookie, token string) bool {
	return token != "" && hmac.Equal([]byte(s.formToken(cookie)), []byte(token))
}
