package nlu

import (
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
// All the literal pieces of all patterns lie in one trie, so that a text is read once, however many patterns there are.
type pattern struct {
	pieces     []piece
	start, end bool // anchored
}

type piece struct {
	literals []int32 // ids in the book
	optional bool
	gap      int // characters that may lie before it
}

// book holds the literals of all patterns.
type book struct {
	words    *trie
	literals []int32 // by node: literal id + 1, 0 when none ends there
	lengths  []int
	first    [][]int32 // literal id → patterns that may begin with it
	patterns []pattern
}

func newBook() *book {
	return &book{words: newTrie(1 << 14)}
}

// add compiles a pattern and returns its number.
func (b *book) add(source string, groups map[string][]string) (int32, error) {
	p, err := b.compile(source, groups)
	if err != nil {
		return 0, fmt.Errorf("pattern %q: %w", source, err)
	}
	id := int32(len(b.patterns))
	b.patterns = append(b.patterns, p)
	for _, piece := range p.pieces {
		for _, l := range piece.literals {
			if !slices.Contains(b.first[l], id) {
				b.first[l] = append(b.first[l], id)
			}
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
			if id := b.literal(n); !slices.Contains(p.literals, id) {
				p.literals = append(p.literals, id)
			}
		}
	}
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
	// hits lists where each literal starts, in order.
	hits map[int32][]int
	// begin and end are where the utterance begins and ends for ^ and $.
	begin, end int
}

// most is how often one literal is looked at in a text; a text that repeats a word more often says nothing new with it.
const most = 64

func (b *book) read(runes []rune) *reading {
	r := &reading{book: b, runes: runes, hits: make(map[int32][]int, 16), end: len(runes)}
	for i := range runes {
		node := uint32(root)
		for j := i; j < len(runes); j++ {
			if node = b.words.step(node, runes[j]); node == 0 {
				break
			}
			id := int32(-1)
			if node < uint32(len(b.literals)) {
				id = b.literals[node] - 1
			}
			if id < 0 || len(r.hits[id]) >= most || !r.wordwise(i, j+1) {
				continue
			}
			r.hits[id] = append(r.hits[id], i)
		}
	}
	return r
}

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

// matches returns every pattern that is found, with its first place (all places of a pattern of one piece), by place.
func (r *reading) matches() []match {
	seen := make(map[int32]bool, 16)
	var out []match
	for id := range r.hits {
		for _, p := range r.book.first[id] {
			if seen[p] {
				continue
			}
			seen[p] = true
			out = r.places(out, p)
		}
	}
	slices.SortFunc(out, func(a, b match) int {
		if a.start != b.start {
			return a.start - b.start
		}
		if a.end != b.end {
			return b.end - a.end
		}
		return int(a.pattern - b.pattern)
	})
	return out
}

func (r *reading) places(out []match, id int32) []match {
	p := &r.book.patterns[id]
	for first := range p.pieces {
		piece := &p.pieces[first]
		for _, l := range piece.literals {
			for _, at := range r.hits[l] {
				if p.start && (at < r.begin || at > r.begin+piece.gap) {
					continue
				}
				if end, ok := r.follow(p, first+1, at+r.book.lengths[l]); ok {
					out = append(out, match{id, span{at, end}})
				}
			}
		}
		if !piece.optional {
			break
		}
	}
	return out
}

// follow matches the pieces from i on, after a position, and returns where the pattern ends.
func (r *reading) follow(p *pattern, i, after int) (int, bool) {
	if i == len(p.pieces) {
		return after, !p.end || after == r.end
	}
	piece := &p.pieces[i]
	best, found := 0, false
	for _, l := range piece.literals {
		hits := r.hits[l]
		k, _ := slices.BinarySearch(hits, after)
		for ; k < len(hits) && hits[k] <= after+piece.gap; k++ {
			if endsBetween(r.runes, after, hits[k]) {
				break
			}
			if end, ok := r.follow(p, i+1, hits[k]+r.book.lengths[l]); ok && (!found || end < best) {
				best, found = end, true
			}
		}
	}
	if !found && piece.optional {
		return r.follow(p, i+1, after)
	}
	return best, found
}

// words are where the literals of a match stand, without what lies in its gaps.
func (r *reading) words(m match) []span {
	p := &r.book.patterns[m.pattern]
	for first := range p.pieces {
		for _, l := range p.pieces[first].literals {
			end := m.start + r.book.lengths[l]
			if _, here := slices.BinarySearch(r.hits[l], m.start); !here {
				continue
			}
			if out, ok := r.trace(p, first+1, end, m.end, []span{{m.start, end}}); ok {
				return out
			}
		}
		if !p.pieces[first].optional {
			break
		}
	}
	return []span{m.span}
}

func (r *reading) trace(p *pattern, i, after, end int, found []span) ([]span, bool) {
	if i == len(p.pieces) {
		return found, after == end
	}
	piece := &p.pieces[i]
	for _, l := range piece.literals {
		hits := r.hits[l]
		k, _ := slices.BinarySearch(hits, after)
		for ; k < len(hits) && hits[k] <= after+piece.gap; k++ {
			at := span{hits[k], hits[k] + r.book.lengths[l]}
			if out, ok := r.trace(p, i+1, at.end, end, append(found[:len(found):len(found)], at)); ok {
				return out, true
			}
		}
	}
	if piece.optional {
		return r.trace(p, i+1, after, end, found)
	}
	return nil, false
}

func endsBetween(runes []rune, from, to int) bool {
	for _, c := range runes[from:to] {
		if endsSentence(c) {
			return true
		}
	}
	return false
}
