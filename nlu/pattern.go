package nlu

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A pattern is how the lexicon's files describe ways of saying something. It is a row of pieces:
//
//	帮我            these characters
//	(帮我|替我)      one of several; @name stands for a group of the file's definitions
//	(请|麻烦)?       may be missing
//	{6}             up to six characters of anything, but not across the end of a sentence
//	^ $             the beginning and the end of the utterance, marks and politeness left out
//
// In a file " & " joins patterns that must all be found, wherever they stand.
//
// All the literal pieces of all patterns lie in one trie, so that a text is read once, however many patterns there are.
type pattern struct {
	pieces     []piece
	start, end bool // anchored
}

type piece struct {
	literals []int32 // ids in the book, sorted
	optional bool
	gap      int // characters that may lie before it
}

// book holds the literals of all patterns.
type book struct {
	words    *trie
	literals []int32 // by node: literal id + 1, 0 when none ends there
	lengths  []int
	first    [][]beginning // by literal: the patterns that may begin with it
	patterns []pattern
}

func newBook() *book {
	return &book{words: newTrie(1 << 14)}
}

// beginning is a pattern with the piece that a literal would be.
type beginning struct {
	pattern int32
	piece   int
}

// add compiles a pattern and returns its number.
func (b *book) add(source string, groups map[string][]string) (int32, error) {
	p, err := b.compile(source, groups)
	if err != nil {
		return 0, fmt.Errorf("pattern %q: %w", source, err)
	}
	id := int32(len(b.patterns))
	b.patterns = append(b.patterns, p)
	for i, piece := range p.pieces {
		for _, l := range piece.literals {
			b.first[l] = append(b.first[l], beginning{id, i})
		}
		if !piece.optional {
			break
		}
	}
	return id, nil
}

func (b *book) compile(source string, groups map[string][]string) (pattern, error) {
	var p pattern
	rest := strings.TrimSpace(source)
	if strings.HasPrefix(rest, "^") {
		p.start, rest = true, rest[1:]
	}
	if strings.HasSuffix(rest, "$") {
		p.end, rest = true, rest[:len(rest)-1]
	}
	gap := 0
	for rest != "" {
		switch rest[0] {
		case '{':
			n, after, ok := strings.Cut(rest[1:], "}")
			v, err := strconv.Atoi(n)
			if !ok || err != nil || v < 0 || v > 40 {
				return p, fmt.Errorf("a gap is {n} with n up to 40")
			}
			gap, rest = v, after
			continue
		case '(':
			inner, after, ok := strings.Cut(rest[1:], ")")
			if !ok || strings.ContainsAny(inner, "({") {
				return p, fmt.Errorf("( without its ), or a group inside a group")
			}
			piece, err := b.group(inner, groups)
			if err != nil {
				return p, err
			}
			rest = after
			if strings.HasPrefix(rest, "?") {
				piece.optional, rest = true, rest[1:]
			}
			piece.gap, gap = gap, 0
			p.pieces = append(p.pieces, piece)
		default:
			n := strings.IndexAny(rest, "({")
			if n < 0 {
				n = len(rest)
			}
			piece, err := b.group(rest[:n], groups)
			if err != nil {
				return p, err
			}
			piece.gap, gap = gap, 0
			p.pieces, rest = append(p.pieces, piece), rest[n:]
		}
	}
	if gap > 0 {
		return p, fmt.Errorf("a gap with nothing after it")
	}
	if !slices.ContainsFunc(p.pieces, func(q piece) bool { return !q.optional }) {
		return p, fmt.Errorf("nothing in it must be there")
	}
	return p, nil
}

func (b *book) group(inner string, groups map[string][]string) (piece, error) {
	var p piece
	for _, alternative := range strings.Split(inner, "|") {
		words := []string{alternative}
		if name, ok := strings.CutPrefix(alternative, "@"); ok {
			if words, ok = groups[name]; !ok {
				return p, fmt.Errorf("no group @%s", name)
			}
		}
		for _, w := range words {
			n := Normalise(w)
			if n == "" {
				return p, fmt.Errorf("an empty alternative")
			}
			p.literals = append(p.literals, b.literal(n))
		}
	}
	slices.Sort(p.literals)
	p.literals = slices.Compact(p.literals)
	return p, nil
}

func (b *book) literal(word string) int32 {
	runes := []rune(word)
	node := b.words.add(runes)
	for uint32(len(b.literals)) <= node {
		b.literals = append(b.literals, 0)
	}
	id := b.literals[node] - 1
	if id < 0 {
		id = int32(len(b.lengths))
		b.literals[node] = id + 1
		b.lengths = append(b.lengths, len(runes))
		b.first = append(b.first, nil)
	}
	return id
}

// reading is one text with the literals found in it.
type reading struct {
	book  *book
	runes []rune
	// hits are the literals found, by place; from says where those of each place begin.
	hits []int32
	from []int32
	// begin and end are where the utterance begins and ends for ^ and $.
	begin, end int
	// effort is how many steps are left: a text made to be slow to read is read in part.
	effort int
}

// steps a character that reading may take; ordinary texts need about ten.
const steps = 400

func (b *book) read(runes []rune) *reading {
	r := &reading{book: b, runes: runes, hits: make([]int32, 0, 2*len(runes)), from: make([]int32, len(runes)+1), end: len(runes),
		effort: 2000 + steps*len(runes)}
	for i := range runes {
		r.from[i] = int32(len(r.hits))
		node := uint32(root)
		for j := i; j < len(runes); j++ {
			if node = b.words.step(node, runes[j]); node == 0 {
				break
			}
			if node < uint32(len(b.literals)) && b.literals[node] > 0 && r.wordwise(i, j+1) {
				r.hits = append(r.hits, b.literals[node]-1)
			}
		}
	}
	r.from[len(runes)] = int32(len(r.hits))
	return r
}

// at are the literals that begin at a place.
func (r *reading) at(i int) []int32 { return r.hits[r.from[i]:r.from[i+1]] }

// wordwise refuses a Latin or digit literal inside a longer run: sb is not in usb, 110 not in 1101.
func (r *reading) wordwise(i, j int) bool {
	runes := r.runes
	if isDigit(runes[i]) && i > 0 && isDigit(runes[i-1]) || isDigit(runes[j-1]) && j < len(runes) && isDigit(runes[j]) {
		return false
	}
	letter := func(c rune) bool { return c >= 'a' && c <= 'z' }
	return !(letter(runes[i]) && i > 0 && letter(runes[i-1]) || letter(runes[j-1]) && j < len(runes) && letter(runes[j]))
}

// match is where a pattern was found.
type match struct {
	pattern int32
	span
}

// matches returns every place where a pattern is found, in order; of one pattern at one place the shortest.
func (r *reading) matches() []match {
	var out []match
	for i := range r.runes {
		here := len(out)
		for _, l := range r.at(i) {
			for _, b := range r.book.first[l] {
				p := &r.book.patterns[b.pattern]
				if p.start && (i < r.begin || i > r.begin+p.pieces[b.piece].gap) {
					continue
				}
				if end, ok := r.follow(p, b.piece+1, i+r.book.lengths[l], nil); ok {
					out = append(out, match{b.pattern, span{i, end}})
				}
			}
		}
		slices.SortFunc(out[here:], func(a, b match) int { return cmp.Or(int(a.pattern-b.pattern), a.end-b.end) })
		out = append(out[:here], slices.CompactFunc(out[here:], func(a, b match) bool { return a.pattern == b.pattern })...)
	}
	return out
}

// follow matches the pieces from i on, after a position, and returns where the pattern ends. The nearest literal is tried
// first, and of those at one place the shortest. Where trace is not nil it collects the literals.
func (r *reading) follow(p *pattern, i, after int, trace *[]span) (int, bool) {
	if i == len(p.pieces) {
		return after, !p.end || after == r.end
	}
	piece := &p.pieces[i]
	for at := after; at <= after+piece.gap && at < len(r.runes); at++ {
		for _, l := range r.at(at) {
			if r.effort--; r.effort < 0 {
				return 0, false
			}
			if _, ok := slices.BinarySearch(piece.literals, l); !ok {
				continue
			}
			next := at + r.book.lengths[l]
			if end, ok := r.follow(p, i+1, next, trace); ok {
				if trace != nil {
					*trace = append(*trace, span{at, next})
				}
				return end, true
			}
		}
		if endsSentence(r.runes[at]) {
			break
		}
	}
	if piece.optional {
		return r.follow(p, i+1, after, trace)
	}
	return 0, false
}

// words are where the literals of a match stand, without what lies in its gaps.
func (r *reading) words(m match) []span {
	for _, l := range r.at(m.start) {
		for _, b := range r.book.first[l] {
			if b.pattern != m.pattern {
				continue
			}
			first := span{m.start, m.start + r.book.lengths[l]}
			found := []span{first}
			if end, ok := r.follow(&r.book.patterns[m.pattern], b.piece+1, first.end, &found); ok && end == m.end {
				return found
			}
		}
	}
	return []span{m.span}
}

func endsBetween(runes []rune, from, to int) bool {
	for _, c := range runes[from:to] {
		if endsSentence(c) {
			return true
		}
	}
	return false
}
