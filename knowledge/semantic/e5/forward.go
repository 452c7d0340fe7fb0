package e5

import (
	"context"
	"math"
)

// layer is one of the twelve of the network: attention, then two matrices with GELU between, each added to what came in.
type layer struct {
	query, key, value, out matrix
	outNorm                norm
	up, down               matrix
	downNorm               norm
}

// norm is a layer normalisation.
type norm struct{ weight, bias []float32 }

// workspace is the memory of one text on its way through the network.
type workspace struct {
	x, query, key, value, mixed, added, inner []float32
	shares                                    []float32
	in                                        input
	row                                       []byte
}

func (w *workspace) size(s shape, tokens int) {
	n := tokens * s.hidden
	for _, part := range []*[]float32{&w.x, &w.query, &w.key, &w.value, &w.mixed, &w.added} {
		*part = sized(*part, n)
	}
	w.inner, w.shares = sized(w.inner, tokens*s.inner), sized(w.shares, tokens)
	w.row = sized(w.row, s.hidden/blockSize*blockBytes)
}

// forward returns the vector of a text of pieces: the mean of its tokens after the last layer, of length 1.
func (m *Model) forward(ctx context.Context, w *workspace, ids []int) ([]float32, error) {
	tokens := len(ids)
	w.size(m.shape, tokens)
	for t, id := range ids {
		x := w.x[t*m.hidden:][:m.hidden]
		if err := m.words.row(id, w.row, x); err != nil {
			return nil, err
		}
		for i, p := range m.positions[t*m.hidden:][:m.hidden] {
			x[i] += p
		}
		m.first.apply(x, m.eps)
	}
	for i := range m.layers {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m.pass(w, &m.layers[i], tokens)
	}
	return mean(w.x, tokens, m.hidden), nil
}

func (m *Model) pass(w *workspace, l *layer, tokens int) {
	w.in.set(w.x, tokens, m.hidden)
	l.query.times(&w.in, w.query)
	l.key.times(&w.in, w.key)
	l.value.times(&w.in, w.value)
	m.attend(w, tokens)
	w.in.set(w.mixed, tokens, m.hidden)
	l.out.times(&w.in, w.added)
	l.outNorm.add(w.x, w.added, m.eps)

	w.in.set(w.x, tokens, m.hidden)
	l.up.times(&w.in, w.inner)
	for i, v := range w.inner {
		w.inner[i] = gelu(v)
	}
	w.in.set(w.inner, tokens, m.inner)
	l.down.times(&w.in, w.added)
	l.downNorm.add(w.x, w.added, m.eps)
}

// attend mixes the values of all tokens for each token, head by head, by the likeness of its query and their keys.
func (m *Model) attend(w *workspace, tokens int) {
	size := m.hidden / m.heads
	scale := float32(1 / math.Sqrt(float64(size)))
	for t := range tokens {
		for h := range m.heads {
			at := h * size
			query, mixed := w.query[t*m.hidden+at:][:size], w.mixed[t*m.hidden+at:][:size]
			top := float32(math.Inf(-1))
			for s := range w.shares {
				w.shares[s] = dot(query, w.key[s*m.hidden+at:][:size]) * scale
				top = max(top, w.shares[s])
			}
			sum := float32(0)
			for s, v := range w.shares {
				w.shares[s] = exp(v - top)
				sum += w.shares[s]
			}
			for s := range w.shares {
				w.shares[s] /= sum
			}
			mix(mixed, w.shares, w.value[at:], m.hidden)
		}
	}
}

// mix sets out to the sum of values, each times its share; the values lie stride apart. Four at a time, for out is then read and
// written a quarter as often.
func mix(out, shares, values []float32, stride int) {
	clear(out)
	n := len(out)
	for ; len(shares) >= 4; shares = shares[4:] {
		a, b, c, d := values[:n], values[stride:][:n], values[2*stride:][:n], values[3*stride:][:n]
		p, q, r, s := shares[0], shares[1], shares[2], shares[3]
		for i, o := range out {
			out[i] = o + p*a[i] + q*b[i] + r*c[i] + s*d[i]
		}
		values = values[min(4*stride, len(values)):]
	}
	for s, share := range shares {
		for i, v := range values[s*stride:][:n] {
			out[i] += share * v
		}
	}
}

// dot is the product of two vectors of one length, a multiple of 4 but for small models.
func dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	b = b[:len(a)]
	i := 0
	for ; i+4 <= len(a); i += 4 {
		x, y := a[i:i+4:i+4], b[i:i+4:i+4]
		s0 += x[0] * y[0]
		s1 += x[1] * y[1]
		s2 += x[2] * y[2]
		s3 += x[3] * y[3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}

func exp(x float32) float32 { return float32(math.Exp(float64(x))) }

// add sets x, tokens by the length of the norm, to the normalised sum of x and y.
func (n norm) add(x, y []float32, eps float32) {
	for i, v := range y {
		x[i] += v
	}
	for ; len(x) > 0; x = x[len(n.weight):] {
		n.apply(x[:len(n.weight)], eps)
	}
}

func (n norm) apply(x []float32, eps float32) {
	var sum, squares float32
	for _, v := range x {
		sum += v
	}
	middle := sum / float32(len(x))
	for _, v := range x {
		squares += (v - middle) * (v - middle)
	}
	inverse := float32(1 / math.Sqrt(float64(squares/float32(len(x))+eps)))
	for i, v := range x {
		x[i] = (v-middle)*inverse*n.weight[i] + n.bias[i]
	}
}

// mean is the mean of the tokens, scaled to length 1.
func mean(x []float32, tokens, hidden int) []float32 {
	out := make([]float32, hidden)
	for t := range tokens {
		for i, v := range x[t*hidden:][:hidden] {
			out[i] += v
		}
	}
	length := math.Sqrt(float64(dot(out, out)))
	if length > 0 {
		for i := range out {
			out[i] = float32(float64(out[i]) / length)
		}
	}
	return out
}

// gelu is the activation between the two matrices of a layer, from a table with straight lines between its points: off by at most
// 2e-6, while the 8 bits that follow are off by a thousandth.
func gelu(x float32) float32 {
	switch {
	case x >= geluEnd:
		return x
	case !(x > -geluEnd):
		return 0
	}
	place := (x + geluEnd) * geluSteps
	i := int(place)
	below := geluTable[i]
	return below + (geluTable[i+1]-below)*(place-float32(i))
}

const (
	geluEnd   = 6   // beyond it gelu(x) is x or 0 to 1e-8
	geluSteps = 256 // points between two whole numbers
)

var geluTable = func() (table [2*geluEnd*geluSteps + 2]float32) {
	for i := range table {
		x := float64(i)/geluSteps - geluEnd
		table[i] = float32(0.5 * x * (1 + math.Erf(x/math.Sqrt2)))
	}
	return table
}()
