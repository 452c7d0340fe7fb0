// Package peer holds the search engines that Bangban is measured beside (对照): each implements eval.System.
// It is part of the benchmarks only and of nothing that is served. Start at Bleve.
package peer

import (
	"context"
	"os"
	"strings"
	"unicode"

	"bangban/answer/eval"
	"bangban/nlu"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/registry"
	bleveindex "github.com/blevesearch/bleve_index_api"
	"github.com/go-ego/gse"
)

// Bleve is what one gets from the libraries alone: bleve's own BM25 over the words of gse's search-mode cut, title and text
// in one field. Texts are normalised as ours are, so that the ranking is compared and not the width of a digit.
type Bleve struct {
	dir   string
	index bleve.Index
}

const (
	analyser = "gse_search"
	body     = "text"
	batch    = 1000
)

// NewBleve loads gse's simplified dictionary and makes an empty index in a temporary folder. One a process.
func NewBleve() (*Bleve, error) {
	segmenter, err := gse.NewEmbed("zh_s")
	if err != nil {
		return nil, err
	}
	err = registry.RegisterAnalyzer(analyser, func(map[string]any, *registry.Cache) (analysis.Analyzer, error) {
		return &analysis.DefaultAnalyzer{Tokenizer: cutter{&segmenter}}, nil
	})
	if err != nil {
		return nil, err
	}
	field := bleve.NewTextFieldMapping()
	field.Analyzer = analyser
	field.Store, field.DocValues, field.IncludeTermVectors, field.IncludeInAll = false, false, false, false
	document := bleve.NewDocumentStaticMapping()
	document.AddFieldMappingsAt(body, field)
	m := bleve.NewIndexMapping()
	m.DefaultMapping, m.DefaultAnalyzer, m.ScoringModel = document, analyser, bleveindex.BM25Scoring
	dir, err := os.MkdirTemp("", "bangban-bench-bleve-")
	if err != nil {
		return nil, err
	}
	index, err := bleve.NewUsing(dir+"/index", m, scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, err
	}
	return &Bleve{dir, index}, nil
}

// cutter is gse's search-mode cut without HMM, as a tokenizer of bleve. Marks and spaces are no words.
type cutter struct{ segmenter *gse.Segmenter }

// Tokenize implements analysis.Tokenizer.
func (c cutter) Tokenize(text []byte) analysis.TokenStream {
	var out analysis.TokenStream
	for _, w := range c.segmenter.CutSearch(nlu.Normalise(string(text)), false) {
		if strings.IndexFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) >= 0 {
			out = append(out, &analysis.Token{Term: []byte(w), Position: len(out) + 1, Type: analysis.Ideographic})
		}
	}
	return out
}

// Build implements eval.System.
func (b *Bleve) Build(_ context.Context, docs []eval.Document) error {
	next := b.index.NewBatch()
	for i, d := range docs {
		if err := next.Index(d.ID, map[string]any{body: strings.TrimSpace(d.Title + "\n" + d.Text)}); err != nil {
			return err
		}
		if next.Size() == batch || i == len(docs)-1 {
			if err := b.index.Batch(next); err != nil {
				return err
			}
			next.Reset()
		}
	}
	return nil
}

// Search implements eval.System.
func (b *Bleve) Search(ctx context.Context, query string, n int) ([]eval.Hit, error) {
	match := bleve.NewMatchQuery(query)
	match.SetField(body)
	found, err := b.index.SearchInContext(ctx, bleve.NewSearchRequestOptions(match, n, 0, false))
	if err != nil {
		return nil, err
	}
	hits := make([]eval.Hit, len(found.Hits))
	for i, h := range found.Hits {
		hits[i] = eval.Hit{ID: h.ID, Score: h.Score}
	}
	return hits, nil
}

// Bytes implements eval.System.
func (b *Bleve) Bytes() (int64, error) { return eval.FolderBytes(b.dir) }

// Close removes the index.
func (b *Bleve) Close() error {
	if err := b.index.Close(); err != nil {
		return err
	}
	return os.RemoveAll(b.dir)
}
