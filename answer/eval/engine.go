package eval

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"bangban/knowledge"
	"bangban/knowledge/index"
	"bangban/nlu"
)

// Analyst understands questions and cuts texts; *nlu.Understander is one.
type Analyst interface {
	Understand(text string, now time.Time) *nlu.Understanding
	Words(text string) []string
}

// Engine is our own search, as it answers citizens, over a scratch index.
type Engine struct {
	analyst Analyst
	dir     string
	index   *index.Index
	now     time.Time
}

// NewEngine makes a scratch index in a temporary folder. Close removes it.
func NewEngine(analyst Analyst, now time.Time, log *slog.Logger) (*Engine, error) {
	dir, err := os.MkdirTemp("", "bangban-eval-")
	if err != nil {
		return nil, err
	}
	ix, err := index.Open(dir, analyst, log)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return &Engine{analyst, dir, ix, now}, nil
}

// Build implements System.
func (e *Engine) Build(ctx context.Context, docs []Document) error {
	entries := make([]*knowledge.Document, len(docs))
	for i, d := range docs {
		entries[i] = &knowledge.Document{ID: d.ID, Kind: knowledge.KindFAQ, Body: d.Text}
		if d.Title != "" {
			entries[i].Titles = []string{d.Title}
		}
	}
	return e.index.Apply(ctx, entries, "eval", 1)
}

// Search implements System.
func (e *Engine) Search(ctx context.Context, query string, n int) ([]Hit, error) {
	found, err := e.index.Search(ctx, knowledge.Query{
		Understanding: e.analyst.Understand(query, e.now), Now: e.now.UnixMicro(), Limit: n,
	})
	if err != nil {
		return nil, err
	}
	hits := make([]Hit, len(found))
	for i, c := range found {
		hits[i] = Hit{c.Document.ID, c.Score}
	}
	return hits, nil
}

// Bytes implements System.
func (e *Engine) Bytes() (int64, error) { return FolderBytes(e.dir) }

// Close removes the scratch index.
func (e *Engine) Close() error {
	return errors.Join(e.index.Close(), os.RemoveAll(e.dir))
}

// FolderBytes is the size of all files below a folder.
func FolderBytes(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}
