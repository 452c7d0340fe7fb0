package funasr

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/speech"
	"bangban/speech/simulator"
)

var kinds = []simulator.Kind{simulator.Streams, simulator.Files, simulator.Python}

func start(t *testing.T, o simulator.Options) *simulator.Server {
	t.Helper()
	s, err := simulator.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func client(t *testing.T, c Config) *Client {
	t.Helper()
	if c.Quiet == 0 {
		c.Quiet = 100 * time.Millisecond
	}
	cl, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return cl
}

// sound is a tone, or silence.
func sound(rate int, length time.Duration, loud bool) speech.Audio {
	a := speech.Audio{Rate: rate}
	for i := range int(length.Seconds() * float64(rate)) {
		v := 0.0
		if loud {
			v = 8000 * math.Sin(2*math.Pi*300*float64(i)/float64(rate))
		}
		a.PCM = binary.LittleEndian.AppendUint16(a.PCM, uint16(int16(v)))
	}
	return a
}

func TestRecognise(t *testing.T) {
	for _, kind := range kinds {
		for _, c := range []struct{ name, says, want, key string }{
			{"a sentence", "身份证丢了怎么办？", "身份证丢了怎么办？", ""},
			{"two sentences", "我的身份证丢了。\n怎么补办？", "我的身份证丢了。怎么补办？", ""},
			{"silence after it", "怎么补办？\n", "怎么补办？", ""},
			{"tags of SenseVoice", "<|zh|><|NEUTRAL|>怎么补办", "怎么补办", ""},
			{"silence", "", "", speech.KeyEmpty},
		} {
			t.Run(string(kind)+" "+c.name, func(t *testing.T) {
				s := start(t, simulator.Options{Kind: kind})
				s.Say(c.says)
				a := sound(8000, 1505*time.Millisecond, true)
				got, err := client(t, Config{URL: s.FunASR(), Hotwords: map[string]int{"转人工": 30, "人工": 20}}).Recognise(t.Context(), a)
				if got.Text != c.want || speech.KeyOf(err) != c.key {
					t.Fatalf("got %q, %v; want %q, %s", got.Text, err, c.want, c.key)
				}
				h := s.Heard()
				words := map[bool]string{true: "人工 转人工", false: `{"人工":20,"转人工":30}`}[kind == simulator.Python]
				if len(h) != 1 || h[0].Mode != "offline" || h[0].Hotwords != words || h[0].Rate != speech.Rate || h[0].Name == "" || len(s.Complaints()) > 0 {
					t.Fatalf("%d turns, %v", len(h), s.Complaints())
				}
				if want := a.At(speech.Rate).PCM; !bytes.HasPrefix(h[0].PCM, want) || len(h[0].PCM)-len(want) >= frameBytes {
					t.Errorf("%d bytes came, %d were said", len(h[0].PCM), len(want))
				}
			})
		}
	}
}

func TestAMinuteIsHeardWhole(t *testing.T) {
	s := start(t, simulator.Options{Hear: func(pcm []byte, rate int) string {
		return speech.Audio{PCM: pcm, Rate: rate}.Duration().Round(100 * time.Millisecond).String()
	}})
	if got, err := client(t, Config{URL: s.FunASR()}).Recognise(t.Context(), sound(8000, time.Minute, true)); got.Text != "1m0s" || err != nil {
		t.Fatal(got, err)
	}
}

func TestWhatGoesWrong(t *testing.T) {
	for _, c := range []struct {
		name   string
		faults []simulator.Fault
		key    string
	}{
		{"refused", []simulator.Fault{simulator.Refuse}, speech.KeyRefused},
		{"down", []simulator.Fault{simulator.Down}, speech.KeyAway},
		{"no JSON", []simulator.Fault{simulator.Nonsense}, speech.KeyAway},
		{"silent", []simulator.Fault{simulator.Silent}, speech.KeySlow},
		{"broken off once", []simulator.Fault{simulator.Midway}, ""},
		{"broken off twice", []simulator.Fault{simulator.Midway, simulator.Midway}, speech.KeyAway},
		{"endless", []simulator.Fault{simulator.Flood, simulator.Flood}, speech.KeyAway},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, simulator.Options{})
			s.Break(c.faults...)
			s.Say("好")
			cfg := Config{URL: s.FunASR()}
			if slices.Contains(c.faults, simulator.Silent) {
				cfg.Patience = 100 * time.Millisecond
			}
			got, err := client(t, cfg).Recognise(t.Context(), sound(16000, time.Second, true))
			if speech.KeyOf(err) != c.key || err == nil && got.Text != "好" {
				t.Errorf("%q, %v; want %s", got.Text, err, c.key)
			}
		})
	}
}

// A Python server that says nothing has heard silence if it answers a ping; one that is stuck does not.
func TestSilentPython(t *testing.T) {
	s := start(t, simulator.Options{Kind: simulator.Python})
	s.Break("", simulator.Stuck)
	c := client(t, Config{URL: s.FunASR(), Patience: 200 * time.Millisecond})
	for _, want := range []string{speech.KeyEmpty, speech.KeySlow} {
		if _, err := c.Recognise(t.Context(), sound(16000, 100*time.Millisecond, true)); speech.KeyOf(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestCallerGivesUp(t *testing.T) {
	s := start(t, simulator.Options{})
	s.Break(simulator.Silent)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := client(t, Config{URL: s.FunASR()}).Recognise(ctx, sound(16000, time.Second, true))
		ended <- err
	}()
	for now := 0; now == 0; now, _ = s.AtOnce() {
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for now := 1; now > 0; now, _ = s.AtOnce() { // the connection goes with it
	}
	s.Close()
	if _, err := client(t, Config{URL: s.FunASR()}).Recognise(t.Context(), sound(16000, time.Second, true)); speech.KeyOf(err) != speech.KeyAway {
		t.Error("nobody there:", err)
	}
}

// A second client throws out the first at a Python server: ours wait for each other, and who was thrown out tries again.
func TestPythonServesOneAtATime(t *testing.T) {
	s := start(t, simulator.Options{Kind: simulator.Python, Hear: func([]byte, int) string { return "好" }})
	c := client(t, Config{URL: s.FunASR(), Quiet: time.Second})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := c.Recognise(t.Context(), sound(16000, time.Second, true)); err != nil && speech.KeyOf(err) != speech.KeyAway {
				t.Error(err)
			}
		})
	}
	all.Wait()
	before := len(s.Heard())
	for range 4 { // by now it is known for what it is
		all.Go(func() {
			if got, err := c.Recognise(t.Context(), sound(16000, time.Second, true)); got.Text != "好" {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(s.Heard()) - before; n != 4 {
		t.Errorf("%d recordings were sent for 4", n)
	}
	session, err := c.Open(t.Context(), speech.Params{Rate: 8000})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	short, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	if _, err := c.Open(short, speech.Params{Rate: 8000}); speech.KeyOf(err) != speech.KeyBusy {
		t.Error(err)
	}
}

// events reads until Finished or Failed.
func events(t *testing.T, s speech.Session) (told []string, partials int) {
	t.Helper()
	for e := range s.Events() {
		if e.Kind == speech.Partial {
			partials++
			if e.Text == "" || strings.HasPrefix(e.Text, "。") {
				t.Errorf("partial %q", e.Text)
			}
			told = slices.DeleteFunc(told, func(s string) bool { return strings.HasPrefix(s, "partial") })
		}
		told = append(told, string(e.Kind)+" "+e.Text)
		if e.Kind == speech.Finished || e.Kind == speech.Failed {
			break
		}
	}
	return told, partials
}

func TestSession(t *testing.T) {
	for _, kind := range []simulator.Kind{simulator.Streams, simulator.Python} {
		t.Run(string(kind), func(t *testing.T) {
			s := start(t, simulator.Options{Kind: kind})
			c, err := client(t, Config{URL: s.FunASR()}).Open(t.Context(), speech.Params{Rate: 8000})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			turn := func(a ...speech.Audio) {
				go func() {
					for _, piece := range a {
						for pcm := range slices.Chunk(piece.PCM, 320) { // 20 ms, as from a telephone
							if err := c.Write(t.Context(), pcm); err != nil {
								t.Error(err)
								return
							}
						}
					}
					if err := c.Finish(t.Context()); err != nil {
						t.Error(err)
					}
				}()
			}
			loud, pause := sound(8000, 3*time.Second, true), sound(8000, time.Second, false)

			s.Say("我要给孩子上户口", "要带什么材料")
			turn(pause, loud, pause, loud, pause)
			told, partials := events(t, c)
			if want := []string{"final 我要给孩子上户口", "final 要带什么材料", "finished "}; !slices.Equal(finals(told), want) || partials < 4 {
				t.Fatalf("got %q, %d partial; want %q", told, partials, want)
			}
			turn(pause, pause) // a turn without a word
			if told, _ := events(t, c); !slices.Equal(told, []string{"finished "}) {
				t.Fatalf("got %q", told)
			}
			s.Say("转人工")
			turn(loud) // the session goes on, and this turn ends in the middle of a word
			if told, _ := events(t, c); !slices.Equal(finals(told), []string{"final 转人工", "finished "}) {
				t.Fatalf("got %q", told)
			}
			if complaints := s.Complaints(); len(complaints) > 0 {
				t.Error(complaints)
			}
		})
	}
}

func finals(told []string) []string {
	return slices.DeleteFunc(slices.Clone(told), func(s string) bool { return strings.HasPrefix(s, "partial") })
}

func TestSessionThatBreaks(t *testing.T) {
	s := start(t, simulator.Options{})
	s.Break(simulator.Midway)
	c, err := client(t, Config{URL: s.FunASR()}).Open(t.Context(), speech.Params{Rate: 16000})
	if err != nil {
		t.Fatal(err)
	}
	var writer sync.WaitGroup
	writer.Go(func() {
		for c.Write(t.Context(), sound(16000, time.Second, true).PCM) == nil {
		}
	})
	if told, _ := events(t, c); !slices.Equal(told, []string{"failed "}) {
		t.Fatal(told)
	}
	if _, more := <-c.Events(); more {
		t.Error("events after the end")
	}
	writer.Wait()
	if err := c.Finish(t.Context()); speech.KeyOf(err) != speech.KeyAway {
		t.Error(err)
	}
	if err := errors.Join(c.Close(), c.Close()); err != nil {
		t.Error(err)
	}
}

func TestPinnedCertificate(t *testing.T) {
	s := start(t, simulator.Options{TLS: true})
	s.Say("好")
	a := sound(16000, time.Second, true)
	if got, err := client(t, Config{URL: s.FunASR() + "?pin=" + strings.ToUpper(s.Pin())}).Recognise(t.Context(), a); got.Text != "好" {
		t.Error(err)
	}
	if _, err := client(t, Config{URL: s.FunASR()}).Recognise(t.Context(), a); speech.KeyOf(err) != speech.KeyAway {
		t.Error("a stranger's certificate:", err)
	}
	if _, err := client(t, Config{URL: s.FunASR() + "?pin=" + strings.Repeat("0", 64)}).Recognise(t.Context(), a); speech.KeyOf(err) != speech.KeyAway || !strings.Contains(err.Error(), s.Pin()) {
		t.Error("another certificate:", err)
	}
}

func TestAddresses(t *testing.T) {
	for in, ok := range map[string]bool{"ws://asr:10095": true, "wss://asr:10095/x": true, "http://asr": false, "ws://u:p@asr": false, "": false, "asr": false,
		"ws://asr?pin=" + strings.Repeat("0", 64): false, "wss://asr?pin=12": false, "wss://asr?pin=" + strings.Repeat("0", 64): true} {
		if c, err := New(Config{URL: in}); (err == nil) != ok || ok && strings.Contains(c.Name(), "pin") {
			t.Errorf("%q: %v", in, err)
		}
	}
	c := client(t, Config{URL: "ws://asr"})
	if _, err := c.Open(t.Context(), speech.Params{}); speech.KeyOf(err) != speech.KeyUnreadable {
		t.Error(err)
	}
	if _, err := c.Recognise(t.Context(), speech.Audio{}); speech.KeyOf(err) != speech.KeyUnreadable {
		t.Error(err)
	}
}

// What each server's messages mean, by its own rules.
func TestHearing(t *testing.T) {
	for _, c := range []struct {
		name   string
		python bool
		raw    []string
		want   string
	}{
		{"C++, partial texts are pieces", false, []string{`{"mode":"2pass-online","text":"身份","is_final":false}`, `{"mode":"2pass-online","text":"证","is_final":false}`}, "partial身份 partial身份证"},
		{"C++, the second pass is the sentence", false, []string{`{"mode":"2pass-online","text":"省份","is_final":false}`, `{"mode":"2pass-offline","text":"身份证。","is_final":false}`, `{"text":"","is_final":true}`}, "partial省份 final身份证。 finished"},
		{"C++, no second pass came", false, []string{`{"mode":"2pass-online","text":"身份证","is_final":false}`, `{"text":"","is_final":true}`}, "partial身份证 final身份证 finished"},
		{"C++, text and end in one", false, []string{`{"mode":"2pass-offline","text":"身份证。","is_final":true,"stamp_sents":[{"start":1}]}`}, "final身份证。 finished"},
		{"C++ for files, is_final is never true", false, []string{`{"mode":"offline","text":"身份证","is_final":false}`}, "final身份证 finished"},
		{"Python, is_final is is_speaking", true, []string{`{"mode":"2pass-offline","text":"身份证","is_final":true}`, `{"mode":"2pass-offline","text":"丢了","is_final":false}`}, "final身份证 final丢了 finished"},
		{"Python, files", true, []string{`{"mode":"offline","text":"身份证","is_final":true}`, `{"mode":"offline","text":"丢了","is_final":false}`}, "final身份证 final丢了 finished"},
		{"marks are no sentence", false, []string{`{"mode":"2pass-offline","text":"。","is_final":true}`}, "finished"},
		{"an error as text", false, []string{`{"text":"ERROR. Real-time transcription service ONLY SUPPORT PCM stream.","is_final":true}`}, "error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := hearing{python: c.python, owed: true}
			var got []string
			for _, raw := range c.raw {
				m, err := readMessage([]byte(raw))
				if err != nil {
					t.Fatal(err)
				}
				out, err := h.take(m)
				if err != nil {
					got = append(got, "error")
				}
				for _, e := range out {
					got = append(got, string(e.Kind)+e.Text)
				}
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("got %q, want %q", s, c.want)
			}
		})
	}
}

// Whatever a server says, in any order: no panic, no endless text, one end for one turn.
func FuzzMessages(f *testing.F) {
	f.Add(false, []byte(`{"mode":"2pass-online","text":"身份","is_final":false}`+"\n"+`{"text":"","is_final":true}`))
	f.Add(true, []byte(`{"mode":"offline","text":"身份","is_final":true}`+"\n"+`{"mode":"offline","text":"证","is_final":false}`))
	f.Add(false, []byte(`{"text":"ERROR"}`+"\nnull\n[]\n{}"))
	f.Fuzz(func(t *testing.T, python bool, stream []byte) {
		h, ends := hearing{python: python, owed: true}, 0
		for line := range bytes.SplitSeq(stream, []byte("\n")) {
			m, err := readMessage(line)
			if err != nil {
				continue
			}
			out, err := h.take(m)
			if err != nil {
				return
			}
			for i, e := range out {
				switch {
				case e.Kind == speech.Finished:
					ends++
					if i != len(out)-1 {
						t.Error("an end before the end")
					}
				case len([]rune(e.Text)) > speech.LongestText || e.Text == "" || e.Kind == speech.Final && !speech.Said(e.Text):
					t.Errorf("%s %q", e.Kind, e.Text)
				}
			}
		}
		if ends > 1 || h.partial.Len() > 4*speech.LongestText {
			t.Errorf("%d ends, %d bytes", ends, h.partial.Len())
		}
	})
}
