package e5

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
)

// tinyPieces are the vocabulary of the tiny model, with their scores.
var tinyPieces = []struct {
	text  string
	score float32
}{{"<s>", 0}, {"<pad>", 0}, {"</s>", 0}, {"<unk>", 0}, {"▁", -3}, {"身", -8}, {"份", -8}, {"证", -6}, {"身份", -9}, {"身份证", -9.5}, {"▁query", -4},
	{":", -3}, {"▁passage", -4}, {"丢", -7}, {"了", -5}, {"丢了", -9}, {"a", -5}, {"aa", -6}}

// tinyFile writes a model file of one layer with random weights, as the real one is written.
func tinyFile(hidden, heads, inner int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	b := &bytes.Buffer{}
	put := func(values ...any) {
		for _, v := range values {
			binary.Write(b, binary.LittleEndian, v)
		}
	}
	vocab, positions := int32(len(tinyPieces)), int32(64)
	put([]byte(magic), uint32(1), int32(hidden), int32(1), int32(heads), int32(inner), vocab, positions, int32(2), float32(1e-12), int32(blockSize))
	var blob []byte
	offsets, scores := []uint32{0}, []float32(nil)
	for _, p := range tinyPieces {
		blob = append(blob, p.text...)
		offsets, scores = append(offsets, uint32(len(blob))), append(scores, p.score)
	}
	put(vocab, int32(0), int32(2), int32(1), int32(3), uint64(len(blob)), offsets, scores, blob)
	characters := &bytes.Buffer{}
	for _, c := range []struct{ from, to rune }{{'\t', ' '}, {'\u3000', ' '}, {'Ａ', 'a'}} {
		binary.Write(characters, binary.LittleEndian, c.from)
		characters.WriteByte(1)
		binary.Write(characters, binary.LittleEndian, c.to)
	}
	put(int32(3), uint32(characters.Len()), characters.Bytes())

	type entry struct {
		name string
		raw  []byte
	}
	var entries []entry
	floats := func(name string, n int, middle float32) {
		x := &bytes.Buffer{}
		for range n {
			binary.Write(x, binary.LittleEndian, middle+random.Float32()-0.5)
		}
		entries = append(entries, entry{name, x.Bytes()})
	}
	matrix := func(name string, rows, columns int) {
		entries = append(entries, entry{name, randomBlocks(random, rows, columns)})
	}
	matrix("emb.word", int(vocab), hidden)
	floats("emb.pos", int(positions)*hidden, 0)
	floats("emb.type", 2*hidden, 0)
	for _, n := range []string{"emb.ln", "l0.aln", "l0.oln"} {
		floats(n+".w", hidden, 1)
		floats(n+".b", hidden, 0)
	}
	for _, n := range []string{"l0.q", "l0.k", "l0.v", "l0.ao"} {
		matrix(n+".w", hidden, hidden)
		floats(n+".b", hidden, 0)
	}
	matrix("l0.fi.w", inner, hidden)
	floats("l0.fi.b", inner, 0)
	matrix("l0.fo.w", hidden, inner)
	floats("l0.fo.b", hidden, 0)

	put(int32(len(entries)))
	at := b.Len()
	for _, e := range entries {
		at += 2 + len(e.name) + 1 + 4 + 8 + 8
	}
	for _, e := range entries {
		put(uint16(len(e.name)), []byte(e.name), uint8(0), uint32(0), uint64(at), uint64(len(e.raw)))
		at += len(e.raw)
	}
	for _, e := range entries {
		put(e.raw)
	}
	return b.Bytes()
}

// randomBlocks are the blocks of a matrix with scales about .02.
func randomBlocks(random *rand.Rand, rows, columns int) []byte {
	raw := make([]byte, rows*columns/blockSize*blockBytes)
	for i := range raw {
		raw[i] = byte(random.Uint32())
	}
	for i := 0; i < len(raw); i += blockBytes {
		binary.LittleEndian.PutUint16(raw[i:], uint16(0x2400+random.IntN(0x300)))
	}
	return raw
}

func tiny(t testing.TB) *Model {
	t.Helper()
	file := tinyFile(64, 4, 96)
	m, err := Read(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab, aa, bb = ab+float64(a[i])*float64(b[i]), aa+float64(a[i])*float64(a[i]), bb+float64(b[i])*float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}
