package server

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// file is one static file in memory, with the forms that the build compressed.
type file struct {
	body, br, gz []byte
	kind, etag   string
	forever      bool
}

// hashed finds the hash of the content in a name such as portal.3fa9c21b.css or index-BmZ3kd9a.js: what has one never changes.
var hashed = regexp.MustCompile(`[.-]([0-9A-Za-z_-]{8,})\.[a-z0-9]+$`)

var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".html": "text/html; charset=utf-8", ".json": "application/json; charset=utf-8", ".webmanifest": "application/manifest+json",
	".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".ico": "image/x-icon",
	".txt": "text/plain; charset=utf-8", ".xml": "application/xml; charset=utf-8", ".woff2": "font/woff2", ".mp3": "audio/mpeg",
	".wav": "audio/wav", ".map": "application/json; charset=utf-8",
}

// Files serves the files of a build at the root, wherever no route is. They are read once, with their .br and .gz forms;
// names with a hash are kept by browsers for ever, others are asked for again each time. Names that begin with a dot are
// not served.
func (s *Server) Files(files fs.FS) error {
	found := map[string]*file{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || hidden(name) {
			return err
		}
		ext := path.Ext(name)
		if ext == ".br" || ext == ".gz" {
			return nil
		}
		f, err := readFile(files, name)
		if err != nil {
			return err
		}
		found["/"+name] = f
		return nil
	})
	if err != nil {
		return fmt.Errorf("read static files: %w", err)
	}
	s.files = found
	return nil
}

func hidden(name string) bool {
	return strings.HasPrefix(name, ".") && name != "." || strings.Contains(name, "/.")
}

func readFile(files fs.FS, name string) (*file, error) {
	body, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	f := &file{body: body, kind: kinds[path.Ext(name)], etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	if f.kind == "" {
		f.kind = "application/octet-stream"
	}
	if m := hashed.FindStringSubmatch(path.Base(name)); m != nil && path.Ext(name) != ".html" {
		f.forever = strings.ContainsAny(m[1], "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	}
	// A missing form is no error; the plain one is served.
	f.br, _ = fs.ReadFile(files, name+".br")
	f.gz, _ = fs.ReadFile(files, name+".gz")
	return f, nil
}

// static answers with a file, if there is one of this path.
func (x *exchange) static() bool {
	if !x.ctx.IsGet() && !x.ctx.IsHead() {
		return false
	}
	f, ok := x.s.files[string(x.ctx.Path())]
	if !ok {
		return false
	}
	x.route = "/{file}"
	h := &x.ctx.Response.Header
	h.Set("Cache-Control", "no-cache")
	if f.forever {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", f.etag)
	if matches(string(x.ctx.Request.Header.Peek("If-None-Match")), f.etag) {
		x.ctx.SetStatusCode(304)
		return true
	}
	h.SetContentType(f.kind)
	accepted := string(x.ctx.Request.Header.Peek("Accept-Encoding"))
	switch {
	case f.br != nil && accepts(accepted, "br"):
		h.Set("Content-Encoding", "br")
		x.ctx.Response.SetBodyRaw(f.br)
	case f.gz != nil && accepts(accepted, "gzip"):
		h.Set("Content-Encoding", "gzip")
		x.ctx.Response.SetBodyRaw(f.gz)
	default:
		x.ctx.Response.SetBodyRaw(f.body)
	}
	return true
}

// matches reads If-None-Match. RFC 9110 §13.1.2: the comparison is weak, and * matches anything.
func matches(header, etag string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == etag || tag == "*" {
			return true
		}
	}
	return false
}

// accepts reads Accept-Encoding. RFC 9110 §12.5.3: a weight of 0 means not acceptable.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		weight = strings.ReplaceAll(weight, " ", "")
		return !strings.HasPrefix(weight, "q=0") || strings.Trim(weight, "q=0.") != ""
	}
	return false
}
