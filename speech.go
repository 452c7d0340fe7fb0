package bangban

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"bangban/speech"
	"bangban/speech/decode"
	"bangban/speech/funasr"
	"bangban/speech/openai"
)

// Listener makes words of what is said: it opens recordings and asks the configured recogniser.
type Listener struct {
	// Recogniser is the engine within its limits.
	Recogniser *speech.Guarded
	decoder    *decode.Decoder
}

// Hear recognises a recording as a phone sent it. Its errors are faults with the keys of package speech, or Canceled.
func (l *Listener) Hear(ctx context.Context, recording []byte) (speech.Transcript, error) {
	a, err := l.decoder.Decode(ctx, recording)
	if err != nil {
		return speech.Transcript{}, err
	}
	return l.Recogniser.Recognise(ctx, a)
}

// hotwords are what citizens say to us rather than to anybody else.
var hotwords = map[string]int{"转人工": 30, "人工": 20}

// recogniser makes the engine of --speech-recogniser; nil when none is set.
func (c *Config) recogniser() (speech.Recogniser, error) {
	engine, address, _ := strings.Cut(c.Recogniser, ":")
	var r speech.Recogniser
	var err error
	switch {
	case c.Recogniser == "":
		return nil, nil
	case engine == "funasr":
		r, err = funasr.New(funasr.Config{URL: address, Hotwords: hotwords})
	case engine == "openai":
		r, err = openai.New(openai.Config{URL: address, Model: c.SpeechModel, Key: c.SpeechKey})
	default:
		err = errors.New("write funasr:ws://HOST:PORT or openai:http://HOST:PORT, or leave it empty")
	}
	if err != nil {
		return nil, fmt.Errorf("--speech-recogniser: %w", err)
	}
	return r, nil
}

// OpenSpeech opens the configured recogniser; nil when there is none. It asks nothing of it yet: a recogniser that is away is no
// reason not to serve.
func OpenSpeech(cfg *Config, log *slog.Logger) (*Listener, error) {
	engine, err := cfg.recogniser()
	if engine == nil || err != nil {
		return nil, err
	}
	return &Listener{Recogniser: speech.Guard(engine, speech.Limits{}, time.Now, log), decoder: decode.New(decode.Options{})}, nil
}

// openSpeech opens it for the channels.
func (c *City) openSpeech(ctx context.Context) (err error) {
	if c.Speech, err = OpenSpeech(c.cfg, c.log); err != nil || c.Speech == nil {
		return err
	}
	if err := c.Speech.decoder.Check(ctx); err != nil {
		c.log.Error("recordings can't be opened, citizens are asked to type", "cause", err)
	}
	return nil
}

// transcribe is Hear for a channel that wants the words alone; nil without a recogniser.
func (l *Listener) transcribe() func(context.Context, []byte) (string, error) {
	if l == nil {
		return nil
	}
	return func(ctx context.Context, recording []byte) (string, error) {
		t, err := l.Hear(ctx, recording)
		return t.Text, err
	}
}

// speechAdvice says what to do when the recogniser fails its check.
var speechAdvice = map[string]string{
	speech.KeyAway:    "连不上，或者答非所问。请看它是不是在运行、地址对不对；自签证书要在地址后加 ?pin=证书的 SHA-256。",
	speech.KeySlow:    "没有及时答复。请看它忙不忙，模型有没有载入完。",
	speech.KeyRefused: "拒绝了请求。请检查密钥 BANGBAN_SPEECH_KEY、模型名 --speech-model 和地址。",
}

// diagnoseSpeech looks at the recogniser, with a second of silence, and at ffmpeg.
func diagnoseSpeech(ctx context.Context, cfg *Config, log *slog.Logger) []Finding {
	const name, opener = "语音识别", "录音"
	l, err := OpenSpeech(cfg, log)
	switch {
	case err != nil:
		return []Finding{{Name: name, State: "有问题", Err: err}}
	case l == nil:
		return []Finding{{Name: name, State: "正常", What: "没有用（--speech-recogniser 为空）。市民发来语音时请他打字。"}}
	}
	out := Finding{Name: name, State: "正常", What: l.Recogniser.Name() + "，能用。"}
	silence := speech.Audio{PCM: make([]byte, 2*speech.Rate), Rate: speech.Rate}
	if _, err := l.Recogniser.Recognise(ctx, silence); err != nil && speech.KeyOf(err) != speech.KeyEmpty {
		out = Finding{Name: name, State: "有问题", What: fmt.Sprintf("%s %s原因：%v", l.Recogniser.Name(), speechAdvice[speech.KeyOf(err)], err)}
	}
	ffmpeg := Finding{Name: opener, State: "正常", What: "ffmpeg 能打开手机的录音。"}
	if err := l.decoder.Check(ctx); err != nil {
		ffmpeg = Finding{Name: opener, State: "有问题", What: fmt.Sprintf("打不开手机的录音，请装上 ffmpeg（Debian：apt-get install ffmpeg）。装好之前，市民发来语音时请他打字。原因：%v", err)}
	}
	return []Finding{out, ffmpeg}
}
