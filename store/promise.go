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
		_, err := tx.Exec(`INSERT INTO promise_try (no, at, by_whom, note, next_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, c.No, at, c.By, c.Reason, c.Due)
		return err
	case ownership.PromiseOverdue:
		_, err := tx.Exec(`UPDATE promise SET overdue = 1 WHERE no = $1`, c.No)
		return err
	case ownership.PromiseKept, ownership.PromiseDropped:
		if _, err := tx.Exec(`UPDATE promise SET state = $2, ended_at = $3 WHERE no = $1`, c.No, string(c.Step), at); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM promise_contact WHERE no = $1`, c.No) // nobody needs the number any more
		return err
	}
	return fmt.Errorf("a promise cannot be %q", c.Step)
}

// Promises is the store as promise wants it.
func (s *Store) Promises() promise.Store { return promises{s} }

type promises struct{ s *Store }

func (p promises) Promise(ctx context.Context, no string) (*promise.Promise, error) {
	const query = `SELECT no, conversation, state, channel, region, topic, reason, class, made_at, due_at, enqueued_at, overdue, ended_at FROM promise WHERE no = $1`
	var v promise.Promise
	var overdue int
	err := p.s.reader.QueryRowContext(ctx, query, no).Scan(&v.No, &v.Conversation, &v.State, &v.Channel, &v.Region, &v.Topic, &v.Reason, &v.Class,
		&v.MadeAt, &v.Due, &v.EnqueuedAt, &overdue, &v.EndedAt)
	if err != nil {
		return nil, notFound("promise.not_found", err)
	}
	v.Overdue = overdue == 1
	v.Attempts, err = collect(ctx, p.s, `SELECT at, by_whom, note, next_at FROM promise_try WHERE no = $1 ORDER BY at`, []any{no}, func(t *promise.Attempt) []any {
		return []any{&t.At, &t.By, &t.Note, &t.NextAt}
	})
	return &v, err
}

// Guard begins with a write, so that on PostgreSQL, too, whoever comes next waits for the row.
func (p promises) Guard(ctx context.Context, no string, judge func(g *promise.Guard) []event.Event) error {
	_, err := p.s.Write(ctx, func(tx *Tx) error {
		var was promise.Guard
		err := tx.QueryRow(`UPDATE promise SET misses = misses WHERE no = $1 RETURNING code_hash, misses, locked_till`, no).Scan(&was.CodeHash, &was.Misses, &was.LockedTill)
		if err != nil {
			return notFound("promise.not_found", err)
		}
		now := was
		events := judge(&now)
		if now.Misses != was.Misses || now.LockedTill != was.LockedTill {
			if _, err := tx.Exec(`UPDATE promise SET misses = $2, locked_till = $3 WHERE no = $1`, no, now.Misses, now.LockedTill); err != nil {
				return err
			}
		}
		tx.Append(events...)
		return nil
	})
	return err
}

// LastWords is what an agent last said in a talk while a promise was open: the answer to one that was kept.
func (p promises) LastWords(ctx context.Context, conversation string, from, to int64) (string, error) {
	const query = `SELECT text FROM turn WHERE conversation = $1 AND author LIKE 'agent:%' AND at >= $2 AND at <= $3 ORDER BY no DESC LIMIT 1`
	list, err := collect(ctx, p.s, query, []any{conversation, from, to}, func(t *string) []any { return []any{t} })
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0], nil
}

// SaveContact keeps, changes or takes away how a citizen wants to be reached.
func (p promises) SaveContact(ctx context.Context, no string, sealed []byte, at int64, ev event.Event) error {
	const save = `INSERT INTO promise_contact (no, sealed, at) VALUES ($1, $2, $3) ON CONFLICT (no) DO UPDATE SET sealed = excluded.sealed, at = excluded.at`
	_, err := p.s.Write(ctx, func(tx *Tx) error {
		n, err := tx.Exec(`UPDATE promise SET state = state WHERE no = $1 AND state = 'open'`, no) // holds the row: it doesn't end meanwhile
		switch {
		case err != nil:
			return err
		case n == 0:
			return fault.New(fault.Conflict, "promise.ended")
		case sealed == nil:
			_, err = tx.Exec(`DELETE FROM promise_contact WHERE no = $1`, no)
		default:
			_, err = tx.Exec(save, no, sealed, at)
		}
		tx.Append(ev)
		return err
	})
	return err
}

// besides is one row beside a promise: the citizen's words, an attempt or a contact.
type besides struct {
	no    string
	words string
	promise.Attempt
	contact []byte
}

// Aside reads what is beside open promises in one look. Index: promise_open, and the keys.
func (p promises) Aside(ctx context.Context, no string) (map[string]*promise.Aside, error) {
	const attempts = `SELECT t.no, t.at, t.by_whom, t.note, t.next_at FROM promise p JOIN promise_try t ON t.no = p.no WHERE p.state = 'open'`
	const contacts = `SELECT c.no, c.sealed FROM promise p JOIN promise_contact c ON c.no = p.no WHERE p.state = 'open'`
	const words = `SELECT p.no, COALESCE((SELECT t.masked FROM turn t WHERE t.conversation = p.conversation AND t.author = 'citizen' AND NOT EXISTS
		(SELECT 1 FROM turn n WHERE n.conversation = t.conversation AND n.no = t.no + 1 AND n.reason = 'asked') ORDER BY t.no DESC LIMIT 1), '')
		FROM promise p WHERE p.state = 'open'`
	one, args := "", []any{}
	if no != "" {
		one, args = ` AND p.no = $1`, []any{no}
	}
	said, err := collect(ctx, p.s, words+one, args, func(b *besides) []any { return []any{&b.no, &b.words} })
	if err != nil {
		return nil, err
	}
	tried, err := collect(ctx, p.s, attempts+one+` ORDER BY t.at`, args, func(b *besides) []any { return []any{&b.no, &b.At, &b.By, &b.Note, &b.NextAt} })
	if err != nil {
		return nil, err
	}
	left, err := collect(ctx, p.s, contacts+one, args, func(b *besides) []any { return []any{&b.no, &b.contact} })
	if err != nil {
		return nil, err
	}
	out := map[string]*promise.Aside{}
	for _, b := range said {
		out[b.no] = &promise.Aside{Words: b.words}
	}
	for _, b := range tried { // a promise may have been made between the looks
		if a := out[b.no]; a != nil {
			a.Attempts = append(a.Attempts, b.Attempt)
		}
	}
	for _, b := range left {
		if a := out[b.no]; a != nil {
			a.Contact = b.contact
		}
	}
	return out, nil
}
