package index

import (
	"bytes"
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/registry"
)

// Texts are cut once, by rank.Analyse, for the scores in memory and for bleve alike: bleve gets the terms joined by unit
// separators, and its analyser only parts them. So the disk index never cuts differently from the scorer, needs no
// analyser in bleve's global registry that changes with the lexicon, and segmentation, which costs most, runs once.
const (
	separator    = "\x1f"
	analyserName = "bangban_terms"
)

func init() {
	err := registry.RegisterAnalyzer(analyserName, func(map[string]any, *registry.Cache) (analysis.Analyzer, error) {
		return &analysis.DefaultAnalyzer{Tokenizer: parter{}}, nil
	})
	if err != nil {
		panic(err)
	}
}

func joined(terms []string) string { return strings.Join(terms, separator) }

// parter is bleve's tokenizer: terms end at separators.
type parter struct{}

// Tokenize implements analysis.Tokenizer.
func (parter) Tokenize(text []byte) analysis.TokenStream {
	stream := make(analysis.TokenStream, 0, bytes.Count(text, []byte(separator))+1)
	for start := 0; start < len(text); {
		end := bytes.IndexByte(text[start:], separator[0])
		if end < 0 {
			end = len(text) - start
		}
		if end > 0 {
			stream = append(stream, &analysis.Token{
				Term: text[start : start+end], Start: start, End: start + end,
				Position: len(stream) + 1, Type: analysis.Ideographic,
			})
		}
		start += end + 1
	}
	return stream
}
