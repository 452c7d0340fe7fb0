package store

import (
	"context"
	"fmt"
	"strings"

	"bangban/kernel/event"
	"bangban/kernel/fault"
	"bangban/knowledge"
)

// Knowledge is the store as knowledge wants it.
func (s *Store) Knowledge() knowledge.Store { return revisions{s} }

type revisions struct{ s *Store }

// Index: revision_published.
func (k revisions) Published(ctx context.Context, each func(*knowledge.Revision) error) error {
	const query = `SELECT kind, id, number, state, content, hash, author, reviewer, at FROM revision WHERE state = 'published' ORDER BY kind, id`
	return k.read(ctx, each, query)
}

func (k revisions) read(ctx context.Context, each func(*knowledge.Revision) error, query string, args ...any) error {
	rows, err := k.s.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return classify(err)
	}
	defer rows.Close()
	for rows.Next() {
		r := new(knowledge.Revision)
		if err := rows.Scan(&r.Kind, &r.ID, &r.Number, &r.State, &r.Content, &r.Hash, &r.Author, &r.Reviewer, &r.At); err != nil {
			return classify(err)
		}
		if err := each(r); err != nil {
			return err
		}
	}
	return classify(rows.Err())
}

// Heads reads every record without its content.
func (k revisions) Heads(ctx context.Context) (map[knowledge.Key]knowledge.Head, error) {
	const query = `SELECT kind, id, max(number), max(CASE WHEN state = 'published' THEN number ELSE 0 END),
		max(CASE WHEN state = 'published' THEN hash ELSE '' END) FROM revision GROUP BY kind, id`
	rows, err := k.s.reader.QueryContext(ctx, query)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	out := map[knowledge.Key]knowledge.Head{}
	for rows.Next() {
		var key knowledge.Key
		var h knowledge.Head
		if err := rows.Scan(&key.Kind, &key.ID, &h.Newest, &h.Published, &h.Hash); err != nil {
			return nil, classify(err)
		}
		out[key] = h
	}
	return out, classify(rows.Err())
}

// Index: the primary key.
func (k revisions) Revisions(ctx context.Context, key knowledge.Key) ([]*knowledge.Revision, error) {
	const query = `SELECT kind, id, number, state, content, hash, author, reviewer, at FROM revision WHERE kind = $1 AND id = $2 ORDER BY number DESC`
	var out []*knowledge.Revision
	err := k.read(ctx, func(r *knowledge.Revision) error {
		out = append(out, r)
		return nil
	}, query, string(key.Kind), key.ID)
	return out, err
}

func (k revisions) Save(ctx context.Context, steps []knowledge.Step, events []event.Event) (int64, error) {
	return k.s.Write(ctx, func(tx *Tx) error {
		for i := range steps {
			if err := takeStep(tx, &steps[i]); err != nil {
				return err
			}
		}
		tx.Append(events...)
		return nil
	})
}

// takeStep moves one revision, or a batch of drafts. Index: the primary key; revision_batch.
func takeStep(tx *Tx, s *knowledge.Step) error {
	const move = `UPDATE revision SET state = $1, reviewer = $2, at = $3 WHERE kind = $4 AND id = $5 AND number = $6 AND state = $7`
	const moveBatch = `UPDATE revision SET state = $1, reviewer = $2, at = $3, batch = '' WHERE batch = $4 AND state = $5`
	if s.Revision != nil {
		return insertRevisions(tx, []*knowledge.Revision{s.Revision}, "")
	}
	var n int64
	var err error
	want := int64(1)
	if s.Batch != "" {
		want = int64(s.N)
		n, err = tx.Exec(moveBatch, string(s.To), s.Reviewer, s.At, s.Batch, string(s.From))
	} else {
		n, err = tx.Exec(move, string(s.To), s.Reviewer, s.At, string(s.Key.Kind), s.Key.ID, s.Number, string(s.From))
	}
	if err != nil {
		return fmt.Errorf("move revision: %w", err)
	}
	if n != want {
		return fault.Wrap(fault.Conflict, "revision.moved_on", fmt.Errorf("%s %d: %d rows of %d were %s", s.Key, s.Number, n, want, s.From))
	}
	return nil
}

func (k revisions) Stage(ctx context.Context, batch string, drafts []*knowledge.Revision) error {
	_, err := k.s.Write(ctx, func(tx *Tx) error { return insertRevisions(tx, drafts, batch) })
	return err
}

// insertRevisions writes some rows a statement.
func insertRevisions(tx *Tx, list []*knowledge.Revision, batch string) error {
	const columns, most = 10, 50
	for len(list) > 0 {
		n := min(len(list), most)
		var b strings.Builder
		b.WriteString(`INSERT INTO revision (kind, id, number, state, content, hash, author, reviewer, at, batch) VALUES `)
		args := make([]any, 0, n*columns)
		for i, r := range list[:n] {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteByte('(')
			for c := range columns {
				if c > 0 {
					b.WriteString(", ")
				}
				fmt.Fprintf(&b, "$%d", i*columns+c+1)
			}
			b.WriteByte(')')
			args = append(args, string(r.Kind), r.ID, r.Number, string(r.State), string(r.Content), r.Hash, r.Author, r.Reviewer, r.At, batch)
		}
		if _, err := tx.Exec(b.String(), args...); err != nil {
			return fmt.Errorf("insert revisions: %w", err)
		}
		list = list[n:]
	}
	return nil
}

// Unstage removes what imports left behind that never ended. Index: revision_batch.
func (k revisions) Unstage(ctx context.Context) error {
	const left = `SELECT count(*) FROM revision WHERE batch <> '' AND state = 'draft'`
	const remove = `DELETE FROM revision WHERE batch <> '' AND state = 'draft'`
	var n int
	if err := k.s.reader.QueryRowContext(ctx, left).Scan(&n); err != nil || n == 0 {
		return classify(err)
	}
	_, err := k.s.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(remove)
		return err
	})
	return err
}

// Mark is the newest publication. Index: event_kind.
func (k revisions) Mark(ctx context.Context) (int64, error) {
	const query = `SELECT coalesce(max(seq), 0) FROM event WHERE kind = $1`
	var seq int64
	err := k.s.reader.QueryRowContext(ctx, query, knowledge.Changed).Scan(&seq)
	return seq, classify(err)
}
