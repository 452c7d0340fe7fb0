package funasr

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"bangban/speech"
)

// message is what a server says.
type message struct {
	Mode  string `json:"mode"`
	Text  string `json:"text"`
	Final bool   `json:"is_final"`
}

func readMessage(raw []byte) (message, error) {
	var m struct {
		message
		Text *string `json:"text"`
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return message{}, fmt.Errorf("not a result: %w", err)
	}
	if m.Text == nil {
		return message{}, errors.New("not a result: no text")
	}
	m.message.Text = *m.Text
	return m.message, nil
}

// hearing makes events of messages.
type hearing struct {
	python  bool
	partial strings.Builder // pieces of the sentence so far
	owed    bool            // the turn's end was sent, and not all was told
}

// take reads a message. What ends a turn depends on the server:
//   - C++ for streams: is_final, which comes once, and without a mode when there is no text;
//   - C++ for files: its only message, mode offline; is_final is never true;
//   - Python: a second pass with is_final false, for it is a copy of is_speaking; nothing at all after silence.
func (h *hearing) take(m message) ([]speech.Event, error) {
	if m.Mode == "" && strings.HasPrefix(m.Text, "ERROR") {
		return nil, errors.New(speech.Clean(m.Text))
	}
	var out []speech.Event
	text := speech.Clean(m.Text)
	second := m.Mode == "offline" || m.Mode == "2pass-offline"
	switch {
	case second:
		h.partial.Reset()
		if speech.Said(text) {
			out = append(out, speech.Event{Kind: speech.Final, Text: text})
		}
	case text != "": // a piece that follows those before
		if h.partial.Len()+len(text) <= 4*speech.LongestText {
			h.partial.WriteString(text)
		}
		out = append(out, speech.Event{Kind: speech.Partial, Text: speech.Clean(h.partial.String())})
	}
	ends := m.Final
	if h.python || m.Mode == "offline" {
		ends = second && !m.Final
	}
	if h.owed && ends {
		out = append(out, h.end()...)
	}
	return out, nil
}

// end closes the turn: a sentence that no second pass came for counts as it is.
func (h *hearing) end() []speech.Event {
	h.owed = false
	text := speech.Clean(h.partial.String())
	h.partial.Reset()
	if speech.Said(text) {
		return []speech.Event{{Kind: speech.Final, Text: text}, {Kind: speech.Finished}}
	}
	return []speech.Event{{Kind: speech.Finished}}
}
