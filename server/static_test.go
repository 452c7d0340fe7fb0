package server

import (
	"testing"
	"testing/fstest"
)

func TestFiles(t *testing.T) {
	s := newServer(t, Config{}, Services{})
	if err := s.Files(fstest.MapFS{
		"a/portal.3fa9c21b.js":    {Data: []byte("plain")},
		"a/portal.3fa9c21b.js.br": {Data: []byte("brotli")},
		"a/portal.3fa9c21b.js.gz": {Data: []byte("gzip")},
		"widget.js":               {Data: []byte("widget")},
		".vite/manifest.json":     {Data: []byte("{}")},
	}); err != nil {
		t.Fatal(err)
	}
	address := start(t, s)
	etag := raw(t, address, "GET /widget.js HTTP/1.1\r\nHost: x\r\n\r\n").Header.Get("ETag")
	const forever = "public, max-age=31536000, immutable"
	for _, c := range []struct {
		name, path, headers   string
		status                int
		body, coding, caching string
	}{
		{"with a hash", "/a/portal.3fa9c21b.js", "", 200, "plain", "", forever},
		{"brotli", "/a/portal.3fa9c21b.js", "Accept-Encoding: gzip, deflate, br;q=0.9\r\n", 200, "brotli", "br", forever},
		{"gzip", "/a/portal.3fa9c21b.js", "Accept-Encoding: gzip, br;q=0\r\n", 200, "gzip", "gzip", forever},
		{"without a hash", "/widget.js", "Accept-Encoding: br\r\n", 200, "widget", "", "no-cache"},
		{"not changed", "/widget.js", "If-None-Match: \"x\", W/" + etag + "\r\n", 304, "", "", "no-cache"},
		{"changed", "/widget.js", "If-None-Match: \"x\"\r\n", 200, "widget", "", "no-cache"},
		{"compressed form by its name", "/a/portal.3fa9c21b.js.br", "", 404, "", "", ""},
		{"hidden", "/.vite/manifest.json", "", 404, "", "", ""},
		{"way up", "/a/../../server.go", "", 404, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			res := raw(t, address, "GET "+c.path+" HTTP/1.1\r\nHost: x\r\n"+c.headers+"\r\n")
			if res.StatusCode != c.status {
				t.Fatalf("got %d, want %d", res.StatusCode, c.status)
			}
			if c.status == 404 {
				return
			}
			body, err := readAll(res)
			if err != nil || body != c.body || res.Header.Get("Content-Encoding") != c.coding || res.Header.Get("Cache-Control") != c.caching {
				t.Errorf("got %q %v, headers %v", body, err, res.Header)
			}
		})
	}
	if s.files["/a/index.html"] != nil || hashed.MatchString("widget.js") {
		t.Error("widget.js has no hash")
	}
}
