package semantic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// EndpointConfig says where an endpoint like OpenAI's /v1/embeddings is.
type EndpointConfig struct {
	URL   string // of the service, of its /v1 or of the endpoint itself
	Model string
	Key   string // sent as a bearer token; may be empty
}

// Endpoint is an Embedder that asks a service of the city's own.
type Endpoint struct {
	url, model, key string
	prefixes        map[Kind]string
	client          *http.Client
	dims            atomic.Int64
}

const (
	endpointTime  = time.Minute // of one call; a question has a deadline of its own
	endpointBytes = 64 << 20    // of one response
)

// NewEndpoint makes an Endpoint. It asks nothing yet; it fails on an URL that can't be right.
func NewEndpoint(c EndpointConfig) (*Endpoint, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("the address of the embeddings service must begin with http:// or https://")
	}
	if u.User != nil {
		return nil, errors.New("the address of the embeddings service must not hold a password; give it a key instead")
	}
	if path := strings.TrimSuffix(u.Path, "/"); strings.HasSuffix(path, "/embeddings") {
		u.Path = path
	} else if strings.HasSuffix(path, "/v1") {
		u.Path = path + "/embeddings"
	} else {
		u.Path = path + "/v1/embeddings"
	}
	e := &Endpoint{url: u.String(), model: c.Model, key: c.Key, client: &http.Client{Timeout: endpointTime}}
	if name := strings.ToLower(c.Model); strings.Contains(name, "e5") && !strings.Contains(name, "instruct") {
		e.prefixes = map[Kind]string{Query: "query: ", Passage: "passage: "} // E5 was trained with them
	}
	return e, nil
}

// Name implements Embedder.
func (e *Endpoint) Name() string { return e.url + " " + e.model }

// Dims implements Embedder: 0 before the first answer.
func (e *Endpoint) Dims() int { return int(e.dims.Load()) }

// Embed implements Embedder with one call. Its errors never hold the key.
func (e *Endpoint) Embed(ctx context.Context, kind Kind, texts []string) ([][]float32, error) {
	input := make([]string, len(texts))
	for i, t := range texts {
		input[i] = e.prefixes[kind] + t
	}
	body, err := json.Marshal(map[string]any{"model": e.model, "input": input, "encoding_format": "float"})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if e.key != "" {
		req.Header.Set("Authorization", "Bearer "+e.key)
	}
	resp, err := e.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, endpointBytes))
	if err != nil {
		return nil, fmt.Errorf("%s: read the answer: %w", e.url, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s: %s", e.url, resp.Status, e.begin(raw))
	}
	list, err := readEmbeddings(raw, len(texts))
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", e.url, err, e.begin(raw))
	}
	return list, e.agree(list)
}

// begin is the beginning of what a service said, for the log, without the key: some repeat it.
func (e *Endpoint) begin(raw []byte) string {
	if e.key != "" { // first, for a cut may leave half of it
		raw = bytes.ReplaceAll(raw, []byte(e.key), []byte("(key)"))
	}
	return strings.ToValidUTF8(strings.Join(strings.Fields(string(raw[:min(len(raw), 200)])), " "), "")
}

// agree fails when the vectors are not as long as those before.
func (e *Endpoint) agree(list [][]float32) error {
	for _, v := range list {
		e.dims.CompareAndSwap(0, int64(len(v)))
		if want := e.Dims(); len(v) != want {
			return fmt.Errorf("%s: a vector of %d numbers, want %d: has the model changed?", e.url, len(v), want)
		}
	}
	return nil
}

// readEmbeddings reads the answer for n texts.
func readEmbeddings(raw []byte, n int) ([][]float32, error) {
	var answer struct {
		Data []struct {
			Index     int       `json:"index"`
			Embedding []float32 `json:"embedding"`
		} `json:"data"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, fmt.Errorf("not an answer with embeddings: %w", err)
	}
	out := make([][]float32, n)
	for _, d := range answer.Data {
		if d.Index < 0 || d.Index >= n || out[d.Index] != nil || len(d.Embedding) == 0 || len(d.Embedding) > mostDims {
			return nil, fmt.Errorf("embedding %d of %d is not one of those asked for", d.Index, n)
		}
		out[d.Index] = d.Embedding
	}
	if len(answer.Data) != n {
		return nil, fmt.Errorf("%d embeddings for %d texts", len(answer.Data), n)
	}
	return out, nil
}
