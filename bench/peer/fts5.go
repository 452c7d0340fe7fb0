package peer

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"bangban/answer/eval"
	"bangban/nlu"

	_ "modernc.org/sqlite" // registers "sqlite"
)

// FTS5 is SQLite's full-text search over pairs of characters, ranked by its bm25: what one gets without any Chinese dictionary.
type FTS5 struct {
	dir string
	db  *sql.DB
}

// NewFTS5 makes an empty database in a temporary folder.
func NewFTS5() (*FTS5, error) {
	dir, err := os.MkdirTemp("", "bangban-bench-fts5-")
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "fts.db"))
	if err != nil {
		return nil, err
	}
	_, err = db.Exec("CREATE VIRTUAL TABLE docs USING fts5(id UNINDEXED, body, tokenize='unicode61')")
	return &FTS5{dir, db}, err
}

// bigrams are the pairs of neighbouring letters and digits of a normalised text; a word of one stays one.
func bigrams(text string) []string {
	var out []string
	for _, word := range strings.FieldsFunc(nlu.Normalise(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }) {
		runes := []rune(word)
		if len(runes) == 1 {
			out = append(out, word)
		}
		for i := 0; i+1 < len(runes); i++ {
			out = append(out, string(runes[i:i+2]))
		}
	}
	return out
}

// Build implements eval.System.
func (f *FTS5) Build(ctx context.Context, docs []eval.Document) error {
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	insert, err := tx.PrepareContext(ctx, "INSERT INTO docs(id, body) VALUES (?, ?)")
	if err != nil {
		return err
	}
	for _, d := range docs {
		if _, err := insert.ExecContext(ctx, d.ID, strings.Join(bigrams(d.Title+"\n"+d.Text), " ")); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// Search implements eval.System: any of the question's pairs, as a user of FTS5 would ask.
func (f *FTS5) Search(ctx context.Context, query string, n int) ([]eval.Hit, error) {
	var terms []string
	for _, b := range bigrams(query) {
		terms = append(terms, `"`+b+`"`)
	}
	if len(terms) == 0 {
		return nil, nil
	}
	rows, err := f.db.QueryContext(ctx, "SELECT id, -bm25(docs) FROM docs WHERE docs MATCH ? ORDER BY bm25(docs) LIMIT ?", strings.Join(terms, " OR "), n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var hits []eval.Hit
	for rows.Next() {
		var h eval.Hit
		if err := rows.Scan(&h.ID, &h.Score); err != nil {
			return nil, err
		}
		hits = append(hits, h)
	}
	return hits, rows.Err()
}

// Bytes implements eval.System.
func (f *FTS5) Bytes() (int64, error) { return eval.FolderBytes(f.dir) }

// Close removes the database.
func (f *FTS5) Close() error {
	if err := f.db.Close(); err != nil {
		return err
	}
	return os.RemoveAll(f.dir)
}
