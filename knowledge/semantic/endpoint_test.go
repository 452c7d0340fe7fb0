package semantic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// service is an embeddings service with faults.
func service(t *testing.T, handle http.HandlerFunc) *Endpoint {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	e, err := NewEndpoint(EndpointConfig{URL: s.URL, Model: "test-e5", Key: "geheim"})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

type request struct {
	Model string   `json:"model"`
	Input []string `json:"input"`
}

func TestEndpoint(t *testing.T) {
	e := service(t, func(w http.ResponseWriter, r *http.Request) {
		var in request
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || r.Method != http.MethodPost || r.URL.Path != "/v1/embeddings" ||
			r.Header.Get("Authorization") != "Bearer geheim" || in.Model != "test-e5" || !slices.Equal(in.Input, []string{"query: 一", "query: 二"}) {
			http.Error(w, fmt.Sprint("unexpected ", r.URL, in, err), http.StatusBadRequest)
			return
		}
		io.WriteString(w, `{"object":"list","data":[{"index":1,"embedding":[0,1]},{"index":0,"embedding":[1,0]}]}`)
	})
	got, err := e.Embed(t.Context(), Query, []string{"一", "二"})
	if err != nil || len(got) != 2 || !slices.Equal(got[0], []float32{1, 0}) || !slices.Equal(got[1], []float32{0, 1}) || e.Dims() != 2 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestEndpointFaults(t *testing.T) {
	answer := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }
	}
	for _, c := range []struct {
		name   string
		handle http.HandlerFunc
		want   string
	}{
		{"500", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no model loaded, your key is geheim", http.StatusInternalServerError)
		}, "500 Internal Server Error: no model loaded, your key is (key)"},
		{"a long answer", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, strings.Repeat("x", 197)+"geheim", http.StatusUnauthorized)
		}, "401 Unauthorized: " + strings.Repeat("x", 197) + "(ke"},
		{"not JSON", answer("<html>"), "not an answer with embeddings"},
		{"not JSON, with the key", answer("<html>Bearer geheim"), "Bearer (key)"},
		{"truncated", answer(`{"data":[{"index":0,"embedding":[1,`), "not an answer with embeddings"},
		{"none", answer(`{"data":[]}`), "0 embeddings for 1 texts"},
		{"two for one", answer(`{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}`), "not one of those asked for"},
		{"another index", answer(`{"data":[{"index":7,"embedding":[1]}]}`), "not one of those asked for"},
		{"an empty one", answer(`{"data":[{"index":0,"embedding":[]}]}`), "not one of those asked for"},
		{"no number", answer(`{"data":[{"index":0,"embedding":[1e999]}]}`), "not an answer with embeddings"},
		{"cut off on the way", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, `{"data":`)
		}, "read the answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := service(t, c.handle).Embed(t.Context(), Passage, []string{"一"})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "geh") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestEndpointWithOtherLengths(t *testing.T) {
	var calls atomic.Int64
	e := service(t, func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"data": []map[string]any{{"index": 0, "embedding": make([]float32, 1+calls.Add(1))}}})
	})
	if _, err := e.Embed(t.Context(), Query, []string{"一"}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Embed(t.Context(), Query, []string{"一"}); err == nil || !strings.Contains(err.Error(), "has the model changed?") {
		t.Errorf("got %v", err)
	}
}

func TestEndpointKeepsTheDeadline(t *testing.T) {
	release := make(chan struct{})
	e := service(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := e.Embed(ctx, Query, []string{"一"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestEndpointAddress(t *testing.T) {
	for url, want := range map[string]string{
		"http://embed:8000":                "http://embed:8000/v1/embeddings",
		"http://embed:8000/":               "http://embed:8000/v1/embeddings",
		"https://ai.example/v1":            "https://ai.example/v1/embeddings",
		"https://ai.example/x/v1/":         "https://ai.example/x/v1/embeddings",
		"https://ai.example/v1/embeddings": "https://ai.example/v1/embeddings",
		"https://ai.example/api?version=2": "https://ai.example/api/v1/embeddings?version=2",
		"ftp://ai.example":                 "",
		"ai.example":                       "",
		"http://":                          "",
		"http://user:secret@ai.example":    "",
	} {
		e, err := NewEndpoint(EndpointConfig{URL: url, Model: "m"})
		if (err == nil) != (want != "") || err == nil && e.url != want {
			t.Errorf("%s: %v, %v, want %q", url, e, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error repeats the password: %v", err)
		}
	}
}

func FuzzReadEmbeddings(f *testing.F) {
	f.Add([]byte(`{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[3,4]}]}`), 2)
	f.Add([]byte(`{"data":null}`), 1)
	f.Fuzz(func(t *testing.T, raw []byte, n int) {
		n = min(max(n, 0), 100)
		list, err := readEmbeddings(raw, n)
		if err == nil && (len(list) != n || slices.ContainsFunc(list, func(v []float32) bool { return len(v) == 0 })) {
			t.Errorf("%d vectors for %d texts: %v", len(list), n, list)
		}
	})
}
