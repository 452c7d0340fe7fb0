package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"bangban"
	"bangban/answer/eval"
	"bangban/conversation/message"
	"bangban/knowledge"
	"bangban/knowledge/semantic"
)

// asked is the set of the labelled questions of the test half: its documents are the matters of the starter city, each an item with the
// questions bound to it.
const asked = "asked"

// buildAsked writes the set from the questions of a folder and returns the number of documents.
func buildAsked(questions, out string) (int, error) {
	city, err := bangban.OpenStarter(context.Background(), slog.New(slog.DiscardHandler), time.Now())
	if err != nil {
		return 0, err
	}
	defer city.Close()
	if err := os.MkdirAll(out, 0o755); err != nil {
		return 0, err
	}
	matters := mattersOf(city)
	if err := writeItems(filepath.Join(out, "corpus.jsonl"), matters); err != nil {
		return 0, err
	}
	files, err := filepath.Glob(filepath.Join(questions, "*.tsv"))
	if err != nil {
		return 0, err
	}
	known := map[string]bool{}
	for _, m := range matters {
		known[m.ID] = true
	}
	var queries, qrels strings.Builder
	n := 0
	for _, name := range files {
		rows, err := readRows(name)
		if err != nil {
			return 0, err
		}
		for _, row := range eval.Test.Of(rows) {
			right := rightMatters(row, city, known)
			if len(right) == 0 {
				continue
			}
			n++
			line, err := json.Marshal(map[string]string{"_id": fmt.Sprint(n), "text": row.Turns[0]})
			if err != nil {
				return 0, err
			}
			queries.Write(append(line, '\n'))
			for _, id := range right {
				fmt.Fprintf(&qrels, "%d\t%s\t1\n", n, id)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(out, "queries.jsonl"), []byte(queries.String()), 0o644); err != nil {
		return 0, err
	}
	return len(matters), os.WriteFile(filepath.Join(out, "qrels.tsv"), []byte(qrels.String()), 0o644)
}

func readRows(name string) ([]eval.Row, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return eval.ReadQuestions(f, name)
}

// rightMatters are the matters that a single answerable question wants, as far as they are documents.
func rightMatters(row eval.Row, city *bangban.City, known map[string]bool) []string {
	if len(row.Turns) != 1 || !slices.Equal(row.Kinds, []message.Kind{message.Answer}) {
		return nil
	}
	var out []string
	for _, l := range row.Labels {
		for _, m := range l.Matters {
			if id := city.Matter(m); known[id] && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

// mattersOf are the starter city's entries, the questions of an item in its document.
func mattersOf(city *bangban.City) []*knowledge.Document {
	byID := map[string]*knowledge.Document{}
	var out []*knowledge.Document
	for _, d := range city.Documents() {
		id := city.Matter(d.ID)
		if d.Kind == knowledge.KindGap || id == "" {
			continue
		}
		m := byID[id]
		if m == nil {
			m = &knowledge.Document{ID: id}
			byID[id] = m
			out = append(out, m)
		}
		m.Titles = append(m.Titles, d.Titles...)
		m.Body += d.Body + "\n"
	}
	return out
}

// whole is the answering engine as it serves, by words or with the meaning stage: what it weighs first.
type whole struct {
	city    *bangban.City
	meaning bool
	dir     string
}

func openWhole(model string, meaning bool) (*whole, error) {
	w := &whole{meaning: meaning}
	var err error
	if w.dir, err = os.MkdirTemp("", "bangban-bench-city-"); err != nil {
		return nil, err
	}
	cfg := &bangban.Config{Data: w.dir, Embedding: "none"}
	if meaning {
		cfg.Embedding = "e5:" + model
	}
	w.city, err = bangban.OpenToAsk(context.Background(), cfg, slog.New(slog.DiscardHandler))
	return w, err
}

// Build implements eval.System: the engine has the starter city already; with meaning the vectors are made.
func (w *whole) Build(ctx context.Context, _ []eval.Document) error {
	if !w.meaning {
		return nil
	}
	return w.city.Embed(ctx, nil)
}

// Search implements eval.System.
func (w *whole) Search(ctx context.Context, query string, n int) ([]eval.Hit, error) {
	trace, err := w.city.Engine.Weigh(ctx, message.Question{Text: query, Channel: message.Command, Now: time.Now().UnixMicro()}, w.meaning)
	if err != nil {
		return nil, err
	}
	var hits []eval.Hit
	for _, c := range trace.Candidates {
		if len(hits) < n && !strings.HasPrefix(c.Entry, "gap-") {
			hits = append(hits, eval.Hit{ID: c.Entry, Score: c.Strength})
		}
	}
	return hits, nil
}

// Bytes implements eval.System.
func (w *whole) Bytes() (int64, error) { return eval.FolderBytes(w.dir) }

// Close removes what was made.
func (w *whole) Close() error {
	defer os.RemoveAll(w.dir)
	return w.city.Close()
}

// alone is the meaning stage without words: the nearest documents.
type alone struct {
	model *semantic.Local
	index *semantic.Index
}

func openAlone(model string) (*alone, error) {
	local, err := semantic.OpenLocal(model)
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.DiscardHandler)
	return &alone{local, semantic.New(local, semantic.OpenVectors("", log), log, semantic.Options{KeepQuestions: true})}, nil
}

// Build implements eval.System.
func (a *alone) Build(ctx context.Context, docs []eval.Document) error {
	entries := make([]*knowledge.Document, len(docs))
	for i, d := range docs {
		entries[i] = &knowledge.Document{ID: d.ID, Titles: strings.Split(d.Title, "\n"), Body: d.Text}
	}
	a.index.Apply(entries)
	return a.index.Fill(ctx, runtime.GOMAXPROCS(0), nil)
}

// Search implements eval.System.
func (a *alone) Search(ctx context.Context, query string, n int) ([]eval.Hit, error) {
	near, err := a.index.Nearest(ctx, []string{query}, n)
	hits := make([]eval.Hit, len(near))
	for i, x := range near {
		hits[i] = eval.Hit{ID: x.ID, Score: x.Cosine}
	}
	return hits, err
}

// Bytes implements eval.System: the vectors, a byte a number.
func (a *alone) Bytes() (int64, error) {
	_, total := a.index.Progress()
	return int64(total) * int64(a.model.Dims()), nil
}

// Close releases the model.
func (a *alone) Close() error { return a.model.Close() }
