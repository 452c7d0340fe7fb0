package e5

import (
	"encoding/binary"
	"math"
)

// lanes is how many rows of a matrix are multiplied at a time: the eight 32-bit lanes of an AVX2 register.
const lanes = 8

// matrix is a packed matrix of 4-bit weights. Eight rows lie together, block by block; within a block of 32 columns the four bytes
// of eight rows follow each other, so that one register holds the same columns of eight rows: 128 bytes a block.
type matrix struct {
	rows, columns int
	packed        []byte
	scales        []float32 // [rows/8][columns/32][8]
	bias          []float32
}

// pack rearranges the blocks of a file; rows is a multiple of 8, columns of 32.
func pack(raw []byte, rows, columns int, bias []float32) matrix {
	blocks := columns / blockSize
	m := matrix{rows: rows, columns: columns, bias: bias, packed: make([]byte, rows*columns/2), scales: make([]float32, rows*blocks)}
	for row := range rows {
		for b := range blocks {
			block := raw[(row*blocks+b)*blockBytes:][:blockBytes]
			place := row/lanes*blocks + b
			m.scales[place*lanes+row%lanes] = half(binary.LittleEndian.Uint16(block))
			packed := m.packed[place*lanes*blockSize/2:][:lanes*blockSize/2]
			for word := range 4 {
				copy(packed[(word*lanes+row%lanes)*4:][:4], block[2+word*4:])
			}
		}
	}
	return m
}

// input is the left side of a product: tokens by columns in 8 bits, each block of 32 with its scale.
type input struct {
	tokens, columns int
	values          []int8
	scales          []float32 // [tokens][blocks]
	sums            []int32   // [tokens][blocks]: eight times the sum of a block's values, for weights are stored plus 8
}

// set rounds x, tokens by columns, to 8 bits.
func (in *input) set(x []float32, tokens, columns int) {
	blocks := columns / blockSize
	in.tokens, in.columns = tokens, columns
	in.values = sized(in.values, tokens*columns)
	in.scales, in.sums = sized(in.scales, tokens*blocks), sized(in.sums, tokens*blocks)
	for b := range tokens * blocks {
		block, values := x[b*blockSize:][:blockSize], in.values[b*blockSize:][:blockSize]
		in.scales[b], in.sums[b] = round(block, values)
	}
}

// round is set for one block.
func round(block []float32, values []int8) (scale float32, sum int32) {
	const magic = 1.5 * (1 << 23) // adding it rounds a small number to the nearest whole one, halves to even
	var top uint32
	for _, v := range block {
		top = max(top, math.Float32bits(v)&^(1<<31))
	}
	scale = math.Float32frombits(top) / 127
	if !(scale > 0) {
		clear(values)
		return 0, 0
	}
	inverse := 1 / scale
	for i, v := range block {
		n := int32(math.Float32bits(float32(v*inverse)+magic)) - int32(math.Float32bits(magic))
		n = max(-127, min(127, n))
		values[i] = int8(n)
		sum += n
	}
	return scale, 8 * sum
}

// sized returns s with n elements, of any value.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// times sets y, tokens by rows, to the product of in and m, the bias added.
func (m *matrix) times(in *input, y []float32) {
	if fast {
		m.timesFast(in, y)
		return
	}
	m.timesPlain(in, y)
}

// timesPlain is times in plain Go, four rows to a 64-bit multiplication. It gives the same bits as the assembly: whole numbers within a
// block, and the same order of additions between blocks. The conversions to float32 keep a compiler from fusing them.
func (m *matrix) timesPlain(in *input, y []float32) {
	blocks := m.columns / blockSize
	var w wide
	sums := make([][lanes]float32, in.tokens)
	for group := range m.rows / lanes {
		clear(sums)
		for b := range blocks {
			place := group*blocks + b
			w.set(m.packed[place*lanes*blockSize/2:][:lanes*blockSize/2])
			weightScales := (*[lanes]float32)(m.scales[place*lanes:])
			for token := range in.tokens {
				dots := w.times((*[blockSize]int8)(in.values[token*m.columns+b*blockSize:]))
				scale, correction := in.scales[token*blocks+b], in.sums[token*blocks+b]
				for lane, dot := range dots {
					sums[token][lane] += float32(float32(dot-correction) * float32(weightScales[lane]*scale))
				}
			}
		}
		for token := range in.tokens {
			for lane, sum := range sums[token] {
				row := group*lanes + lane
				y[token*m.rows+row] = sum + m.bias[row]
			}
		}
	}
}

// wide is a block of eight rows, spread so that a 64-bit number holds a column of four rows, 16 bits each.
type wide struct {
	low, high       [blockSize]uint64 // rows 0-3 and 4-7
	lowSum, highSum uint64            // of the columns
}

const shift = 127 // added to values, which makes them positive

func (w *wide) set(packed []byte) {
	w.lowSum, w.highSum = 0, 0
	for word := range 4 {
		for k := range 4 {
			var low, high uint64
			for lane := range 4 {
				low |= uint64(packed[(word*lanes+lane)*4+k]) << (16 * lane)
				high |= uint64(packed[(word*lanes+lane+4)*4+k]) << (16 * lane)
			}
			const nibbles = 0x000f000f000f000f
			column := word*4 + k
			w.low[column], w.low[column+16] = low&nibbles, low>>4&nibbles
			w.high[column], w.high[column+16] = high&nibbles, high>>4&nibbles
			w.lowSum += w.low[column] + w.low[column+16]
			w.highSum += w.high[column] + w.high[column+16]
		}
	}
}

// times returns the product of each row with the values. Sixteen products of at most 15*254 fit 16 bits.
func (w *wide) times(values *[blockSize]int8) (dots [lanes]int32) {
	for _, from := range [...]int{0, 16} {
		var low, high uint64
		columns, lows, highs := (*[16]int8)(values[from:]), (*[16]uint64)(w.low[from:]), (*[16]uint64)(w.high[from:])
		for i, v := range columns {
			u := uint64(int(v) + shift)
			low += lows[i] * u
			high += highs[i] * u
		}
		for lane := range 4 {
			dots[lane] += int32(uint16(low >> (16 * lane)))
			dots[lane+4] += int32(uint16(high >> (16 * lane)))
		}
	}
	for lane := range 4 {
		dots[lane] -= shift * int32(uint16(w.lowSum>>(16*lane)))
		dots[lane+4] -= shift * int32(uint16(w.highSum>>(16*lane)))
	}
	return dots
}
