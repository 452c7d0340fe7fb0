package store

import (
	"context"
	"database/sql"
	"errors"

	"bangban/identity"
	"bangban/kernel/event"
)

// Citizens is the store as identity wants it for citizens.
func (s *Store) Citizens() identity.CitizenStore { return citizens{s} }

type citizens struct{ s *Store }

func (c citizens) SavePhoneCode(ctx context.Context, v *identity.PhoneCode, ev event.Event) error {
	const save = `INSERT INTO phone_code (conversation, key, phone, code_hash, made_at, tries) VALUES ($1, $2, $3, $4, $5, 0)
		ON CONFLICT (conversation) DO UPDATE SET key = excluded.key, phone = excluded.phone, code_hash = excluded.code_hash, made_at = excluded.made_at, tries = 0`
	_, err := c.s.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(save, v.Conversation, v.Key, v.Phone, v.CodeHash, v.MadeAt)
		tx.Append(ev)
		return err
	})
	return err
}

func (c citizens) PhoneCode(ctx context.Context, conversation string) (*identity.PhoneCode, error) {
	v := identity.PhoneCode{Conversation: conversation}
	err := c.s.reader.QueryRowContext(ctx, `SELECT key, phone, code_hash, made_at, tries FROM phone_code WHERE conversation = $1`, conversation).
		Scan(&v.Key, &v.Phone, &v.CodeHash, &v.MadeAt, &v.Tries)
	if err != nil {
		return nil, notFound("phone.wrong_code", err)
	}
	return &v, nil
}

// Index: phone_code_key.
func (c citizens) LastPhoneCode(ctx context.Context, key string) (int64, error) {
	var at int64
	err := c.s.reader.QueryRowContext(ctx, `SELECT made_at FROM phone_code WHERE key = $1 ORDER BY made_at DESC LIMIT 1`, key).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return at, classify(err)
}

func (c citizens) CountPhoneTry(ctx context.Context, conversation string) error {
	_, err := c.s.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(`UPDATE phone_code SET tries = tries + 1 WHERE conversation = $1`, conversation)
		return err
	})
	return err
}

func (c citizens) Prove(ctx context.Context, v *identity.PhoneCode, at int64, ev event.Event) error {
	_, err := c.s.Write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(`DELETE FROM phone_code WHERE conversation = $1`, v.Conversation); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO citizen (key, phone, proven_at) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET proven_at = excluded.proven_at`, v.Key, v.Phone, at)
		tx.Append(ev)
		return err
	})
	return err
}

func (c citizens) Phone(ctx context.Context, key string) ([]byte, error) {
	var sealed []byte
	if err := c.s.reader.QueryRowContext(ctx, `SELECT phone FROM citizen WHERE key = $1`, key).Scan(&sealed); err != nil {
		return nil, notFound("reveal.empty", err)
	}
	return sealed, nil
}
