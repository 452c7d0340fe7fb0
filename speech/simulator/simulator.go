// Package simulator plays the servers of recognisers, for tests and trials without a model: FunASR's three (C++ for streams, C++ for
// files, Python) over a websocket, and OpenAI's /v1/audio/transcriptions. What they hear is scripted; how they speak, what they take
// amiss and how they break is theirs. It knows nothing of our clients.
// Start at Start.
package simulator

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Kind is which FunASR server is played; they share a protocol in name only.
type Kind string

const (
	// Streams is the C++ server funasr-wss-server-2pass.
	Streams Kind = "streams"
	// Files is the C++ server funasr-wss-server, which takes whole files.
	Files Kind = "files"
	// Python is funasr_wss_server.py: one client at a time, and is_final the wrong way round.
	Python Kind = "python"
)

// Fault is a way to fail; each is used up by one request or connection.
type Fault string

const (
	// Refuse answers 401.
	Refuse Fault = "refuse"
	// Down answers 503.
	Down Fault = "down"
	// Busy answers 429.
	Busy Fault = "busy"
	// Silent takes everything and says nothing.
	Silent Fault = "silent"
	// Stuck does not even answer pings.
	Stuck Fault = "stuck"
	// Midway closes the connection when the first sound has come, or in the middle of an answer.
	Midway Fault = "midway"
	// Nonsense answers with what is no JSON.
	Nonsense Fault = "nonsense"
	// Flood answers with megabytes.
	Flood Fault = "flood"
)

// Options say what is played. The zero value is FunASR's server for streams, and OpenAI's without a key.
type Options struct {
	Listen string // 127.0.0.1:0 when empty
	Kind   Kind   // Streams when empty
	Key    string // that OpenAI's side asks for; none when empty
	// Hear makes the text when nothing is queued: a line for each sentence. It is asked again as a sentence grows. Nil hears nothing.
	Hear func(pcm []byte, rate int) string
	// TLS serves under a certificate that it signs itself, as FunASR does; Pin is its print.
	TLS bool
}

// Heard is one turn, or one file, as it came in.
type Heard struct {
	Path, Mode, Name string // of FunASR: "", the mode and wav_name; of OpenAI the path
	PCM              []byte
	Rate             int
	Hotwords         string
	Model, Language  string
	Prompt           string
}

// Server is a running simulator.
type Server struct {
	o        Options
	address  string
	pin      string
	http     *http.Server
	listener net.Listener
	stop     context.CancelFunc
	ctx      context.Context // of all connections
	running  sync.WaitGroup

	mu         sync.Mutex
	queue      []string
	faults     []Fault
	delay      time.Duration
	heard      []Heard
	complaints []string
	one        *websocket.Conn // the only client of Python
	open, most int             // connections now, and at most
}

// Start plays until Close.
func Start(o Options) (*Server, error) {
	if o.Kind == "" {
		o.Kind = Streams
	}
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for recordings: %w", err)
	}
	s := &Server{o: o, address: l.Addr().String(), listener: l}
	if o.TLS {
		if s.listener, s.pin, err = underTLS(l); err != nil {
			return nil, err
		}
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	mux := http.NewServeMux()
	mux.HandleFunc("/", s.funasr)
	mux.HandleFunc("/v1/audio/transcriptions", s.transcriptions)
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	s.running.Go(func() { _ = s.http.Serve(s.listener) }) // ends with Close
	return s, nil
}

// Close ends every connection and waits for them.
func (s *Server) Close() {
	s.stop()
	_ = s.http.Close() // it has nothing to save
	s.running.Wait()
}

// FunASR is the address of FunASR's side.
func (s *Server) FunASR() string {
	if s.o.TLS {
		return "wss://" + s.address
	}
	return "ws://" + s.address
}

// OpenAI is the address of OpenAI's side.
func (s *Server) OpenAI() string {
	if s.o.TLS {
		return "https://" + s.address
	}
	return "http://" + s.address
}

// Pin is the print of its certificate: SHA-256 in hex.
func (s *Server) Pin() string { return s.pin }

// Say queues what will be heard, one text a recording or sentence. In a recording, a line is what the server's voice detection takes
// for a sentence; a last empty line is silence after it.
func (s *Server) Say(texts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, texts...)
}

// Break makes the next requests or connections fail; one with an empty fault goes well.
func (s *Server) Break(f ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f...)
}

// Delay makes every answer take so long.
func (s *Server) Delay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// Heard lists what came in, in the order in which it ended.
func (s *Server) Heard() []Heard {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.heard)
}

// Complaints lists what a client did against the protocol.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.complaints)
}

// AtOnce is how many connections of FunASR there were at the same time.
func (s *Server) AtOnce() (now, most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open, s.most
}

func (s *Server) complain(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.complaints = append(s.complaints, fmt.Sprintf(format, args...))
}

func (s *Server) fault() Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) == 0 {
		return ""
	}
	f := s.faults[0]
	s.faults = s.faults[1:]
	return f
}

// take is the next text of the queue.
func (s *Server) take() (text string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return "", false
	}
	text = s.queue[0]
	s.queue = s.queue[1:]
	return text, true
}

// text is what is heard in a recording.
func (s *Server) text(pcm []byte, rate int) string {
	if text, ok := s.take(); ok {
		return text
	}
	if s.o.Hear == nil {
		return ""
	}
	return s.o.Hear(pcm, rate)
}

func (s *Server) note(h Heard) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h.PCM = slices.Clone(h.PCM)
	s.heard = append(s.heard, h)
}

// wait lets the delay go by, as long as the client is there.
func (s *Server) wait(ctx context.Context) {
	s.mu.Lock()
	d := s.delay
	s.mu.Unlock()
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-s.ctx.Done():
	}
}

// failed answers with a status when the fault is one.
func failed(w http.ResponseWriter, f Fault) bool {
	status := map[Fault]int{Refuse: http.StatusUnauthorized, Down: http.StatusServiceUnavailable, Busy: http.StatusTooManyRequests}[f]
	if status == 0 {
		return false
	}
	w.Header().Set("Retry-After", "7")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":{"message":%q,"type":"server_error","code":null}}`, strings.ToLower(http.StatusText(status)))
	return true
}
