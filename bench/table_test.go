package main

import (
	"strings"
	"testing"

	"bangban/answer/eval"
)

func TestTable(t *testing.T) {
	report := func(ndcg, p50 float64) *eval.Report {
		return &eval.Report{Quality: eval.Quality{NDCG: ndcg}, DocsPerSecond: 100, IndexBytes: 1 << 20, PeakRSSBytes: 1 << 20, QueryP50: p50, QueryP99: p50, QueriesPerSecond: 10}
	}
	var out strings.Builder
	err := printTable(&out, []comparison{
		{"a", map[string]*eval.Report{ours: report(.5, 1), plain: report(.4, 2)}},
		{"b", map[string]*eval.Report{ours: report(.6, 1), plain: report(.55, 4)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"+0.1000", "+0.0500", "×0.50", "×0.25", "+0.0750 mean", "+0.0500 least"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is not in\n%s", want, out.String())
		}
	}
}
