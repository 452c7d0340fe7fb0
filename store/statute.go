package store

import (
	"context"
	"fmt"
	"strings"

	"bangban/kernel/event"
	"bangban/knowledge/statute"
)

// Statutes is the store as the law library wants it.
func (s *Store) Statutes() statute.Store { return statutes{s} }

type statutes struct{ s *Store }

func (k statutes) Laws(ctx context.Context) ([]*statute.Law, error) {
	const query = `SELECT no, title, version, document_no, issuer, passed, published, effective, level, repeals, article_keys, path, hash, gone FROM statute ORDER BY no`
	rows, err := k.s.reader.QueryContext(ctx, query)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var out []*statute.Law
	for rows.Next() {
		l := new(statute.Law)
		var repeals, keys string
		var gone int
		if err := rows.Scan(&l.No, &l.Title, &l.Version, &l.DocumentNo, &l.Issuer, &l.Passed, &l.Published, &l.Effective, &l.Level,
			&repeals, &keys, &l.Path, &l.Hash, &gone); err != nil {
			return nil, classify(err)
		}
		l.Repeals, l.Keys, l.Gone = lines(repeals), lines(keys), gone == 1
		out = append(out, l)
	}
	return out, classify(rows.Err())
}

// lines takes apart what is kept one a line.
func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// Index: the primary key.
func (k statutes) Articles(ctx context.Context, each func(*statute.Article) error) error {
	const query = `SELECT statute, place, key, label, number, sub, headings, text FROM statute_article ORDER BY statute, place`
	return k.read(ctx, each, query)
}

// Index: the primary key.
func (k statutes) Between(ctx context.Context, law int64, from, to int, brief bool) ([]*statute.Article, error) {
	const whole = `SELECT statute, place, key, label, number, sub, headings, text FROM statute_article WHERE statute = $1 AND place BETWEEN $2 AND $3 ORDER BY place`
	const cut = `SELECT statute, place, key, label, number, sub, headings, substr(text, 1, 60) FROM statute_article WHERE statute = $1 AND place BETWEEN $2 AND $3 ORDER BY place`
	query := whole
	if brief {
		query = cut
	}
	var out []*statute.Article
	err := k.read(ctx, func(a *statute.Article) error {
		out = append(out, a)
		return nil
	}, query, law, from, to)
	return out, err
}

func (k statutes) read(ctx context.Context, each func(*statute.Article) error, query string, args ...any) error {
	rows, err := k.s.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return classify(err)
	}
	defer rows.Close()
	for rows.Next() {
		a := new(statute.Article)
		var headings string
		if err := rows.Scan(&a.Law, &a.Place, &a.Key, &a.Label, &a.Number, &a.Sub, &headings, &a.Text); err != nil {
			return classify(err)
		}
		a.Headings = lines(headings)
		if err := each(a); err != nil {
			return err
		}
	}
	return classify(rows.Err())
}

// Write gives new versions their numbers. The numbers in changes stay as they were: fn may run more than once.
func (k statutes) Write(ctx context.Context, changes []statute.Change) error {
	const next = `SELECT coalesce(max(no), 0) + 1 FROM statute`
	_, err := k.s.Write(ctx, func(tx *Tx) error {
		var free int64
		if err := tx.QueryRow(next).Scan(&free); err != nil {
			return err
		}
		for i := range changes {
			no := changes[i].Law.No
			if no == 0 {
				no = free
				free++
			}
			if err := k.put(tx, no, &changes[i]); err != nil {
				return fmt.Errorf("write %s: %w", changes[i].Law.ID(), err)
			}
			tx.Append(changes[i].Events...)
		}
		return nil
	})
	return err
}

func (k statutes) put(tx *Tx, no int64, c *statute.Change) error {
	const save = `INSERT INTO statute (no, title, version, document_no, issuer, passed, published, effective, level, repeals, article_keys, path, hash, gone, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, $14)
		ON CONFLICT (no) DO UPDATE SET document_no = excluded.document_no, issuer = excluded.issuer, passed = excluded.passed, published = excluded.published,
		effective = excluded.effective, level = excluded.level, repeals = excluded.repeals, article_keys = excluded.article_keys, path = excluded.path,
		hash = excluded.hash, gone = 0, at = excluded.at`
	const empty = `DELETE FROM statute_article WHERE statute = $1`
	l := c.Law
	if _, err := tx.Exec(save, no, l.Title, l.Version, l.DocumentNo, l.Issuer, l.Passed, l.Published, l.Effective, string(l.Level),
		strings.Join(l.Repeals, "\n"), strings.Join(l.Keys, "\n"), l.Path, l.Hash, k.s.now().UnixMicro()); err != nil {
		return err
	}
	if l.No != 0 {
		if _, err := tx.Exec(empty, no); err != nil {
			return err
		}
	}
	const columns, most = 8, 50
	for list := c.Articles; len(list) > 0; {
		n := min(len(list), most)
		args := make([]any, 0, n*columns)
		for i := range list[:n] {
			a := &list[i]
			args = append(args, no, a.Place, a.Key, a.Label, a.Number, a.Sub, strings.Join(a.Headings, "\n"), a.Text)
		}
		query := `INSERT INTO statute_article (statute, place, key, label, number, sub, headings, text) VALUES ` + valueRows(n, columns)
		if _, err := tx.Exec(query, args...); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// valueRows writes ($1, $2), ($3, $4) … for some rows.
func valueRows(rows, columns int) string {
	var b strings.Builder
	for i := range rows {
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
	}
	return b.String()
}

func (k statutes) Withdraw(ctx context.Context, laws []int64, events []event.Event) error {
	const withdraw = `UPDATE statute SET gone = 1, at = $1 WHERE no = $2`
	_, err := k.s.Write(ctx, func(tx *Tx) error {
		for _, no := range laws {
			if _, err := tx.Exec(withdraw, k.s.now().UnixMicro(), no); err != nil {
				return fmt.Errorf("withdraw a law: %w", err)
			}
		}
		tx.Append(events...)
		return nil
	})
	return err
}

// Mark is the newest import. Index: event_kind.
func (k statutes) Mark(ctx context.Context) (int64, error) {
	const query = `SELECT coalesce(max(seq), 0) FROM event WHERE kind = $1`
	var seq int64
	err := k.s.reader.QueryRowContext(ctx, query, statute.Changed).Scan(&seq)
	return seq, classify(err)
}
