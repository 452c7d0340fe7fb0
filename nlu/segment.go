package nlu

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/go-ego/gse"
)

// rarest is the frequency below which a word of gse's dictionary is left out. From 3 to 4 the dictionary halves (312,000 to
// 153,000 words) and loads in a third of the time; the rarer words that matter to a city office are in the lexicon.
const rarest = 4

// dictionary holds words with the logarithm of their probability. The base is read once from gse and shared by every
// Understander; what a city adds is a small dictionary of its own above it, so that swapping a lexicon is cheap.
type dictionary struct {
	words  *trie
	weight []float32 // by node; 0: only the beginning of a word
}

var base = sync.OnceValues(loadBase)

// loadBase reads gse's simplified dictionary and keeps its words and frequencies only: gse's own form takes 46 MB for them
// (and 127 MB for all), ours about ten. cut then does what gse's Cut(text, false) does, which a test compares.
func loadBase() (*dictionary, error) {
	seg := gse.Segmenter{SkipLog: true, NotLoadHMM: true, MinTokenFreq: rarest}
	if err := seg.LoadDictEmbed("zh_s"); err != nil {
		return nil, fmt.Errorf("load the dictionary: %w", err)
	}
	d := &dictionary{words: newTrie(2 * len(seg.Dict.Tokens))}
	total := math.Log(seg.Dict.TotalFreq())
	for i := range seg.Dict.Tokens {
		token := &seg.Dict.Tokens[i]
		d.set([]rune(Normalise(token.Text())), float32(math.Log(token.Freq())-total))
	}
	d.weight = append([]float32(nil), d.weight...)
	return d, nil
}

func (d *dictionary) set(word []rune, weight float32) {
	if len(word) == 0 {
		return
	}
	node := d.words.add(word)
	for uint32(len(d.weight)) <= node {
		d.weight = append(d.weight, 0)
	}
	d.weight[node] = weight
}

// at returns the weight of the word that ends in a node, 0 when none does.
func (d *dictionary) at(node uint32) float32 {
	if node == 0 || node >= uint32(len(d.weight)) {
		return 0
	}
	return d.weight[node]
}

// segmenter cuts text into words: the most probable path over the dictionary, without guessing new words.
type segmenter struct {
	base, own *dictionary
	unknown   float32 // weight of a character that is no word
}

// newSegmenter adds words to the base dictionary. Each is kept whole: it gets a weight well above that of its best cut.
// Particles are the single characters that stand beside words (在, 的, 了): gse gives every single character the same small
// frequency, so that 派出所在哪 would be 派出|所在|哪.
func newSegmenter(b *dictionary, words, particles []string) *segmenter {
	s := &segmenter{base: b, own: &dictionary{words: newTrie(4 * len(words))}, unknown: -18}
	for _, w := range particles {
		s.own.set([]rune(w), -6.5)
	}
	// Short words first, so that a longer one is weighed against the cut that they make.
	words = slices.Clone(words)
	slices.SortFunc(words, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
	for _, w := range words {
		runes := []rune(w)
		if len(runes) < 2 || len(runes) > longestWord {
			continue
		}
		best := s.own.at(s.own.words.find(runes))
		if known := b.at(b.words.find(runes)); best == 0 || known != 0 && known > best {
			best = known
		}
		_, parts := s.path(runes)
		if best == 0 || best < parts {
			best = parts
		}
		s.own.set(runes, min(best+2, -1))
	}
	return s
}

// longestWord is the longest word, in characters, that is kept whole. Longer names are cut: as one word they match nothing.
const longestWord = 6

// known says that the dictionary has a word.
func (s *segmenter) known(word []rune) bool {
	return s.base.at(s.base.words.find(word)) != 0 || s.own.at(s.own.words.find(word)) != 0
}

// span is a piece of a text, in runes.
type span struct{ start, end int }

func (p span) len() int { return p.end - p.start }

// path finds the best cut of runes: next[i] is where the word that starts at i ends. It returns the weight of the path.
func (s *segmenter) path(runes []rune) (next []int, weight float32) {
	n := len(runes)
	next = make([]int, n+1)
	score := make([]float32, n+1)
	for i := n - 1; i >= 0; i-- {
		best, end := s.unknown+score[i+1], i+1
		found := false
		consider := func(w float32, j int) {
			// gse prefers the longer word on a tie.
			if w += score[j]; !found || w >= best {
				if !found || w > best || j > end {
					best, end, found = w, j, true
				}
			}
		}
		b, o := uint32(root), uint32(root)
		for j := i; j < n && (b != 0 || o != 0); j++ {
			var w float32
			if b != 0 {
				b = s.base.words.step(b, runes[j])
				w = s.base.at(b)
			}
			if o != 0 {
				o = s.own.words.step(o, runes[j])
				if own := s.own.at(o); own != 0 {
					w = own
				}
			}
			if w != 0 {
				consider(w, j+1)
			}
		}
		score[i], next[i] = best, end
	}
	return next, score[0]
}

// cut returns the words of a normal text as spans, marks and spaces included. Neighbouring single Latin letters and digits
// are one word.
func (s *segmenter) cut(runes []rune) []span {
	next, _ := s.path(runes)
	out := make([]span, 0, len(runes)/2+1)
	for i := 0; i < len(runes); i = next[i] {
		j := next[i]
		if j == i+1 && isAlnum(runes[i]) && len(out) > 0 {
			if last := &out[len(out)-1]; last.end == i && isAlnum(runes[i-1]) && allAlnum(runes[last.start:last.end]) {
				last.end = j
				continue
			}
		}
		out = append(out, span{i, j})
	}
	return out
}

func allAlnum(runes []rune) bool {
	for _, r := range runes {
		if !isAlnum(r) {
			return false
		}
	}
	return true
}

// search returns the words of a normal text for the index and for queries: each word, and the known words of two to four
// characters inside a longer one. Marks and spaces are left out.
func (s *segmenter) search(normal string) []string {
	runes := []rune(normal)
	spans := s.cut(runes)
	out := make([]string, 0, len(spans)+8)
	for _, p := range spans {
		if p.len() == 1 && (runes[p.start] == ' ' || isMark(runes[p.start])) {
			continue
		}
		out = s.inside(out, runes[p.start:p.end])
		out = append(out, string(runes[p.start:p.end]))
	}
	return out
}

// inside appends the known words inside a word.
func (s *segmenter) inside(out []string, word []rune) []string {
	if len(word) <= 2 || allAlnum(word) {
		return out
	}
	for i := range word {
		for n := 2; n <= 4 && i+n <= len(word) && n < len(word); n++ {
			if s.known(word[i : i+n]) {
				out = append(out, string(word[i:i+n]))
			}
		}
	}
	return out
}
