package simulator

import (
	"context"
	"encoding/binary"
)

// voice is a plain voice detection: a sentence begins with sound and ends after silence.
type voice struct {
	in      bool
	pcm     []byte // of the sentence
	silent  int    // steps at its end
	scripts bool   // text came from the queue
	text    string // from the queue
	told    int    // characters in partial texts
}

const (
	stepTime    = 50  // ms of a step
	silentSteps = 16  // that end a sentence: 800 ms
	loud        = 300 // mean of a step's absolute samples
	partialRate = 3   // characters a partial text tells more
)

// listen finds sentences in a stream and tells them as they come.
func (c *client) listen(ctx context.Context, data []byte) bool {
	c.frames++
	c.step = append(c.step, data...)
	size := c.rate / 1000 * stepTime * 2
	for len(c.step) >= size {
		step := c.step[:size]
		c.step = c.step[size:]
		ended := c.voice.take(step)
		if c.voice.in && len(c.voice.pcm)%(12*size) == 0 && !ended { // 600 ms
			if more := c.voice.more(c); more != "" && !c.send(ctx, result{Mode: "2pass-online", Text: more, Final: c.server.o.Kind == Python && c.speaking}) {
				return false
			}
		}
		if !ended {
			continue
		}
		if text := c.voice.close(c); text != "" {
			r := result{Mode: "2pass-offline", Text: text, Final: c.server.o.Kind == Python && c.speaking}
			if c.server.o.Kind == Streams {
				r.Timestamp = "[[0,100]]"
			}
			if !c.send(ctx, r) {
				return false
			}
		}
	}
	return true
}

// take hears a step and reports whether it ends a sentence.
func (v *voice) take(step []byte) (ended bool) {
	sum := 0
	for i := 0; i+1 < len(step); i += 2 {
		sample := int(int16(binary.LittleEndian.Uint16(step[i:])))
		sum += max(sample, -sample)
	}
	speaks := sum/(len(step)/2) > loud
	if !v.in && !speaks {
		return false
	}
	v.in = true
	v.pcm = append(v.pcm, step...)
	if speaks {
		v.silent = 0
		return false
	}
	v.silent++
	return v.silent >= silentSteps
}

// whole is the text of the sentence so far.
func (v *voice) whole(c *client) []rune {
	if !v.scripts {
		if v.text, v.scripts = c.server.take(); !v.scripts {
			if c.server.o.Hear == nil {
				return nil
			}
			return []rune(c.server.o.Hear(v.pcm, c.rate))
		}
	}
	return []rune(v.text)
}

// more is what a partial text adds: partial texts are pieces, each without those before.
func (v *voice) more(c *client) string {
	text := v.whole(c)
	from := min(v.told, len(text))
	v.told = min(from+partialRate, len(text))
	return string(text[from:v.told])
}

// close ends the sentence and returns its text; empty when there is none.
func (v *voice) close(c *client) string {
	if !v.in {
		return ""
	}
	text := string(v.whole(c))
	*v = voice{}
	return text
}
