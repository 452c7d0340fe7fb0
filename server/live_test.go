package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/kernel/event"
)

// memoryLog is an event log in memory.
type memoryLog struct {
	mu     sync.Mutex
	events []event.Event
}

func (m *memoryLog) add(subjects ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range subjects {
		m.events = append(m.events, event.Event{Seq: int64(len(m.events) + 1), Kind: "turn.received", Subject: s})
	}
}

func (m *memoryLog) Head(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return int64(len(m.events)), nil
}

func (m *memoryLog) Events(_ context.Context, after int64, limit int) ([]event.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	rest := m.events[after:]
	return slices.Clone(rest[:min(len(rest), limit)]), nil
}

func (m *memoryLog) EventsOf(_ context.Context, subject string, after int64, limit int) ([]event.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []event.Event
	for _, e := range m.events[after:] {
		if e.Subject == subject && len(list) < limit {
			list = append(list, e)
		}
	}
	return list, nil
}

func showSeq(_ context.Context, e event.Event, prev int64) (*Event, error) {
	return &Event{Data: fmt.Appendf(nil, `{"seq":%d,"prev":%d}`, e.Seq, prev)}, nil
}

// liveServer serves /api/v1/events?after= of subject "a".
func liveServer(t *testing.T) (*Server, string, *memoryLog, *Live) {
	log := &memoryLog{}
	live := NewLive(log, nil)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- live.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	s := newServer(t, Config{}, Services{})
	type request struct {
		After int64 `query:"after" json:"-"`
	}
	s.GET("/api/v1/events", Events(func(_ context.Context, req *request) (Feed, error) {
		return live.Follow("a", req.After, showSeq), nil
	}))
	return s, start(t, s), log, live
}

// reader reads one stream.
type reader struct {
	t *testing.T
	c net.Conn
	r *bufio.Scanner
}

func openStream(t *testing.T, address string, after int64) *reader {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(c, "GET /api/v1/events?after=%d HTTP/1.1\r\nHost: x\r\n\r\n", after)
	r := &reader{t, c, bufio.NewScanner(c)}
	r.until("event: hb")
	return r
}

// until reads up to a line that begins so, and returns it.
func (r *reader) until(prefix string) string {
	r.t.Helper()
	for r.r.Scan() {
		if strings.HasPrefix(r.r.Text(), prefix) {
			return r.r.Text()
		}
	}
	r.t.Fatalf("stream ended before %q: %v", prefix, r.r.Err())
	return ""
}

func TestLiveStream(t *testing.T) {
	_, address, log, live := liveServer(t)
	r := openStream(t, address, 0)
	log.add("a", "b", "a")
	live.Notify()
	for _, want := range []string{`data: {"seq":1,"prev":0}`, `data: {"seq":3,"prev":1}`} {
		if got := r.until(`data: {"seq"`); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	late := openStream(t, address, 1)
	if got := late.until(`data: {"seq"`); got != `data: {"seq":3,"prev":1}` {
		t.Errorf("got %s", got)
	}
}

// A reader that has missed more than the ring holds is served from the log; one that has missed too much starts afresh.
func TestLiveCatchesUp(t *testing.T) {
	_, address, log, live := liveServer(t)
	log.add("a")
	log.add(slices.Repeat([]string{"b"}, 3*ringSize)...)
	log.add("a")
	live.Notify()
	r := openStream(t, address, 0)
	for _, want := range []string{`data: {"seq":1,"prev":0}`, fmt.Sprintf(`data: {"seq":%d,"prev":1}`, 3*ringSize+2)} {
		if got := r.until(`data: {"seq"`); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	log.add(slices.Repeat([]string{"a"}, 3*ringSize)...)
	live.Notify()
	openStream(t, address, 1).until("event: resync")
	openStream(t, address, 99*ringSize).until("event: resync") // a number that the log does not have: it was put back
}

// A client that goes away without a word is let go at a write that fails.
func TestLiveLetsGo(t *testing.T) {
	s, address, log, live := liveServer(t)
	r := openStream(t, address, 0)
	if n := s.streams.count(); n != 1 {
		t.Fatalf("%d streams open", n)
	}
	r.c.Close()
	deadline := time.Now().Add(10 * time.Second)
	for s.streams.count() > 0 {
		if time.Now().After(deadline) {
			t.Fatal("the stream of a client that is gone is still open")
		}
		log.add("a")
		live.Notify()
		runtime.Gosched()
	}
}

// A reader that never reads is cut off: it holds neither memory nor a goroutine.
func TestLiveCutsSlowReader(t *testing.T) {
	client, server := net.Pipe() // takes nothing until it is read
	defer client.Close()
	s := newServer(t, Config{}, Services{})
	ended := make(chan error, 1)
	go func() {
		w := bufio.NewWriterSize(server, 16)
		stream := &Stream{w: w, conn: impatient{server}, beat: time.NewTicker(time.Hour)}
		s.feed("id", func(ctx context.Context, to *Stream) error { return nil }, w, impatient{server})
		ended <- stream.Send(Event{Data: []byte("long enough not to fit into the buffer")})
	}()
	select {
	case err := <-ended:
		var network net.Error
		if !errors.As(err, &network) || !network.Timeout() {
			t.Errorf("got %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still writing")
	}
}

// impatient is a connection whose patience is over at once.
type impatient struct{ net.Conn }

func (i impatient) SetWriteDeadline(time.Time) error {
	return i.Conn.SetWriteDeadline(time.Now().Add(-time.Second))
}

func TestShutdownSaysBye(t *testing.T) {
	s, address, _, _ := liveServer(t)
	r := openStream(t, address, 0)
	done := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		done <- s.Shutdown(ctx)
	}()
	r.until("event: bye")
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestStreamsAreCounted(t *testing.T) {
	s := newStreams(streamsPerAddress + 2)
	for range streamsPerAddress {
		if !s.enter("a") {
			t.Fatal("refused too early")
		}
	}
	if s.enter("a") {
		t.Error("one address took too many")
	}
	if !s.enter("b") || !s.enter("") || s.enter("c") {
		t.Error("the whole is not bounded")
	}
	s.leave("a")
	if !s.enter("a") {
		t.Error("a place that was left stays taken")
	}
}

// fakeConn is a connection without a network.
type fakeConn struct{}

func (fakeConn) Close() error                     { return nil }
func (fakeConn) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }
func (fakeConn) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4711} }
func (fakeConn) SetDeadline(time.Time) error      { return nil }
func (fakeConn) SetReadDeadline(time.Time) error  { return nil }
func (fakeConn) SetWriteDeadline(time.Time) error { return nil }
