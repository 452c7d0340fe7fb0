package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"html"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"bangban/kernel/fault"
)

// Problem is an RFC 9457 problem in words for people.
type Problem struct {
	// Type is /problems/<key>: stable, and a page that explains it.
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	// Instance names this one occurrence, for those who look into the log.
	Instance string `json:"instance,omitempty"`
	// Field names the field of the request that is meant, where there is one.
	Field string `json:"field,omitempty"`

	retryAfter int
}

const problemPath = "/problems/"

// Problem turns an error into what a person may read. Errors that are not ours show nothing of themselves.
func (s *Server) Problem(err error) Problem {
	var f *fault.Error
	if !errors.As(err, &f) {
		f = fault.New(fault.Internal, "internal")
	}
	if f.Kind == fault.Internal {
		f = fault.New(fault.Internal, "internal")
	}
	w := s.words(f.Key, f.Kind)
	if f.RetryAfter > 0 && f.Args["seconds"] == "" {
		w.detail = strings.ReplaceAll(w.detail, "{seconds}", strconv.Itoa(f.RetryAfter))
	}
	key := f.Key
	if _, ok := builtIn[key]; !ok {
		key = string(f.Kind) // there is a page of the kind
	}
	p := Problem{Type: problemPath + key, Title: w.title, Status: statusOf(f), Detail: fillIn(w.detail, f.Args), Field: f.Args["field"], retryAfter: f.RetryAfter}
	if p.retryAfter == 0 && f.Kind == fault.TooMany {
		p.retryAfter = 1
	}
	return p
}

// statusOf is the one place that knows which status a fault has.
func statusOf(f *fault.Error) int {
	if status, ok := statusByKey[f.Key]; ok {
		return status
	}
	switch f.Kind {
	case fault.Invalid:
		return 400
	case fault.Unauthorised:
		return 401
	case fault.Forbidden:
		return 403
	case fault.NotFound:
		return 404
	case fault.Conflict:
		return 409
	case fault.TooLarge:
		return 413
	case fault.TooMany:
		return 429
	case fault.Unavailable:
		return 503
	}
	return 500
}

// What HTTP has its own number for.
var statusByKey = map[string]int{
	"request.headers_too_large": 431,
	"request.timeout":           408,
	"request.method":            405,
	"request.json_type":         415,
	"request.form_type":         415,
}

type words struct{ title, detail string }

// words finds the sentence of key: the city's own, ours, or that of the kind.
func (s *Server) words(key string, kind fault.Kind) words {
	w, ok := builtIn[key]
	if !ok {
		w = kindWords[kind]
	}
	if s.services.Sentence != nil {
		if text, ok := s.services.Sentence("problem." + key); ok && text != "" {
			w.detail = text
		}
	}
	return w
}

func fillIn(sentence string, args map[string]string) string {
	for name, value := range args {
		sentence = strings.ReplaceAll(sentence, "{"+name+"}", value)
	}
	return sentence
}

func (p Problem) document() []byte {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(p); err != nil {
		return []byte(`{"type":"/problems/internal","status":500}`)
	}
	return body.Bytes()
}

// page is the plain form, for when nobody renders a better one.
func (p Problem) page() []byte {
	return []byte("<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>" +
		html.EscapeString(p.Title) + "</title></head><body><main><h1>" + html.EscapeString(p.Title) + "</h1><p>" + html.EscapeString(p.Detail) +
		"</p><p><a href=\"/\">回到首页</a></p></main></body></html>\n")
}

// problemPages documents every problem at the address that its type names.
func (s *Server) problemPages() {
	s.GET(problemPath, HTML(func(context.Context, *struct{}) (*Page, error) {
		keys := slices.Sorted(maps.Keys(documented))
		var b strings.Builder
		for _, key := range keys {
			w := s.words(key, fault.Kind(key))
			b.WriteString("<dt><a href=\"" + problemPath + key + "\"><code>" + key + "</code></a> " + html.EscapeString(w.title) + "</dt><dd>" + html.EscapeString(open(w.detail)) + "</dd>\n")
		}
		return &Page{Body: document("问题说明", "<h1>问题说明</h1><dl>"+b.String()+"</dl>")}, nil
	}))
	s.GET(problemPath+"{key}", HTML(func(_ context.Context, req *struct {
		Key string `path:"key" json:"-"`
	}) (*Page, error) {
		if _, ok := documented[req.Key]; !ok {
			return nil, fault.New(fault.NotFound, "path.unknown")
		}
		w := s.words(req.Key, fault.Kind(req.Key))
		return &Page{Body: document(w.title, "<h1>"+html.EscapeString(w.title)+"</h1><p>"+html.EscapeString(open(w.detail))+
			"</p><p><code>"+html.EscapeString(req.Key)+"</code></p><p><a href=\""+problemPath+"\">全部问题</a></p>")}, nil
	}))
}

// open shows the places of a sentence that are filled when it is said.
func open(sentence string) string { return place.ReplaceAllString(sentence, "…") }

var place = regexp.MustCompile(`\{[a-z_]+\}`)

func document(title, main string) []byte {
	return []byte("<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>" +
		html.EscapeString(title) + "</title></head><body><main>" + main + "</main></body></html>\n")
}
