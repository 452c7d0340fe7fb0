package simulator

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Message is what a push carries: a message or an event, still without sender and time. The zero value is of no use; start with Text,
// MessageOf, EventOf or Raw.
type Message struct {
	kind   string
	fields []field
	nested string // elements that have elements
	raw    string
	event  bool
	quiet  bool // the platform's own report: nobody waits for an answer
	act    act
}

type field struct{ name, value string }

// Text is a text message.
func Text(content string) Message { return MessageOf("text").With("Content", content) }

// MessageOf is a message of any kind, known or not; it opens the window of a message.
func MessageOf(kind string) Message { return Message{kind: kind, act: wrote} }

// EventOf is any event, known or not; key may be empty. It opens no window: Tap, Scan and Follow do.
func EventOf(name, key string) Message {
	m := event(name, key)
	m.quiet = false
	return m
}

// Raw is a body as it stands, for what no phone would send.
func Raw(xml string) Message { return Message{raw: xml, act: wrote} }

// event is a report of the platform.
func event(name, key string) Message {
	m := Message{kind: "event", event: true, quiet: true}
	m = m.With("Event", name)
	if key != "" {
		m = m.With("EventKey", key)
	}
	return m
}

// With adds an element.
func (m Message) With(name, value string) Message {
	m.fields = append(append([]field(nil), m.fields...), field{name, value})
	return m
}

// list adds an element with a List for each group.
func (m Message) list(name string, groups ...[]field) Message {
	var b strings.Builder
	b.WriteString("<" + name + ">")
	for _, g := range groups {
		b.WriteString("<List>")
		for _, f := range g {
			f.write(&b)
		}
		b.WriteString("</List>")
	}
	b.WriteString("</" + name + ">")
	m.nested += b.String()
	return m
}

// plainNumbers are the elements that the platform writes without CDATA.
var plainNumbers = map[string]bool{"CreateTime": true, "MsgId": true, "MsgID": true, "Location_X": true, "Location_Y": true,
	"Scale": true, "Latitude": true, "Longitude": true, "Precision": true, "bizmsgmenuid": true, "MsgDataId": true, "Idx": true}

func (f field) write(b *strings.Builder) {
	b.WriteString("<" + f.name + ">")
	if _, err := strconv.ParseFloat(f.value, 64); err == nil && plainNumbers[f.name] {
		b.WriteString(f.value)
	} else {
		b.WriteString("<![CDATA[" + strings.ReplaceAll(xmlText(f.value), "]]>", "]]]]><![CDATA[>") + "]]>")
	}
	b.WriteString("</" + f.name + ">")
}

// xmlText leaves out what XML cannot carry.
func xmlText(text string) string {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, text)
}

// body is the plain XML of a push; extra stands at its end.
func (m Message) body(to, from string, at time.Time, msgID int64, extra ...field) []byte {
	if m.raw != "" {
		return []byte(m.raw)
	}
	all := []field{{"ToUserName", to}, {"FromUserName", from}, {"CreateTime", strconv.FormatInt(at.Unix(), 10)}, {"MsgType", m.kind}}
	all = append(all, m.fields...)
	if !m.event {
		all = append(all, field{"MsgId", strconv.FormatInt(msgID, 10)})
	}
	var b strings.Builder
	b.WriteString("<xml>")
	for _, f := range append(all, extra...) {
		f.write(&b)
	}
	b.WriteString(m.nested + "</xml>")
	return []byte(b.String())
}
