package server

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"bangban/kernel/fault"
)

// Times of a live stream. The heart beats often enough for a lost client to be noticed within three beats; a reader
// that takes longer than patience to take what was sent is cut off.
const (
	heartbeat = 15 * time.Second
	patience  = 5 * time.Second
)

// Feed writes to a stream until ctx ends, the stream breaks, or it has no more to say.
type Feed func(ctx context.Context, to *Stream) error

// Stream is the way to one reader of server-sent events.
type Stream struct {
	w     *bufio.Writer
	conn  net.Conn
	beat  *time.Ticker
	build string
}

// Beat tells when a heartbeat is due; the feed answers with Heartbeat.
func (s *Stream) Beat() <-chan time.Time { return s.beat.C }

// Event is one server-sent event. Data must be JSON, or empty. ID is left out when 0.
type Event struct {
	Name string
	ID   int64
	Data []byte
}

// Send writes events. It fails when the reader is gone or too slow.
func (s *Stream) Send(events ...Event) error {
	var b bytes.Buffer
	for _, e := range events {
		if e.ID > 0 {
			fmt.Fprintf(&b, "id: %d\n", e.ID)
		}
		if e.Name != "" {
			fmt.Fprintf(&b, "event: %s\n", e.Name)
		}
		for line := range bytes.SplitSeq(e.Data, []byte("\n")) {
			fmt.Fprintf(&b, "data: %s\n", line)
		}
		b.WriteByte('\n')
	}
	return s.write(b.Bytes())
}

// Heartbeat shows the reader that the line is alive, and shows us whether it is.
func (s *Stream) Heartbeat() error {
	return s.Send(Event{Name: "hb", Data: fmt.Appendf(nil, `{"build":%q}`, s.build)})
}

func (s *Stream) write(p []byte) error {
	// fasthttp sets its write deadline once, for the whole response; ours moves before each write.
	if err := s.conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := s.w.Write(p); err != nil {
		return err
	}
	return s.w.Flush()
}

// Events adapts a function to a stream of server-sent events. The function checks the request and returns the feed, or
// the problem; the feed runs until the reader is gone or the server stops.
func Events[Req any](open func(context.Context, *Req) (Feed, error)) Handler {
	return Handler{api: true, run: adapt(false, open, func(x *exchange, feed Feed) { x.stream(feed) })}
}

func (x *exchange) stream(feed Feed) {
	address := ""
	if !x.caller.Address.IsLoopback() || x.caller.Forwarded {
		address = limitKey(x.caller.Address)
	}
	if !x.s.streams.enter(address) {
		x.fail(&fault.Error{Kind: fault.TooMany, Key: "too_many_streams", RetryAfter: 30})
		return
	}
	h := &x.ctx.Response.Header
	h.SetContentType("text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	x.ctx.SetStatusCode(200)
	s, conn, id := x.s, x.ctx.Conn(), x.id
	if x.ctx.IsHead() {
		s.streams.leave(address)
		return
	}
	x.ctx.Response.ImmediateHeaderFlush = true
	// Setting a deadline here keeps fasthttp from setting its own, which would cut the stream.
	_ = x.ctx.SetWriteDeadline(time.Now().Add(patience))
	x.ctx.SetBodyStreamWriter(func(w *bufio.Writer) {
		defer s.streams.leave(address)
		s.feed(id, feed, w, conn)
	})
}

// feed runs on a goroutine of the connection: a panic in it would end the process.
func (s *Server) feed(id string, feed Feed, w *bufio.Writer, conn net.Conn) {
	defer func() {
		if cause := recover(); cause != nil {
			s.log.Error("stream panicked", "request", id, "cause", fmt.Sprint(cause))
		}
	}()
	ctx := s.live
	stream := &Stream{w: w, conn: conn, beat: time.NewTicker(heartbeat), build: s.config.Build}
	defer stream.beat.Stop()
	if stream.write([]byte("retry: 1000\n")) != nil || stream.Heartbeat() != nil {
		return
	}
	err := feed(ctx, stream)
	if ctx.Err() != nil {
		_ = stream.Send(Event{Name: "bye", Data: []byte("{}")}) // the reader may be gone already
		return
	}
	var network net.Error
	if err != nil && !errors.As(err, &network) {
		s.log.Debug("stream ended", "request", id, "cause", err)
	}
}

// streams counts the open streams, all and by address.
type streams struct {
	mu         sync.Mutex
	max, open  int
	perAddress map[string]int
}

const streamsPerAddress = 100

func newStreams(most int) *streams { return &streams{max: most, perAddress: map[string]int{}} }

func (s *streams) enter(address string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open >= s.max || (address != "" && s.perAddress[address] >= streamsPerAddress) {
		return false
	}
	s.open++
	if address != "" {
		s.perAddress[address]++
	}
	return true
}

func (s *streams) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

func (s *streams) leave(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	if address == "" {
		return
	}
	if s.perAddress[address]--; s.perAddress[address] <= 0 {
		delete(s.perAddress, address)
	}
}
