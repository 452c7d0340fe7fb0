package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"bangban/channels/wechat"
)

// WeChat is the store as channels/wechat wants it.
func (s *Store) WeChat() wechat.Store { return wechats{s} }

type wechats struct{ s *Store }

const inboxColumns = `seq, account, follower, push, body, state, lease_until, answer, at`

func scanInbox(row interface{ Scan(...any) error }) (*wechat.Inbox, error) {
	var v wechat.Inbox
	err := row.Scan(&v.Seq, &v.Account, &v.Follower, &v.Push, &v.Body, &v.State, &v.Lease, &v.Answer, &v.At)
	return &v, err
}

// Take writes the follower's row first: on PostgreSQL it holds back the follower's next push until this one has its number.
func (w wechats) Take(ctx context.Context, in wechat.Inbox) (row *wechat.Inbox, fresh bool, err error) {
	_, err = w.s.Write(ctx, func(tx *Tx) error {
		row, fresh = &in, true
		if err := saveFollower(tx, &in); err != nil {
			return err
		}
		const add = `INSERT INTO wechat_inbox (account, follower, push, body, state, lease_until, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (account, push) DO NOTHING RETURNING seq`
		err := tx.QueryRow(add, in.Account, in.Follower, in.Push, in.Body, string(in.State), in.Lease, in.At).Scan(&in.Seq)
		if errors.Is(err, sql.ErrNoRows) {
			fresh = false
			row, err = scanInbox(tx.QueryRow(`SELECT `+inboxColumns+` FROM wechat_inbox WHERE account = $1 AND push = $2`, in.Account, in.Push))
			return err
		}
		if err != nil {
			return err
		}
		if err := tx.QueryRow(earlierOpen, in.Account, in.Follower, in.Seq).Scan(&in.Earlier); err != nil {
			return err
		}
		return grant(tx, &in)
	})
	return row, fresh, err
}

// Index: wechat_inbox_open.
const earlierOpen = `SELECT EXISTS (SELECT 1 FROM wechat_inbox WHERE account = $1 AND follower = $2 AND seq < $3 AND state <> 'done')`

func saveFollower(tx *Tx, in *wechat.Inbox) error {
	const save = `INSERT INTO wechat_follower (account, key, openid, state, at) VALUES ($1, $2, $3, 'following', $4)
		ON CONFLICT (account, key) DO UPDATE SET openid = excluded.openid, state = 'following', at = excluded.at`
	if in.Leaves || in.Reports {
		return nil
	}
	_, err := tx.Exec(save, in.Account, in.Follower, in.Openid, in.At)
	return err
}

// grant opens what a push opens, and wakes messages that were held until the follower wrote.
func grant(tx *Tx, in *wechat.Inbox) error {
	const open = `INSERT INTO wechat_grant (account, follower, act, messages, ends_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (account, follower, act) DO UPDATE SET messages = excluded.messages, ends_at = excluded.ends_at`
	// Index: wechat_outbox_open.
	const wake = `UPDATE wechat_outbox SET state = 'waiting', next_at = $3 WHERE account = $1 AND follower = $2 AND state = 'held'`
	if in.Opens == nil {
		return nil
	}
	if _, err := tx.Exec(open, in.Account, in.Follower, in.Opens.Act, in.Opens.Messages, in.Opens.Until); err != nil {
		return err
	}
	_, err := tx.Exec(wake, in.Account, in.Follower, in.At)
	return err
}

func (w wechats) Pushed(ctx context.Context, seq int64) (*wechat.Inbox, error) {
	row, err := scanInbox(w.s.reader.QueryRowContext(ctx, `SELECT `+inboxColumns+` FROM wechat_inbox WHERE seq = $1`, seq))
	if err != nil {
		return nil, notFound("wechat.not_found", err)
	}
	return row, nil
}

func (w wechats) Earlier(ctx context.Context, row *wechat.Inbox) (earlier bool, err error) {
	err = w.s.reader.QueryRowContext(ctx, earlierOpen, row.Account, row.Follower, row.Seq).Scan(&earlier)
	return earlier, classify(err)
}

// Settle goes by the key, and wechat_outbox_open.
func (w wechats) Settle(ctx context.Context, v wechat.Settled) (passive bool, err error) {
	const waits = `SELECT EXISTS (SELECT 1 FROM wechat_outbox WHERE account = $1 AND follower = $2 AND state IN ('waiting', 'sending', 'held'))`
	const asAnswer = `UPDATE wechat_inbox SET state = 'done', answer = $2, body = NULL WHERE seq = $1 AND state = 'taken'`
	const without = `UPDATE wechat_inbox SET state = 'done', body = NULL WHERE seq = $1 AND state <> 'done'`
	_, err = w.s.Write(ctx, func(tx *Tx) error {
		passive = false
		ahead := false
		if len(v.Later) > 0 {
			if err := tx.QueryRow(waits, v.Account, v.Follower).Scan(&ahead); err != nil {
				return err
			}
		}
		if !ahead {
			n, err := tx.Exec(asAnswer, v.Seq, v.Answer)
			if err != nil {
				return err
			}
			passive = n == 1
		}
		if !passive {
			n, err := tx.Exec(without, v.Seq)
			if err != nil || n == 0 { // another process has settled it
				return err
			}
			if err := queue(tx, v.Later); err != nil {
				return err
			}
		}
		return offer(tx, v.Account, v.Follower, v.Options)
	})
	return passive, err
}

// offer adds choices to those that the follower was offered.
func offer(tx *Tx, account, follower string, options []wechat.Option) error {
	if len(options) == 0 {
		return nil
	}
	var text string
	err := tx.QueryRow(`UPDATE wechat_follower SET state = state WHERE account = $1 AND key = $2 RETURNING options`, account, follower).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	have, err := readOptions(text)
	if err != nil {
		return err
	}
	have = append(have, options...)
	if over := len(have) - wechat.KeptOptions; over > 0 {
		have = have[over:]
	}
	raw, err := json.Marshal(have)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE wechat_follower SET options = $3 WHERE account = $1 AND key = $2`, account, follower, string(raw))
	return err
}

func readOptions(text string) (list []wechat.Option, err error) {
	if text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("read the choices of a follower: %w", err)
	}
	return list, nil
}

func (w wechats) Defer(ctx context.Context, seq int64) (deferred bool, err error) {
	_, err = w.s.Write(ctx, func(tx *Tx) error {
		n, err := tx.Exec(`UPDATE wechat_inbox SET state = 'later' WHERE seq = $1 AND state = 'taken'`, seq)
		deferred = n == 1
		return err
	})
	return deferred, err
}

// Abandoned takes the oldest first. Index: wechat_inbox_open.
func (w wechats) Abandoned(ctx context.Context, now, lease int64) (row *wechat.Inbox, err error) {
	// A look without a write first: nearly always there is nothing.
	var n int
	err = w.s.reader.QueryRowContext(ctx, `SELECT COUNT(*) FROM wechat_inbox WHERE state <> 'done' AND lease_until < $1`, now).Scan(&n)
	if err != nil || n == 0 {
		return nil, classify(err)
	}
	const take = `UPDATE wechat_inbox SET lease_until = $2, state = 'later' WHERE state <> 'done' AND lease_until < $1
		AND seq = (SELECT MIN(seq) FROM wechat_inbox WHERE state <> 'done' AND lease_until < $1) RETURNING ` + inboxColumns
	_, err = w.s.Write(ctx, func(tx *Tx) error {
		var err error
		if row, err = scanInbox(tx.QueryRow(take, now, lease)); errors.Is(err, sql.ErrNoRows) {
			row = nil
			return nil
		}
		return err
	})
	return row, err
}

func (w wechats) Follower(ctx context.Context, account, key string) (*wechat.Follower, error) {
	f := &wechat.Follower{Account: account, Key: key}
	var state, options string
	err := w.s.reader.QueryRowContext(ctx, `SELECT openid, state, options, citizen FROM wechat_follower WHERE account = $1 AND key = $2`, account, key).
		Scan(&f.Openid, &state, &options, &f.Citizen)
	if errors.Is(err, sql.ErrNoRows) {
		return f, nil
	}
	if err != nil {
		return nil, classify(err)
	}
	f.Following = state == "following"
	f.Options, err = readOptions(options)
	return f, err
}

func (w wechats) Allowance(ctx context.Context, account, follower string, now int64) (a wechat.Allowance, err error) {
	const query = `SELECT COALESCE(SUM(messages), 0), COALESCE(MAX(ends_at), 0) FROM wechat_grant WHERE account = $1 AND follower = $2 AND ends_at > $3`
	err = w.s.reader.QueryRowContext(ctx, query, account, follower, now).Scan(&a.Messages, &a.Until)
	a.Open = a.Until > 0
	return a, classify(err)
}

// Forget keeps the row, without anything that leads to the person, so that a late message finds that there is no way.
func (w wechats) Forget(ctx context.Context, account, follower string) error {
	_, err := w.s.Write(ctx, func(tx *Tx) error {
		for _, statement := range []string{
			`UPDATE wechat_follower SET openid = NULL, state = 'left', options = '', citizen = '' WHERE account = $1 AND key = $2`,
			`DELETE FROM wechat_grant WHERE account = $1 AND follower = $2`,
			`DELETE FROM wechat_consent WHERE account = $1 AND follower = $2`,
			`UPDATE wechat_outbox SET state = 'failed', reason = 'unfollowed', body = NULL WHERE account = $1 AND follower = $2 AND state IN ('waiting', 'held', 'noticed')`,
		} {
			if _, err := tx.Exec(statement, account, follower); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}
