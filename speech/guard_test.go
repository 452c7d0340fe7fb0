package speech

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"bangban/kernel/fault"
)

// engine is a Recogniser that tests write.
type engine func(ctx context.Context, a Audio) (Transcript, error)

func (e engine) Name() string { return "test" }
func (e engine) Recognise(ctx context.Context, a Audio) (Transcript, error) {
	return e(ctx, a)
}
func (e engine) Open(_ context.Context, p Params) (Session, error) {
	if p.Rate == 11025 {
		return nil, io.ErrUnexpectedEOF
	}
	return Buffered(e, p, 1<<20), nil
}

var quiet = slog.New(slog.DiscardHandler)

func silence(d time.Duration) Audio {
	return Audio{PCM: make([]byte, 2*int(d.Seconds()*Rate)), Rate: Rate}
}

func TestGuardKeepsItsLimits(t *testing.T) {
	says := func(text string, err error) engine {
		return func(context.Context, Audio) (Transcript, error) { return Transcript{Text: text, Confidence: 0.9}, err }
	}
	slow := engine(func(ctx context.Context, _ Audio) (Transcript, error) { <-ctx.Done(); return Transcript{}, ctx.Err() })
	for _, c := range []struct {
		name   string
		engine engine
		audio  Audio
		want   string
		kind   fault.Kind
		key    string
	}{
		{"text", says("<|zh|> 身份证\x00丢了 \n", nil), silence(time.Second), "身份证丢了", "", ""},
		{"nothing said", says("。", nil), silence(time.Second), "", fault.Invalid, KeyEmpty},
		{"engine says empty", says("", Empty()), silence(time.Second), "", fault.Invalid, KeyEmpty},
		{"away", says("", io.ErrUnexpectedEOF), silence(time.Second), "", fault.Unavailable, KeyAway},
		{"refused", says("", Refused(io.EOF)), silence(time.Second), "", fault.Unavailable, KeyRefused},
		{"slow", slow, silence(time.Second), "", fault.Unavailable, KeySlow},
		{"a minute", says("好", nil), silence(60 * time.Second), "好", "", ""},
		{"too long", says("好", nil), silence(62 * time.Second), "", fault.TooLarge, KeyTooLong},
		{"too short", says("好", nil), silence(50 * time.Millisecond), "", fault.Invalid, KeyEmpty},
		{"no rate", says("好", nil), Audio{PCM: make([]byte, 20)}, "", fault.Invalid, KeyUnreadable},
		{"half a sample", says("好", nil), Audio{PCM: make([]byte, 32001), Rate: Rate}, "", fault.Invalid, KeyUnreadable},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := Guard(c.engine, Limits{Patience: 20 * time.Millisecond, Share: 1e-9}, time.Now, quiet)
			got, err := g.Recognise(t.Context(), c.audio)
			if got.Text != c.want || fault.KindOf(err) != c.kind || KeyOf(err) != c.key {
				t.Errorf("got %q, %v; want %q, %s %s", got.Text, err, c.want, c.kind, c.key)
			}
			if err == nil && (got.Spoken != c.audio.Duration() || got.Confidence != 0.9) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestGuardLetsOnlySoManyIn(t *testing.T) {
	in, out := make(chan struct{}), make(chan struct{})
	g := Guard(engine(func(context.Context, Audio) (Transcript, error) {
		in <- struct{}{}
		<-out
		return Transcript{Text: "好"}, nil
	}), Limits{AtOnce: 1, Waiting: 1, Patience: time.Minute}, time.Now, quiet)
	ended := make(chan error, 2)
	ask := func() {
		_, err := g.Recognise(t.Context(), silence(time.Second))
		ended <- err
	}
	go ask()
	<-in // one is with the engine
	givenUp, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	go func() {
		_, err := g.Recognise(givenUp, silence(time.Second))
		waiting <- err
	}()
	for len(g.queue) < 2 { // until it waits
		select {
		case err := <-waiting:
			t.Fatal(err)
		default:
		}
	}
	if _, err := g.Recognise(t.Context(), silence(time.Second)); KeyOf(err) != KeyBusy {
		t.Fatalf("the third: %v", err)
	}
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Fatalf("who gave up: %v", err)
	}
	go ask()
	out <- struct{}{}
	<-in
	out <- struct{}{}
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if g.State() != Closed {
		t.Error("none of this is the engine's fault:", g.State())
	}
}

func TestGuardStaysAwayFromAnEngineThatFails(t *testing.T) {
	c, calls, fails := newClock(), 0, true
	g := Guard(engine(func(context.Context, Audio) (Transcript, error) {
		calls++
		if fails {
			return Transcript{}, io.ErrUnexpectedEOF
		}
		return Transcript{Text: "好"}, nil
	}), Limits{}, c.now, quiet)
	for range 8 {
		if _, err := g.Recognise(t.Context(), silence(time.Second)); KeyOf(err) != KeyAway {
			t.Fatal(err)
		}
	}
	if calls != 5 || g.State() != Open {
		t.Fatalf("asked %d times, %s", calls, g.State())
	}
	_, err := g.Open(t.Context(), Params{Rate: 8000})
	var f *fault.Error
	if !errors.As(err, &f) || f.RetryAfter != 5 || f.Key != KeyAway {
		t.Fatalf("a session while it rests: %v", err)
	}
	c.t, fails = c.t.Add(5*time.Second), false
	if got, err := g.Recognise(t.Context(), silence(time.Second)); got.Text != "好" || g.State() != Closed {
		t.Fatal(got, err, g.State())
	}
}

func TestGuardedSession(t *testing.T) {
	texts := make(chan string, 4)
	g := Guard(engine(func(_ context.Context, a Audio) (Transcript, error) {
		text := <-texts
		if text == "broken" {
			return Transcript{}, io.ErrUnexpectedEOF
		}
		return Transcript{Text: text}, nil
	}), Limits{Sessions: 1, Breaking: Breaking{Window: 2, Least: 2}}, time.Now, quiet)
	if _, err := g.Open(t.Context(), Params{Rate: 100}); KeyOf(err) != KeyUnreadable {
		t.Fatal(err)
	}
	s, err := g.Open(t.Context(), Params{Rate: 8000})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Open(t.Context(), Params{Rate: 8000}); KeyOf(err) != KeyBusy {
		t.Fatalf("the second: %v", err)
	}
	turn := func(text string, want ...Event) {
		t.Helper()
		texts <- text
		if err := errors.Join(s.Write(t.Context(), make([]byte, 1600)), s.Finish(t.Context())); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if e := <-s.Events(); e.Kind != w.Kind || e.Text != w.Text {
				t.Fatalf("got %+v, want %+v", e, w)
			}
		}
	}
	turn("办居住证", Event{Kind: Final, Text: "办居住证"}, Event{Kind: Finished})
	turn("", Event{Kind: Finished})
	turn("broken", Event{Kind: Failed})
	if e, more := <-s.Events(); more {
		t.Fatalf("after the end: %+v", e)
	}
	if err := s.Write(t.Context(), make([]byte, 2)); KeyOf(err) != KeyAway {
		t.Fatal(err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if g.State() != Open { // one opening went well, its session did not
		t.Fatal(g.State())
	}
	s, err = Guard(engine(nil), Limits{}, time.Now, quiet).Open(t.Context(), Params{Rate: 8000})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, more := <-s.Events(); more {
		t.Fatal("events after Close")
	}
	if _, err := Guard(engine(nil), Limits{}, time.Now, quiet).Open(t.Context(), Params{Rate: 11025}); KeyOf(err) != KeyAway {
		t.Fatal(err)
	}
}

func TestBufferedTurnHasALimit(t *testing.T) {
	s := Buffered(nil, Params{Rate: 8000}, 1000)
	defer s.Close()
	if err := s.Write(t.Context(), make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), make([]byte, 2)); KeyOf(err) != KeyTooLong {
		t.Fatal(err)
	}
}

func TestLostKeepsWhoseEndItWas(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	late, stop := context.WithTimeout(t.Context(), 0)
	defer stop()
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want string
	}{
		{t.Context(), nil, ""}, {t.Context(), io.EOF, KeyAway}, {late, io.EOF, KeySlow}, {gone, io.EOF, ""}, {gone, TooLong(), KeyTooLong},
		{t.Context(), context.DeadlineExceeded, KeySlow},
	} {
		if got := Lost(c.ctx, c.err); KeyOf(got) != c.want {
			t.Errorf("%v: %v, want %q", c.err, got, c.want)
		}
	}
}

func TestCleanTextIsWhatACitizenWouldType(t *testing.T) {
	for in, want := range map[string]string{
		"<|zh|><|NEUTRAL|><|Speech|><|withitn|>你好，": "你好，",
		" a\t b\u200b\x07 \xff":                     "a b",
		"<|":                                        "<|",
		"3|><|4":                                    "3|><|4",
		"<<|a|>|x|>":                                "", "<\x00|x|>": "", "1<|>": "1",
		strings.Repeat("长", LongestText+1): strings.Repeat("长", LongestText),
	} {
		if got := Clean(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	for text, want := range map[string]bool{"": false, "。，!": false, "好。": true, "12": true} {
		if Said(text) != want {
			t.Errorf("Said(%q)", text)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"<|zh|>好", "<<|a|>|b|>", "\xff\x00 \u2028", "<|a|>|>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Clean(s)
		if twice := Clean(once); twice != once {
			t.Errorf("%q becomes %q, then %q", s, once, twice)
		}
		if n := len([]rune(once)); n > LongestText {
			t.Errorf("%d characters", n)
		}
	})
}
