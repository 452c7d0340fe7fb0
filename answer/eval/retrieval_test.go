package eval

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"bangban/nlu"
)

// analyst is a small one: no lexicon, every pair of characters is a word.
type analyst struct{}

func (analyst) Words(text string) []string { return nlu.Bigrams(nlu.Normalise(text)) }

func (analyst) Understand(text string, _ time.Time) *nlu.Understanding {
	normal := nlu.Normalise(text)
	return &nlu.Understanding{Raw: text, Normal: normal, Core: normal, Readable: true}
}

func TestRetrieval(t *testing.T) {
	set, err := ReadSet(files(t, map[string]string{"corpus.jsonl": corpusLines, "queries.jsonl": queryLines, "qrels.tsv": judgements}))
	if err != nil {
		t.Fatal(err)
	}
	engine, err := NewEngine(analyst{}, time.Unix(0, 0), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var run strings.Builder
	steps := 0
	r, err := Retrieval(t.Context(), set, engine, Options{Run: &run, Tag: "test", Progress: func(string, int, int) { steps++ }})
	if err != nil {
		t.Fatal(err)
	}
	if r.NDCG != 1 || r.MRR != 1 || r.Hit1 != 1 || r.Recall != 1 || r.Documents != 2 || r.Queries != 2 {
		t.Errorf("report %+v", r)
	}
	if r.DocsPerSecond <= 0 || r.IndexBytes <= 0 || r.QueryP50 < 0 || r.QueriesPerSecond <= 0 || steps == 0 {
		t.Errorf("figures are missing: %+v, %d steps", r, steps)
	}
	if lines := strings.Split(strings.TrimSpace(run.String()), "\n"); len(lines) != 2 || !strings.HasPrefix(lines[0], "q1 Q0 d1 1 ") || !strings.HasSuffix(lines[0], " test") {
		t.Errorf("run %q", run.String())
	}
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"ndcg_at_10", "mrr_at_10", "hit_at_1", "recall_at_10", "docs_per_s", "index_bytes", "peak_rss_bytes", "query_p50_ms", "query_p99_ms", "queries_per_s"} {
		if !strings.Contains(string(raw), `"`+key+`":`) {
			t.Errorf("%s is not in %s", key, raw)
		}
	}
	if err := engine.Close(); err != nil {
		t.Error(err)
	}
	if _, err := engine.Bytes(); err == nil {
		t.Error("the scratch index is left behind")
	}
}

func TestRetrievalIsCancelled(t *testing.T) {
	set, err := ReadSet(files(t, map[string]string{"corpus.jsonl": corpusLines, "queries.jsonl": queryLines, "qrels.tsv": judgements}))
	if err != nil {
		t.Fatal(err)
	}
	engine, err := NewEngine(analyst{}, time.Unix(0, 0), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Retrieval(ctx, set, engine, Options{}); err == nil {
		t.Error("a cancelled measurement reported figures")
	}
}
