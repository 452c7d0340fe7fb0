// Package lawset builds a retrieval set in BEIR layout from a folder of texts of law (法规库): one document an article, the
// latest version of each text. Questions and judgements are committed under bench/sets; the texts are not.
// It leaves scoring to answer/eval. Start at Build; articles.go reads the texts.
package lawset

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Build writes corpus.jsonl, queries.jsonl and qrels.tsv to out. set is a folder with queries.jsonl, qrels.tsv and perhaps
// folders.txt, the subfolders of the laws to use. It returns the number of articles, and fails where a judgement names an
// unknown one.
func Build(laws, set, out string) (int, error) {
	folders, err := readLines(filepath.Join(set, "folders.txt"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, err
	}
	articles, err := readLaws(laws, folders)
	if err != nil {
		return 0, err
	}
	if len(articles) == 0 {
		return 0, fmt.Errorf("no article found in %s", laws)
	}
	if err := check(set, articles); err != nil {
		return 0, err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return 0, err
	}
	if err := writeCorpus(filepath.Join(out, "corpus.jsonl"), articles); err != nil {
		return 0, err
	}
	for _, name := range []string{"queries.jsonl", "qrels.tsv"} {
		data, err := os.ReadFile(filepath.Join(set, name))
		if err != nil {
			return 0, err
		}
		if err := os.WriteFile(filepath.Join(out, name), data, 0o644); err != nil {
			return 0, err
		}
	}
	return len(articles), nil
}

func writeCorpus(name string, articles []article) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, a := range articles {
		line := struct {
			ID    string `json:"_id"`
			Title string `json:"title"`
			Text  string `json:"text"`
		}{a.id(), a.law + " " + a.number, a.text}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return w.Flush()
}

// check compares queries and judgements with each other and with the articles, and reports every fault.
func check(set string, articles []article) error {
	known := make(map[string]bool, len(articles))
	for _, a := range articles {
		known[a.id()] = true
	}
	queries := make(map[string]bool)
	lines, err := readLines(filepath.Join(set, "queries.jsonl"))
	if err != nil {
		return err
	}
	var faults []error
	for i, line := range lines {
		var q struct {
			ID   string `json:"_id"`
			Text string `json:"text"`
		}
		if err := json.Unmarshal([]byte(line), &q); err != nil || q.ID == "" || q.Text == "" {
			faults = append(faults, fmt.Errorf("queries.jsonl, line %d: want {\"_id\", \"text\"}, have %.60q", i+1, line))
			continue
		}
		queries[q.ID] = true
	}
	lines, err = readLines(filepath.Join(set, "qrels.tsv"))
	if err != nil {
		return err
	}
	judged := make(map[string]bool)
	for i, line := range lines {
		cells := strings.Split(line, "\t")
		switch {
		case i == 0 && len(cells) >= 3 && strings.EqualFold(cells[2], "score"):
			continue
		case len(cells) < 3:
			faults = append(faults, fmt.Errorf("qrels.tsv, line %d: want query, document, relevance, have %.60q", i+1, line))
			continue
		case !queries[cells[0]]:
			faults = append(faults, fmt.Errorf("qrels.tsv, line %d: no query %q", i+1, cells[0]))
		case !known[cells[1]]:
			faults = append(faults, fmt.Errorf("qrels.tsv, line %d: no article %q in the latest texts", i+1, cells[1]))
		}
		judged[cells[0]] = true
	}
	for id := range queries {
		if !judged[id] {
			faults = append(faults, fmt.Errorf("qrels.tsv: query %q has no judgement", id))
		}
	}
	return errors.Join(faults...)
}

// readLines returns the lines of a file that are not blank.
func readLines(name string) ([]string, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var out []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimRight(line, "\r\n"); strings.TrimSpace(line) != "" {
			out = append(out, line)
		}
	}
	return out, nil
}
