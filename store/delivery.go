package store

import (
	"context"

	"bangban/conversation"
	"bangban/kernel/event"
)

// saveDeliveries begins the way of the turns that people and the system say.
func saveDeliveries(tx *Tx, x *conversation.Change) error {
	const save = `INSERT INTO delivery (turn, conversation, no, channel, state, at) VALUES ($1, $2, $3, $4, 'accepted', $5)`
	for i := range x.Turns {
		t := &x.Turns[i]
		if t.Author == conversation.Citizen || t.Author == conversation.Engine {
			continue
		}
		if _, err := tx.Exec(save, string(t.ID), string(x.Conversation.ID), t.No, string(x.Conversation.Channel), t.At); err != nil {
			return err
		}
	}
	return nil
}

// Index: delivery_conversation.
func (c conversations) MarkDelivered(ctx context.Context, id conversation.ID, upTo int, state conversation.DeliveryState, at int64) error {
	query := `UPDATE delivery SET state = $3, at = $4 WHERE conversation = $1 AND no <= $2 AND state IN ('accepted', 'sent') RETURNING turn`
	if state == conversation.Read {
		query = `UPDATE delivery SET state = $3, at = $4 WHERE conversation = $1 AND no <= $2 AND state IN ('accepted', 'sent', 'delivered') RETURNING turn`
	}
	_, err := c.s.Write(ctx, func(tx *Tx) error {
		rows, err := tx.Query(query, string(id), upTo, string(state), at)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var turn string
			if err := rows.Scan(&turn); err != nil {
				return err
			}
			tx.Append(event.New(at, string(conversation.Citizen), "turn."+string(state), "conversation:"+string(id), map[string]any{"turn": turn}))
		}
		return rows.Err()
	})
	return err
}

// Mark goes by the key.
func (c conversations) Mark(ctx context.Context, id conversation.ID, m conversation.Marked, at int64) error {
	const mark = `UPDATE delivery SET state = $3, reason = $4, fallback = $5, at = $6 WHERE turn = $1 AND conversation = $2
		AND state NOT IN ('delivered', 'read') AND (state <> $3 OR reason <> $4 OR fallback <> $5)`
	_, err := c.s.Write(ctx, func(tx *Tx) error {
		n, err := tx.Exec(mark, string(m.Turn), string(id), string(m.State), m.Reason, m.Fallback, at)
		if err == nil && n > 0 {
			tx.Append(event.New(at, string(conversation.System), "turn."+string(m.State), "conversation:"+string(id), map[string]any{"turn": m.Turn, "reason": m.Reason, "fallback": m.Fallback}))
		}
		return err
	})
	return err
}

// Index: delivery_conversation.
func (c conversations) Deliveries(ctx context.Context, id conversation.ID, after int) ([]conversation.Delivery, error) {
	const query = `SELECT turn, no, channel, state, reason, fallback, at FROM delivery WHERE conversation = $1 AND no > $2 ORDER BY no`
	rows, err := c.s.reader.QueryContext(ctx, query, string(id), after)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var list []conversation.Delivery
	for rows.Next() {
		var d conversation.Delivery
		if err := rows.Scan(&d.Turn, &d.No, &d.Channel, &d.State, &d.Reason, &d.Fallback, &d.At); err != nil {
			return nil, classify(err)
		}
		list = append(list, d)
	}
	return list, classify(rows.Err())
}
