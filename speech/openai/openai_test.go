package openai

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"bangban/kernel/fault"
	"bangban/speech"
	"bangban/speech/simulator"
)

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
	cl, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return cl
}

// second is a second of no particular sound.
func second(rate int) speech.Audio {
	a := speech.Audio{Rate: rate}
	for i := range rate {
		a.PCM = append(a.PCM, byte(i), byte(i%7))
	}
	return a
}

const secret = "sk-very-secret"

func TestRecognise(t *testing.T) {
	s := start(t, simulator.Options{Key: secret})
	s.Say(" 身份证丢了怎么办？\n")
	c := client(t, Config{URL: s.OpenAI(), Model: "m", Key: secret})
	got, err := c.Recognise(t.Context(), second(8000))
	if err != nil || got.Text != "身份证丢了怎么办？" {
		t.Fatal(got, err)
	}
	h := s.Heard()
	if len(h) != 1 || h[0].Rate != speech.Rate || len(h[0].PCM) != 2*speech.Rate || h[0].Model != "m" || h[0].Language != "zh" || h[0].Prompt == "" || len(s.Complaints()) > 0 {
		t.Errorf("%d, %v", len(h), s.Complaints())
	}
}

func TestWhatGoesWrong(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault simulator.Fault
		says  string
		key   string
	}{
		{"refused", simulator.Refuse, "", speech.KeyRefused},
		{"down", simulator.Down, "", speech.KeyAway},
		{"busy", simulator.Busy, "", speech.KeyAway},
		{"broken off", simulator.Midway, "", speech.KeyAway},
		{"no JSON", simulator.Nonsense, "", speech.KeyAway},
		{"endless", simulator.Flood, "", speech.KeyAway},
		{"silent", simulator.Silent, "", speech.KeySlow},
		{"silence", "", "", speech.KeyEmpty},
		{"marks", "", "。。", speech.KeyEmpty},
		{"credits of a film", "", "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", speech.KeyEmpty},
		{"our own prompt", "", "以下是普通话的句子，用简体中文书写。", speech.KeyEmpty},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, simulator.Options{})
			if c.fault != "" {
				s.Break(c.fault)
			}
			s.Say(c.says)
			ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
			if c.fault == simulator.Silent {
				ctx, stop = context.WithTimeout(t.Context(), 100*time.Millisecond)
			}
			defer stop()
			if got, err := client(t, Config{URL: s.OpenAI()}).Recognise(ctx, second(16000)); speech.KeyOf(err) != c.key {
				t.Errorf("%v, %v; want %s", got, err, c.key)
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	s := start(t, simulator.Options{})
	url := s.OpenAI()
	s.Close()
	if _, err := client(t, Config{URL: url}).Recognise(t.Context(), second(16000)); speech.KeyOf(err) != speech.KeyAway || !fault.Is(err, fault.Unavailable) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client(t, Config{URL: url}).Recognise(ctx, second(16000)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestKeyIsInNoError(t *testing.T) {
	s := start(t, simulator.Options{Key: "another"})
	_, err := client(t, Config{URL: s.OpenAI(), Key: secret}).Recognise(t.Context(), second(16000))
	if speech.KeyOf(err) != speech.KeyRefused || strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), "(key)") {
		t.Error(err)
	}
	if c := client(t, Config{URL: s.OpenAI(), Key: secret}); strings.Contains(c.Name(), secret) {
		t.Error(c.Name())
	}
}

func TestSessionGathersATurn(t *testing.T) {
	s := start(t, simulator.Options{})
	s.Say("办居住证", "")
	c, err := client(t, Config{URL: s.OpenAI()}).Open(t.Context(), speech.Params{Rate: 8000})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var got []string
	for range 2 {
		if err := errors.Join(c.Write(t.Context(), second(8000).PCM[:7000]), c.Write(t.Context(), second(8000).PCM[7000:]), c.Finish(t.Context())); err != nil {
			t.Fatal(err)
		}
		for e := range c.Events() {
			got = append(got, string(e.Kind)+e.Text)
			if e.Kind == speech.Finished {
				break
			}
		}
	}
	if want := []string{"final办居住证", "finished", "finished"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"http://asr:8000":                       "http://asr:8000/v1/audio/transcriptions",
		"http://asr/v1/":                        "http://asr/v1/audio/transcriptions",
		"https://asr/x/v1/audio/transcriptions": "https://asr/x/v1/audio/transcriptions",
		"ws://asr":                              "",
		"http://u:p@asr":                        "",
		"asr":                                   "",
		"":                                      "",
	} {
		c, err := New(Config{URL: in})
		if (err != nil) != (want == "") || err == nil && c.url != want {
			t.Errorf("%q: %v, %v; want %q", in, c, err, want)
		}
	}
}

func FuzzReadAnswer(f *testing.F) {
	for _, s := range []string{`{"text":"你好"}`, `{"text":null}`, `{}`, `[]`, `{"text":1}`, `{"text":"<|zh|>x","usage":{"seconds":3}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, err := readAnswer(raw)
		if err != nil && text != "" {
			t.Errorf("%q with %v", text, err)
		}
		if clean := speech.Clean(text); len([]rune(clean)) > speech.LongestText {
			t.Error(len(clean))
		}
	})
}
