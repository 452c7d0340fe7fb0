package bangban_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"bangban"
	wechat "bangban/channels/wechat/simulator"
	"bangban/speech"
	"bangban/speech/simulator"
)

func listening(t *testing.T, recogniser, key string) *bangban.Config {
	t.Helper()
	cfg := &bangban.Config{Data: t.TempDir(), Embedding: "none", Recogniser: recogniser, SpeechKey: key}
	if err := cfg.Load(func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	return cfg
}

func ears(t *testing.T, o simulator.Options) *simulator.Server {
	t.Helper()
	s, err := simulator.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestRecogniserSetting(t *testing.T) {
	for value, want := range map[string]string{
		"":                         "",
		"funasr:ws://asr:10095":    "",
		"openai:https://ai.cn/v1":  "",
		"funasr:http://asr":        "must begin with ws",
		"openai:ws://asr":          "must begin with http",
		"openai:http://u:secret@h": "must not hold a password",
		"whisper":                  "leave it empty",
		"http://asr":               "leave it empty",
	} {
		cfg := &bangban.Config{Data: t.TempDir(), Recogniser: value}
		if err := cfg.Load(func(string) string { return "" }); (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--speech-recogniser")) {
			t.Errorf("%q: %v, want %q", value, err, want)
		}
	}
	for _, s := range listening(t, "openai:http://asr", "very-secret").Settings() {
		if strings.Contains(s.Value, "very-secret") || s.Env == "BANGBAN_SPEECH_KEY" && s.Value != "(set)" {
			t.Errorf("%+v", s)
		}
	}
	if l, err := bangban.OpenSpeech(listening(t, "", ""), quiet); l != nil || err != nil {
		t.Error(l, err)
	}
}

func TestRecordingsAreHeard(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		if os.Getenv("BANGBAN_TEST_SPEECH_REQUIRED") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	s := ears(t, simulator.Options{Key: "k"})
	for _, recogniser := range []string{"funasr:" + s.FunASR(), "openai:" + s.OpenAI()} {
		l, err := bangban.OpenSpeech(listening(t, recogniser, "k"), quiet)
		if err != nil {
			t.Fatal(err)
		}
		s.Say("身份证丢了怎么办")
		got, err := l.Hear(t.Context(), wechat.SilentAMR(2*time.Second))
		if err != nil || got.Text != "身份证丢了怎么办" || got.Spoken != 2*time.Second {
			t.Errorf("%s: %+v, %v", recogniser, got, err)
		}
		if _, err := l.Hear(t.Context(), []byte("text")); speech.KeyOf(err) != speech.KeyUnreadable {
			t.Error(err)
		}
	}
	if complaints := s.Complaints(); len(complaints) > 0 {
		t.Error(complaints)
	}
}

func TestDoctorListens(t *testing.T) {
	s := ears(t, simulator.Options{Key: "k"})
	gone := ears(t, simulator.Options{})
	gone.Close()
	for _, c := range []struct{ name, recogniser, key, state, says string }{
		{"none", "", "", "正常", "请他打字"},
		{"FunASR", "funasr:" + s.FunASR(), "", "正常", "能用"},
		{"OpenAI", "openai:" + s.OpenAI(), "k", "正常", "能用"},
		{"a wrong key", "openai:" + s.OpenAI(), "very-secret", "有问题", "BANGBAN_SPEECH_KEY"},
		{"nobody there", "funasr:" + gone.FunASR(), "", "有问题", "连不上"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := about(t, bangban.Diagnose(t.Context(), listening(t, c.recogniser, c.key), quiet), "语音识别")
			if f.State != c.state || !strings.Contains(f.What, c.says) || strings.Contains(f.What, "very-secret") {
				t.Errorf("%s %s", f.State, f.What)
			}
		})
	}
	t.Run("without ffmpeg", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		f := about(t, bangban.Diagnose(t.Context(), listening(t, "funasr:"+s.FunASR(), ""), quiet), "录音")
		if f.State != "有问题" || !strings.Contains(f.What, "apt-get install ffmpeg") {
			t.Errorf("%s %s", f.State, f.What)
		}
	})
}
