package store

import (
	"context"
	"fmt"

	"bangban/affairs/promise"
	"bangban/conversation"
	"bangban/conversation/ownership"
	"bangban/kernel/event"
	"bangban/kernel/fault"
)

// applyPromises keeps what a step of a talk does to promises, in the step's own transaction.
func applyPromises(tx *Tx, v *conversation.Conversation, codeHash []byte, changes []ownership.PromiseChange, at int64) error {
	for _, c := range changes {
		if err := applyPromise(tx, v, codeHash, c, at); err != nil {
			return err
		}
	}
	return nil
}

func applyPromise(tx *Tx, v *conversation.Conversation, codeHash []byte, c ownership.PromiseChange, at int64) error {
	const add = `INSERT INTO promise (no, code_hash, conversation, state, channel, region, topic, reason, class, made_at, due_at, enqueued_at)
		VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9, $10, $11)`
	switch c.Step {
	case ownership.PromiseMade:
		if codeHash == nil {
			codeHash = []byte{} // nobody was told a code, so none opens it
		}
		_, err := tx.Exec(add, c.No, codeHash, string(v.ID), string(v.Channel), v.Region, v.Topic, c.Reason, int(c.Class), at, c.Due, c.EnqueuedAt)
		return err
	case ownership.PromiseTried:
		_, err := tx.Exec(`INSERT INTO promise_try (no, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, c.No, at)
		return err
	case ownership.PromiseOverdue:
		_, err := tx.Exec(`UPDATE promise SET overdue = 1 WHERE no = $1`, c.No)
		return err
	case ownership.PromiseKept, ownership.PromiseDropped:
		_, err := tx.Exec(`UPDATE promise SET state = $2, ended_at = $3 WHERE no = $1`, c.No, string(c.Step), at)
		return err
	}
	return fmt.Errorf("a promise cannot be %q", c.Step)
}

// Promises is the store as promise wants it.
func (s *Store) Promises() promise.Store { return promises{s} }

type promises struct{ s *Store }

func (p promises) Promise(ctx context.Context, no string) (*promise.Promise, error) {
	const query = `SELECT no, code_hash, conversation, state, channel, region, topic, reason, class, made_at, due_at, enqueued_at, overdue, ended_at, misses, locked_till
		FROM promise WHERE no = $1`
	var v promise.Promise
	var overdue int
	err := p.s.reader.QueryRowContext(ctx, query, no).Scan(&v.No, &v.CodeHash, &v.Conversation, &v.State, &v.Channel, &v.Region, &v.Topic, &v.Reason, &v.Class,
		&v.MadeAt, &v.Due, &v.EnqueuedAt, &overdue, &v.EndedAt, &v.Misses, &v.LockedTill)
	if err != nil {
		return nil, notFound("promise.not_found", err)
	}
	v.Overdue = overdue == 1
	v.Tries, err = collect(ctx, p.s, `SELECT at FROM promise_try WHERE no = $1 ORDER BY at`, []any{no}, func(at *int64) []any { return []any{at} })
	return &v, err
}

// CountMiss adds a wrong code, or with zero forgets them.
func (p promises) CountMiss(ctx context.Context, no string, misses int, lockedTill int64, ev event.Event) error {
	_, err := p.s.Write(ctx, func(tx *Tx) error {
		n, err := tx.Exec(`UPDATE promise SET misses = $2, locked_till = $3 WHERE no = $1`, no, misses, lockedTill)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "promise.not_found")
		}
		tx.Append(ev)
		return err
	})
	return err
}

// LastWords is what an agent last said in a talk: the answer to a promise that was kept.
func (p promises) LastWords(ctx context.Context, conversation string) (string, error) {
	list, err := collect(ctx, p.s, `SELECT text FROM turn WHERE conversation = $1 AND author LIKE 'agent:%' ORDER BY no DESC LIMIT 1`, []any{conversation},
		func(t *string) []any { return []any{t} })
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0], nil
}
