package speech

import (
	"encoding/binary"
	"math"
)

// reach is how many samples on each side make one of the other rate.
const reach = 16

// Resampler changes the rate of sound as it comes in, by a windowed sinc. Its output lags by a millisecond or two until Rest.
type Resampler struct {
	from, to int         // reduced: to samples for each from
	weights  [][]float64 // one row of 2·reach for each place between two samples
	kept     []float64   // the samples that are still needed; the first reach are before the place
	place    int         // of the next output sample, in 1/to of an input sample, from kept[reach-1]
	odd      []byte      // half a sample that waits for its other half
}

// NewResampler makes one. Both rates must be positive.
func NewResampler(from, to int) *Resampler {
	g := gcd(from, to)
	r := &Resampler{from: from / g, to: to / g, kept: make([]float64, reach)}
	cut := min(1, float64(to)/float64(from)) // what the lower rate can carry
	r.place = r.to                           // the first output sample is the first input sample, kept[reach]
	for phase := range r.to {
		row, sum := make([]float64, 2*reach), 0.0
		for k := range row {
			x := float64(k-reach+1) - float64(phase)/float64(r.to) // from the place to the sample
			row[k] = sinc(cut*x) * (0.5 + 0.5*math.Cos(math.Pi*x/reach))
			if math.Abs(x) >= reach {
				row[k] = 0
			}
			sum += row[k]
		}
		for k := range row {
			row[k] /= sum // a constant stays itself
		}
		r.weights = append(r.weights, row)
	}
	return r
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// Add takes PCM of the one rate and returns what it makes of the other.
func (r *Resampler) Add(pcm []byte) []byte {
	if len(r.odd) > 0 {
		pcm = append(r.odd, pcm...)
	}
	for ; len(pcm) >= 2; pcm = pcm[2:] {
		r.kept = append(r.kept, float64(int16(binary.LittleEndian.Uint16(pcm))))
	}
	r.odd = append([]byte(nil), pcm...)
	var out []byte
	for {
		at := reach - 1 + r.place/r.to // the input sample at or before the place
		if at+reach >= len(r.kept) {
			break
		}
		sum, row := 0.0, r.weights[r.place%r.to]
		for k, w := range row {
			sum += w * r.kept[at-reach+1+k]
		}
		out = binary.LittleEndian.AppendUint16(out, uint16(int16(math.Round(max(-32768, min(32767, sum))))))
		r.place += r.from
	}
	if done := min(r.place/r.to-1, len(r.kept)-reach); done > 0 {
		r.kept = append(r.kept[:0], r.kept[done:]...)
		r.place -= done * r.to
	}
	return out
}

// Rest returns what the last samples make, as if silence followed, and begins anew.
func (r *Resampler) Rest() []byte {
	r.odd = nil
	out := r.Add(make([]byte, 2*reach))
	r.kept = append(r.kept[:0], make([]float64, reach)...)
	r.place = r.to
	return out
}
