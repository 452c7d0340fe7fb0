package simulator

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"

	"encoding/json"

	"bangban/speech"
)

// largest file that OpenAI takes.
const largest = 25 << 20

// transcriptions is POST /v1/audio/transcriptions.
func (s *Server) transcriptions(w http.ResponseWriter, r *http.Request) {
	f := s.fault()
	switch {
	case failed(w, f):
		return
	case r.Method != http.MethodPost:
		s.amiss(w, http.StatusMethodNotAllowed, "not allowed to %s on /v1/audio/transcriptions", r.Method)
		return
	case s.o.Key != "" && r.Header.Get("Authorization") != "Bearer "+s.o.Key:
		// the real one repeats the key, as here
		s.amiss(w, http.StatusUnauthorized, "Incorrect API key provided: %s.", strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		return
	}
	h, err := readForm(r)
	if err != nil {
		status := http.StatusBadRequest
		if tooMuch := new(http.MaxBytesError); errors.As(err, &tooMuch) {
			status = http.StatusRequestEntityTooLarge
		}
		s.amiss(w, status, "%v", err)
		return
	}
	s.note(h)
	switch f {
	case Silent, Stuck:
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		return
	case Midway:
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"text": "半`) // then the connection breaks
		panic(http.ErrAbortHandler)
	case Nonsense:
		_, _ = io.WriteString(w, "<html>nginx</html>")
		return
	case Flood:
		_, _ = io.WriteString(w, `{"text":"`+strings.Repeat("长", 4<<20)+`"}`)
		return
	}
	s.wait(r.Context())
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"text": strings.ReplaceAll(s.text(h.PCM, h.Rate), "\n", "")}) // the client may be gone
}

// amiss answers a wrong request as OpenAI does.
func (s *Server) amiss(w http.ResponseWriter, status int, format string, args ...any) {
	s.complain(format, args...)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{ // the client may be gone
		"message": fmt.Sprintf(format, args...), "type": "invalid_request_error", "param": nil, "code": nil}})
}

// readForm reads the request strictly: every field that servers ask for, and none twice.
func readForm(r *http.Request) (Heard, error) {
	h := Heard{Path: r.URL.Path}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "multipart/form-data" {
		return h, fmt.Errorf("Content-Type %q, want multipart/form-data", r.Header.Get("Content-Type"))
	}
	r.Body = http.MaxBytesReader(nil, r.Body, largest)
	parts, err := r.MultipartReader()
	if err != nil {
		return h, err
	}
	seen := map[string]string{}
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return h, err
		}
		name := p.FormName()
		if _, twice := seen[name]; twice {
			return h, fmt.Errorf("field %q twice", name)
		}
		raw, err := io.ReadAll(p)
		if err != nil {
			return h, err
		}
		seen[name] = string(raw)
		if name != "file" {
			continue
		}
		if path.Ext(p.FileName()) != ".wav" { // the kind is told by the name
			return h, fmt.Errorf("unrecognized file format: %q", p.FileName())
		}
		a, err := speech.ReadWAV(raw)
		if err != nil {
			return h, fmt.Errorf("audio file could not be decoded: %w", err)
		}
		h.PCM, h.Rate = a.PCM, a.Rate
	}
	if h.PCM == nil || seen["model"] == "" {
		return h, errors.New("you must provide a file and a model parameter")
	}
	if f := seen["response_format"]; f != "" && f != "json" {
		return h, fmt.Errorf("response_format %q is not played here", f)
	}
	if l := seen["language"]; l != "" && len(l) != 2 {
		return h, fmt.Errorf("language %q is not of ISO-639-1", l)
	}
	h.Model, h.Language, h.Prompt = seen["model"], seen["language"], seen["prompt"]
	return h, nil
}
