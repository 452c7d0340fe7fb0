package store

import (
	"context"
	"database/sql"
	"errors"

	"bangban/channels/wechat"
	"bangban/kernel/event"
)

// Once forgets on the way what may not come again anyhow. Index: wechat_once_ends.
func (w wechats) Once(ctx context.Context, hash []byte, now, ends int64) (first bool, err error) {
	_, err = w.s.Write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(`DELETE FROM wechat_once WHERE ends_at < $1`, now); err != nil {
			return err
		}
		n, err := tx.Exec(`INSERT INTO wechat_once (hash, ends_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING`, hash, ends)
		first = n == 1
		return err
	})
	return first, err
}

func (w wechats) SaveCarry(ctx context.Context, v wechat.Carry) error {
	const save = `INSERT INTO wechat_carry (conversation, account, hash, ends_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (conversation) DO UPDATE SET account = excluded.account, hash = excluded.hash, follower = '', ends_at = excluded.ends_at`
	_, err := w.s.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(save, v.Conversation, v.Account, v.Hash, v.Ends)
		return err
	})
	return err
}

// UseCarry gives the code to the first who comes; to them again when a push is worked on again. Index: wechat_carry_hash, wechat_carry_ends.
func (w wechats) UseCarry(ctx context.Context, account string, hash []byte, follower string, now int64) (conversation string, err error) {
	const use = `UPDATE wechat_carry SET follower = $3 WHERE hash = $1 AND account = $2 AND follower IN ('', $3) AND ends_at > $4 RETURNING conversation`
	_, err = w.s.Write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(`DELETE FROM wechat_carry WHERE ends_at <= $1`, now); err != nil {
			return err
		}
		err := tx.QueryRow(use, hash, account, follower, now).Scan(&conversation)
		if errors.Is(err, sql.ErrNoRows) {
			conversation, err = "", nil
		}
		return err
	})
	return conversation, err
}

// Bind changes closed talks only: the open one changes by its versions. Index: conversation_threads.
func (w wechats) Bind(ctx context.Context, account, follower, thread, citizen string, at int64) error {
	_, err := w.s.Write(ctx, func(tx *Tx) error {
		n, err := tx.Exec(`UPDATE wechat_follower SET citizen = $3 WHERE account = $1 AND key = $2`, account, follower, citizen)
		if err != nil || n == 0 {
			return err
		}
		_, err = tx.Exec(`UPDATE conversation SET citizen = $2 WHERE channel = 'wechat' AND thread = $1 AND thread <> '' AND state = 'closed' AND citizen = ''`,
			thread, citizen)
		tx.Append(event.New(at, "citizen", "citizen.bound", "follower:"+thread, nil))
		return err
	})
	return err
}

// Unbind reads along conversation_threads.
func (w wechats) Unbind(ctx context.Context, account, follower, thread string, at int64) error {
	const free = `UPDATE conversation SET citizen = '' WHERE channel = 'wechat' AND thread = $1 AND thread <> '' AND state = 'closed'
		AND citizen = (SELECT citizen FROM wechat_follower WHERE account = $2 AND key = $3)`
	_, err := w.s.Write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(free, thread, account, follower); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE wechat_follower SET citizen = '' WHERE account = $1 AND key = $2`, account, follower)
		tx.Append(event.New(at, "citizen", "citizen.unbound", "follower:"+thread, nil))
		return err
	})
	return err
}
