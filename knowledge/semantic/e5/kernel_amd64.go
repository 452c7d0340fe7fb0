package e5

import "golang.org/x/sys/cpu"

// fast is whether the processor has what the assembly needs.
var fast = cpu.X86.HasAVX2

// times4 multiplies 8 rows with 4 tokens; times1 with one. The pointers are to the first of each: the group's packed weights, scales
// and bias, the tokens' values, scales and sums, and where the products go.
//
//go:noescape
func times4(packed *byte, weightScales, bias *float32, values *int8, scales *float32, sums *int32, y *float32, blocks, rows int)

//go:noescape
func times1(packed *byte, weightScales, bias *float32, values *int8, scales *float32, sums *int32, y *float32, blocks int)

func (m *matrix) timesFast(in *input, y []float32) {
	blocks := m.columns / blockSize
	// The assembly checks nothing: these do.
	_, _ = in.values[in.tokens*m.columns-1], in.scales[in.tokens*blocks-1]
	_, _, _ = in.sums[in.tokens*blocks-1], y[in.tokens*m.rows-1], m.bias[m.rows-1]
	for group := range m.rows / lanes {
		packed, scales, bias := &m.packed[group*blocks*lanes*blockSize/2], &m.scales[group*blocks*lanes], &m.bias[group*lanes]
		token := 0
		for ; token+4 <= in.tokens; token += 4 {
			times4(packed, scales, bias, &in.values[token*m.columns], &in.scales[token*blocks], &in.sums[token*blocks], &y[token*m.rows+group*lanes], blocks, m.rows)
		}
		for ; token < in.tokens; token++ {
			times1(packed, scales, bias, &in.values[token*m.columns], &in.scales[token*blocks], &in.sums[token*blocks], &y[token*m.rows+group*lanes], blocks)
		}
	}
}
