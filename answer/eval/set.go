package eval

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Set is a retrieval set in BEIR layout: documents, queries, and which documents answer which query.
type Set struct {
	Name      string
	Documents []Document
	Queries   []Query // those with at least one judgement, in the order of the file
	// Relevance is by query id, then document id; above 0 is relevant.
	Relevance map[string]map[string]int
	// Missing counts judgements of documents that are not in the corpus: they can't be found and lower recall.
	Missing int
}

// Document is one line of corpus.jsonl.
type Document struct {
	ID    string `json:"_id"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Query is one line of queries.jsonl.
type Query struct {
	ID   string `json:"_id"`
	Text string `json:"text"`
}

// longestLine bounds one line of a file, in bytes.
const longestLine = 16 << 20

// ReadSet reads corpus.jsonl, queries.jsonl and qrels.tsv (or qrels/test.tsv) from a folder; each may be gzipped (.gz). A
// line that is not what it should be is an error that names file and line.
func ReadSet(dir string) (*Set, error) {
	s := &Set{Name: filepath.Base(filepath.Clean(dir)), Relevance: make(map[string]map[string]int)}
	known := make(map[string]bool)
	err := readObjects(dir, "corpus.jsonl", func(d Document) error {
		if known[d.ID] {
			return fmt.Errorf("document %q stands here twice", d.ID)
		}
		known[d.ID] = true
		s.Documents = append(s.Documents, d)
		return nil
	}, func(d Document) string { return d.ID })
	if err != nil {
		return nil, err
	}
	var queries []Query
	asked := make(map[string]bool)
	err = readObjects(dir, "queries.jsonl", func(q Query) error {
		if asked[q.ID] {
			return fmt.Errorf("query %q stands here twice", q.ID)
		}
		asked[q.ID] = true
		queries = append(queries, q)
		return nil
	}, func(q Query) string { return q.ID })
	if err != nil {
		return nil, err
	}
	if err := s.readJudgements(dir, known, asked); err != nil {
		return nil, err
	}
	for _, q := range queries {
		if anyRelevant(s.Relevance[q.ID]) {
			s.Queries = append(s.Queries, q)
		}
	}
	switch {
	case len(s.Documents) == 0:
		return nil, fmt.Errorf("%s: corpus.jsonl holds no document", dir)
	case len(s.Queries) == 0:
		return nil, fmt.Errorf("%s: no query has a relevant document", dir)
	}
	return s, nil
}

func anyRelevant(judged map[string]int) bool {
	for _, r := range judged {
		if r > 0 {
			return true
		}
	}
	return false
}

// readJudgements reads lines query <TAB> document <TAB> relevance, or the four columns of TREC; a header may stand on top.
func (s *Set) readJudgements(dir string, known, asked map[string]bool) error {
	name := "qrels.tsv"
	if _, err := find(dir, name); errors.Is(err, fs.ErrNotExist) {
		name = "qrels/test.tsv"
	}
	return readLines(dir, name, func(n int, line string) error {
		cells := strings.Fields(line)
		if strings.Contains(line, "\t") {
			cells = strings.Split(line, "\t")
		}
		if len(cells) == 4 { // TREC: query, iteration, document, relevance
			cells = []string{cells[0], cells[2], cells[3]}
		}
		if len(cells) != 3 {
			return fmt.Errorf("want query, document, relevance, have %d columns", len(cells))
		}
		relevance, err := strconv.Atoi(strings.TrimSpace(cells[2]))
		if err != nil {
			if n == 1 && !asked[cells[0]] {
				return nil // header
			}
			return fmt.Errorf("relevance %q is not a whole number", cells[2])
		}
		if !asked[cells[0]] {
			return fmt.Errorf("query %q is not in queries.jsonl", cells[0])
		}
		if !known[cells[1]] {
			s.Missing++
		}
		if s.Relevance[cells[0]] == nil {
			s.Relevance[cells[0]] = make(map[string]int)
		}
		s.Relevance[cells[0]][cells[1]] = relevance
		return nil
	})
}

// find returns the path of a file of the set, gzipped or not.
func find(dir, name string) (string, error) {
	path := filepath.Join(dir, filepath.FromSlash(name))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if _, err := os.Stat(path + ".gz"); err == nil {
		return path + ".gz", nil
	}
	return "", fmt.Errorf("%s: %s is missing (%s.gz would do as well): %w", dir, name, name, fs.ErrNotExist)
}

// readObjects reads one JSON object a line; id must not be empty.
func readObjects[T any](dir, name string, take func(T) error, id func(T) string) error {
	return readLines(dir, name, func(_ int, line string) error {
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			return fmt.Errorf("not the JSON object that it should be: %w", err)
		}
		if id(v) == "" {
			return errors.New(`"_id" is missing`)
		}
		return take(v)
	})
}

// readLines calls take with each line that is not blank; its error is returned with file and line number.
func readLines(dir, name string, take func(n int, line string) error) (err error) {
	path, err := find(dir, name)
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		in = z
	}
	return scan(in, path, take)
}

// scan is readLines on an open file.
func scan(in io.Reader, path string, take func(n int, line string) error) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 1<<16), longestLine)
	n := 0
	for lines.Scan() {
		n++
		line := lines.Text()
		if n == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		if err := take(n, line); err != nil {
			return fmt.Errorf("%s, line %d: %w", path, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s, line %d: %w", path, n+1, err)
	}
	return nil
}
