package e5

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// The file, little endian throughout: "E5S1", version, the shape; the vocabulary (count, special pieces, offsets, scores, the bytes
// of all pieces, the map of characters); a directory of tensors (name, type, count, offset, bytes); the tensors. A matrix lies row
// by row in blocks of 32 weights: a 16-bit float, then 16 bytes, byte j holding weight j below and weight j+16 above, each plus 8.
const (
	magic      = "E5S1"
	blockSize  = 32              // weights a block
	blockBytes = 2 + blockSize/2 // as stored
)

// Bounds that a file must keep, far above the real ones: a damaged file must not take all memory.
const (
	mostHidden    = 4096
	mostLayers    = 64
	mostPositions = 8192
	mostTensors   = 4096
)

type shape struct {
	hidden, layerCount, heads, inner int
	vocab, maxPositions, tokenTypes  int
	eps                              float32
}

func (s shape) check() error {
	for _, c := range []struct {
		what      string
		got, most int
	}{{"hidden size", s.hidden, mostHidden}, {"layers", s.layerCount, mostLayers}, {"heads", s.heads, mostHidden}, {"inner size", s.inner, 4 * mostHidden},
		{"vocabulary", s.vocab, 1 << 22}, {"positions", s.maxPositions, mostPositions}, {"token types", s.tokenTypes, 16}} {
		if c.got < 1 || c.got > c.most {
			return fmt.Errorf("%s %d is not between 1 and %d", c.what, c.got, c.most)
		}
	}
	if s.hidden%blockSize != 0 || s.inner%blockSize != 0 || s.hidden%s.heads != 0 || s.maxPositions < 3 {
		return fmt.Errorf("sizes %d, %d, %d heads, %d positions do not fit each other", s.hidden, s.inner, s.heads, s.maxPositions)
	}
	return nil
}

// cursor reads forwards and remembers the first error.
type cursor struct {
	r    *bufio.Reader
	left int64
	sum  uint32
	err  error
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (c *cursor) bytes(n int64) []byte {
	if c.err == nil && (n < 0 || n > c.left) {
		c.err = io.ErrUnexpectedEOF
	}
	if c.err != nil {
		return nil
	}
	b := make([]byte, n)
	if _, c.err = io.ReadFull(c.r, b); c.err != nil {
		return nil
	}
	c.left -= n
	c.sum = crc32.Update(c.sum, castagnoli, b)
	return b
}

// rest reads to the end, for the checksum.
func (c *cursor) rest() {
	buffer := make([]byte, 1<<18)
	for c.err == nil && c.left > 0 {
		n, err := c.r.Read(buffer[:min(int64(len(buffer)), c.left)])
		c.sum, c.left, c.err = crc32.Update(c.sum, castagnoli, buffer[:n]), c.left-int64(n), err
	}
	if errors.Is(c.err, io.EOF) && c.left == 0 {
		c.err = nil
	}
}

func (c *cursor) uint(size int64) uint64 {
	var b [8]byte
	copy(b[:], c.bytes(size))
	return binary.LittleEndian.Uint64(b[:])
}

func (c *cursor) int() int                 { return int(int32(c.uint(4))) }
func (c *cursor) float() float32           { return math.Float32frombits(uint32(c.uint(4))) }
func (c *cursor) floats(n int64) []float32 { return floatsOf(c.bytes(4 * n)) }

func floatsOf(raw []byte) []float32 {
	out := make([]float32, len(raw)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return out
}

// parse reads everything but the word table, of which it keeps the place.
func parse(r io.ReaderAt, size int64) (*Model, error) {
	c := &cursor{r: bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 1<<16), left: size}
	if head := c.bytes(4); c.err != nil || string(head) != magic {
		return nil, errors.New("it does not begin with " + magic)
	}
	c.uint(4) // version
	m := &Model{}
	m.hidden, m.layerCount, m.heads, m.inner = c.int(), c.int(), c.int(), c.int()
	m.vocab, m.maxPositions, m.tokenTypes = c.int(), c.int(), c.int()
	m.eps = c.float()
	if block := c.int(); c.err == nil && block != blockSize {
		return nil, fmt.Errorf("blocks of %d weights, want %d", block, blockSize)
	}
	if c.err == nil {
		c.err = m.check()
	}
	if c.err != nil {
		return nil, c.err
	}
	var err error
	if m.pieces, err = readVocabulary(c, m.vocab); err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	t := tensors{r: r, size: size}
	if err := t.readDirectory(c); err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	m.load(&t)
	if t.err != nil {
		return nil, t.err
	}
	c.rest()
	m.sum = c.sum
	return m, c.err
}

// load takes the tensors of a file; an error stays in t.
func (m *Model) load(t *tensors) {
	m.words = words{r: t.r, at: t.place("emb.word", m.matrixBytes(m.vocab, m.hidden)), hidden: m.hidden}
	m.positions = t.floats("emb.pos", m.maxPositions*m.hidden)
	types := t.floats("emb.type", m.tokenTypes*m.hidden)
	m.first = t.norm("emb.ln", m.hidden)
	for l := range m.layerCount {
		if t.err != nil {
			return
		}
		name := func(part string) string { return fmt.Sprintf("l%d.%s", l, part) }
		m.layers = append(m.layers, layer{
			query: t.matrix(name("q"), m.hidden, m.hidden), key: t.matrix(name("k"), m.hidden, m.hidden), value: t.matrix(name("v"), m.hidden, m.hidden),
			out: t.matrix(name("ao"), m.hidden, m.hidden), outNorm: t.norm(name("aln"), m.hidden),
			up: t.matrix(name("fi"), m.inner, m.hidden), down: t.matrix(name("fo"), m.hidden, m.inner), downNorm: t.norm(name("oln"), m.hidden),
		})
	}
	if t.err != nil {
		return
	}
	for i := range m.positions { // the type of every token is 0
		m.positions[i] += types[i%m.hidden]
	}
}

func (shape) matrixBytes(rows, columns int) int64 {
	return int64(rows) * int64(columns/blockSize) * blockBytes
}

// tensors are what the directory of a file names.
type tensors struct {
	r     io.ReaderAt
	size  int64
	named map[string]tensor
	err   error // the first one
}

type tensor struct{ at, bytes int64 }

func (t *tensors) readDirectory(c *cursor) error {
	n := c.int()
	if c.err != nil || n < 0 || n > mostTensors {
		return errors.Join(c.err, fmt.Errorf("%d tensors", n))
	}
	t.named = make(map[string]tensor, n)
	for range n {
		name := string(c.bytes(int64(c.uint(2))))
		c.bytes(1 + 4) // type and count follow from the name
		at, bytes := c.uint(8), c.uint(8)
		if c.err != nil {
			return c.err
		}
		if at > uint64(t.size) || bytes > uint64(t.size)-at {
			return fmt.Errorf("%s lies beyond the end of the file", name)
		}
		t.named[name] = tensor{int64(at), int64(bytes)}
	}
	return c.err
}

// place returns where a tensor of so many bytes lies.
func (t *tensors) place(name string, bytes int64) int64 {
	if x, ok := t.named[name]; t.err == nil && (!ok || x.bytes != bytes) {
		t.err = fmt.Errorf("tensor %s has %d bytes, want %d", name, x.bytes, bytes)
	}
	return t.named[name].at
}

func (t *tensors) raw(name string, bytes int64) []byte {
	at := t.place(name, bytes)
	if t.err != nil {
		return nil
	}
	b := make([]byte, bytes)
	if n, err := t.r.ReadAt(b, at); n < len(b) {
		t.err = fmt.Errorf("tensor %s: %w", name, err)
		return nil
	}
	return b
}

func (t *tensors) floats(name string, n int) []float32 { return floatsOf(t.raw(name, 4*int64(n))) }

func (t *tensors) norm(name string, n int) norm {
	return norm{weight: t.floats(name+".w", n), bias: t.floats(name+".b", n)}
}

func (t *tensors) matrix(name string, rows, columns int) matrix {
	bias := t.floats(name+".b", rows)
	raw := t.raw(name+".w", shape{}.matrixBytes(rows, columns))
	if t.err != nil {
		return matrix{}
	}
	return pack(raw, rows, columns, bias)
}

// words is the word table, left in the file: 250,000 rows, of which a city's questions meet a few thousand.
type words struct {
	r      io.ReaderAt
	at     int64
	hidden int
}

// row reads the vector of piece id into out, with room for its bytes in buffer.
func (w words) row(id int, buffer []byte, out []float32) error {
	buffer = buffer[:w.hidden/blockSize*blockBytes]
	if n, err := w.r.ReadAt(buffer, w.at+int64(id)*int64(len(buffer))); n < len(buffer) {
		return fmt.Errorf("read the word table: %w", err)
	}
	for ; len(buffer) > 0; buffer, out = buffer[blockBytes:], out[blockSize:] {
		scale := half(binary.LittleEndian.Uint16(buffer))
		for j, b := range buffer[2:blockBytes] {
			out[j] = float32(int(b&15)-8) * scale
			out[j+blockSize/2] = float32(int(b>>4)-8) * scale
		}
	}
	return nil
}

// half widens a 16-bit float.
func half(h uint16) float32 {
	sign, exponent, mantissa := uint32(h&0x8000)<<16, uint32(h>>10)&31, uint32(h)&0x3ff
	switch exponent {
	case 0: // zero and subnormal
		v := float32(mantissa) * (1.0 / (1 << 24))
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | mantissa<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | mantissa<<13)
}
