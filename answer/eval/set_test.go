package eval

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// files writes a folder; a name that ends in .gz is compressed.
func files(t testing.TB, content map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range content {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		data := []byte(text)
		if strings.HasSuffix(name, ".gz") {
			var b strings.Builder
			z := gzip.NewWriter(&b)
			if _, err := z.Write(data); err != nil {
				t.Fatal(err)
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			data = []byte(b.String())
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const (
	corpusLines = `{"_id":"d1","title":"身份证","text":"丢了就补领"}` + "\n" + `{"_id":"d2","title":"","text":"护照"}` + "\n"
	queryLines  = `{"_id":"q1","text":"身份证丢了"}` + "\n\n" + `{"_id":"q2","text":"护照"}` + "\n"
	judgements  = "q1\td1\t1\nq2\td2\t2\n"
)

func TestReadSet(t *testing.T) {
	for _, tt := range []struct {
		name                string
		files               map[string]string
		documents, queries  int
		missing             int
		relevantDocumentOf1 string
	}{
		{"plain", map[string]string{"corpus.jsonl": corpusLines, "queries.jsonl": queryLines, "qrels.tsv": judgements}, 2, 2, 0, "d1"},
		{"gzipped", map[string]string{"corpus.jsonl.gz": corpusLines, "queries.jsonl.gz": queryLines, "qrels.tsv.gz": judgements}, 2, 2, 0, "d1"},
		{"below qrels, with header", map[string]string{"corpus.jsonl": corpusLines, "queries.jsonl": queryLines, "qrels/test.tsv": "query-id\tcorpus-id\tscore\n" + judgements}, 2, 2, 0, "d1"},
		{"four columns, spaces", map[string]string{"corpus.jsonl": corpusLines, "queries.jsonl": queryLines, "qrels.tsv": "q1 0 d1 1\n"}, 2, 1, 0, "d1"},
		{"byte order mark and Windows line ends", map[string]string{"corpus.jsonl": "\ufeff" + strings.ReplaceAll(corpusLines, "\n", "\r\n"), "queries.jsonl": queryLines, "qrels.tsv": strings.ReplaceAll(judgements, "\n", "\r\n")}, 2, 2, 0, "d1"},
		{"judgement of a missing document", map[string]string{"corpus.jsonl": corpusLines, "queries.jsonl": queryLines, "qrels.tsv": judgements + "q1\td9\t1\n"}, 2, 2, 1, "d9"},
		{"a query without a relevant document is not asked", map[string]string{"corpus.jsonl": corpusLines, "queries.jsonl": queryLines, "qrels.tsv": "q1\td1\t1\nq2\td2\t0\n"}, 2, 1, 0, "d1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := ReadSet(files(t, tt.files))
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Documents) != tt.documents || len(s.Queries) != tt.queries || s.Missing != tt.missing || s.Relevance["q1"][tt.relevantDocumentOf1] != 1 {
				t.Errorf("%d documents, %d queries, %d missing, %v", len(s.Documents), len(s.Queries), s.Missing, s.Relevance)
			}
		})
	}
}

func TestReadSetErrors(t *testing.T) {
	whole := map[string]string{"corpus.jsonl": corpusLines, "queries.jsonl": queryLines, "qrels.tsv": judgements}
	for _, tt := range []struct{ name, file, text, want string }{
		{"no corpus", "corpus.jsonl", "", "corpus.jsonl holds no document"},
		{"not JSON", "corpus.jsonl", corpusLines + "oops\n", "corpus.jsonl, line 3"},
		{"no id", "corpus.jsonl", `{"title":"x"}`, `"_id" is missing`},
		{"id of another type", "corpus.jsonl", `{"_id":7}`, "corpus.jsonl, line 1"},
		{"document twice", "corpus.jsonl", corpusLines + corpusLines, `line 3: document "d1" stands here twice`},
		{"query twice", "queries.jsonl", queryLines + queryLines, `query "q1" stands here twice`},
		{"columns missing", "qrels.tsv", "q1\td1\n", "qrels.tsv, line 1: want query, document, relevance"},
		{"relevance no number", "qrels.tsv", judgements + "q1\td1\tyes\n", "line 3: relevance"},
		{"relevance no number in the first line", "qrels.tsv", "q1\td1\tyes\n", "line 1: relevance"},
		{"unknown query", "qrels.tsv", "q9\td1\t1\n", `query "q9" is not in queries.jsonl`},
		{"no judgement", "qrels.tsv", "\n", "no query has a relevant document"},
		{"not gzipped", "corpus.jsonl.gz", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			content := make(map[string]string)
			for k, v := range whole {
				content[k] = v
			}
			content[tt.file] = tt.text
			dir := files(t, content)
			if tt.file == "corpus.jsonl.gz" {
				if err := os.Remove(filepath.Join(dir, "corpus.jsonl")); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, tt.file), []byte(corpusLines), 0o644); err != nil {
					t.Fatal(err)
				}
				tt.want = "gzip"
			}
			_, err := ReadSet(dir)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := ReadSet(t.TempDir()); err == nil || !strings.Contains(err.Error(), "corpus.jsonl is missing") {
		t.Errorf("empty folder: %v", err)
	}
}

func FuzzJudgements(f *testing.F) {
	f.Add(judgements)
	f.Add("query-id\tcorpus-id\tscore\nq1\td1\t1\n")
	f.Add("q1 0 d1 1")
	f.Add("\xff\t\t\n\t")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ReadSet(files(t, map[string]string{"corpus.jsonl": corpusLines, "queries.jsonl": queryLines, "qrels.tsv": text}))
		if err != nil {
			return
		}
		for _, q := range s.Queries {
			if m := judge([]string{"d1", "d2"}, s.Relevance[q.ID]); m.NDCG < 0 || m.NDCG > 1+1e-9 || m.Recall > 1 {
				t.Errorf("measures out of range: %+v", m)
			}
		}
	})
}
