package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/kernel/event"
	"bangban/kernel/fault"
)

// Conversations is the store as conversation wants it.
func (s *Store) Conversations() conversation.Store { return conversations{s} }

type conversations struct{ s *Store }

const conversationColumns = `SELECT id, token_hash, open_key, open_salt, channel, thread, region, state, owner, context, turns, opened_at, updated_at FROM conversation `

func (c conversations) Load(ctx context.Context, id conversation.ID) (*conversation.Conversation, error) {
	return c.load(ctx, conversationColumns+`WHERE id = $1`, string(id))
}

// Index: conversation_thread.
func (c conversations) LoadThread(ctx context.Context, channel message.Channel, thread string) (*conversation.Conversation, error) {
	return c.load(ctx, conversationColumns+`WHERE channel = $1 AND thread = $2 AND thread <> '' AND state <> 'closed'`, string(channel), thread)
}

// Index: conversation_open_key.
func (c conversations) LoadOpened(ctx context.Context, openKey []byte) (*conversation.Conversation, error) {
	return c.load(ctx, conversationColumns+`WHERE open_key = $1`, openKey)
}

func (c conversations) load(ctx context.Context, query string, args ...any) (*conversation.Conversation, error) {
	var v conversation.Conversation
	var remembered []byte
	err := c.s.reader.QueryRowContext(ctx, query, args...).Scan(&v.ID, &v.TokenHash, &v.OpenKey, &v.OpenSalt, &v.Channel, &v.Thread, &v.Region,
		&v.State, &v.Owner, &remembered, &v.Turns, &v.OpenedAt, &v.UpdatedAt)
	if err != nil {
		return nil, notFound("conversation.not_found", err)
	}
	if err := json.Unmarshal(remembered, &v.Context); err != nil {
		return nil, fmt.Errorf("read context of %s: %w", v.ID, err)
	}
	return &v, nil
}

// Replied finds the turn that carried the key and the one after it, which is its reply. Index: turn_idem_key.
func (c conversations) Replied(ctx context.Context, id conversation.ID, key string) (*message.Reply, error) {
	const query = `SELECT a.reply FROM turn q JOIN turn a ON a.conversation = q.conversation AND a.no = q.no + 1
		WHERE q.conversation = $1 AND q.idem_key = $2 AND q.idem_key <> ''`
	var raw []byte
	if err := c.s.reader.QueryRowContext(ctx, query, string(id), key).Scan(&raw); err != nil {
		return nil, notFound("turn.not_found", err)
	}
	var r message.Reply
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, fmt.Errorf("read reply in %s: %w", id, err)
	}
	return &r, nil
}

func (c conversations) Append(ctx context.Context, x *conversation.Exchange) error {
	remembered, err := json.Marshal(x.Conversation.Context)
	if err != nil {
		return fmt.Errorf("write context: %w", err)
	}
	reply, err := json.Marshal(x.Answer.Reply)
	if err != nil {
		return fmt.Errorf("write reply: %w", err)
	}
	_, err = c.s.Write(ctx, func(tx *Tx) error {
		if err := saveConversation(tx, x, string(remembered)); err != nil {
			return err
		}
		if err := saveTurns(tx, x, string(reply)); err != nil {
			return err
		}
		if x.Unanswered != nil {
			if err := saveUnanswered(tx, x.Unanswered); err != nil {
				return err
			}
		}
		tx.Append(x.Events...)
		return nil
	})
	return err
}

// saveConversation opens a talk, or moves it on from exactly the number of turns that the reply was made for.
func saveConversation(tx *Tx, x *conversation.Exchange, remembered string) error {
	const open = `INSERT INTO conversation (id, token_hash, open_key, open_salt, channel, thread, region, state, owner, context, turns, opened_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	const move = `UPDATE conversation SET region = $3, context = $4, turns = $5, updated_at = $6 WHERE id = $1 AND turns = $2`
	v := &x.Conversation
	if x.Before == 0 {
		_, err := tx.Exec(open, string(v.ID), v.TokenHash, orNull(v.OpenKey), orNull(v.OpenSalt), string(v.Channel), v.Thread, v.Region, string(v.State), string(v.Owner),
			remembered, v.Turns, v.OpenedAt, v.UpdatedAt)
		return err
	}
	n, err := tx.Exec(move, string(v.ID), x.Before, v.Region, remembered, v.Turns, v.UpdatedAt)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "conversation.moved_on")
	}
	return err
}

// orNull keeps an absent value from becoming an empty one.
func orNull(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

func saveTurns(tx *Tx, x *conversation.Exchange, reply string) error {
	const save = `INSERT INTO turn (conversation, no, id, at, author, text, masked, value, idem_key, kind, reason, answer_no, reply)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', '', NULL), ($1, $10, $11, $12, $13, $14, $15, '', '', $16, $17, $18, $19)`
	q, a := &x.Question, &x.Answer
	_, err := tx.Exec(save, string(x.Conversation.ID), q.No, string(q.ID), q.At, string(q.Author), q.Text, q.Masked, q.Value, q.Key,
		a.No, string(a.ID), a.At, string(a.Author), a.Text, a.Masked, string(a.Reply.Kind), string(a.Reply.Reason), a.Reply.AnswerNo, reply)
	return err
}

func saveUnanswered(tx *Tx, u *conversation.Unanswered) error {
	const save = `INSERT INTO unanswered (turn, conversation, at, channel, region, kind, reason, masked, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open')`
	_, err := tx.Exec(save, string(u.Turn), string(u.Conversation), u.At, string(u.Channel), u.Region, string(u.Kind), string(u.Reason), u.Masked)
	return err
}

const turnColumns = `SELECT id, no, at, author, text, masked, value, idem_key, reply FROM turn `

// Turns reads along the primary key.
func (c conversations) Turns(ctx context.Context, id conversation.ID, after, limit int) ([]conversation.Turn, error) {
	rows, err := c.s.reader.QueryContext(ctx, turnColumns+`WHERE conversation = $1 AND no > $2 ORDER BY no LIMIT $3`, string(id), after, limit)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var list []conversation.Turn
	for rows.Next() {
		t, err := scanTurn(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, *t)
	}
	return list, classify(rows.Err())
}

// Index: turn_id.
func (c conversations) Turn(ctx context.Context, id conversation.ID, turn conversation.TurnID) (*conversation.Turn, error) {
	return scanTurn(c.s.reader.QueryRowContext(ctx, turnColumns+`WHERE id = $1 AND conversation = $2`, string(turn), string(id)))
}

// Index: turn_answer_no.
func (c conversations) Numbered(ctx context.Context, no conversation.AnswerNo) (*conversation.Turn, error) {
	return scanTurn(c.s.reader.QueryRowContext(ctx, turnColumns+`WHERE answer_no = $1 AND answer_no <> ''`, string(no)))
}

func scanTurn(row interface{ Scan(...any) error }) (*conversation.Turn, error) {
	var t conversation.Turn
	var reply []byte
	if err := row.Scan(&t.ID, &t.No, &t.At, &t.Author, &t.Text, &t.Masked, &t.Value, &t.Key, &reply); err != nil {
		return nil, notFound("turn.not_found", err)
	}
	if reply != nil {
		t.Reply = &message.Reply{}
		if err := json.Unmarshal(reply, t.Reply); err != nil {
			return nil, fmt.Errorf("read reply of turn %s: %w", t.ID, err)
		}
	}
	return &t, nil
}

func (c conversations) SaveFeedback(ctx context.Context, f *conversation.Feedback, ev event.Event) error {
	const save = `INSERT INTO feedback (turn, conversation, answer_no, at, useful, reason) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (turn) DO UPDATE SET at = excluded.at, useful = excluded.useful, reason = excluded.reason`
	useful := 0
	if f.Useful {
		useful = 1
	}
	_, err := c.s.Write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(save, string(f.Turn), string(f.Conversation), string(f.AnswerNo), f.At, useful, string(f.Reason)); err != nil {
			return err
		}
		tx.Append(ev)
		return nil
	})
	return err
}

// Index: unanswered_at.
func (c conversations) ListUnanswered(ctx context.Context, at int64, turn conversation.TurnID, limit int) ([]conversation.Unanswered, error) {
	const query = `SELECT turn, conversation, at, channel, region, kind, reason, masked FROM unanswered
		WHERE state = 'open' AND (at, turn) > ($1, $2) ORDER BY at, turn LIMIT $3`
	rows, err := c.s.reader.QueryContext(ctx, query, at, string(turn), limit)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var list []conversation.Unanswered
	for rows.Next() {
		var u conversation.Unanswered
		if err := rows.Scan(&u.Turn, &u.Conversation, &u.At, &u.Channel, &u.Region, &u.Kind, &u.Reason, &u.Masked); err != nil {
			return nil, classify(err)
		}
		list = append(list, u)
	}
	return list, classify(rows.Err())
}

// notFound is the error of a look-up that may find nothing.
func notFound(key string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, key)
	}
	return classify(err)
}
