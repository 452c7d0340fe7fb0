package server

import (
	"net/url"
	"strings"

	"github.com/fasthttp/router"
	"github.com/valyala/fasthttp"

	"bangban/kernel/fault"
)

// mux finds the handler of a path. This file is all that knows which router does it.
type mux interface {
	add(method, path string, handler fasthttp.RequestHandler)
	serve(ctx *fasthttp.RequestCtx)
}

type routerMux struct{ r *router.Router }

func newMux() mux {
	r := router.New()
	r.RedirectFixedPath = false
	r.HandleOPTIONS = false
	r.NotFound = func(ctx *fasthttp.RequestCtx) {
		if x := exchangeOf(ctx); !x.static() {
			x.fail(fault.New(fault.NotFound, "path.unknown"))
		}
	}
	r.MethodNotAllowed = func(ctx *fasthttp.RequestCtx) {
		x := exchangeOf(ctx)
		x.fail(fault.New(fault.Invalid, "request.method"))
	}
	return &routerMux{r}
}

func (m *routerMux) add(method, path string, handler fasthttp.RequestHandler) {
	m.r.Handle(method, path, handler)
}

func (m *routerMux) serve(ctx *fasthttp.RequestCtx) { m.r.Handler(ctx) }

// pathValue returns a copy of a path parameter; the router leaves it in the form in which it was sent.
func pathValue(ctx *fasthttp.RequestCtx, name string) string {
	v, _ := ctx.UserValue(name).(string)
	if plain, err := url.PathUnescape(v); err == nil {
		v = plain
	}
	return strings.Clone(v)
}

// Route is one method and path that is served.
type Route struct {
	Method, Path string
	// API is false for pages, files and health.
	API bool
}

// Routes lists what is served, in the order in which it was added.
func (s *Server) Routes() []Route { return append([]Route(nil), s.routes...) }

// Option changes how one route is served.
type Option func(*routeConfig)

type routeConfig struct {
	budget Budget
}

// Spend makes each request of the route count against a budget of its address.
func Spend(b Budget) Option { return func(c *routeConfig) { c.budget = b } }

// GET serves reads of path, HEAD included. A path parameter is written {name}.
func (s *Server) GET(path string, h Handler, options ...Option) {
	s.add("GET", path, h, options)
}

// POST serves writes to path.
func (s *Server) POST(path string, h Handler, options ...Option) {
	s.add("POST", path, h, options)
}

// PUT serves writes that may be repeated, such as a draft.
func (s *Server) PUT(path string, h Handler, options ...Option) {
	s.add("PUT", path, h, options)
}

func (s *Server) add(method, path string, h Handler, options []Option) {
	c := routeConfig{}
	for _, o := range options {
		o(&c)
	}
	if h.files && !strings.HasSuffix(path, uploadPath) {
		panic("server: " + path + " takes files: let it end in " + uploadPath)
	}
	s.routes = append(s.routes, Route{Method: method, Path: path, API: h.api})
	run := func(ctx *fasthttp.RequestCtx) {
		x := exchangeOf(ctx)
		x.route, x.api = path, h.api
		if c.budget.Name != "" {
			if err := s.spend(c.budget, x); err != nil {
				x.fail(err)
				return
			}
		}
		h.run(x)
	}
	s.mux.add(method, path, run)
	if method == "GET" {
		s.mux.add("HEAD", path, run)
	}
}
