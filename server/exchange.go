package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/valyala/fasthttp"

	"bangban/kernel/fault"
)

// exchange is one request and its response while a handler runs. It never leaves this package: fasthttp uses ctx again
// as soon as the handler has returned.
type exchange struct {
	s      *Server
	ctx    *fasthttp.RequestCtx
	id     string
	route  string
	api    bool
	caller Caller
	// failed is kept for the log.
	failed error
}

const exchangeKey = "bangban.exchange"

func exchangeOf(ctx *fasthttp.RequestCtx) *exchange {
	x, _ := ctx.UserValue(exchangeKey).(*exchange)
	return x
}

// serve is the first and last thing that touches a request.
func (s *Server) serve(ctx *fasthttp.RequestCtx) {
	start := time.Now()
	x := s.open(ctx)
	defer x.logged(start)
	defer x.recovered()
	s.harden(ctx)
	if err := framing(&ctx.Request.Header); err != nil {
		ctx.SetConnectionClose()
		x.fail(err)
		return
	}
	s.mux.serve(ctx)
}

func (s *Server) open(ctx *fasthttp.RequestCtx) *exchange {
	id, err := uuid.NewV7()
	if err != nil { // no randomness: the id is for the log only
		id = uuid.UUID{}
	}
	x := &exchange{s: s, ctx: ctx, id: id.String()}
	x.api = bytes.HasPrefix(ctx.Path(), []byte("/api/"))
	ctx.SetUserValue(exchangeKey, x)
	ctx.Response.Header.Set("X-Request-Id", x.id)
	x.caller = s.callerOf(x)
	return x
}

// recovered answers a panic with our own fault: without it the process would die.
func (x *exchange) recovered() {
	cause := recover()
	if cause == nil {
		return
	}
	x.s.log.Error("handler panicked", "request", x.id, "route", x.route, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
	x.ctx.Response.Reset()
	x.s.harden(x.ctx)
	x.ctx.Response.Header.Set("X-Request-Id", x.id)
	x.fail(fault.Wrap(fault.Internal, "internal", fmt.Errorf("panic: %v", cause)))
}

// logged writes the access log: what was served and how long it took; no address, no query, no words of a citizen.
func (x *exchange) logged(start time.Time) {
	status := x.ctx.Response.StatusCode()
	attributes := []any{"request", x.id, "method", string(x.ctx.Method()), "route", x.route, "status", status,
		"took", time.Since(start).Round(time.Microsecond)}
	if x.failed != nil {
		attributes = append(attributes, "cause", x.failed)
	}
	if status >= 500 {
		x.s.log.Error("request failed", attributes...)
		return
	}
	x.s.log.Debug("request served", attributes...)
}

// context returns the context of the handler's work: it ends with the time for it, or with the server. The request
// itself is never a context: fasthttp reuses it.
func (x *exchange) context() (context.Context, context.CancelFunc) {
	return context.WithTimeout(x.s.work, x.s.config.Work)
}

// fail answers with a problem: as a document for programs, as a page for people.
func (x *exchange) fail(err error) {
	if errors.Is(err, context.DeadlineExceeded) && fault.KindOf(err) == fault.Internal {
		err = fault.Wrap(fault.Unavailable, "slow", err)
	}
	p := x.s.Problem(err)
	p.Instance = "urn:uuid:" + x.id
	x.failed = err
	x.problem(p)
}

func (x *exchange) problem(p Problem) {
	ctx := x.ctx
	ctx.Response.ResetBody()
	ctx.SetStatusCode(p.Status)
	h := &ctx.Response.Header
	if p.retryAfter > 0 {
		h.Set("Retry-After", fmt.Sprint(p.retryAfter))
	}
	h.Set("Cache-Control", "no-store")
	if x.api || !x.wantsPage() {
		h.SetContentType("application/problem+json; charset=utf-8")
		ctx.SetBody(p.document())
		return
	}
	h.SetContentType("text/html; charset=utf-8")
	if x.s.services.ErrorPage != nil {
		ctx.SetBody(x.s.services.ErrorPage(p))
		return
	}
	ctx.SetBody(p.page())
}

// wantsPage reports whether the caller reads pages: browsers name text/html first.
func (x *exchange) wantsPage() bool {
	accept := string(x.ctx.Request.Header.Peek("Accept"))
	return strings.Contains(accept, "text/html")
}

// refuse answers requests that could not be read at all.
func (s *Server) refuse(ctx *fasthttp.RequestCtx, err error) {
	x := s.open(ctx)
	s.harden(ctx)
	var small *fasthttp.ErrSmallBuffer
	var timeout net.Error
	switch {
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		linger(ctx.Conn())
		x.fail(fault.Wrap(fault.TooLarge, "request.too_large", err))
	case errors.As(err, &small):
		linger(ctx.Conn())
		x.fail(fault.Wrap(fault.TooLarge, "request.headers_too_large", err))
	case errors.As(err, &timeout) && timeout.Timeout():
		x.fail(fault.Wrap(fault.Unavailable, "request.timeout", err))
	default:
		x.fail(fault.Wrap(fault.Invalid, "request.malformed", err))
	}
}

// framing refuses a request that states its length twice: two readers of it could disagree where it ends.
// RFC 9112 §6.3: a request with both Transfer-Encoding and Content-Length ought to be handled as an error.
func framing(h *fasthttp.RequestHeader) error {
	if h.ContentLength() == -2 { // neither was given
		return nil
	}
	raw := h.RawHeaders()
	if rawHas(raw, "content-length:") && rawHas(raw, "transfer-encoding:") {
		return fault.New(fault.Invalid, "request.framing")
	}
	return nil
}

func rawHas(raw []byte, name string) bool {
	for line := range bytes.Lines(raw) {
		if len(line) >= len(name) && strings.EqualFold(string(line[:len(name)]), name) {
			return true
		}
	}
	return false
}
