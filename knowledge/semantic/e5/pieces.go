package e5

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// space stands for a space within a piece.
const space = '▁'

// vocabulary cuts texts into pieces as SentencePiece's unigram model of XLM-RoBERTa does: of all ways to cut, the one whose pieces
// have the highest sum of scores.
type vocabulary struct {
	begin, end, unknown int
	offsets             []uint32 // piece i is blob[offsets[i]:offsets[i+1]]
	scores              []float32
	blob                []byte
	table               []uint32 // open addressing by FNV-1a: piece + 1, 0 is empty
	longest             int      // bytes of the longest piece
	unknownScore        float32

	from []rune // characters that are replaced, ascending
	to   [][]rune
}

func readVocabulary(c *cursor, vocab int) (vocabulary, error) {
	n := c.int()
	v := vocabulary{begin: c.int(), end: c.int()}
	c.int() // padding
	v.unknown = c.int()
	if bytes := c.uint(8); c.err != nil || n < 1 || n > vocab || bytes > uint64(c.left) {
		return v, errors.Join(c.err, fmt.Errorf("%d pieces of %d bytes in a vocabulary of %d", n, bytes, vocab))
	} else if err := v.readPieces(c, n, int64(bytes)); err != nil {
		return v, err
	}
	for _, id := range []int{v.begin, v.end, v.unknown} {
		if id < 0 || id >= vocab {
			return v, fmt.Errorf("special piece %d is not among %d", id, vocab)
		}
	}
	return v, v.readCharacters(c)
}

func (v *vocabulary) readPieces(c *cursor, n int, bytes int64) error {
	raw := c.bytes(4 * int64(n+1))
	v.scores = c.floats(int64(n))
	v.blob = c.bytes(bytes)
	if c.err != nil {
		return c.err
	}
	v.offsets = make([]uint32, n+1)
	for i := range v.offsets {
		v.offsets[i] = binary.LittleEndian.Uint32(raw[4*i:])
	}
	if !slices.IsSorted(v.offsets) || int64(v.offsets[n]) > bytes {
		return errors.New("offsets of pieces out of order")
	}
	size := 2
	for size < 2*n {
		size *= 2
	}
	v.table = make([]uint32, size)
	lowest := v.scores[0]
	for i := range n {
		lowest = min(lowest, v.scores[i])
		p := v.piece(i)
		if len(p) == 0 {
			continue
		}
		v.longest = max(v.longest, len(p))
		at := hash(fnvStart, p) & uint64(size-1)
		for v.table[at] != 0 {
			at = (at + 1) & uint64(size-1)
		}
		v.table[at] = uint32(i + 1)
	}
	v.unknownScore = lowest - 10
	return nil
}

// readCharacters reads what each character becomes: full width to half width, many spaces to one.
func (v *vocabulary) readCharacters(c *cursor) error {
	n := c.int()
	raw := c.bytes(int64(c.uint(4)))
	if c.err != nil || n < 0 || n > len(raw)/5 {
		return errors.Join(c.err, fmt.Errorf("%d characters in %d bytes", n, len(raw)))
	}
	v.from, v.to = make([]rune, n), make([][]rune, n)
	for i := range n {
		if len(raw) < 5 || len(raw) < 5+4*int(raw[4]) {
			return errors.New("the map of characters is cut off")
		}
		v.from[i] = rune(binary.LittleEndian.Uint32(raw))
		v.to[i] = make([]rune, raw[4])
		raw = raw[5:]
		for j := range v.to[i] {
			v.to[i][j] = rune(binary.LittleEndian.Uint32(raw[4*j:]))
		}
		raw = raw[4*len(v.to[i]):]
	}
	if !slices.IsSorted(v.from) {
		return errors.New("the map of characters is out of order")
	}
	return nil
}

func (v *vocabulary) piece(i int) []byte { return v.blob[v.offsets[i]:v.offsets[i+1]] }

const fnvStart uint64 = 14695981039346656037

func hash(h uint64, s []byte) uint64 {
	for _, b := range s {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return h
}

// find returns the piece s, whose hash is h, or -1.
func (v *vocabulary) find(h uint64, s []byte) int {
	mask := uint64(len(v.table) - 1)
	for at := h & mask; v.table[at] != 0; at = (at + 1) & mask {
		if i := int(v.table[at] - 1); string(v.piece(i)) == string(s) {
			return i
		}
	}
	return -1
}

// cut returns the pieces of a text between the marks of beginning and end; what is beyond most pieces is left out.
func (v *vocabulary) cut(text string, most int) []int {
	ids := v.best(v.normalise(text))
	ids = ids[:min(len(ids), most)]
	return append(append([]int{v.begin}, ids...), v.end)
}

// longestText is the most characters of a text that are looked at: no piece has fewer than one, and the rest would be left out anyway.
const longestText = 2048

// normalise replaces characters, makes one space of many and puts one in front.
func (v *vocabulary) normalise(text string) []byte {
	out := make([]byte, 0, len(text)+utf8.UTFMax)
	last, n := rune(0), 0
	add := func(r rune) {
		if n++; n > longestText || r == ' ' && last == ' ' {
			return
		}
		if last == 0 && r != ' ' {
			out = utf8.AppendRune(out, space)
		}
		if last = r; r == ' ' {
			r = space
		}
		out = utf8.AppendRune(out, r)
	}
	for _, r := range text {
		if i, found := slices.BinarySearch(v.from, r); found {
			for _, to := range v.to[i] {
				add(to)
			}
		} else {
			add(r)
		}
	}
	if len(out) == 0 {
		out = utf8.AppendRune(out, space)
	}
	return out
}

// step is the best way to cut the text up to a place: the piece that ends there and where it begins.
type step struct {
	score       float32
	piece, from int
}

// best cuts by Viterbi's way: left to right, at each character the best cut so far.
func (v *vocabulary) best(text []byte) []int {
	const unreached = -1e30
	steps := make([]step, len(text)+1)
	for i := range steps[1:] {
		steps[i+1].score = unreached
	}
	for at := 0; at < len(text); {
		_, width := utf8.DecodeRune(text[at:])
		if steps[at].score > unreached {
			v.extend(text, at, width, steps)
		}
		at += width
	}
	var ids []int
	for at := len(text); at > 0; at = steps[at].from {
		ids = append(ids, steps[at].piece)
	}
	slices.Reverse(ids)
	return ids
}

// extend tries every piece that begins at a place, whose first character has so many bytes.
func (v *vocabulary) extend(text []byte, at, width int, steps []step) {
	h, end := fnvStart, at
	for end < len(text) {
		_, n := utf8.DecodeRune(text[end:])
		if end+n-at > v.longest {
			break
		}
		h = hash(h, text[end:end+n])
		end += n
		if i := v.find(h, text[at:end]); i >= 0 && i != v.unknown {
			if score := steps[at].score + v.scores[i]; score > steps[end].score {
				steps[end] = step{score, i, at}
			}
		}
	}
	if score := steps[at].score + v.unknownScore; score > steps[at+width].score {
		steps[at+width] = step{score, v.unknown, at}
	}
}
