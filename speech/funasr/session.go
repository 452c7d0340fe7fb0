package funasr

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"bangban/speech"
)

// session is one connection. Write and Finish send; one goroutine reads the connection, another makes events of what was read.
type session struct {
	opening
	client *Client
	conn   *websocket.Conn

	// of who writes
	resample *speech.Resampler
	frame    []byte
	begun    bool // a turn

	ctx      context.Context // of the connection, until Close
	cancel   context.CancelFunc
	raw      chan []byte
	lost     chan error
	finishes chan struct{}
	events   chan speech.Event
	broke    atomic.Bool // the connection ended and we did not end it
	close    sync.Once
	workers  sync.WaitGroup
}

// opening is what a session is opened with.
type opening struct {
	python   bool // the server
	held     bool // it is held for this session
	mode     string
	rate     int
	patience time.Duration // for the answer to a turn
}

func newSession(c *Client, conn *websocket.Conn, o opening) *session {
	ctx, cancel := context.WithCancel(context.Background())
	s := &session{opening: o, client: c, conn: conn, ctx: ctx, cancel: cancel,
		raw: make(chan []byte, 16), lost: make(chan error, 1), finishes: make(chan struct{}), events: make(chan speech.Event)}
	if o.rate != speech.Rate {
		s.resample = speech.NewResampler(o.rate, speech.Rate) // Python takes everything for 16 kHz
	}
	s.workers.Go(s.read)
	s.workers.Go(s.run)
	return s
}

// Write implements speech.Session: it sends whole frames.
func (s *session) Write(ctx context.Context, pcm []byte) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	if s.resample != nil {
		pcm = s.resample.Add(pcm)
	}
	s.frame = append(s.frame, pcm...)
	for len(s.frame) >= frameBytes {
		if err := s.send(ctx, websocket.MessageBinary, s.frame[:frameBytes]); err != nil {
			return err
		}
		s.frame = s.frame[frameBytes:]
	}
	s.frame = append([]byte(nil), s.frame...)
	return nil
}

// begin sends the settings, once a turn.
func (s *session) begin(ctx context.Context) error {
	if s.begun {
		return nil
	}
	raw, err := s.client.setting(s.mode)
	if err != nil {
		return err
	}
	if err := s.send(ctx, websocket.MessageText, raw); err != nil {
		return err
	}
	s.begun = true
	return nil
}

// Finish implements speech.Session: it sends the last frame, filled with silence, for Python divides by the length of a short one.
func (s *session) Finish(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	if s.resample != nil {
		s.frame = append(s.frame, s.resample.Rest()...)
	}
	if len(s.frame) > 0 {
		if rest := len(s.frame) % frameBytes; rest > 0 {
			s.frame = append(s.frame, make([]byte, frameBytes-rest)...)
		}
		for ; len(s.frame) > 0; s.frame = s.frame[frameBytes:] {
			if err := s.send(ctx, websocket.MessageBinary, s.frame[:frameBytes]); err != nil {
				return err
			}
		}
	}
	s.begun = false
	select { // before the end is sent, so that its answer finds it owed
	case s.finishes <- struct{}{}:
	case <-s.ctx.Done():
		return speech.Away(errors.New("the session is over"))
	case <-ctx.Done():
		return speech.Lost(ctx, ctx.Err())
	}
	return s.send(ctx, websocket.MessageText, []byte(`{"is_speaking":false}`))
}

func (s *session) send(ctx context.Context, kind websocket.MessageType, data []byte) error {
	ctx, stop := context.WithTimeout(ctx, s.client.patience)
	defer stop()
	if s.ctx.Err() != nil {
		return speech.Away(errors.New("the session is over"))
	}
	if err := s.conn.Write(ctx, kind, data); err != nil {
		return speech.Lost(ctx, fmt.Errorf("%s: %w", s.client.url, err))
	}
	return nil
}

// Events implements speech.Session.
func (s *session) Events() <-chan speech.Event { return s.events }

// Close implements speech.Session.
func (s *session) Close() error {
	s.close.Do(func() {
		s.cancel()
		_ = s.conn.CloseNow() // nothing is owed
		s.workers.Wait()
		if s.held {
			<-s.client.alone
		}
	})
	return nil
}

// read takes messages off the connection.
func (s *session) read() {
	for {
		_, data, err := s.conn.Read(s.ctx)
		if err != nil {
			s.lost <- err
			return
		}
		select {
		case s.raw <- data:
		case <-s.ctx.Done():
			return
		}
	}
}

// run makes events until the session ends.
func (s *session) run() {
	defer close(s.events)
	h := hearing{python: s.python}
	timer := time.NewTimer(0)
	timer.Stop()
	defer timer.Stop()
	alive := false // Python answered a ping since its last message
	wait := func() {
		alive = false
		timer.Reset(s.next())
	}
	for {
		var out []speech.Event
		var err error
		select {
		case <-s.finishes:
			h.owed = true
			wait()
		case data := <-s.raw:
			out, err = s.understand(&h, data)
			wait()
		case err = <-s.lost:
			if out = s.rest(&h); s.ctx.Err() == nil {
				s.broke.Store(true)
			}
			err = speech.Lost(s.ctx, fmt.Errorf("%s: %w", s.client.url, err))
		case <-timer.C:
			switch {
			case !h.owed:
			case !s.python:
				err = speech.Slow(fmt.Errorf("%s: no answer within %s", s.client.url, s.patience))
			case alive:
				out = h.end()
			default: // it says nothing after silence; or it is busy, and then it answers no ping either
				if err = s.ping(); err == nil {
					alive = true
					timer.Reset(s.client.quiet / 10)
				}
			}
		case <-s.ctx.Done():
			return
		}
		if !h.owed {
			timer.Stop()
		}
		if !s.tell(out) || err != nil {
			s.tell([]speech.Event{{Kind: speech.Failed, Err: err}})
			s.cancel()
			return
		}
	}
}

// next is how long to wait for the next message.
func (s *session) next() time.Duration {
	if s.python {
		return s.client.quiet
	}
	return s.patience
}

func (s *session) understand(h *hearing, data []byte) ([]speech.Event, error) {
	m, err := readMessage(data)
	if err != nil {
		return nil, speech.Away(fmt.Errorf("%s: %w", s.client.url, err))
	}
	out, err := h.take(m)
	if err != nil {
		return nil, speech.Refused(fmt.Errorf("%s: %w", s.client.url, err))
	}
	return out, nil
}

// rest is what had come before the connection was lost.
func (s *session) rest(h *hearing) (out []speech.Event) {
	for {
		select {
		case data := <-s.raw:
			more, err := s.understand(h, data)
			if err != nil {
				return out
			}
			out = append(out, more...)
		default:
			return out
		}
	}
}

func (s *session) ping() error {
	ctx, stop := context.WithTimeout(s.ctx, s.patience)
	defer stop()
	return speech.Lost(ctx, s.conn.Ping(ctx))
}

// tell reports whether somebody heard it.
func (s *session) tell(events []speech.Event) bool {
	for _, e := range events {
		select {
		case s.events <- e:
		case <-s.ctx.Done():
			return false
		}
	}
	return true
}
