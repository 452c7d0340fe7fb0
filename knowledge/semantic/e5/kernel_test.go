package e5

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestProducts compares the assembly with plain Go, bit by bit, and both with the product of the weights as they are stored.
func TestProducts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct{ tokens, rows, columns int }{{1, 8, 32}, {3, 8, 64}, {4, 32, 32}, {5, 384, 384}, {13, 64, 1536}, {8, 16, 96}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			raw := randomBlocks(random, c.rows, c.columns)
			bias, x := make([]float32, c.rows), make([]float32, c.tokens*c.columns)
			for i := range bias {
				bias[i] = random.Float32()
			}
			for i := range x {
				x[i] = float32(random.NormFloat64())
			}
			clear(x[:blockSize]) // a block without a value
			m := pack(raw, c.rows, c.columns, bias)
			var in input
			in.set(x, c.tokens, c.columns)
			plain, quick := make([]float32, c.tokens*c.rows), make([]float32, c.tokens*c.rows)
			m.timesPlain(&in, plain)
			m.times(&in, quick)
			if !slices.Equal(plain, quick) {
				t.Error("the assembly differs from plain Go")
			}
			for token := range c.tokens {
				for row := range c.rows {
					got, want := plain[token*c.rows+row], stored(raw, x[token*c.columns:][:c.columns], row)+float64(bias[row])
					if math.Abs(float64(got)-want) > 0.02*math.Sqrt(float64(c.columns)) {
						t.Fatalf("token %d row %d: %v, want about %v", token, row, got, want)
					}
				}
			}
		})
	}
}

// stored is a row of the stored weights times x.
func stored(raw []byte, x []float32, row int) (sum float64) {
	for b := range len(x) / blockSize {
		block := raw[(row*len(x)/blockSize+b)*blockBytes:]
		scale := float64(half(binary.LittleEndian.Uint16(block)))
		for j := range blockSize {
			weight := block[2+j%16] & 15
			if j >= 16 {
				weight = block[2+j%16] >> 4
			}
			sum += scale * float64(int(weight)-8) * float64(x[b*blockSize+j])
		}
	}
	return sum
}

// TestLargestSums gives the kernel the greatest numbers there can be: 16 bits must hold them.
func TestLargestSums(t *testing.T) {
	for _, sign := range []float32{1, -1} {
		raw := make([]byte, 8*blockBytes)
		for i := range raw {
			raw[i] = 0xff
		}
		for row := range 8 {
			binary.LittleEndian.PutUint16(raw[row*blockBytes:], 0x3c00) // 1
		}
		m := pack(raw, 8, 32, make([]float32, 8))
		x := slices.Repeat([]float32{127 * sign}, 5*32)
		var in input
		in.set(x, 5, 32)
		y := make([]float32, 5*8)
		m.times(&in, y)
		for i, got := range y {
			if want := sign * 127 * 7 * 32; got != want {
				t.Fatalf("%d: %v, want %v", i, got, want)
			}
		}
	}
}

func TestRound(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		block, values := make([]float32, blockSize), make([]int8, blockSize)
		for i := range block {
			block[i] = float32(random.NormFloat64() * math.Exp(random.Float64()*10-5))
		}
		scale, sum := round(block, values)
		total := int32(0)
		for i, v := range values {
			total += int32(v)
			if want := math.RoundToEven(float64(block[i] * (1 / scale))); float64(v) != want {
				t.Fatalf("%v / %v: %d, want %v", block[i], scale, v, want)
			}
		}
		if sum != 8*total {
			t.Fatalf("sum %d, want %d", sum, 8*total)
		}
	}
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), 0, 1e-45} {
		round(slices.Repeat([]float32{bad}, blockSize), make([]int8, blockSize)) // no panic
	}
}

func TestHalf(t *testing.T) {
	for _, c := range []struct {
		bits uint16
		want float32
	}{{0, 0}, {0x3c00, 1}, {0xc000, -2}, {0x7bff, 65504}, {1, 1.0 / (1 << 24)}, {0x8001, -1.0 / (1 << 24)}, {0x03ff, 1023.0 / (1 << 24)}, {0x7c00, float32(math.Inf(1))}} {
		if got := half(c.bits); got != c.want {
			t.Errorf("%#x: %v, want %v", c.bits, got, c.want)
		}
	}
}

func TestGELU(t *testing.T) {
	for x := -8.0; x < 8; x += 0.0013 {
		want := 0.5 * x * (1 + math.Erf(x/math.Sqrt2))
		if got := gelu(float32(x)); math.Abs(float64(got)-want) > 2e-6 {
			t.Fatalf("gelu(%v) = %v, want %v", x, got, want)
		}
	}
	gelu(float32(math.NaN()))
}
