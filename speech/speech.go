// Package speech is 语音: what is said becomes text. It says what a recogniser (语音识别) is, in two forms, for whole recordings and
// for streams, and keeps one within its limits: time, length, how many at once, and a breaker when it fails.
// The engines are packages below (funasr, openai); recordings of phones are opened by decode. It knows no channel and no sentence.
// Start at Recogniser; Guard is what the program puts in front of an engine.
package speech

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Recogniser turns speech into text. It is safe for many at once. Its errors are faults with the keys of this package, or the
// context's Canceled when the caller gave up.
type Recogniser interface {
	// Name says which engine it is and where, for logs and the doctor; no secret is in it.
	Name() string
	// Recognise reads a whole recording. It fails with speech.empty when nothing was said in it.
	Recognise(ctx context.Context, a Audio) (Transcript, error)
	// Open begins a session in which one person speaks, now and then, as on a telephone. ctx is for the opening only.
	Open(ctx context.Context, p Params) (Session, error)
}

// Transcript is what was said.
type Transcript struct {
	Text string
	// Confidence is from 0 to 1; 0 when the engine does not tell.
	Confidence float64
	// Spoken is the length of the recording, Took the time from the call to the text.
	Spoken, Took time.Duration
}

// Params say what a session will hear.
type Params struct {
	Rate int // of the PCM that is written, in Hz
}

// Session is one person's speech as it comes in. Write and Finish belong to one goroutine, the events to another.
type Session interface {
	// Write hands over PCM: 16-bit signed little-endian, mono, at the rate of the Params, of any length.
	Write(ctx context.Context, pcm []byte) error
	// Finish says that the turn is over: the engine tells what it still owes, then Finished. The next Write begins another turn.
	Finish(ctx context.Context) error
	// Events come in the order of speech and must be read: an engine waits when nobody does. The channel is closed after Failed, or
	// by Close.
	Events() <-chan Event
	// Close ends the session at once and waits for its goroutines; what was not told is lost. It may be called twice.
	Close() error
}

// EventKind is what an Event tells.
type EventKind string

const (
	// Partial is the sentence so far, whole; it may still change.
	Partial EventKind = "partial"
	// Final is a sentence that will not change.
	Final EventKind = "final"
	// Finished comes once for each Finish: all that was said has been told.
	Finished EventKind = "finished"
	// Failed is the last event: the session is lost, Err says why.
	Failed EventKind = "failed"
)

// Event is news of a session.
type Event struct {
	Kind       EventKind
	Text       string  // of Partial and Final
	Confidence float64 // of Final; 0 when not told
	Err        error   // of Failed
}

// LongestText is how much text is taken from one recording, in characters; nobody says more in a minute.
const LongestText = 1000

// Clean is text as a citizen would have typed it: without the tags that some models write before it (<|zh|><|NEUTRAL|>), without
// control characters and outer space, and not endlessly long. Cleaning twice changes nothing.
func Clean(text string) string {
	text = strings.ToValidUTF8(text, "")
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
	for {
		from := strings.Index(text, "<|")
		if from < 0 {
			break
		}
		to := strings.Index(text[from:], "|>")
		if to < 0 {
			break
		}
		text = text[:from] + text[from+to+2:]
	}
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > LongestText {
		text = strings.TrimSpace(string([]rune(text)[:LongestText]))
	}
	return text
}

// Said reports whether text holds anything but marks: "。" alone is silence.
func Said(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
