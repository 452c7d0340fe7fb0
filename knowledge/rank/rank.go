// Package rank scores published entries against a question (相关度): a true BM25 over words, character bigrams and single
// characters, held in memory, and the likeness of the entries' titles. It is pure: no I/O, no clock, no outside library.
// It leaves segmentation to nlu and the choice of what may be shown to knowledge/index.
// Start at Build and Index.Search; the figures behind the formula are in docs/decisions/003-own-ranking.md.
package rank

import (
	"bangban/nlu"
)

// BM25's constants: how fast repeated terms saturate, and how much long texts are held back.
const (
	k1 = 1.2
	b  = 0.75
)

// The fields of every document. Each is scored by its own BM25; the sums are added with equal weight.
const (
	words = iota
	bigrams
	characters
	fields
)

// Analyser cuts normalised text into words, the same way at index time and at query time.
type Analyser interface {
	Words(text string) []string
}

// Tokens are the terms of one text, by field.
type Tokens [fields][]string

// Analyse cuts a text into the terms of all fields.
func Analyse(an Analyser, text string) Tokens {
	normal := nlu.Normalise(text)
	return Tokens{an.Words(normal), nlu.Bigrams(normal), nlu.Characters(normal)}
}

// Words are the terms of the word field.
func (t Tokens) Words() []string { return t[words] }

// Bigrams are the terms of the bigram field.
func (t Tokens) Bigrams() []string { return t[bigrams] }

// Characters are the terms of the field of single characters.
func (t Tokens) Characters() []string { return t[characters] }

// Entry is one document with its terms: those of each title, and those of the body.
type Entry struct {
	Titles []Tokens
	Body   Tokens
}

// AnalyseEntry cuts titles and body of one document.
func AnalyseEntry(an Analyser, titles []string, body string) Entry {
	e := Entry{Titles: make([]Tokens, len(titles)), Body: Analyse(an, body)}
	for i, title := range titles {
		e.Titles[i] = Analyse(an, title)
	}
	return e
}

// Counted are the distinct terms of one field of a document with their frequency, and the length of the field.
type Counted struct {
	Terms  []string
	Counts []uint8
	Length int
}

// Count joins titles and body into one field. A term of several titles counts as often as in the one that has it most: many
// everyday names make an entry easy to find, not heavy.
func (e Entry) Count(field int) Counted {
	at := make(map[string]int32, len(e.Body[field])+16)
	var c Counted
	seen := make(map[string]uint8, 16)
	for _, title := range e.Titles {
		clear(seen)
		for _, term := range title[field] {
			if seen[term] < 255 {
				seen[term]++
			}
			i, ok := at[term]
			if !ok {
				at[term] = int32(len(c.Terms))
				c.Terms, c.Counts = append(c.Terms, term), append(c.Counts, 1)
			} else if c.Counts[i] < seen[term] {
				c.Counts[i] = seen[term]
			}
		}
	}
	for _, n := range c.Counts {
		c.Length += int(n)
	}
	for _, term := range e.Body[field] {
		i, ok := at[term]
		if !ok {
			at[term] = int32(len(c.Terms))
			c.Terms, c.Counts = append(c.Terms, term), append(c.Counts, 1)
		} else if c.Counts[i] < 255 {
			c.Counts[i]++
		}
	}
	c.Length += len(e.Body[field])
	return c
}
