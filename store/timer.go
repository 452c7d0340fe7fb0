package store

import (
	"context"
	"database/sql"
	"errors"

	"bangban/conversation"
)

// saveTimers brings the rows of a subject's clocks from what they were to what they are.
func saveTimers[N ~string](tx *Tx, subject string, before, after map[N]int64) error {
	const set = `INSERT INTO timer (subject, name, due_at) VALUES ($1, $2, $3) ON CONFLICT (subject, name) DO UPDATE SET due_at = excluded.due_at`
	for name := range before {
		if _, runs := after[name]; !runs {
			if _, err := tx.Exec(`DELETE FROM timer WHERE subject = $1 AND name = $2`, subject, string(name)); err != nil {
				return err
			}
		}
	}
	for name, due := range after {
		if was, runs := before[name]; runs && was == due {
			continue
		}
		if _, err := tx.Exec(set, subject, string(name), due); err != nil {
			return err
		}
	}
	return nil
}

// Index: timer_due.
func (c conversations) DueTimers(ctx context.Context, now int64, limit int) ([]conversation.Due, error) {
	rows, err := c.s.reader.QueryContext(ctx, `SELECT subject, name, due_at FROM timer WHERE due_at <= $1 ORDER BY due_at, subject, name LIMIT $2`, now, limit)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var list []conversation.Due
	for rows.Next() {
		var d conversation.Due
		if err := rows.Scan(&d.Subject, &d.Name, &d.At); err != nil {
			return nil, classify(err)
		}
		list = append(list, d)
	}
	return list, classify(rows.Err())
}

// Index: timer_due.
func (c conversations) NextTimer(ctx context.Context) (int64, error) {
	var due int64
	err := c.s.reader.QueryRowContext(ctx, `SELECT due_at FROM timer ORDER BY due_at LIMIT 1`).Scan(&due)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return due, classify(err)
}

func (c conversations) DropTimer(ctx context.Context, d conversation.Due) error {
	_, err := c.s.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(`DELETE FROM timer WHERE subject = $1 AND name = $2 AND due_at = $3`, d.Subject, d.Name, d.At)
		return err
	})
	return err
}
