package store

import (
	"context"
	"encoding/json"
	"fmt"

	"bangban/identity"
	"bangban/kernel/event"
	"bangban/kernel/fault"
)

// Identity is the store as identity wants it.
func (s *Store) Identity() identity.Store { return identities{s} }

type identities struct{ s *Store }

const accountColumns = `SELECT id, name, number, shown, roles, team, department, password, must_change, disabled, totp, subject, failures, locked_till, created_at, version
	FROM account `

func scanAccount(row interface{ Scan(...any) error }) (*identity.Account, error) {
	var a identity.Account
	var roles []byte
	var must, disabled int
	err := row.Scan(&a.ID, &a.Name, &a.Number, &a.Shown, &roles, &a.Team, &a.Department, &a.Password, &must, &disabled, &a.TOTP, &a.Subject, &a.Failures,
		&a.LockedTill, &a.CreatedAt, &a.Version)
	if err != nil {
		return nil, notFound("account.not_found", err)
	}
	if err := json.Unmarshal(roles, &a.Roles); err != nil {
		return nil, fmt.Errorf("read roles of %s: %w", a.ID, err)
	}
	a.MustChange, a.Disabled = must == 1, disabled == 1
	return &a, nil
}

func (i identities) Account(ctx context.Context, id string) (*identity.Account, error) {
	return scanAccount(i.s.reader.QueryRowContext(ctx, accountColumns+`WHERE id = $1`, id))
}

// Index: account_name.
func (i identities) AccountNamed(ctx context.Context, name string) (*identity.Account, error) {
	return scanAccount(i.s.reader.QueryRowContext(ctx, accountColumns+`WHERE name = $1`, name))
}

// Index: account_subject.
func (i identities) AccountOf(ctx context.Context, subject string) (*identity.Account, error) {
	return scanAccount(i.s.reader.QueryRowContext(ctx, accountColumns+`WHERE subject = $1 AND subject <> ''`, subject))
}

func (i identities) Accounts(ctx context.Context) ([]identity.Account, error) {
	rows, err := i.s.reader.QueryContext(ctx, accountColumns+`ORDER BY number`)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var list []identity.Account
	for rows.Next() {
		a, err := scanAccount(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, *a)
	}
	return list, classify(rows.Err())
}

func (i identities) SaveAccount(ctx context.Context, a *identity.Account, ev ...event.Event) error {
	roles, err := json.Marshal(a.Roles)
	if err != nil {
		return fmt.Errorf("write roles: %w", err)
	}
	const add = `INSERT INTO account (id, name, number, shown, roles, team, department, password, must_change, disabled, totp, subject, failures, locked_till, created_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING`
	const move = `UPDATE account SET name = $2, number = $3, shown = $4, roles = $5, team = $6, department = $7, password = $8, must_change = $9, disabled = $10,
		totp = $11, subject = $12, failures = $13, locked_till = $14, created_at = $15, version = $16 WHERE id = $1 AND version = $16 - 1`
	query := move
	if a.Version == 1 {
		query = add
	}
	flag := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	_, err = i.s.Write(ctx, func(tx *Tx) error {
		n, err := tx.Exec(query, a.ID, a.Name, a.Number, a.Shown, string(roles), a.Team, a.Department, a.Password, flag(a.MustChange), flag(a.Disabled), orNull(a.TOTP),
			a.Subject, a.Failures, a.LockedTill, a.CreatedAt, a.Version)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "account.taken")
		}
		tx.Append(ev...)
		return nil
	})
	return err
}

// Index: session_token.
func (i identities) Session(ctx context.Context, tokenHash []byte) (*identity.Session, error) {
	var v identity.Session
	err := i.s.reader.QueryRowContext(ctx, `SELECT id, token_hash, account, created_at, seen_at, ends_at, address, agent FROM session WHERE token_hash = $1`, tokenHash).
		Scan(&v.ID, &v.TokenHash, &v.Account, &v.CreatedAt, &v.SeenAt, &v.EndsAt, &v.Address, &v.Agent)
	if err != nil {
		return nil, notFound("session.over", err)
	}
	return &v, nil
}

// Index: session_account.
func (i identities) Sessions(ctx context.Context, account string) ([]identity.Session, error) {
	return collect(ctx, i.s, `SELECT id, account, created_at, seen_at, ends_at, address, agent FROM session WHERE account = $1 ORDER BY created_at DESC`, []any{account},
		func(v *identity.Session) []any {
			return []any{&v.ID, &v.Account, &v.CreatedAt, &v.SeenAt, &v.EndsAt, &v.Address, &v.Agent}
		})
}

func (i identities) SaveSession(ctx context.Context, v *identity.Session, ev ...event.Event) error {
	_, err := i.s.Write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(`DELETE FROM session WHERE ends_at < $1`, v.CreatedAt); err != nil { // those that are long over
			return err
		}
		_, err := tx.Exec(`INSERT INTO session (id, token_hash, account, created_at, seen_at, ends_at, address, agent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			v.ID, v.TokenHash, v.Account, v.CreatedAt, v.SeenAt, v.EndsAt, v.Address, v.Agent)
		tx.Append(ev...)
		return err
	})
	return err
}

func (i identities) SeeSession(ctx context.Context, id string, at int64) error {
	_, err := i.s.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(`UPDATE session SET seen_at = $2 WHERE id = $1`, id, at)
		return err
	})
	return err
}

func (i identities) EndSessions(ctx context.Context, account, id, but string, ev ...event.Event) error {
	_, err := i.s.Write(ctx, func(tx *Tx) error {
		n, err := tx.Exec(`DELETE FROM session WHERE account = $1 AND ($2 = '' OR id = $2) AND id <> $3`, account, id, but)
		if err == nil && n > 0 {
			tx.Append(ev...)
		}
		return err
	})
	return err
}

func (i identities) SaveRecovery(ctx context.Context, account string, hashes [][]byte) error {
	_, err := i.s.Write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(`DELETE FROM recovery_code WHERE account = $1`, account); err != nil {
			return err
		}
		for _, h := range hashes {
			if _, err := tx.Exec(`INSERT INTO recovery_code (account, hash) VALUES ($1, $2)`, account, h); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

func (i identities) UseRecovery(ctx context.Context, account string, hash []byte) (used bool, err error) {
	_, err = i.s.Write(ctx, func(tx *Tx) error {
		n, err := tx.Exec(`DELETE FROM recovery_code WHERE account = $1 AND hash = $2`, account, hash)
		used = n > 0
		return err
	})
	return used, err
}

func (i identities) Append(ctx context.Context, ev event.Event) error {
	_, err := i.s.Write(ctx, func(tx *Tx) error { tx.Append(ev); return nil })
	return err
}
