package store

import (
	"context"
	"database/sql"
	"errors"

	"bangban/channels/wechat"
)

const outboxColumns = `seq, account, follower, conversation, turn, part, body, state, tries, next_at, lease_until, reason, fallback, at, rung, unsure`

// queue adds messages, each unless its turn and part are there; the choices of what is new go to the follower.
func queue(tx *Tx, rows []wechat.Outbox) error {
	const add = `INSERT INTO wechat_outbox (account, follower, conversation, turn, part, body, state, next_at, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (account, turn, part) DO NOTHING`
	for _, r := range rows {
		n, err := tx.Exec(add, r.Account, r.Follower, r.Conversation, r.Turn, r.Part, r.Body, string(r.State), r.NextAt, r.At)
		if err != nil {
			return err
		}
		if n == 1 {
			if err := offer(tx, r.Account, r.Follower, r.Options); err != nil {
				return err
			}
		}
	}
	return nil
}

// Claim looks without a write first. A message whose lease has run out may have been sent; it is tried again: a double is rare, a loss would be
// silent. Index: wechat_outbox_due, wechat_outbox_sending, wechat_outbox_open.
func (w wechats) Claim(ctx context.Context, now, lease int64, limit int) (rows []wechat.Outbox, next int64, err error) {
	var due, over int64
	const soonest = `SELECT COALESCE((SELECT MIN(next_at) FROM wechat_outbox WHERE state = 'waiting'), 0),
		COALESCE((SELECT MIN(lease_until) FROM wechat_outbox WHERE state = 'sending'), 0)`
	if err := w.s.reader.QueryRowContext(ctx, soonest).Scan(&due, &over); err != nil {
		return nil, 0, classify(err)
	}
	for _, at := range []int64{due, over} { // what is due already waits for its follower's earlier ones, whose end is told
		if at > now && (next == 0 || at < next) {
			next = at
		}
	}
	if (due == 0 || due > now) && (over == 0 || over > now) {
		return nil, next, nil
	}
	const back = `UPDATE wechat_outbox SET state = 'waiting' WHERE state = 'sending' AND lease_until <= $1`
	const claim = `UPDATE wechat_outbox SET state = 'sending', lease_until = $2 WHERE state = 'waiting' AND seq IN (
		SELECT o.seq FROM wechat_outbox o WHERE o.state = 'waiting' AND o.next_at <= $1
		AND NOT EXISTS (SELECT 1 FROM wechat_outbox p WHERE p.account = o.account AND p.follower = o.follower AND p.seq < o.seq AND p.state IN ('waiting', 'sending'))
		ORDER BY o.next_at LIMIT $3) RETURNING ` + outboxColumns
	_, err = w.s.Write(ctx, func(tx *Tx) error {
		rows = nil
		if _, err := tx.Exec(back, now); err != nil {
			return err
		}
		found, err := tx.Query(claim, now, lease, limit)
		if err != nil {
			return err
		}
		defer found.Close()
		for found.Next() {
			r, err := scanOutbox(found)
			if err != nil {
				return err
			}
			rows = append(rows, *r)
		}
		return found.Err()
	})
	return rows, next, err
}

func scanOutbox(row interface{ Scan(...any) error }) (*wechat.Outbox, error) {
	var r wechat.Outbox
	var unsure int
	err := row.Scan(&r.Seq, &r.Account, &r.Follower, &r.Conversation, &r.Turn, &r.Part, &r.Body, &r.State, &r.Tries, &r.NextAt, &r.Lease, &r.Reason, &r.Fallback, &r.At, &r.Rung, &unsure)
	r.Unsure = unsure != 0
	return &r, err
}

// Sent spends a message of the window that ends first, as the platform does.
func (w wechats) Sent(ctx context.Context, seq, now int64) error {
	const sent = `UPDATE wechat_outbox SET state = 'sent', reason = '', fallback = '', body = NULL WHERE seq = $1 AND state = 'sending' RETURNING account, follower`
	const spend = `UPDATE wechat_grant SET messages = messages - 1 WHERE account = $1 AND follower = $2 AND act = (
		SELECT act FROM wechat_grant WHERE account = $1 AND follower = $2 AND messages > 0 AND ends_at > $3 ORDER BY ends_at, act LIMIT 1)`
	_, err := w.s.Write(ctx, func(tx *Tx) error {
		var account, follower string
		err := tx.QueryRow(sent, seq).Scan(&account, &follower)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(spend, account, follower, now)
		return err
	})
	return err
}

// Put takes the other parts of a turn that failed or is on the ladder with it, and keeps no text of what failed for good.
func (w wechats) Put(ctx context.Context, r *wechat.Outbox, closed, empty bool) error {
	const put = `UPDATE wechat_outbox SET state = $2, tries = $3, next_at = $4, reason = $5, fallback = $6, rung = $7, unsure = $8
		WHERE seq = $1 AND state = 'sending' AND lease_until = $9`
	const later = `UPDATE wechat_outbox SET state = 'failed', body = NULL WHERE account = $1 AND turn = $2 AND part > $3 AND state IN ('waiting', 'held')`
	const rest = `UPDATE wechat_outbox SET state = 'failed', reason = $4, fallback = $5, body = NULL WHERE account = $1 AND turn = $2 AND part >= $3 AND state IN ('waiting', 'failed')`
	const unheld = `UPDATE wechat_outbox SET state = 'waiting' WHERE seq = $3 AND EXISTS (
		SELECT 1 FROM wechat_grant WHERE account = $1 AND follower = $2 AND messages > 0 AND ends_at > $4)`
	_, err := w.s.Write(ctx, func(tx *Tx) error {
		n, err := tx.Exec(put, r.Seq, string(r.State), r.Tries, r.NextAt, r.Reason, r.Fallback, r.Rung, flag(r.Unsure), r.Lease)
		if err != nil {
			return err
		}
		if n == 0 {
			return wechat.ErrTakenOver
		}
		if r.State == wechat.Held { // unless the follower has written since it was looked at
			if _, err := tx.Exec(unheld, r.Account, r.Follower, r.Seq, r.NextAt); err != nil {
				return err
			}
		}
		if r.Rung > 0 {
			if _, err := tx.Exec(later, r.Account, r.Turn, r.Part); err != nil {
				return err
			}
		}
		if r.State == wechat.Failed {
			if _, err := tx.Exec(rest, r.Account, r.Turn, r.Part, r.Reason, r.Fallback); err != nil {
				return err
			}
		}
		if closed {
			_, err := tx.Exec(`DELETE FROM wechat_grant WHERE account = $1 AND follower = $2`, r.Account, r.Follower)
			return err
		}
		if empty {
			_, err := tx.Exec(`UPDATE wechat_grant SET messages = 0 WHERE account = $1 AND follower = $2`, r.Account, r.Follower)
			return err
		}
		return nil
	})
	return err
}

func (w wechats) Cursor(ctx context.Context, from int64) (at int64, err error) {
	err = w.s.reader.QueryRowContext(ctx, `SELECT seq FROM wechat_reader WHERE id = 1`).Scan(&at)
	if !errors.Is(err, sql.ErrNoRows) {
		return at, classify(err)
	}
	_, err = w.s.Write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(`INSERT INTO wechat_reader (id, seq) VALUES (1, $1) ON CONFLICT (id) DO NOTHING`, from); err != nil {
			return err
		}
		return tx.QueryRow(`SELECT seq FROM wechat_reader WHERE id = 1`).Scan(&at)
	})
	return at, err
}

func (w wechats) Advance(ctx context.Context, to int64, rows []wechat.Outbox) error {
	_, err := w.s.Write(ctx, func(tx *Tx) error {
		if err := queue(tx, rows); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE wechat_reader SET seq = $1 WHERE id = 1 AND seq < $1`, to)
		return err
	})
	return err
}

// Prune goes by wechat_inbox_at, wechat_outbox_at, wechat_report_at and wechat_outbox_open.
func (w wechats) Prune(ctx context.Context, now, before int64) error {
	const wake = `UPDATE wechat_outbox SET state = 'waiting', next_at = $1 WHERE state = 'held' AND NOT EXISTS
		(SELECT 1 FROM wechat_grant g WHERE g.account = wechat_outbox.account AND g.follower = wechat_outbox.follower AND g.ends_at > $1)`
	_, err := w.s.Write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(wake, now); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM wechat_inbox WHERE at < $1 AND state = 'done'`, before); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM wechat_outbox WHERE at < $1 AND state IN ('sent', 'failed', 'noticed')`, before); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM wechat_report WHERE at < $1`, before)
		return err
	})
	return err
}
