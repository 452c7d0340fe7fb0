package speech

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// tone is a sine of hz.
func tone(hz float64, rate int, length time.Duration) Audio {
	a := Audio{Rate: rate}
	for i := range int(length.Seconds() * float64(rate)) {
		a.PCM = binary.LittleEndian.AppendUint16(a.PCM, uint16(int16(math.Round(10000*math.Sin(2*math.Pi*hz*float64(i)/float64(rate))))))
	}
	return a
}

// at is the strength of hz in the middle half of a.
func (a Audio) at(hz float64) float64 {
	var re, im float64
	n := len(a.PCM) / 2
	for i := n / 4; i < 3*n/4; i++ {
		v := float64(int16(binary.LittleEndian.Uint16(a.PCM[2*i:])))
		re += v * math.Cos(2*math.Pi*hz*float64(i)/float64(a.Rate))
		im += v * math.Sin(2*math.Pi*hz*float64(i)/float64(a.Rate))
	}
	return math.Hypot(re, im) / float64(n/4)
}

func TestResamplingKeepsTheSound(t *testing.T) {
	for _, c := range []struct {
		from, to     int
		hz           float64
		want, within float64
		image        float64 // a frequency that must not be heard
	}{
		{8000, 16000, 1000, 10000, 200, 7000},
		{8000, 16000, 3000, 10000, 600, 5000},
		{48000, 16000, 1000, 10000, 200, 4000},
		{48000, 16000, 12000, 0, 100, 4000}, // would fold to 4000
		{44100, 16000, 440, 10000, 200, 5000},
		{16000, 8000, 1000, 10000, 200, 3000},
	} {
		a := tone(c.hz, c.from, time.Second)
		got := a.At(c.to)
		if want := (len(a.PCM)/2*c.to + c.from - 1) / c.from; len(got.PCM)/2 != want || got.Rate != c.to {
			t.Errorf("%d→%d: %d samples, want %d", c.from, c.to, len(got.PCM)/2, want)
		}
		if heard := got.at(c.hz); math.Abs(heard-c.want) > c.within {
			t.Errorf("%d→%d: %.0f Hz at %.0f, want %.0f", c.from, c.to, c.hz, heard, c.want)
		}
		if heard := got.at(c.image); heard > 100 { // −40 dB
			t.Errorf("%d→%d of %.0f Hz: %.0f Hz at %.0f", c.from, c.to, c.hz, c.image, heard)
		}
	}
	if a := tone(440, 16000, time.Second); &a.At(16000).PCM[0] != &a.PCM[0] {
		t.Error("the same rate needs no work")
	}
}

// However a stream is cut, it sounds the same.
func TestResamplingInPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rates := []int{8000, 11025, 16000, 48000}
		from, to := rapid.SampledFrom(rates).Draw(t, "from"), rapid.SampledFrom(rates).Draw(t, "to")
		pcm := rapid.SliceOfN(rapid.Byte(), 0, 3000).Draw(t, "pcm")
		whole := NewResampler(from, to)
		want := append(whole.Add(pcm), whole.Rest()...)
		again := append(whole.Add(pcm), whole.Rest()...) // Rest begins anew
		pieces, rest, got := NewResampler(from, to), pcm, []byte(nil)
		for len(rest) > 0 {
			n := rapid.IntRange(1, len(rest)).Draw(t, "n")
			got = append(got, pieces.Add(rest[:n])...)
			rest = rest[n:]
		}
		got = append(got, pieces.Rest()...)
		if !bytes.Equal(got, want) || !bytes.Equal(again, want) {
			t.Fatalf("%d→%d: %d bytes in pieces, %d again, %d whole", from, to, len(got), len(again), len(want))
		}
	})
}

func TestWAVThereAndBack(t *testing.T) {
	a := tone(440, 8000, time.Second)
	file := a.WAV()
	got, err := ReadWAV(file)
	if err != nil || got.Rate != 8000 || !bytes.Equal(got.PCM, a.PCM) || got.Duration() != time.Second {
		t.Fatal(err, got.Rate, got.Duration())
	}
	piped := bytes.Clone(file)
	copy(piped[40:], "\xff\xff\xff\xff")
	if got, err := ReadWAV(piped); err != nil || len(got.PCM) != len(a.PCM) {
		t.Error("a file from a pipe:", err)
	}
	if got, err := ReadWAV(append(append(bytes.Clone(file[:36]), "LIST\x03\x00\x00\x00abc\x00"...), file[36:]...)); err != nil || len(got.PCM) != len(a.PCM) {
		t.Error("with a chunk between:", err)
	}
	for name, bad := range map[string][]byte{"empty": nil, "no data": file[:36], "stereo": stereo(file), "text": []byte("RIFF of another kind"),
		"data first": append(bytes.Clone(file[:12]), file[36:]...), "cut format": file[:30]} {
		if _, err := ReadWAV(bad); KeyOf(err) != KeyUnreadable {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func stereo(file []byte) []byte {
	file = bytes.Clone(file)
	file[22] = 2
	return file
}

func FuzzReadWAV(f *testing.F) {
	file := tone(440, 8000, 10*time.Millisecond).WAV()
	f.Add(file)
	f.Add(file[:40])
	f.Add(append(append(bytes.Clone(file[:36]), "LIST\x03\x00\x00\x00abc\x00"...), file[36:]...))
	f.Fuzz(func(t *testing.T, file []byte) {
		a, err := ReadWAV(file)
		if err != nil {
			if KeyOf(err) != KeyUnreadable {
				t.Error(err)
			}
			return
		}
		again, err := ReadWAV(a.WAV())
		if err != nil || again.Rate != a.Rate || !bytes.Equal(again.PCM, a.PCM) {
			t.Error(err)
		}
	})
}
