package semantic

import "math"

// Vector is a vector of length 1 in 8 bits: a cosine is off by some 3e-4, where cosines of entries lie hundredths apart, and a
// vector of 384 numbers takes 384 bytes.
type Vector struct {
	scale  float32
	values []int8
}

// mostDims is the longest vector that is taken.
const mostDims = 8192

// newVector scales v to length 1 and rounds it; false when v has no length.
func newVector(v []float32) (Vector, bool) {
	var squares float64
	var top float32
	for _, x := range v {
		squares += float64(x) * float64(x)
		top = max(top, x, -x)
	}
	length := math.Sqrt(squares)
	if !(length > 0) || math.IsInf(length, 0) || len(v) > mostDims {
		return Vector{}, false
	}
	out := Vector{scale: float32(float64(top) / length / 127), values: make([]int8, len(v))}
	for i, x := range v {
		out.values[i] = int8(math.RoundToEven(float64(x) / float64(top) * 127))
	}
	return out, true
}

// cosine is the cosine of two vectors; 0 when they are not of one length.
func (a Vector) cosine(b Vector) float64 {
	if len(a.values) != len(b.values) || len(a.values) == 0 {
		return 0
	}
	return float64(dot(a.values, b.values)) * float64(a.scale) * float64(b.scale)
}

// dotPlain is the product of two vectors of one length: at most 8192 * 127 * 127, which fits 32 bits.
func dotPlain(a, b []int8) (sum int32) {
	b = b[:len(a)]
	for i, x := range a {
		sum += int32(x) * int32(b[i])
	}
	return sum
}
