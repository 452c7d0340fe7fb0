package speech

import (
	"context"
	"sync"
)

// Buffered makes a session of an engine that knows whole recordings only: what is written waits for Finish, and is recognised then.
// There are no partial results; who ends the turns decides how long they are. A turn over longest bytes of PCM fails with
// speech.too_long.
func Buffered(recognise func(context.Context, Audio) (Transcript, error), p Params, longest int) Session {
	ctx, cancel := context.WithCancel(context.Background())
	s := &buffered{recognise: recognise, rate: p.Rate, longest: longest, ctx: ctx, cancel: cancel,
		turns: make(chan []byte, 4), events: make(chan Event)}
	s.worker.Go(s.work)
	return s
}

type buffered struct {
	recognise     func(context.Context, Audio) (Transcript, error)
	rate, longest int
	ctx           context.Context // of the session: its goroutine has no other
	cancel        context.CancelFunc
	pcm           []byte
	turns         chan []byte
	events        chan Event
	worker        sync.WaitGroup
}

func (s *buffered) Write(_ context.Context, pcm []byte) error {
	if s.ctx.Err() != nil {
		return Away(s.ctx.Err())
	}
	if len(s.pcm)+len(pcm) > s.longest {
		return TooLong()
	}
	s.pcm = append(s.pcm, pcm...)
	return nil
}

func (s *buffered) Finish(ctx context.Context) error {
	pcm := s.pcm
	s.pcm = nil
	select {
	case s.turns <- pcm:
		return nil
	case <-s.ctx.Done():
		return Away(s.ctx.Err())
	case <-ctx.Done():
		return Lost(ctx, ctx.Err())
	}
}

func (s *buffered) Events() <-chan Event { return s.events }

func (s *buffered) Close() error {
	s.cancel()
	s.worker.Wait()
	return nil
}

// work recognises one turn after the other.
func (s *buffered) work() {
	defer close(s.events)
	for {
		var pcm []byte
		select {
		case pcm = <-s.turns:
		case <-s.ctx.Done():
			return
		}
		t, err := s.turn(pcm)
		switch {
		case err != nil && KeyOf(err) != KeyEmpty:
			s.tell(Event{Kind: Failed, Err: err})
			s.cancel()
			return
		case err == nil && !s.tell(Event{Kind: Final, Text: t.Text, Confidence: t.Confidence}):
			return
		}
		if !s.tell(Event{Kind: Finished}) {
			return
		}
	}
}

func (s *buffered) turn(pcm []byte) (Transcript, error) {
	if len(pcm) == 0 {
		return Transcript{}, Empty()
	}
	t, err := s.recognise(s.ctx, Audio{PCM: pcm[:len(pcm)&^1], Rate: s.rate})
	if err != nil {
		return t, Lost(s.ctx, err)
	}
	if t.Text = Clean(t.Text); !Said(t.Text) {
		return t, Empty()
	}
	return t, nil
}

// tell reports whether somebody heard it.
func (s *buffered) tell(e Event) bool {
	select {
	case s.events <- e:
		return true
	case <-s.ctx.Done():
		return false
	}
}
