package store

import (
	"context"
	"encoding/json"
	"fmt"

	"bangban/conversation/ownership"
	"bangban/desk"
	"bangban/kernel/event"
	"bangban/kernel/fault"
)

// Desk is the store as desk wants it.
func (s *Store) Desk() desk.Store { return desks{s} }

type desks struct{ s *Store }

const seatColumns = `SELECT account, number, name, team, department, status, reason, since, until, lease_until, misses, most, skills, version, idle_since FROM seat `

func scanSeat(row interface{ Scan(...any) error }) (*desk.Seat, error) {
	var v desk.Seat
	var skills []byte
	err := row.Scan(&v.Account, &v.Number, &v.Name, &v.Team, &v.Department, &v.Status, &v.Reason, &v.Since, &v.Until, &v.LeaseUntil, &v.Misses, &v.Limit,
		&skills, &v.Version, &v.IdleSince)
	if err != nil {
		return nil, notFound("seat.not_found", err)
	}
	if err := json.Unmarshal(skills, &v.Skills); err != nil {
		return nil, fmt.Errorf("read skills of %s: %w", v.Account, err)
	}
	return &v, nil
}

func (d desks) Seat(ctx context.Context, account string) (*desk.Seat, error) {
	return scanSeat(d.s.reader.QueryRowContext(ctx, seatColumns+`WHERE account = $1`, account))
}

func (d desks) Seats(ctx context.Context) ([]desk.Seat, error) {
	rows, err := d.s.reader.QueryContext(ctx, seatColumns+`ORDER BY account`)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var list []desk.Seat
	for rows.Next() {
		v, err := scanSeat(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, *v)
	}
	return list, classify(rows.Err())
}

func (d desks) SaveSeat(ctx context.Context, v *desk.Seat, timers map[string]int64, ev ...event.Event) error {
	skills, err := json.Marshal(v.Skills)
	if err != nil {
		return fmt.Errorf("write skills: %w", err)
	}
	const add = `INSERT INTO seat (account, number, name, team, department, status, reason, since, until, lease_until, misses, most, skills, version, idle_since)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (account) DO NOTHING`
	const move = `UPDATE seat SET number = $2, name = $3, team = $4, department = $5, status = $6, reason = $7, since = $8, until = $9, lease_until = $10,
		misses = $11, most = $12, skills = $13, version = $14, idle_since = $15 WHERE account = $1 AND version = $14 - 1`
	query := move
	if v.Version == 1 {
		query = add
	}
	_, err = d.s.Write(ctx, func(tx *Tx) error {
		n, err := tx.Exec(query, v.Account, v.Number, v.Name, v.Team, v.Department, string(v.Status), v.Reason, v.Since, v.Until, v.LeaseUntil, v.Misses, v.Limit,
			string(skills), v.Version, v.IdleSince)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "seat.moved_on")
		}
		if _, err := tx.Exec(`DELETE FROM timer WHERE subject = $1`, "seat:"+v.Account); err != nil {
			return err
		}
		if err := saveTimers(tx, "seat:"+v.Account, nil, timers); err != nil {
			return err
		}
		tx.Append(ev...)
		return nil
	})
	return err
}

func (d desks) Renew(ctx context.Context, account string, until int64) error {
	_, err := d.s.Write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(`UPDATE seat SET lease_until = $2 WHERE account = $1`, account, until); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE timer SET due_at = $2 WHERE subject = $1 AND name = 'lease'`, "seat:"+account, until)
		return err
	})
	return err
}

// Index: conversation_queue for each class, conversation_transfer.
func (d desks) Queue(ctx context.Context, limit int) ([]desk.Waiting, error) {
	const queued = `SELECT id, channel, class, enqueued_at, handling FROM conversation WHERE state = 'queued' AND class = $1 ORDER BY enqueued_at LIMIT $2`
	const passed = `SELECT id, channel, class, enqueued_at, handling FROM conversation WHERE transfer_to LIKE 'team:%' ORDER BY enqueued_at LIMIT $1`
	var list []desk.Waiting
	for class := ownership.Danger; class <= ownership.Normal; class++ {
		var err error
		if list, err = d.waiting(ctx, list, queued, int(class), limit); err != nil {
			return nil, err
		}
	}
	return d.waiting(ctx, list, passed, limit)
}

func (d desks) waiting(ctx context.Context, list []desk.Waiting, query string, args ...any) ([]desk.Waiting, error) {
	rows, err := d.s.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	for rows.Next() {
		var w desk.Waiting
		var raw []byte
		if err := rows.Scan(&w.Talk, &w.Channel, &w.Class, &w.EnqueuedAt, &raw); err != nil {
			return nil, classify(err)
		}
		var h ownership.Talk
		if err := json.Unmarshal(raw, &h); err != nil {
			return nil, fmt.Errorf("read who has %s: %w", w.Talk, err)
		}
		w.Avoid, w.LastAgent, w.LastAt = h.Avoid, h.LastAgent, h.LastServedAt
		if h.Handoff != nil {
			w.Needs, w.Ring = h.Handoff.Needs, h.Handoff.Ring
		}
		if tr := h.Transfer; tr != nil && h.State == ownership.Serving {
			w.Transfer, w.Needs, w.Ring, w.Avoid = true, ownership.Needs{Team: tr.To}, 0, append(append([]string{}, tr.Tried...), h.Agent())
			w.LastAgent = ""
		}
		list = append(list, w)
	}
	return list, classify(rows.Err())
}

// Index: conversation_agent, conversation_offered, conversation_transfer.
func (d desks) Held(ctx context.Context) ([]desk.Held, error) {
	const query = `SELECT id, agent, channel, state, updated_at, 0 FROM conversation WHERE agent <> ''
		UNION ALL SELECT id, offered_to, channel, state, updated_at, 1 FROM conversation WHERE offered_to <> ''
		UNION ALL SELECT id, transfer_to, channel, state, updated_at, 1 FROM conversation WHERE transfer_to <> '' AND transfer_to NOT LIKE 'team:%'`
	rows, err := d.s.reader.QueryContext(ctx, query)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var list []desk.Held
	for rows.Next() {
		var h desk.Held
		var offer int
		if err := rows.Scan(&h.Talk, &h.Agent, &h.Channel, &h.State, &h.Since, &offer); err != nil {
			return nil, classify(err)
		}
		h.Offer = offer == 1
		list = append(list, h)
	}
	return list, classify(rows.Err())
}

// Index: conversation_queue.
func (d desks) Ahead(ctx context.Context, class ownership.Class, enqueuedAt int64) (n, danger int, err error) {
	const query = `SELECT count(*), COALESCE(sum(CASE WHEN class = 0 THEN 1 ELSE 0 END), 0) FROM conversation
		WHERE state IN ('queued', 'offered') AND (class < $1 OR (class = $1 AND enqueued_at < $2))`
	err = d.s.reader.QueryRowContext(ctx, query, int(class), enqueuedAt).Scan(&n, &danger)
	return n, danger, classify(err)
}

// Index: event_kind.
func (d desks) Accepted(ctx context.Context, since int64, limit int) ([]desk.Start, error) {
	const query = `SELECT at, data FROM event WHERE kind = 'offer.accepted' AND at >= $1 ORDER BY seq DESC LIMIT $2`
	rows, err := d.s.reader.QueryContext(ctx, query, since, limit)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var list []desk.Start
	for rows.Next() {
		var s desk.Start
		var raw []byte
		if err := rows.Scan(&s.At, &raw); err != nil {
			return nil, classify(err)
		}
		var data struct {
			Agent    string `json:"agent"`
			WaitedUS int64  `json:"waited_us"`
		}
		if err := json.Unmarshal(raw, &data); err != nil {
			return nil, fmt.Errorf("read an acceptance: %w", err)
		}
		s.Agent, s.WaitedUS = data.Agent, data.WaitedUS
		list = append(list, s)
	}
	return list, classify(rows.Err())
}

func (d desks) Append(ctx context.Context, ev event.Event) error {
	_, err := d.s.Write(ctx, func(tx *Tx) error { tx.Append(ev); return nil })
	return err
}
