package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/kernel/event"
	"bangban/kernel/fault"
)

// Conversations is the store as conversation wants it.
func (s *Store) Conversations() conversation.Store { return conversations{s} }

type conversations struct{ s *Store }

const conversationColumns = `SELECT id, token_hash, open_key, open_salt, channel, thread, region, version, handling, citizen, topic, follows,
	context, turns, opened_at, updated_at FROM conversation `

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
	return scanConversation(c.s.reader.QueryRowContext(ctx, query, args...))
}

func scanConversation(row interface{ Scan(...any) error }) (*conversation.Conversation, error) {
	var v conversation.Conversation
	var remembered, handling []byte
	var follows sql.NullString
	err := row.Scan(&v.ID, &v.TokenHash, &v.OpenKey, &v.OpenSalt, &v.Channel, &v.Thread, &v.Region, &v.Version, &handling, &v.Citizen, &v.Topic, &follows,
		&remembered, &v.Turns, &v.OpenedAt, &v.UpdatedAt)
	if err != nil {
		return nil, notFound("conversation.not_found", err)
	}
	v.Follows = conversation.ID(follows.String)
	if err := json.Unmarshal(remembered, &v.Context); err != nil {
		return nil, fmt.Errorf("read context of %s: %w", v.ID, err)
	}
	if err := json.Unmarshal(handling, &v.Handling); err != nil {
		return nil, fmt.Errorf("read who has %s: %w", v.ID, err)
	}
	if v.Handling.State == "" { // kept before talks had owners
		v.Handling = ownership.New(string(v.Channel), v.UpdatedAt)
		v.Version = max(v.Version, 1)
	}
	return &v, nil
}

// Replied finds the turn that carried the key, and its reply: the one kept with it when it went to a person, else the turn after it. Index:
// turn_idem_key.
func (c conversations) Replied(ctx context.Context, id conversation.ID, key string) (*message.Reply, error) {
	const query = `SELECT q.reply, a.reply FROM turn q LEFT JOIN turn a ON a.conversation = q.conversation AND a.no = q.no + 1
		WHERE q.conversation = $1 AND q.idem_key = $2 AND q.idem_key <> ''`
	var own, next []byte
	if err := c.s.reader.QueryRowContext(ctx, query, string(id), key).Scan(&own, &next); err != nil {
		return nil, notFound("turn.not_found", err)
	}
	if own == nil {
		own = next
	}
	var r message.Reply
	if err := json.Unmarshal(own, &r); err != nil {
		return nil, fmt.Errorf("read reply in %s: %w", id, err)
	}
	return &r, nil
}

// Keyed reads along turn_idem_key.
func (c conversations) Keyed(ctx context.Context, id conversation.ID, key string) (*conversation.Turn, error) {
	return scanTurn(c.s.reader.QueryRowContext(ctx, turnColumns+`WHERE conversation = $1 AND idem_key = $2 AND idem_key <> ''`, string(id), key))
}

func (c conversations) Append(ctx context.Context, x *conversation.Change) error {
	saved, err := encode(x)
	if err != nil {
		return err
	}
	_, err = c.s.Write(ctx, func(tx *Tx) error { return saved.write(tx) })
	return err
}

const turnColumns = `SELECT id, no, at, author, text, masked, value, idem_key, kind, reply, file FROM turn `

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

// FileBody goes by the key.
func (c conversations) FileBody(ctx context.Context, id conversation.ID, turn conversation.TurnID) (body []byte, err error) {
	err = c.s.reader.QueryRowContext(ctx, `SELECT body FROM turn_file WHERE turn = $1 AND conversation = $2`, string(turn), string(id)).Scan(&body)
	if err != nil {
		return nil, notFound("file.not_found", err)
	}
	return body, nil
}

// Index: turn_answer_no.
func (c conversations) Numbered(ctx context.Context, no conversation.AnswerNo) (*conversation.Turn, error) {
	return scanTurn(c.s.reader.QueryRowContext(ctx, turnColumns+`WHERE answer_no = $1 AND answer_no <> ''`, string(no)))
}

func scanTurn(row interface{ Scan(...any) error }) (*conversation.Turn, error) {
	var t conversation.Turn
	var kind, file string
	var raw []byte
	if err := row.Scan(&t.ID, &t.No, &t.At, &t.Author, &t.Text, &t.Masked, &t.Value, &t.Key, &kind, &raw, &file); err != nil {
		return nil, notFound("turn.not_found", err)
	}
	if t.Author.Agent() != "" {
		t.Entry = kind
	}
	if file != "" {
		t.File = &conversation.File{}
		if err := json.Unmarshal([]byte(file), t.File); err != nil {
			return nil, fmt.Errorf("read file of turn %s: %w", t.ID, err)
		}
	}
	if raw == nil {
		return &t, nil
	}
	reply := &message.Reply{}
	if err := json.Unmarshal(raw, reply); err != nil {
		return nil, fmt.Errorf("read reply of turn %s: %w", t.ID, err)
	}
	if t.Author == conversation.Citizen {
		t.Relayed = reply
	} else {
		t.Reply = reply
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
