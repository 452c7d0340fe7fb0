package index

import (
	"context"
	"fmt"

	"bangban/knowledge/rank"

	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/collector"
	"github.com/blevesearch/bleve/v2/search/query"
	bleveindex "github.com/blevesearch/bleve_index_api"
)

// maxClauses bounds the terms that bleve is asked for.
const maxClauses = 128

// candidates are the ids of up to n entries that hold words or bigrams of the question, in bleve's order, which is good
// enough to choose candidates by and no better. Terms are matched exactly: no fuzzy, synonym or query-string search.
func (r *reader) candidates(ctx context.Context, q rank.Query, n int) (ids []string, err error) {
	built := candidateQuery(q)
	if built == nil {
		return nil, nil
	}
	defer func() {
		// bleve reads its files through memory maps and may panic on one that was damaged while in use.
		if p := recover(); p != nil {
			ids, err = nil, fmt.Errorf("search the disk index: %v", p)
		}
	}()
	ctx = context.WithValue(ctx, search.GetScoringModelCallbackKey,
		search.GetScoringModelCallbackFn(func() string { return bleveindex.BM25Scoring }))
	searcher, err := built.Searcher(ctx, r.view, r.mapping, search.SearcherOptions{})
	if err != nil {
		return nil, err
	}
	defer searcher.Close()
	order := search.SortOrder{&search.SortScore{Desc: true}, &search.SortDocID{}}
	top := collector.NewTopNCollector(n, 0, order)
	if err := top.Collect(ctx, searcher, r.view); err != nil {
		return nil, err
	}
	for _, hit := range top.Results() {
		ids = append(ids, hit.ID)
	}
	return ids, nil
}

// candidateQuery asks for any of the words and bigrams of a question, without its question words; nil: there are none.
func candidateQuery(q rank.Query) query.Query {
	plain := q.Plain()
	var clauses []query.Query
	seen := make(map[[2]string]bool)
	add := func(field string, terms []string) {
		for _, term := range terms {
			k := [2]string{field, term}
			if term == "" || seen[k] || len(clauses) >= maxClauses {
				continue
			}
			seen[k] = true
			clause := query.NewTermQuery(term)
			clause.SetField(field)
			clauses = append(clauses, clause)
		}
	}
	add(wordField, plain.Words())
	add(bigramField, plain.Bigrams())
	for _, t := range q.Others() {
		add(wordField, t.Words())
	}
	if len(clauses) == 0 {
		return nil
	}
	return query.NewDisjunctionQuery(clauses)
}
