package store

import (
	"context"
	"database/sql"
	"errors"

	"bangban/channels/wechat"
)

// flag is a truth as both dialects keep it.
func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (w wechats) Consented(ctx context.Context, account, follower string, list []wechat.Consent, at int64) error {
	const save = `INSERT INTO wechat_consent (account, follower, template, messages, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (account, follower, template) DO UPDATE SET at = excluded.at,
		messages = CASE WHEN excluded.messages = 1 AND wechat_consent.messages >= 0 THEN wechat_consent.messages + 1 ELSE excluded.messages END
		WHERE wechat_consent.at < excluded.at`
	_, err := w.s.Write(ctx, func(tx *Tx) error {
		for _, c := range list {
			messages := 0
			switch {
			case c.Accept && c.Long:
				messages = -1
			case c.Accept:
				messages = 1
			}
			if _, err := tx.Exec(save, account, follower, c.Template, messages, at); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

func (w wechats) Consents(ctx context.Context, account, follower, template string) (n int, err error) {
	const query = `SELECT messages FROM wechat_consent WHERE account = $1 AND follower = $2 AND template = $3`
	err = w.s.reader.QueryRowContext(ctx, query, account, follower, template).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, classify(err)
}

// Notice and Report meet in the row of wechat_report, whichever comes first: it holds the other back.
func (w wechats) Notice(ctx context.Context, seq int64, report, template string, now int64) (row *wechat.Outbox, err error) {
	const spend = `UPDATE wechat_consent SET messages = messages - 1 WHERE account = $1 AND follower = $2 AND template = $3 AND messages > 0`
	const sent = `UPDATE wechat_outbox SET state = 'sent', unsure = 0, body = NULL WHERE seq = $1 AND state = 'sending'`
	const noticed = `UPDATE wechat_outbox SET state = 'noticed', unsure = 0 WHERE seq = $1 AND state = 'sending'`
	const meet = `INSERT INTO wechat_report (account, report, message, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, report) DO UPDATE SET message = excluded.message RETURNING status`
	_, err = w.s.Write(ctx, func(tx *Tx) error {
		set := noticed
		if report == "" {
			set = sent
		}
		n, err := tx.Exec(set, seq)
		if err != nil {
			return err
		}
		if row, err = outboxRow(tx, seq); err != nil || n == 0 {
			return err
		}
		if template != "" {
			if _, err := tx.Exec(spend, row.Account, row.Follower, template); err != nil {
				return err
			}
		}
		if report == "" {
			return nil
		}
		var status string
		if err := tx.QueryRow(meet, row.Account, report, seq, now).Scan(&status); err != nil || status == "" {
			return err
		}
		row, err = reported(tx, seq, status, now)
		return err
	})
	return row, err
}

func (w wechats) Report(ctx context.Context, account, report string, delivered bool, now int64) (row *wechat.Outbox, err error) {
	const meet = `INSERT INTO wechat_report (account, report, status, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, report) DO UPDATE SET status = excluded.status WHERE wechat_report.status = '' RETURNING message`
	status := "failed"
	if delivered {
		status = "delivered"
	}
	_, err = w.s.Write(ctx, func(tx *Tx) error {
		row = nil
		var seq int64
		err := tx.QueryRow(meet, account, report, status, now).Scan(&seq)
		if errors.Is(err, sql.ErrNoRows) || err == nil && seq == 0 { // reported before, or not known yet
			return nil
		}
		if err != nil {
			return err
		}
		was, err := outboxRow(tx, seq)
		if err != nil || was.State != wechat.Noticed {
			return err
		}
		row, err = reported(tx, seq, status, now)
		return err
	})
	return row, err
}

// reported moves a message of which there is a report: it has arrived, or goes on to the next rung.
func reported(tx *Tx, seq int64, status string, now int64) (*wechat.Outbox, error) {
	const arrived = `UPDATE wechat_outbox SET state = 'sent', body = NULL WHERE seq = $1 AND state = 'noticed'`
	const onward = `UPDATE wechat_outbox SET state = 'waiting', rung = rung + 1, tries = 0, next_at = $2 WHERE seq = $1 AND state = 'noticed'`
	var err error
	if status == "delivered" {
		_, err = tx.Exec(arrived, seq)
	} else {
		_, err = tx.Exec(onward, seq, now)
	}
	if err != nil {
		return nil, err
	}
	return outboxRow(tx, seq)
}

func outboxRow(tx *Tx, seq int64) (*wechat.Outbox, error) {
	row, err := scanOutbox(tx.QueryRow(`SELECT `+outboxColumns+` FROM wechat_outbox WHERE seq = $1`, seq))
	if errors.Is(err, sql.ErrNoRows) { // pruned meanwhile
		return &wechat.Outbox{Seq: seq}, nil
	}
	return row, err
}
