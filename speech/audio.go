package speech

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Audio is sound: PCM of 16-bit signed little-endian samples, mono, Rate of them a second.
type Audio struct {
	PCM  []byte
	Rate int
}

const (
	// Rate is what recognisers are trained on, in Hz.
	Rate = 16000
	// the rates that are taken
	lowestRate, highestRate = 8000, 48000
)

// Duration is how long it sounds.
func (a Audio) Duration() time.Duration {
	if a.Rate <= 0 {
		return 0
	}
	return time.Duration(len(a.PCM)/2) * time.Second / time.Duration(a.Rate)
}

// Check fails when it can't be sound.
func (a Audio) Check() error {
	switch {
	case a.Rate < lowestRate || a.Rate > highestRate:
		return Unreadable(fmt.Errorf("a rate of %d Hz", a.Rate))
	case len(a.PCM)%2 != 0:
		return Unreadable(errors.New("half a sample"))
	}
	return nil
}

// At is the same sound at another rate.
func (a Audio) At(rate int) Audio {
	if rate == a.Rate {
		return a
	}
	r := NewResampler(a.Rate, rate)
	return Audio{PCM: append(r.Add(a.PCM), r.Rest()...), Rate: rate}
}

// WAV is the sound as a file.
func (a Audio) WAV() []byte {
	out := make([]byte, 0, wavHeader+len(a.PCM))
	word, half := binary.LittleEndian.AppendUint32, binary.LittleEndian.AppendUint16
	out = word(append(out, "RIFF"...), uint32(wavHeader-8+len(a.PCM)))
	out = word(append(out, "WAVEfmt "...), 16)
	out = half(half(out, 1), 1) // PCM, mono
	out = word(word(out, uint32(a.Rate)), uint32(2*a.Rate))
	out = half(half(out, 2), 16)
	out = word(append(out, "data"...), uint32(len(a.PCM)))
	return append(out, a.PCM...)
}

const wavHeader = 44

// ReadWAV reads a file of 16-bit mono PCM, and no other; it skips chunks that it does not know. A length that is not known yet, as
// programs write it into a pipe, reaches to the end of the file.
func ReadWAV(file []byte) (Audio, error) {
	if len(file) < 12 || string(file[:4]) != "RIFF" || string(file[8:12]) != "WAVE" {
		return Audio{}, Unreadable(errors.New("not a WAV file"))
	}
	var a Audio
	for rest := file[12:]; len(rest) >= 8; {
		name, size := string(rest[:4]), uint64(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		if size > uint64(len(body)) {
			if name != "data" {
				return Audio{}, Unreadable(fmt.Errorf("chunk %q is cut off", name))
			}
			size = uint64(len(body))
		}
		switch name {
		case "fmt ":
			if size < 16 || binary.LittleEndian.Uint16(body) != 1 || binary.LittleEndian.Uint16(body[2:]) != 1 || binary.LittleEndian.Uint16(body[14:]) != 16 {
				return Audio{}, Unreadable(errors.New("not 16-bit mono PCM"))
			}
			a.Rate = int(binary.LittleEndian.Uint32(body[4:]))
		case "data":
			if a.Rate == 0 {
				return Audio{}, Unreadable(errors.New("data before its format"))
			}
			a.PCM = body[:size&^1]
			return a, a.Check()
		}
		rest = body[min(size+size%2, uint64(len(body))):]
	}
	return Audio{}, Unreadable(errors.New("no data"))
}
