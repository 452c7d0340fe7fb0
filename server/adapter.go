package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"

	"github.com/valyala/fasthttp"

	"bangban/kernel/fault"
)

// Handler serves a route; JSON, HTML and Events make one of a plain function.
type Handler struct {
	api   bool
	files bool // its body may be as large as a file
	run   func(*exchange)
}

// Head is what a result may say beside its body.
type Head struct {
	// Status is 200 when 0.
	Status  int
	Cookies []Cookie
	// Header holds further headers by their canonical name.
	Header map[string]string
}

// Headed results set status, cookies and headers.
type Headed interface{ Head() Head }

// Page is what a page handler returns.
type Page struct {
	Head
	// Type is text/html when empty.
	Type string
	Body []byte
	// Location sends the browser on: with status 303 unless Head says otherwise.
	Location string
}

// JSON adapts a function to a route of the API. The body of a POST is read into Req as JSON; fields with a tag
// `path`, `query`, `header` or `cookie` come from there (and must be `json:"-"`); a field of type Caller is filled.
// What it returns is the body, or the problem. Every string in Req is a copy: it may be kept.
func JSON[Req, Res any](do func(context.Context, *Req) (*Res, error)) Handler {
	return Handler{api: true, run: adapt(false, do, func(x *exchange, res *Res) { x.writeJSON(res) })}
}

// HTML adapts a function to a page. The fields of a posted form are read into the fields of Req with a tag `form`.
// Errors become the page of their problem.
func HTML[Req any](do func(context.Context, *Req) (*Page, error)) Handler {
	return Handler{run: adapt(true, do, func(x *exchange, page *Page) { x.writePage(page) })}
}

// Raw is a request of another platform's own protocol, as it came. The bytes are copies.
type Raw struct {
	Caller Caller
	Query  url.Values
	Body   []byte
}

// Plain adapts a function to a route that other platforms call: it gets the request as it is, and says what is written back. It reads no
// cookie, so there is nothing to guard; it must find out itself who calls.
func Plain(do func(context.Context, *Raw) (*Page, error)) Handler {
	return Handler{api: true, run: func(x *exchange) {
		query, err := url.ParseQuery(string(x.ctx.URI().QueryString()))
		if err != nil {
			x.fail(fault.Wrap(fault.Invalid, "request.malformed", err))
			return
		}
		ctx, cancel := x.context()
		defer cancel()
		page, err := do(ctx, &Raw{Caller: x.caller, Query: query, Body: bytes.Clone(x.ctx.PostBody())})
		if err != nil {
			x.fail(err)
			return
		}
		x.writePage(page)
	}}
}

// Upload adapts a function to a route of the API whose body is a file as it is, not JSON. The other fields come as for JSON; data is a copy.
func Upload[Req, Res any](do func(ctx context.Context, req *Req, data []byte) (*Res, error)) Handler {
	plan := planOf(reflect.TypeFor[Req]())
	return Handler{api: true, files: true, run: func(x *exchange) {
		req := new(Req)
		err := x.guard(false)
		if err == nil {
			err = plan.fill(x, reflect.ValueOf(req).Elem())
		}
		if err != nil {
			x.fail(err)
			return
		}
		ctx, cancel := x.context()
		defer cancel()
		res, err := do(ctx, req, bytes.Clone(x.ctx.PostBody()))
		if err != nil {
			x.fail(err)
			return
		}
		x.writeJSON(res)
	}}
}

// Download adapts a function to a route of the API that gives a file, not JSON.
func Download[Req any](do func(context.Context, *Req) (*Page, error)) Handler {
	return Handler{api: true, run: adapt(false, do, func(x *exchange, page *Page) { x.writePage(page) })}
}

// adapt reads a request, lets do answer it within its time, and writes what comes out: the result, or the problem.
func adapt[Req, Res any](page bool, do func(context.Context, *Req) (Res, error), write func(*exchange, Res)) func(*exchange) {
	plan := planOf(reflect.TypeFor[Req]())
	return func(x *exchange) {
		req := new(Req)
		if err := x.read(plan, req, page); err != nil {
			x.fail(err)
			return
		}
		ctx, cancel := x.context()
		defer cancel()
		res, err := do(ctx, req)
		if err != nil {
			x.fail(err)
			return
		}
		write(x, res)
	}
}

// read fills req from the request and checks that it may be made at all.
func (x *exchange) read(plan *plan, req any, page bool) error {
	if err := x.guard(page); err != nil {
		return err
	}
	v := reflect.ValueOf(req).Elem()
	if !page && (x.ctx.IsPost() || x.ctx.IsPut()) {
		if err := x.readBody(req); err != nil {
			return err
		}
		if err := cleanStrings(v); err != nil {
			return err
		}
	}
	if page && x.ctx.IsPost() && !bytes.HasPrefix(x.ctx.Request.Header.ContentType(), []byte("application/x-www-form-urlencoded")) {
		return fault.New(fault.Invalid, "request.form_type")
	}
	return plan.fill(x, v)
}

func (x *exchange) writeJSON(res any) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(res); err != nil {
		x.fail(fmt.Errorf("encode the result of %s: %w", x.route, err))
		return
	}
	status := fasthttp.StatusOK
	if h, ok := res.(Headed); ok {
		head := h.Head()
		x.writeHead(head)
		if head.Status != 0 {
			status = head.Status
		}
	}
	if len(x.ctx.Response.Header.ContentType()) == 0 {
		x.ctx.SetContentType("application/json; charset=utf-8")
	}
	x.ctx.SetStatusCode(status)
	x.ctx.SetBody(body.Bytes())
}

func (x *exchange) writePage(p *Page) {
	x.writeHead(p.Head)
	status := p.Status
	if p.Location != "" {
		x.ctx.Response.Header.Set("Location", p.Location)
		if status == 0 {
			status = fasthttp.StatusSeeOther
		}
	}
	if status == 0 {
		status = fasthttp.StatusOK
	}
	x.ctx.SetStatusCode(status)
	if p.Type == "" {
		p.Type = "text/html; charset=utf-8"
	}
	x.ctx.SetContentType(p.Type)
	x.ctx.SetBody(p.Body)
}

func (x *exchange) writeHead(h Head) {
	for name, value := range h.Header {
		x.ctx.Response.Header.Set(name, value)
	}
	x.setCookies(h.Cookies)
}
