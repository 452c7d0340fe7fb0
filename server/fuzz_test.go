package server

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/valyala/fasthttp"
)

// FuzzBody sends bodies through the whole adapter. Whatever comes: the answer is the text that was sent, or a problem that
// names the caller's mistake; never a fault of ours, never text that is not text.
func FuzzBody(f *testing.F) {
	for _, body := range []string{`{"text":"身份证丢了"}`, `{"text":"a","count":1,"more":{"a":[1,{"b":null}]}}`, `{"text":1}`, `[]`, `null`, ``, `{"text":"\u0000"}`,
		`{"text":"\ud800"}`, "{\"text\":\"\xff\"}", `{"x":1}`, strings.Repeat(`{"more":`, 64), `{"text":"a"} x`, "\xef\xbb\xbf{}", `{"count":1e99}`, `{"TEXT":"b"}`} {
		f.Add([]byte(body))
	}
	s := newServer(f, Config{}, Services{})
	s.POST("/api/v1/echo", JSON(echo))
	f.Fuzz(func(t *testing.T, body []byte) {
		if bytes.Contains(body, []byte("panic")) || bytes.Contains(body, []byte("secret")) || bytes.Contains(body, []byte(`\u`)) {
			return // words that make the echo fail
		}
		var ctx fasthttp.RequestCtx
		var req fasthttp.Request
		req.Header.SetMethod("POST")
		req.SetRequestURI("/api/v1/echo")
		req.Header.SetContentType("application/json")
		req.SetBody(body)
		ctx.Init(&req, nil, nil)
		s.serve(&ctx)
		answered := ctx.Response.Body()
		if !json.Valid(answered) || !utf8.Valid(answered) {
			t.Fatalf("answer is not JSON: %q", answered)
		}
		switch status := ctx.Response.StatusCode(); {
		case status == 200:
			if !utf8.Valid(body) || depth(body) > maxDepth {
				t.Errorf("took %q", body)
			}
		case status >= 400 && status < 500:
			var p Problem
			if err := json.Unmarshal(answered, &p); err != nil || p.Detail == "" || strings.Contains(p.Detail, "{field}") {
				t.Errorf("problem %s: %v", answered, err)
			}
		default:
			t.Errorf("status %d for %q: %s", status, body, answered)
		}
	})
}

// wire is a connection that holds one request and keeps what is answered.
type wire struct {
	fakeConn
	in  io.Reader
	out bytes.Buffer
}

func (w *wire) Read(p []byte) (int, error)  { return w.in.Read(p) }
func (w *wire) Write(p []byte) (int, error) { return w.out.Write(p) }

// FuzzRequest sends bytes as they are to the listener: every answer is a whole HTTP response, and no request makes a fault of ours.
func FuzzRequest(f *testing.F) {
	for _, request := range []string{
		"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
		"POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
		"GET /a/../../etc/passwd HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ,, [::1, 1.2.3.4\r\nCookie: bb_talk=a.b; =; bb_talk\r\n\r\n",
		"GET /problems/%ff HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n", "GET /api/v1/events?after=9 HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\n", "GET",
	} {
		f.Add([]byte(request))
	}
	s := newServer(f, Config{}, Services{})
	s.POST("/api/v1/echo", JSON(echo))
	f.Fuzz(func(t *testing.T, request []byte) {
		if bytes.Contains(request, []byte("panic")) || bytes.Contains(request, []byte("secret")) || bytes.Contains(request, []byte(`\u`)) {
			return
		}
		c := &wire{in: bytes.NewReader(request)}
		_ = s.http.ServeConn(c) // how a broken connection ends is not looked at
		answers := bufio.NewReader(&c.out)
		for {
			if _, err := answers.Peek(1); err != nil {
				return
			}
			res, err := http.ReadResponse(answers, &http.Request{Method: methodOf(request)})
			if err != nil {
				t.Fatalf("%v in the answer to %q", err, request)
			}
			if _, err := io.Copy(io.Discard, res.Body); err != nil {
				t.Fatalf("%v in the answer to %q", err, request)
			}
			if res.StatusCode >= 500 {
				t.Fatalf("status %d for %q", res.StatusCode, request)
			}
			if methodOf(request) == "HEAD" || bytes.Count(request, []byte("\n\r\n")) > 1 {
				return // which answer belongs to which request is not known here
			}
		}
	})
}

func methodOf(request []byte) string {
	method, _, _ := bytes.Cut(bytes.TrimLeft(request, "\r\n"), []byte(" "))
	return string(method)
}
