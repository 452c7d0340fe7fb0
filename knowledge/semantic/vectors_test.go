package semantic

import (
	"bytes"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

var quiet = slog.New(slog.DiscardHandler)

func vectorOf(seed uint64, dims int) Vector {
	random := rand.New(rand.NewPCG(seed, 1))
	v := make([]float32, dims)
	for i := range v {
		v[i] = float32(random.NormFloat64())
	}
	out, _ := newVector(v)
	return out
}

func keysOf(n int) (keys []key) {
	for i := range n {
		keys = append(keys, keyOf("test", Query, fmt.Sprint(i)))
	}
	return keys
}

// keep opens the file at path, checks that it holds the first n vectors, and adds those up to more.
func keep(t *testing.T, path string, n, more int) {
	t.Helper()
	v := OpenVectors(path, quiet)
	defer func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	}()
	if v.file == nil {
		t.Fatal("the file is not written")
	}
	if v.Len() != n {
		t.Fatalf("%d vectors, want %d", v.Len(), n)
	}
	for i, k := range keysOf(more) {
		if got, ok := v.get(k); ok != (i < n) {
			t.Fatalf("vector %d: %v", i, ok)
		} else if ok && !slices.Equal(got.values, vectorOf(uint64(i), 32).values) {
			t.Fatalf("vector %d is another", i)
		} else if !ok {
			v.add([]key{k}, []Vector{vectorOf(uint64(i), 32)})
		}
	}
}

func TestVectorsStay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "v")
	keep(t, path, 0, 3)
	keep(t, path, 3, 3)
	keep(t, path, 3, 5)
	keep(t, path, 5, 5)
}

func TestVectorsSurviveDamage(t *testing.T) {
	const record = recordHead + 32
	for _, c := range []struct {
		name   string
		damage func([]byte) []byte
		left   int
	}{
		{"nothing", func(b []byte) []byte { return b }, 4},
		{"a torn tail", func(b []byte) []byte { return b[:len(b)-7] }, 3},
		{"a tail of one byte", func(b []byte) []byte { return append(b, 9) }, 4},
		{"a hole after a crash", func(b []byte) []byte { return append(b, make([]byte, 300)...) }, 4},
		{"a changed byte", func(b []byte) []byte { b[len(b)-record-3] ^= 1; return b }, 2},
		{"a changed length", func(b []byte) []byte { b[len(vectorsHead)+4] = 0xff; b[len(vectorsHead)+5] = 0xff; return b }, 0},
		{"another file", func([]byte) []byte { return []byte("<html>not found</html>") }, 0},
		{"a torn head", func(b []byte) []byte { return b[:4] }, 0},
		{"empty", func([]byte) []byte { return nil }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "v")
			keep(t, path, 0, 4)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, c.damage(b), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := ReadVectors(path, quiet).Len(); got != c.left {
				t.Errorf("read only: %d vectors, want %d", got, c.left)
			}
			keep(t, path, c.left, 6)
			keep(t, path, 6, 6)
		})
	}
}

func TestOneProcessWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "v")
	first := OpenVectors(path, quiet)
	defer first.Close()
	keys := keysOf(2)
	first.add(keys[:1], []Vector{vectorOf(1, 16)})
	second := OpenVectors(path, quiet)
	defer second.Close()
	if second.file != nil || second.Len() != 1 {
		t.Errorf("the second should read alone: %d vectors", second.Len())
	}
	second.add(keys[1:], []Vector{vectorOf(2, 16)})
	if _, ok := second.get(keys[1]); !ok {
		t.Error("what is not written stays in memory")
	}
	if got := ReadVectors(path, quiet).Len(); got != 1 {
		t.Errorf("%d vectors in the file, want 1", got)
	}
}

func TestVectorsWithoutAFile(t *testing.T) {
	for _, path := range []string{"", filepath.Join(t.TempDir(), "no", "such", "folder")} {
		v := OpenVectors(path, quiet)
		v.add(keysOf(1), []Vector{vectorOf(1, 16)})
		if v.Len() != 1 || v.Close() != nil {
			t.Errorf("%q: not kept in memory", path)
		}
	}
}

func TestSweep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "v")
	v := OpenVectors(path, quiet)
	defer v.Close()
	keys := keysOf(2*enough + 10)
	list := make([]Vector, len(keys))
	for i := range list {
		list[i] = vectorOf(uint64(i), 8)
	}
	v.add(keys, list)
	used := map[key]bool{}
	for _, k := range keys[:enough+100] {
		used[k] = true
	}
	if v.sweep(used); v.Len() != len(keys) {
		t.Errorf("swept although most is in use: %d left", v.Len())
	}
	for _, k := range keys[10 : enough+100] {
		delete(used, k)
	}
	if v.sweep(used); v.Len() != 10 {
		t.Errorf("%d left, want 10", v.Len())
	}
	v.add(keysOf(11)[10:], list[10:11])
	if second := OpenVectors(path, quiet); second.file != nil || second.Len() != 11 {
		t.Errorf("after sweeping the lock should hold and the file have 11: %d", second.Len())
	}
}

func FuzzVectors(f *testing.F) {
	whole := []byte(vectorsHead)
	for i, k := range keysOf(3) {
		whole = appendRecord(whole, k, vectorOf(uint64(i), 8))
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-5])
	f.Add([]byte(vectorsHead))
	f.Fuzz(func(t *testing.T, b []byte) {
		known := map[key]Vector{}
		size, _ := readVectors(bytes.NewReader(b), known)
		if size > int64(len(b)) {
			t.Fatalf("%d of %d bytes are whole records", size, len(b))
		}
		again := map[key]Vector{}
		if n, err := readVectors(bytes.NewReader(b[:size]), again); err != nil || n != size || len(again) != len(known) {
			t.Fatalf("the whole records read again: %d of %d bytes, %v", n, size, err)
		}
	})
}

func TestCosine(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for range 100 {
		a, b := make([]float32, 384), make([]float32, 384)
		var ab, aa, bb float64
		for i := range a {
			a[i] = float32(random.NormFloat64())
			b[i] = a[i] + float32(random.NormFloat64())
			ab, aa, bb = ab+float64(a[i])*float64(b[i]), aa+float64(a[i])*float64(a[i]), bb+float64(b[i])*float64(b[i])
		}
		x, _ := newVector(a)
		y, _ := newVector(b)
		if got, want := x.cosine(y), ab/math.Sqrt(aa*bb); math.Abs(got-want) > 2e-3 {
			t.Fatalf("cosine %v, want %v", got, want)
		}
	}
	if c := vectorOf(1, 16).cosine(vectorOf(1, 32)); c != 0 {
		t.Errorf("two lengths: %v", c)
	}
	for _, bad := range [][]float32{nil, {0, 0}, {float32(math.NaN()), 1}, {float32(math.Inf(1)), 1}, make([]float32, mostDims+1)} {
		if v, ok := newVector(bad); ok {
			t.Errorf("%v became %v", bad[:min(2, len(bad))], v.scale)
		}
	}
}

// TestDot compares the assembly with plain Go.
func TestDot(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for _, n := range []int{0, 1, 15, 16, 17, 384, 1023, mostDims} {
		a, b := make([]int8, n), make([]int8, n)
		for i := range a {
			a[i], b[i] = int8(random.IntN(255)-127), int8(random.IntN(255)-127)
		}
		if got, want := dot(a, b), dotPlain(a, b); got != want {
			t.Errorf("%d numbers: %d, want %d", n, got, want)
		}
		for i := range a {
			a[i], b[i] = -127, 127
		}
		if got, want := dot(a, b), int32(-127*127*n); got != want {
			t.Errorf("%d greatest numbers: %d, want %d", n, got, want)
		}
	}
}
