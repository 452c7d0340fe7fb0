package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"bangban/conversation"
	"bangban/desk"
	"bangban/kernel/event"
	"bangban/kernel/fault"
)

// rowColumns are a talk, its last turn, how many of the citizen's turns nobody has answered, and whether somebody has typed.
const rowColumns = `SELECT c.id, c.channel, c.thread, c.region, c.version, c.handling, c.citizen, c.topic, c.turns, c.opened_at, c.updated_at,
	t.author, t.masked, t.at,
	(SELECT count(*) FROM turn u WHERE u.conversation = c.id AND u.author = 'citizen' AND u.no >
		COALESCE((SELECT max(no) FROM turn v WHERE v.conversation = c.id AND v.author LIKE 'agent:%'), 0)),
	(SELECT count(*) FROM draft d WHERE d.conversation = c.id AND d.text <> '')
	FROM conversation c LEFT JOIN turn t ON t.conversation = c.id AND t.no = c.turns `

func scanRow(row interface{ Scan(...any) error }) (*desk.Row, error) {
	var v desk.Row
	c := &v.Conversation
	var handling []byte
	var author, text sql.NullString
	var at sql.NullInt64
	var drafts int
	err := row.Scan(&c.ID, &c.Channel, &c.Thread, &c.Region, &c.Version, &handling, &c.Citizen, &c.Topic, &c.Turns, &c.OpenedAt, &c.UpdatedAt,
		&author, &text, &at, &v.Unread, &drafts)
	if err != nil {
		return nil, notFound("conversation.not_found", err)
	}
	if err := json.Unmarshal(handling, &c.Handling); err != nil {
		return nil, fmt.Errorf("read who has %s: %w", c.ID, err)
	}
	v.LastAuthor, v.LastText, v.LastAt, v.Draft = conversation.Author(author.String), text.String, at.Int64, drafts > 0
	return &v, nil
}

func (d desks) rows(ctx context.Context, where string, args ...any) ([]desk.Row, error) {
	rows, err := d.s.reader.QueryContext(ctx, rowColumns+where, args...)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var list []desk.Row
	for rows.Next() {
		v, err := scanRow(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, *v)
	}
	return list, classify(rows.Err())
}

// RowsOf finds helpers by their name in the kept talk: there are few served talks at a time. Index: conversation_agent, conversation_offered,
// conversation_transfer, conversation_queue.
func (d desks) RowsOf(ctx context.Context, agent string) ([]desk.Row, error) {
	helps := `%"helpers":[%"` + strings.NewReplacer(`%`, ``, `_`, `\_`, `\`, ``).Replace(agent) + `"%`
	return d.rows(ctx, `WHERE c.agent = $1 OR c.offered_to = $1 OR c.transfer_to = $1
		OR (c.state = 'serving' AND CAST(c.handling AS TEXT) LIKE $2 ESCAPE '\') ORDER BY c.updated_at`, agent, helps)
}

func (d desks) RowsWaiting(ctx context.Context, limit int) ([]desk.Row, error) {
	return d.rows(ctx, `WHERE c.state = 'queued' AND c.channel <> 'practice' ORDER BY c.class, c.enqueued_at LIMIT $1`, limit)
}

func (d desks) RowsServed(ctx context.Context, limit int) ([]desk.Row, error) {
	return d.rows(ctx, `WHERE c.state IN ('queued', 'offered', 'serving', 'waiting') AND c.channel <> 'practice' ORDER BY c.updated_at DESC LIMIT $1`, limit)
}

// RowsPromised begins with what is due first; among equals, who has waited longest. Index: promise_open.
func (d desks) RowsPromised(ctx context.Context, limit int) ([]desk.Row, error) {
	return d.rows(ctx, `JOIN promise p ON p.conversation = c.id AND p.state = 'open' WHERE c.state = 'promised' AND c.channel <> 'practice'
		ORDER BY p.due_at, p.enqueued_at LIMIT $1`, limit)
}

// Index: conversation_citizen.
func (d desks) RowsWith(ctx context.Context, citizen string, but conversation.ID, limit int) ([]desk.Row, error) {
	return d.rows(ctx, `WHERE c.citizen = $1 AND c.citizen <> '' AND c.id <> $2 ORDER BY c.updated_at DESC LIMIT $3`, citizen, string(but), limit)
}

func (d desks) Row(ctx context.Context, talk conversation.ID) (*desk.Row, error) {
	return scanRow(d.s.reader.QueryRowContext(ctx, rowColumns+`WHERE c.id = $1`, string(talk)))
}

// Search looks for words in what was said, as it is shown in lists: masked. It reads the newest turns first.
func (d desks) Search(ctx context.Context, words string, limit int) ([]desk.Found, error) {
	const query = `SELECT t.conversation, c.channel, c.topic, t.masked, t.at, c.state FROM turn t JOIN conversation c ON c.id = t.conversation
		WHERE t.masked LIKE $1 ESCAPE '\' AND c.channel <> 'practice' ORDER BY t.at DESC LIMIT $2`
	like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(words) + "%"
	rows, err := d.s.reader.QueryContext(ctx, query, like, limit)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var list []desk.Found
	for rows.Next() {
		var f desk.Found
		if err := rows.Scan(&f.Talk, &f.Channel, &f.Topic, &f.Text, &f.At, &f.State); err != nil {
			return nil, classify(err)
		}
		list = append(list, f)
	}
	return list, classify(rows.Err())
}

func (d desks) SaveDraft(ctx context.Context, talk conversation.ID, agent, text string, at int64) error {
	_, err := d.s.Write(ctx, func(tx *Tx) error {
		if text == "" {
			_, err := tx.Exec(`DELETE FROM draft WHERE conversation = $1 AND agent = $2`, string(talk), agent)
			return err
		}
		_, err := tx.Exec(`INSERT INTO draft (conversation, agent, text, at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (conversation, agent) DO UPDATE SET text = excluded.text, at = excluded.at`, string(talk), agent, text, at)
		return err
	})
	return err
}

func (d desks) Drafts(ctx context.Context, talk conversation.ID) ([]desk.Draft, error) {
	return collect(ctx, d.s, `SELECT agent, text, at FROM draft WHERE conversation = $1 ORDER BY at DESC`, []any{string(talk)}, func(v *desk.Draft) []any {
		return []any{&v.Agent, &v.Text, &v.At}
	})
}

func (d desks) SaveNote(ctx context.Context, n *desk.Note, ev event.Event) error {
	_, err := d.s.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(`INSERT INTO note (id, conversation, agent, text, masked, at) VALUES ($1, $2, $3, $4, $5, $6)`, n.ID, string(n.Talk), n.Agent, n.Text, n.Masked, n.At)
		tx.Append(ev)
		return err
	})
	return err
}

func (d desks) Notes(ctx context.Context, talk conversation.ID) ([]desk.Note, error) {
	return collect(ctx, d.s, `SELECT id, conversation, agent, text, masked, at FROM note WHERE conversation = $1 ORDER BY at`, []any{string(talk)}, func(v *desk.Note) []any {
		return []any{&v.ID, &v.Talk, &v.Agent, &v.Text, &v.Masked, &v.At}
	})
}

func (d desks) SaveNotice(ctx context.Context, n *desk.Notice, ev event.Event) error {
	_, err := d.s.Write(ctx, func(tx *Tx) error {
		rows, err := tx.Exec(`INSERT INTO notice (id, author, text, at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING`, n.ID, n.By, n.Text, n.At)
		if rows > 0 {
			tx.Append(ev)
		}
		return err
	})
	return err
}

func (d desks) Notices(ctx context.Context, since int64) ([]desk.Notice, error) {
	return collect(ctx, d.s, `SELECT id, author, text, at FROM notice WHERE at >= $1 ORDER BY at DESC LIMIT 50`, []any{since}, func(v *desk.Notice) []any {
		return []any{&v.ID, &v.By, &v.Text, &v.At}
	})
}

func (d desks) SaveHandover(ctx context.Context, h *desk.Handover, ev event.Event) error {
	talks, err := json.Marshal(h.Talks)
	if err != nil {
		return fmt.Errorf("write the talks of a handover: %w", err)
	}
	_, err = d.s.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(`INSERT INTO handover (id, sender, receiver, at, talks) VALUES ($1, $2, $3, $4, $5)`, h.ID, h.From, h.To, h.At, string(talks))
		tx.Append(ev)
		return err
	})
	return err
}

// Handovers are those to somebody or to everyone that nobody has acknowledged. Index: handover_receiver.
func (d desks) Handovers(ctx context.Context, to string) ([]desk.Handover, error) {
	rows, err := d.s.reader.QueryContext(ctx, `SELECT id, sender, receiver, at, talks, ack_by, ack_at FROM handover WHERE receiver IN ($1, '') AND ack_at = 0 ORDER BY at`, to)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var list []desk.Handover
	for rows.Next() {
		var h desk.Handover
		var raw []byte
		if err := rows.Scan(&h.ID, &h.From, &h.To, &h.At, &raw, &h.AckBy, &h.AckAt); err != nil {
			return nil, classify(err)
		}
		if err := json.Unmarshal(raw, &h.Talks); err != nil {
			return nil, fmt.Errorf("read the talks of a handover: %w", err)
		}
		list = append(list, h)
	}
	return list, classify(rows.Err())
}

func (d desks) Acknowledge(ctx context.Context, id, agent string, at int64, ev event.Event) error {
	_, err := d.s.Write(ctx, func(tx *Tx) error {
		n, err := tx.Exec(`UPDATE handover SET ack_by = $2, ack_at = $3 WHERE id = $1 AND ack_at = 0 AND receiver IN ($2, '')`, id, agent, at)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "handover.not_found")
		}
		tx.Append(ev)
		return err
	})
	return err
}

// collect reads a whole answer.
func collect[T any](ctx context.Context, s *Store, query string, args []any, into func(*T) []any) ([]T, error) {
	rows, err := s.reader.QueryContext(ctx, query, args...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		var v T
		if err := rows.Scan(into(&v)...); err != nil {
			return nil, classify(err)
		}
		list = append(list, v)
	}
	return list, classify(rows.Err())
}
