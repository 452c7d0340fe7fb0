package simulator

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"bangban/speech"
)

func start(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// talk sends messages, text as string and sound as []byte, and returns what came back until the end or until want messages came.
func talk(t *testing.T, s *Server, want int, send ...any) (got []string, ended bool) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	conn, _, err := websocket.Dial(ctx, s.FunASR(), &websocket.DialOptions{Subprotocols: []string{"binary"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if python := conn.Subprotocol() == "binary"; python != (s.o.Kind == Python) {
		t.Errorf("subprotocol %q", conn.Subprotocol())
	}
	for _, m := range send {
		switch m := m.(type) {
		case string:
			err = conn.Write(ctx, websocket.MessageText, []byte(m))
		case []byte:
			err = conn.Write(ctx, websocket.MessageBinary, m)
		}
		if err != nil {
			break // it has hung up already
		}
	}
	for range want {
		_, data, err := conn.Read(ctx)
		if err != nil {
			return got, true
		}
		got = append(got, string(data))
	}
	return got, false
}

// speak is sound that the voice detection takes for speech.
func speak(frames int) []byte { return bytes.Repeat([]byte{0, 0x20, 0, 0xe0}, 480*frames) }

const (
	begin = `{"mode":"offline","wav_name":"n","wav_format":"pcm","is_speaking":true,"chunk_size":[5,10,5],"chunk_interval":10,"audio_fs":16000,"itn":true}`
	end   = `{"is_speaking":false}`
)

// The quirks of the three servers, as their sources have them.
func TestServersKeepTheirQuirks(t *testing.T) {
	streaming := strings.Replace(begin, "offline", "2pass", 1)
	for _, c := range []struct {
		name  string
		kind  Kind
		say   string
		send  []any
		want  []string
		ended bool
	}{
		{"streams: the end comes once, and with is_final", Streams, "甲\n乙", []any{begin, speak(1), end},
			[]string{`{"mode":"2pass-offline","wav_name":"n","text":"甲","is_final":false,"timestamp":"[[0,100]]"}`, `{"mode":"2pass-offline","wav_name":"n","text":"乙","is_final":true,"timestamp":"[[0,100]]"}`}, false},
		{"streams: silence has no mode", Streams, "", []any{begin, speak(1), end}, []string{`{"wav_name":"n","text":"","is_final":true}`}, false},
		{"streams: only PCM", Streams, "甲", []any{strings.Replace(begin, `"pcm"`, `"mp3"`, 1), speak(1), end},
			[]string{`{"wav_name":"n","text":"ERROR. Real-time transcription service ONLY SUPPORT PCM stream.","is_final":true}`}, false},
		{"streams: pieces, then the sentence", Streams, "一二三四五", []any{streaming, speak(25), make([]byte, 1920*15), end},
			[]string{`{"mode":"2pass-online","wav_name":"n","text":"一二三","is_final":false}`, `{"mode":"2pass-online","wav_name":"n","text":"四五","is_final":false}`,
				`{"mode":"2pass-offline","wav_name":"n","text":"一二三四五","is_final":false,"timestamp":"[[0,100]]"}`, `{"wav_name":"n","text":"","is_final":true}`}, false},
		{"streams: hotwords that are no text end it", Streams, "", []any{`{"hotwords":{"甲":1},"chunk_size":[5,10,5]}`}, nil, true},
		{"files: is_final is never true", Files, "甲\n乙", []any{begin, speak(1), end}, []string{`{"mode":"offline","wav_name":"n","text":"甲乙","is_final":false}`}, false},
		{"files: silence is told", Files, "", []any{begin, end}, []string{`{"mode":"offline","wav_name":"n","text":"","is_final":false}`}, false},
		{"Python: is_final is is_speaking", Python, "甲\n乙", []any{begin, speak(1), end},
			[]string{`{"mode":"offline","wav_name":"n","text":"甲","is_final":true}`, `{"mode":"offline","wav_name":"n","text":"乙","is_final":false}`}, false},
		{"Python: no chunk_size ends it", Python, "", []any{`{"mode":"2pass","is_speaking":true}`}, nil, true},
		{"Python: a short frame ends it", Python, "", []any{streaming, []byte{1, 2}}, nil, true},
		{"Python: no setting ends it", Python, "", []any{end}, nil, true},
		{"Python: no JSON ends it", Python, "", []any{"{"}, nil, true},
		{"Python: a frame over a megabyte ends it", Python, "", []any{begin, make([]byte, 2<<20)}, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, Options{Kind: c.kind})
			s.Say(c.say)
			want := len(c.want)
			if c.ended {
				want++
			}
			got, ended := talk(t, s, want, c.send...)
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") || ended != c.ended {
				t.Errorf("got %v, %v\nwant %v, %v", got, ended, c.want, c.ended)
			}
		})
	}
}

// C++ does not answer what it can't use: it complains here, for a client would wait for ever.
func TestServersThatNeverAnswer(t *testing.T) {
	for _, send := range [][]any{{`{"mode":"2pass","is_speaking":true}`, speak(1), end}, {"{", begin, end}, {`{"chunk_size":[5,0,5]}`, end}} {
		s := start(t, Options{Hear: func([]byte, int) string { return "甲" }})
		conn, _, err := websocket.Dial(t.Context(), s.FunASR(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.CloseNow()
		for _, m := range send {
			if text, ok := m.(string); ok {
				err = conn.Write(t.Context(), websocket.MessageText, []byte(text))
			} else {
				err = conn.Write(t.Context(), websocket.MessageBinary, m.([]byte))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		reader := conn.CloseRead(t.Context()) // any message would end the connection
		if err := conn.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if reader.Err() != nil || len(s.Complaints()) == 0 {
			t.Errorf("%v: %v, %v", send, reader.Err(), s.Complaints())
		}
	}
}

// form is a request's body.
func form(t *testing.T, name string, file []byte, fields ...string) (io.Reader, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if file != nil {
		f, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(file); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b, w.FormDataContentType()
}

func TestTranscriptionsAreStrict(t *testing.T) {
	wav := speech.Audio{PCM: make([]byte, 3200), Rate: 16000}.WAV()
	for _, c := range []struct {
		name, file string
		data       []byte
		fields     []string
		status     int
	}{
		{"right", "a.wav", wav, []string{"model", "m", "language", "zh", "response_format", "json"}, 200},
		{"no model", "a.wav", wav, nil, 400},
		{"no file", "", nil, []string{"model", "m"}, 400},
		{"a name that tells nothing", "a", wav, []string{"model", "m"}, 400},
		{"no WAV", "a.wav", []byte("RIFF"), []string{"model", "m"}, 400},
		{"a field twice", "a.wav", wav, []string{"model", "m", "model", "n"}, 400},
		{"a language by name", "a.wav", wav, []string{"model", "m", "language", "chinese"}, 400},
		{"too large", "a.wav", make([]byte, largest+1), []string{"model", "m"}, 413},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, Options{})
			s.Say("甲")
			body, kind := form(t, c.file, c.data, c.fields...)
			resp, err := http.Post(s.OpenAI()+"/v1/audio/transcriptions", kind, body)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			raw, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != c.status || (c.status == 200) != (strings.TrimSpace(string(raw)) == `{"text":"甲"}`) || (len(s.Complaints()) > 0) != (c.status != 200) {
				t.Errorf("%s %s %v", resp.Status, raw, s.Complaints())
			}
		})
	}
	s := start(t, Options{})
	resp, err := http.Get(s.OpenAI() + "/v1/audio/transcriptions")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Error(resp.Status)
	}
}
