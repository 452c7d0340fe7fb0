// Package server is Bangban's door over HTTP (服务入口): listener, typed handlers, problems, limits, cookies, static files, live streams.
// It turns a request into a plain Go struct and a result into JSON, a page or a stream; fasthttp stays inside, no other package
// sees it. It decides nothing about a city: resources live in citizen/ and beside it, one package an audience.
// Start at New, JSON, HTML and Events; mux.go is the only file that knows the router.
package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// Config is how the server listens and what it allows. The zero value works.
type Config struct {
	// PublicURL is how citizens reach us, such as https://zwfw.example.gov.cn; empty: plain http. Under https cookies are
	// Secure and carry the __Host- prefix.
	PublicURL string
	// TrustedProxies may say who really calls (X-Forwarded-For, X-Forwarded-Proto); empty: loopback.
	TrustedProxies []netip.Prefix
	// AsksPerAddress and AsksPerConversation are asks a minute; 0 means 60 and 30.
	AsksPerAddress, AsksPerConversation int
	// NoLimits switches every rate limit off, for benches.
	NoLimits bool
	// FrameAncestors are the sites that may embed /chat?embed=1, such as https://www.example.gov.cn.
	FrameAncestors []string
	// Secret keys the tokens of page forms; empty: random, so open pages must be loaded again after a restart.
	Secret []byte
	// MaxBody is the size of the largest request body in bytes; 0 means 256 KiB.
	MaxBody int
	// MaxFile is the size of the largest file that routes made by Upload take, in bytes; 0 means 10 MiB.
	MaxFile int
	// ReadTimeout bounds the reading of one whole request; 0 means 10 s. IdleTimeout, WriteTimeout: 60 s and 30 s.
	ReadTimeout, IdleTimeout, WriteTimeout time.Duration
	// Work bounds one handler; 0 means 20 s.
	Work time.Duration
	// MaxStreams is the number of live streams open at a time; 0 means 5,000, of which one address may hold 100.
	MaxStreams int
	// Build names the program's build; live streams carry it, so that pages notice a new one.
	Build string
}

// Services is what the server needs of others; every field may be empty.
type Services struct {
	Log *slog.Logger
	Now func() time.Time
	// Sentence finds the words of a problem by key ("problem.ask.too_long"); without it the built-in words are used.
	Sentence func(key string) (string, bool)
	// Checks say whether we are ready to serve.
	Checks []Check
	// Notes are shown beside the checks, by name, such as how far background work is; they never fail.
	Notes map[string]func() string
	// ErrorPage renders a problem for people who read pages; without it a plain page is made.
	ErrorPage func(Problem) []byte
}

// Check is one condition of readiness, such as "store" or "index". Run returns nil when it holds.
type Check struct {
	Name string
	Run  func(context.Context) error
}

// Server serves Bangban over HTTP.
type Server struct {
	config   Config
	services Services
	log      *slog.Logger
	now      func() time.Time
	origin   string // of PublicURL, "" when not set
	secure   bool   // PublicURL is https

	mux    mux
	routes []Route
	files  map[string]*file // by path
	http   *fasthttp.Server

	proxies proxies
	limits  *limiter
	streams *streams

	work     context.Context // cancelled when handlers must end
	endWork  context.CancelFunc
	live     context.Context // cancelled when streams must end, which is earlier
	endLive  context.CancelFunc
	stopping atomic.Bool
}

// New makes a server without routes beyond health; add them with GET and POST before Serve.
func New(config Config, services Services) (*Server, error) {
	config.defaults()
	s := &Server{config: config, services: services, log: services.Log, now: services.Now}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if len(s.config.Secret) == 0 {
		s.config.Secret = make([]byte, 32)
		if _, err := rand.Read(s.config.Secret); err != nil {
			return nil, fmt.Errorf("make a key for page forms: %w", err)
		}
	}
	if config.PublicURL != "" {
		u, err := url.Parse(config.PublicURL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, fmt.Errorf("public URL %q: want http://host or https://host", config.PublicURL)
		}
		s.origin, s.secure = u.Scheme+"://"+strings.ToLower(u.Host), u.Scheme == "https"
	}
	for _, site := range config.FrameAncestors {
		if !validAncestor(site) {
			return nil, fmt.Errorf("frame ancestor %q: want https://host, nothing else", site)
		}
	}
	s.proxies = newProxies(config.TrustedProxies)
	s.limits = newLimiter(s.now)
	s.streams = newStreams(s.config.MaxStreams)
	s.work, s.endWork = context.WithCancel(context.Background())
	s.live, s.endLive = context.WithCancel(s.work)
	s.mux = newMux()
	s.http = s.listener()
	s.health()
	s.problemPages()
	return s, nil
}

func (c *Config) defaults() {
	positive := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	span := func(v *time.Duration, d time.Duration) {
		if *v <= 0 {
			*v = d
		}
	}
	positive(&c.AsksPerAddress, 60)
	positive(&c.AsksPerConversation, 30)
	positive(&c.MaxBody, 256<<10)
	positive(&c.MaxFile, 10<<20)
	positive(&c.MaxStreams, 5000)
	span(&c.ReadTimeout, 10*time.Second)
	span(&c.IdleTimeout, 60*time.Second)
	span(&c.WriteTimeout, 30*time.Second)
	span(&c.Work, 20*time.Second)
}

func (s *Server) listener() *fasthttp.Server {
	return &fasthttp.Server{
		Handler:                      s.serve,
		ErrorHandler:                 s.refuse,
		ReadTimeout:                  s.config.ReadTimeout,
		WriteTimeout:                 s.config.WriteTimeout,
		IdleTimeout:                  s.config.IdleTimeout,
		ReadBufferSize:               16 << 10,
		MaxRequestBodySize:           s.config.MaxBody,
		HeaderReceived:               s.room,
		Concurrency:                  20000,
		DisablePreParseMultipartForm: true, // and no StreamRequestBody: it switches the size limit off
		CloseOnShutdown:              true,
		NoDefaultServerHeader:        true,
		NoDefaultContentType:         true,
		SecureErrorLogMessage:        true,
		Logger:                       quiet{s.log},
	}
}

// uploadPath is the last part of the paths of routes that take files.
const uploadPath = "/files"

// room gives the routes that take files a larger body than the others. A little more than a file may have is read, so that the refusal can say what is
// wrong.
func (s *Server) room(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	path, _, _ := bytes.Cut(h.RequestURI(), []byte("?"))
	if !h.IsPost() || !bytes.HasSuffix(path, []byte(uploadPath)) {
		return fasthttp.RequestConfig{}
	}
	return fasthttp.RequestConfig{MaxRequestBodySize: s.config.MaxFile + s.config.MaxFile/10, ReadTimeout: uploadTime}
}

// uploadTime bounds how long a file may take to come.
const uploadTime = 2 * time.Minute

// quiet passes fasthttp's own complaints to the log as details.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(format string, args ...any) {
	q.log.Debug("connection failed", "cause", fmt.Sprintf(format, args...))
}

// Serve answers on the listener until Shutdown, or until ctx ends and the open requests are answered; it returns nil then.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	ended, settled := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(settled)
		select {
		case <-ctx.Done():
			bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
			defer cancel()
			if err := s.Shutdown(bound); err != nil {
				s.log.Warn("server stopped before every request was answered", "cause", err)
			}
		case <-ended:
		}
	}()
	err := s.http.Serve(lingering{listener})
	close(ended)
	<-settled // fasthttp comes back when the listener is closed: requests may still be open, and need the store
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	}
	return nil
}

// Shutdown stops taking requests, ends the live streams, and waits until open requests are answered or ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	s.Stopping()
	s.endLive()
	err := s.http.ShutdownWithContext(ctx)
	s.endWork()
	if err != nil {
		return fmt.Errorf("shut the server down: %w", err)
	}
	return nil
}

// Stopping makes /readyz say no, so that a proxy sends no more; requests are still answered.
func (s *Server) Stopping() { s.stopping.Store(true) }
