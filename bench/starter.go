package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bangban/corpus"
	"bangban/knowledge"
)

// starter is the set whose documents are the service items of the starter city, by id.
const starter = "starter"

// buildStarter writes the items as corpus.jsonl beside a copy of the set's questions and judgements. It returns the number
// of items, and fails where a judgement names an unknown one.
func buildStarter(set, out string) (int, error) {
	c, problems := knowledge.LoadFS(corpus.Files)
	for _, p := range problems {
		if !p.Strict {
			return 0, errors.New(p.String())
		}
	}
	var items []*knowledge.Document
	known := make(map[string]bool)
	for _, d := range knowledge.NewLibrary(c, time.Now(), nil).Documents() {
		if d.Kind == knowledge.KindItem {
			items = append(items, d)
			known[d.ID] = true
		}
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return 0, err
	}
	for _, name := range []string{"queries.jsonl", "qrels.tsv"} {
		data, err := os.ReadFile(filepath.Join(set, name))
		if err != nil {
			return 0, err
		}
		if name == "qrels.tsv" {
			if err := judgesKnown(string(data), known); err != nil {
				return 0, err
			}
		}
		if err := os.WriteFile(filepath.Join(out, name), data, 0o644); err != nil {
			return 0, err
		}
	}
	return len(items), writeItems(filepath.Join(out, "corpus.jsonl"), items)
}

func judgesKnown(qrels string, known map[string]bool) error {
	var faults []error
	for i, line := range strings.Split(strings.TrimSpace(qrels), "\n") {
		cells := strings.Split(line, "\t")
		if i == 0 && len(cells) >= 3 && cells[2] == "score" {
			continue
		}
		if len(cells) < 3 || !known[cells[1]] {
			faults = append(faults, fmt.Errorf("qrels.tsv, line %d: no item of the starter city in %q", i+1, line))
		}
	}
	return errors.Join(faults...)
}

func writeItems(name string, items []*knowledge.Document) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, d := range items {
		line := struct {
			ID    string `json:"_id"`
			Title string `json:"title"`
			Text  string `json:"text"`
		}{d.ID, strings.Join(d.Titles, "\n"), d.Body}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return w.Flush()
}
