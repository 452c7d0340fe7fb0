package simulator

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/coder/websocket"
)

// setting is a text message of a client. Fields are raw where the servers differ in what they bear.
type setting struct {
	Mode        *string         `json:"mode"`
	Name        *string         `json:"wav_name"`
	Format      *string         `json:"wav_format"`
	Speaking    *bool           `json:"is_speaking"`
	ChunkSize   json.RawMessage `json:"chunk_size"`
	Interval    *int            `json:"chunk_interval"`
	Rate        *int            `json:"audio_fs"`
	Hotwords    json.RawMessage `json:"hotwords"` // C++
	Hotword     *string         `json:"hotword"`  // Python
	Itn         *bool           `json:"itn"`
	LookEncoder *int            `json:"encoder_chunk_look_back"`
	LookDecoder *int            `json:"decoder_chunk_look_back"`
}

// result is a text message of a server.
type result struct {
	Mode      string `json:"mode,omitempty"` // C++ leaves it out when there is no text
	Name      string `json:"wav_name"`
	Text      string `json:"text"`
	Final     bool   `json:"is_final"`
	Timestamp string `json:"timestamp,omitempty"` // C++: a list written as a text
}

// largestFrame is what Python's websockets takes.
const largestFrame = 1 << 20

// funasr is the websocket.
func (s *Server) funasr(w http.ResponseWriter, r *http.Request) {
	f := s.fault()
	if failed(w, f) {
		return
	}
	o := &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled}
	if s.o.Kind == Python { // C++ takes no notice of subprotocols
		o.Subprotocols = []string{"binary"}
	}
	conn, err := websocket.Accept(w, r, o)
	if err != nil {
		s.complain("%v", err)
		return
	}
	s.running.Add(1) // the handler outlives the server's Close, for its connection is its own
	defer s.running.Done()
	defer conn.CloseNow()
	conn.SetReadLimit(largestFrame)
	s.enter(conn)
	defer s.leave(conn)
	if f == Stuck {
		<-s.ctx.Done()
		return
	}
	c := &client{server: s, conn: conn, fault: f, mode: "2pass", name: "wav-default-id", rate: 16000, interval: 10, speaking: true}
	c.serve(s.ctx)
}

// enter counts a connection; Python throws out the one before.
func (s *Server) enter(conn *websocket.Conn) {
	s.mu.Lock()
	before := s.one
	s.one = conn
	s.open++
	s.most = max(s.most, s.open)
	s.mu.Unlock()
	if s.o.Kind == Python && before != nil {
		s.running.Go(func() { _ = before.Close(websocket.StatusNormalClosure, "") })
	}
}

func (s *Server) leave(conn *websocket.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	if s.one == conn {
		s.one = nil
	}
}

// client is one connection.
type client struct {
	server *Server
	conn   *websocket.Conn
	fault  Fault

	mode, name, hotwords string
	rate, interval       int
	configured           bool // a usable chunk_size came
	set                  bool // a text came at all
	speaking             bool
	deaf                 bool // C++ after JSON that it could not read
	badFormat            bool

	turn   []byte // all of this turn
	step   []byte // not yet a step of voice detection
	frames int    // since the last partial text
	voice  voice
}

// serve reads until the connection ends. A false from a handler ends it.
func (c *client) serve(ctx context.Context) {
	for {
		kind, data, err := c.conn.Read(ctx)
		if err != nil {
			return
		}
		ok := true
		switch {
		case c.fault == Silent || c.deaf:
		case kind == websocket.MessageText:
			ok = c.control(ctx, data)
		default:
			ok = c.sound(ctx, data)
		}
		if !ok {
			return
		}
	}
}

// control takes a text message.
func (c *client) control(ctx context.Context, data []byte) bool {
	python := c.server.o.Kind == Python
	var m setting
	if err := json.Unmarshal(data, &m); err != nil {
		c.server.complain("a message that is no setting: %v", err)
		c.deaf = !python
		return c.deaf
	}
	c.set = true
	if !c.remember(m) {
		return false
	}
	if python && !c.configured {
		c.server.complain("no chunk_size: KeyError")
		return false // an exception, and the connection ends
	}
	if m.Speaking == nil || *m.Speaking {
		return true
	}
	if c.fault == Nonsense {
		return c.conn.Write(ctx, websocket.MessageText, []byte(`{"text":`)) == nil
	}
	if c.fault == Flood {
		return c.conn.Write(ctx, websocket.MessageText, []byte(`{"text":"`+strings.Repeat("长", 1<<20)+`"}`)) == nil
	}
	return c.end(ctx)
}

// remember keeps the settings of a message. C++ throws where a type is not its own, and takes the process with it.
func (c *client) remember(m setting) bool {
	if m.Mode != nil {
		c.mode = *m.Mode
	}
	if m.Name != nil {
		c.name = *m.Name
	}
	if m.Format != nil {
		c.badFormat = !strings.EqualFold(*m.Format, "pcm")
	}
	if m.Speaking != nil {
		c.speaking = *m.Speaking
	}
	if m.Interval != nil {
		c.interval = max(1, *m.Interval)
	}
	if c.server.o.Kind == Python {
		if m.Hotword != nil {
			c.hotwords = *m.Hotword
		}
	} else {
		if m.Rate != nil {
			c.rate = *m.Rate // Python takes everything for 16 kHz
		}
		if len(m.Hotwords) > 0 && json.Unmarshal(m.Hotwords, &c.hotwords) != nil {
			c.server.complain("hotwords that are no text: %s", m.Hotwords)
			return false
		}
	}
	if len(m.ChunkSize) > 0 {
		var size []int
		if err := json.Unmarshal(m.ChunkSize, &size); err != nil {
			c.server.complain("chunk_size: %v", err)
			return false
		}
		if c.configured = len(size) == 3 && size[1] != 0; !c.configured {
			c.server.complain("chunk_size %v", size)
		}
	}
	return true
}

// sound takes PCM.
func (c *client) sound(ctx context.Context, data []byte) bool {
	switch {
	case c.fault == Midway:
		return false
	case !c.set:
		c.server.complain("sound before any setting")
	case len(data)%2 != 0:
		c.server.complain("half a sample")
	}
	c.turn = append(c.turn, data...)
	if c.server.o.Kind == Python {
		if !c.configured {
			return false
		}
		if len(data) < 32 {
			c.server.complain("a frame of %d bytes: ZeroDivisionError", len(data))
			return false
		}
	}
	if c.server.o.Kind == Files || c.mode == "offline" || !c.configured {
		return true
	}
	return c.listen(ctx, data)
}

// end answers the end of a turn.
func (c *client) end(ctx context.Context) bool {
	defer func() { c.turn, c.step, c.voice, c.frames = nil, nil, voice{}, 0 }()
	c.server.note(Heard{Mode: c.mode, Name: c.name, PCM: c.turn, Rate: c.rate, Hotwords: c.hotwords})
	c.server.wait(ctx)
	switch kind := c.server.o.Kind; {
	case kind == Files:
		text := ""
		if len(c.turn) > 0 {
			text = strings.ReplaceAll(c.server.text(c.turn, c.rate), "\n", "")
		}
		return c.send(ctx, result{Mode: "offline", Text: text}) // is_final is never true
	case kind == Streams && !c.configured:
		c.server.complain("no chunk_size: never answered")
		return true
	case kind == Streams && c.badFormat:
		return c.send(ctx, result{Text: "ERROR. Real-time transcription service ONLY SUPPORT PCM stream.", Final: true})
	case c.mode == "offline":
		return c.file(ctx)
	}
	text := c.voice.close(c)
	if c.server.o.Kind == Python {
		return text == "" || c.send(ctx, result{Mode: "2pass-offline", Text: text, Final: c.speaking})
	}
	return c.send(ctx, c.last(text))
}

// last is C++'s end of a turn: it comes always, and without a mode when there is no text.
func (c *client) last(text string) result {
	if text == "" {
		return result{Final: true}
	}
	return result{Mode: "2pass-offline", Text: text, Final: true, Timestamp: "[[0,100]]"}
}

// file answers a whole recording sent to a server for streams: a message a sentence.
func (c *client) file(ctx context.Context) bool {
	text := ""
	if len(c.turn) > 0 {
		text = c.server.text(c.turn, c.rate)
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		last := i == len(lines)-1
		ok := true
		switch {
		case c.server.o.Kind == Python && line == "": // silence says nothing
		case c.server.o.Kind == Python:
			ok = c.send(ctx, result{Mode: "offline", Text: line, Final: !last}) // is_speaking, when the sentence ended
		case last:
			ok = c.send(ctx, c.last(line))
		default:
			ok = c.send(ctx, result{Mode: "2pass-offline", Text: line, Timestamp: "[[0,100]]"})
		}
		if !ok {
			return false
		}
	}
	return true
}

func (c *client) send(ctx context.Context, r result) bool {
	r.Name = c.name
	raw, err := json.Marshal(r)
	return err == nil && c.conn.Write(ctx, websocket.MessageText, raw) == nil
}
