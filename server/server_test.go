package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/kernel/fault"
)

// start serves s on a loopback port until the test ends, and returns the address.
func start(t testing.TB, s *Server) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(context.Background(), listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

func newServer(t testing.TB, c Config, s Services) *Server {
	t.Helper()
	server, err := New(c, s)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

type echoRequest struct {
	Caller Caller         `json:"-"`
	Text   string         `json:"text"`
	Count  int            `json:"count"`
	More   map[string]any `json:"more"`
	Proof  string         `header:"Bangban-Conversation" json:"-"`
	Cookie string         `cookie:"bb_talk" json:"-"`
}

type echoReply struct {
	Text string `json:"text"`
}

func echo(_ context.Context, req *echoRequest) (*echoReply, error) {
	switch req.Text {
	case "panic":
		panic("as asked")
	case "secret":
		return nil, fmt.Errorf("password is hunter2")
	}
	return &echoReply{req.Text}, nil
}

// raw sends bytes as they are and returns the response.
func raw(t testing.TB, address, request string) *http.Response {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("no response to %.60q: %v", request, err)
	}
	return res
}

func readAll(res *http.Response) (string, error) {
	body, err := io.ReadAll(res.Body)
	return string(body), err
}

func problemOf(t testing.TB, res *http.Response) Problem {
	t.Helper()
	var p Problem
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := res.Header.Get("Content-Type"); !strings.HasPrefix(got, "application/problem+json") {
		t.Fatalf("content type %q, body %.200s", got, body)
	}
	if err := json.Unmarshal(body, &p); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return p
}

func TestBadRequests(t *testing.T) {
	s := newServer(t, Config{MaxBody: 32 << 10}, Services{})
	s.POST("/api/v1/echo", JSON(echo))
	address := start(t, s)
	post := func(body, headers string) string {
		return fmt.Sprintf("POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s", headers, len(body), body)
	}
	for _, c := range []struct {
		name, request string
		status        int
		key           string
	}{
		{"plain", post(`{"text":"身份证丢了"}`, ""), 200, ""},
		{"byte order mark", post("\xef\xbb\xbf"+`{"text":"a"}`, ""), 200, ""},
		{"no body", post("", ""), 400, "request.empty"},
		{"not JSON", post("text=1", ""), 400, "request.json"},
		{"cut off", post(`{"text":"a`, ""), 400, "request.json"},
		{"two objects", post(`{"text":"a"}{"text":"b"}`, ""), 400, "request.json"},
		{"an array", post(`[1]`, ""), 400, "request.not_an_object"},
		{"wrong type", post(`{"text":1}`, ""), 400, "request.wrong_type"},
		{"unknown field", post(`{"txet":"a"}`, ""), 400, "request.unknown_field"},
		{"64 levels", post(`{"more":`+strings.Repeat(`{"a":`, 64)+"1"+strings.Repeat("}", 65), ""), 400, "request.too_deep"},
		{"64 levels of arrays, not closed", post(`{"text":`+strings.Repeat(`[`, 64), ""), 400, "request.too_deep"},
		{"brackets in a string", post(`{"text":"`+strings.Repeat("[{", 64)+`"}`, ""), 200, ""},
		{"broken UTF-8", post("{\"text\":\"\xff\xfe\"}", ""), 400, "request.encoding"},
		{"NUL", post(`{"text":"a\u0000b"}`, ""), 400, "request.nul"},
		{"NUL deep inside", post(`{"more":{"a":["\u0000"]}}`, ""), 400, "request.nul"},
		{"lone surrogate", post(`{"text":"\ud800"}`, ""), 200, ""},
		{"markup in a field name", post(`{"<b>":1}`, ""), 400, "request.unknown_field"},
		{"form", strings.Replace(post(`text=1`, ""), "application/json", "application/x-www-form-urlencoded", 1), 415, "request.json_type"},
		{"too large", post(`{"text":"`+strings.Repeat("a", 40<<10)+`"}`, ""), 413, "request.too_large"},
		{"long header", post(`{"text":"a"}`, "X: "+strings.Repeat("a", 20<<10)+"\r\n"), 431, "request.headers_too_large"},
		{"two lengths", post(`{"text":"a"}`, "Content-Length: 3\r\n"), 400, "request.malformed"},
		{"no host", "GET /healthz HTTP/1.1\r\n\r\n", 400, "request.malformed"},
		{"length and chunks", "POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 3\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400, "request.framing"},
		{"not HTTP", "hello\r\n\r\n", 400, "request.malformed"},
		{"unknown path", "GET /api/v1/none HTTP/1.1\r\nHost: x\r\n\r\n", 404, "path.unknown"},
		{"other method", "DELETE /api/v1/echo HTTP/1.1\r\nHost: x\r\n\r\n", 405, "request.method"},
		{"panic", post(`{"text":"panic"}`, ""), 500, "internal"},
		{"an error that is not ours", post(`{"text":"secret"}`, ""), 500, "internal"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res := raw(t, address, c.request)
			if res.StatusCode != c.status {
				body, _ := io.ReadAll(res.Body)
				t.Fatalf("got %d, want %d: %s", res.StatusCode, c.status, body)
			}
			if c.key == "" {
				return
			}
			p := problemOf(t, res)
			if p.Type != "/problems/"+c.key || p.Status != c.status || p.Title == "" || p.Detail == "" {
				t.Errorf("got %+v, want %s", p, c.key)
			}
			if strings.ContainsAny(p.Detail, "{<") && c.key != "request.not_an_object" {
				t.Errorf("detail %q", p.Detail)
			}
			if strings.Contains(p.Detail, "hunter2") {
				t.Errorf("detail %q shows the cause", p.Detail)
			}
		})
	}
}

// A request whose body never ends is cut off when the time for reading is over.
func TestSlowBody(t *testing.T) {
	s := newServer(t, Config{ReadTimeout: 50 * time.Millisecond}, Services{})
	s.POST("/api/v1/echo", JSON(echo))
	res := raw(t, start(t, s), "POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	if p := problemOf(t, res); res.StatusCode != 408 || p.Type != "/problems/request.timeout" {
		t.Errorf("got %d %+v", res.StatusCode, p)
	}
}

// A client that is still sending a body far above the limit reads the answer, not a reset connection.
func TestLargeBodyIsAnswered(t *testing.T) {
	s := newServer(t, Config{MaxBody: 1 << 10}, Services{})
	s.POST("/api/v1/echo", JSON(echo))
	address := start(t, s)
	for range 10 {
		res, err := http.Post("http://"+address+"/api/v1/echo", "application/json", bytes.NewReader(make([]byte, 2<<20)))
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != 413 {
			t.Fatalf("got %d", res.StatusCode)
		}
		res.Body.Close()
	}
}

func TestHeaders(t *testing.T) {
	s := newServer(t, Config{PublicURL: "https://zw.example.cn", FrameAncestors: []string{"https://www.example.cn"}}, Services{})
	s.GET("/chat", HTML(func(context.Context, *struct{}) (*Page, error) {
		return &Page{Head: Head{Cookies: []Cookie{Talk(TalkProof{"id", "token"})}}, Body: []byte("x")}, nil
	}))
	address := start(t, s)
	res := raw(t, address, "GET /chat HTTP/1.1\r\nHost: x\r\n\r\n")
	if got := res.Header.Get("Content-Security-Policy"); !strings.Contains(got, "default-src 'none'") || !strings.HasSuffix(got, "frame-ancestors 'self'") {
		t.Errorf("policy %q", got)
	}
	if got := res.Header.Get("Set-Cookie"); got != "__Host-bb_talk=id.token; max-age=604800; path=/; HttpOnly; secure; SameSite=Lax" {
		t.Errorf("cookie %q", got)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "SAMEORIGIN", "Server": "", "Cache-Control": "no-store"} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	res = raw(t, address, "GET /chat?embed=1 HTTP/1.1\r\nHost: x\r\n\r\n")
	if got := res.Header.Get("Content-Security-Policy"); !strings.HasSuffix(got, "frame-ancestors 'self' https://www.example.cn") || res.Header.Get("X-Frame-Options") != "" {
		t.Errorf("policy when embedded %q", got)
	}
}

func TestReady(t *testing.T) {
	failing := false
	s := newServer(t, Config{}, Services{Checks: []Check{
		{"store", func(context.Context) error { return nil }},
		{"index", func(context.Context) error {
			if failing {
				return fault.New(fault.Unavailable, "index.behind")
			}
			return nil
		}},
	}})
	if h := s.ready(t.Context()); h.Status != "ok" || h.Head().Status != 200 {
		t.Errorf("got %+v", h)
	}
	failing = true
	if h := s.ready(t.Context()); h.Checks["index"] != "failed" || h.Checks["store"] != "ok" || h.Head().Status != 503 {
		t.Errorf("got %+v", h)
	}
	failing = false
	s.Stopping()
	if h := s.ready(t.Context()); h.Head().Status != 503 {
		t.Errorf("ready while stopping: %+v", h)
	}
}

// record is a log that can be read while it is written.
type record struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all.String()
}

// Nothing that a citizen wrote or where they are goes into the log.
func TestLogHoldsNoPersonalData(t *testing.T) {
	var log record
	s := newServer(t, Config{}, Services{Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	s.POST("/api/v1/echo", JSON(echo))
	address := start(t, s)
	body := `{"text":"我的电话13812345678"}`
	raw(t, address, fmt.Sprintf("POST /api/v1/echo?q=13812345678 HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
	if got := log.String(); !strings.Contains(got, "/api/v1/echo") || strings.Contains(got, "138") || strings.Contains(got, "203.0") {
		t.Errorf("log: %s", got)
	}
}

// Serve comes back after the last open request: what it needs is closed next.
func TestServeWaitsForOpenRequests(t *testing.T) {
	s := newServer(t, Config{}, Services{})
	inside, goOn := make(chan struct{}), make(chan struct{})
	defer func() { close(goOn) }()
	s.GET("/api/v1/slow", JSON(func(context.Context, *struct{}) (*struct{}, error) {
		close(inside)
		<-goOn
		return &struct{}{}, nil
	}))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended, status := make(chan error, 1), make(chan int, 1)
	go func() { ended <- s.Serve(ctx, listener) }()
	go func() {
		res, err := http.Get("http://" + listener.Addr().String() + "/api/v1/slow")
		if err != nil {
			t.Error(err)
			status <- 0
			return
		}
		res.Body.Close()
		status <- res.StatusCode
	}()
	<-inside
	stop()
	for { // until the listener is closed
		c, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			break
		}
		c.Close()
	}
	select {
	case err := <-ended:
		t.Fatalf("Serve came back, %v, with a request open", err)
	default:
	}
	goOn <- struct{}{}
	if got := <-status; got != 200 {
		t.Errorf("the open request got %d", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
