// Package funasr is the recogniser of FunASR's runtime, over its websocket. Three servers speak that protocol and differ: C++ for
// streams (funasr-wss-server-2pass, the one to run), C++ for files (funasr-wss-server), and Python, which serves one client at a time.
// Which one it is shows by itself. Start at New; hearing.go knows what their messages mean.
package funasr

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"bangban/kernel/fault"
	"bangban/speech"
)

// Config says where the server is.
type Config struct {
	// URL begins with ws:// or wss://. ?pin=HEX names the certificate that the server signed itself, by its SHA-256.
	URL string
	// Hotwords are words to be heard rather than others, with their weights.
	Hotwords map[string]int
	// Patience is the time for an answer after the end of a turn, and for a dial; 10 s.
	Patience time.Duration
	// Quiet is how long Python's server may say nothing before that means silence; 3 s.
	Quiet time.Duration
}

// Client asks such a server.
type Client struct {
	url, hotwords, hotword string
	patience, quiet        time.Duration
	http                   *http.Client
	names                  atomic.Int64
	python                 atomic.Bool
	alone                  chan struct{} // held by the one whom a Python server serves
}

const (
	frameTime    = 60 // ms: a tenth of chunk_size's 600, as its own clients send
	frameBytes   = speech.Rate / 1000 * frameTime * 2
	largestReply = 1 << 20 // a message; with times for each character it may be long
)

// New makes a Client. It dials nothing yet; it fails on an address that can't be right.
func New(c Config) (*Client, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "ws" && u.Scheme != "wss" {
		return nil, errors.New("the address must begin with ws:// or wss://")
	}
	if u.User != nil {
		return nil, errors.New("the address must not hold a password")
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment}
	query := u.Query()
	if pin := strings.ToLower(strings.ReplaceAll(query.Get("pin"), ":", "")); query.Has("pin") {
		if raw, err := hex.DecodeString(pin); err != nil || len(raw) != sha256.Size || u.Scheme != "wss" {
			return nil, errors.New("pin is the SHA-256 of the certificate of a wss:// address, 64 hexadecimal digits")
		}
		transport.TLSClientConfig = pinned(pin)
		query.Del("pin")
		u.RawQuery = query.Encode()
	}
	if c.Patience <= 0 {
		c.Patience = 10 * time.Second
	}
	if c.Quiet <= 0 {
		c.Quiet = 3 * time.Second
	}
	client := &Client{url: u.String(), patience: c.Patience, quiet: c.Quiet, http: &http.Client{Transport: transport}, alone: make(chan struct{}, 1)}
	if len(c.Hotwords) > 0 {
		raw, err := json.Marshal(c.Hotwords)
		if err != nil {
			return nil, err
		}
		words := make([]string, 0, len(c.Hotwords))
		for w := range c.Hotwords {
			words = append(words, w)
		}
		slices.Sort(words)
		client.hotwords, client.hotword = string(raw), strings.Join(words, " ")
	}
	return client, nil
}

// pinned trusts one certificate, whoever signed it and for whatever name: FunASR's containers sign their own.
func pinned(pin string) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, VerifyConnection: func(s tls.ConnectionState) error {
		got := sha256.Sum256(s.PeerCertificates[0].Raw)
		if hex.EncodeToString(got[:]) != pin {
			return fmt.Errorf("the certificate is another: its pin is %x", got)
		}
		return nil
	}}
}

// Name implements speech.Recogniser.
func (c *Client) Name() string { return "funasr " + c.url }

// Open implements speech.Recogniser. A session with a Python server holds it until Close: a second would throw out the first.
func (c *Client) Open(ctx context.Context, p speech.Params) (speech.Session, error) {
	if err := (speech.Audio{Rate: p.Rate}).Check(); err != nil {
		return nil, err
	}
	s, err := c.open(ctx, "2pass", p.Rate, c.patience)
	if err != nil {
		return nil, err // not a nil *session in an interface
	}
	return s, nil
}

// Recognise implements speech.Recogniser, with a connection for each recording. A connection that breaks is tried once more.
func (c *Client) Recognise(ctx context.Context, a speech.Audio) (speech.Transcript, error) {
	if err := a.Check(); err != nil {
		return speech.Transcript{}, err
	}
	a = a.At(speech.Rate)
	t, broke, err := c.recognise(ctx, a)
	if broke && ctx.Err() == nil {
		t, _, err = c.recognise(ctx, a)
	}
	return t, err
}

// recognise makes one try; broke says that the connection, once there, did not last.
func (c *Client) recognise(ctx context.Context, a speech.Audio) (t speech.Transcript, broke bool, err error) {
	s, err := c.open(ctx, "offline", a.Rate, c.patience+a.Duration()/2)
	if err != nil {
		return t, false, err
	}
	var writer sync.WaitGroup
	defer writer.Wait()
	defer s.Close()
	wrote := make(chan error, 1) // beside the reading: a server that waits to be read may not read on
	writer.Go(func() { wrote <- errors.Join(s.Write(ctx, a.PCM), s.Finish(ctx)) })
	var said []string
	for {
		select {
		case e := <-s.Events():
			switch e.Kind {
			case speech.Final:
				said = append(said, e.Text)
			case speech.Finished:
				if t.Text = strings.Join(said, ""); !speech.Said(t.Text) {
					return t, false, speech.Empty()
				}
				return t, false, nil
			case speech.Failed:
				return speech.Transcript{}, s.broke.Load(), speech.Lost(ctx, e.Err)
			}
		case err := <-wrote:
			if err != nil && ctx.Err() != nil {
				return speech.Transcript{}, false, speech.Lost(ctx, err)
			}
			wrote = nil // an end of the connection is told by the events, with its reason
		case <-ctx.Done():
			return speech.Transcript{}, false, speech.Lost(ctx, ctx.Err())
		}
	}
}

// open dials; patience is for the answer to a turn.
func (c *Client) open(ctx context.Context, mode string, rate int, patience time.Duration) (*session, error) {
	ctx, stop := context.WithTimeout(ctx, c.patience)
	defer stop()
	held := c.python.Load()
	if held {
		select {
		case c.alone <- struct{}{}:
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return nil, context.Canceled
			}
			return nil, fault.Wrap(fault.Unavailable, speech.KeyBusy, errors.New("the Python server serves one at a time; run the C++ server"))
		}
	}
	conn, resp, err := websocket.Dial(ctx, c.url, &websocket.DialOptions{HTTPClient: c.http, Subprotocols: []string{"binary"},
		CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		if held {
			<-c.alone
		}
		if resp != nil && resp.StatusCode >= 400 && resp.StatusCode < 500 && resp.StatusCode != http.StatusTooManyRequests {
			return nil, speech.Refused(fmt.Errorf("%s: %s", c.url, resp.Status))
		}
		return nil, speech.Lost(ctx, fmt.Errorf("%s: %w", c.url, err))
	}
	conn.SetReadLimit(largestReply)
	python := conn.Subprotocol() == "binary" // C++ chooses none of the subprotocols
	c.python.Store(python)
	if python && !held { // the first: those that come next shall wait for it
		select {
		case c.alone <- struct{}{}:
			held = true
		default:
		}
	}
	return newSession(c, conn, opening{python: python, held: held, mode: mode, rate: rate, patience: patience}), nil
}

// setting is the message that begins a turn. Servers take what they know: hotwords C++, hotword Python; without chunk_size one never
// answers, the other breaks.
func (c *Client) setting(mode string) ([]byte, error) {
	m := map[string]any{"mode": mode, "wav_name": fmt.Sprintf("bangban-%d", c.names.Add(1)), "wav_format": "pcm", "audio_fs": speech.Rate,
		"is_speaking": true, "chunk_size": []int{5, 10, 5}, "chunk_interval": 10, "itn": true}
	if c.hotwords != "" {
		m["hotwords"], m["hotword"] = c.hotwords, c.hotword
	}
	return json.Marshal(m)
}
