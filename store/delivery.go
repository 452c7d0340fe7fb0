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
func (c conversations) MarkDelivered(ctx context.Context, id conversation.ID, upTo int, state conversation.DeliveryState, ev event.Event) error {
	const deliver = `UPDATE delivery SET state = $3, at = $4 WHERE conversation = $1 AND no <= $2 AND state IN ('accepted', 'sent')`
	const read = `UPDATE delivery SET state = $3, at = $4 WHERE conversation = $1 AND no <= $2 AND state IN ('accepted', 'sent', 'delivered')`
	query := deliver
	if state == conversation.Read {
		query = read
	}
	_, err := c.s.Write(ctx, func(tx *Tx) error {
		n, err := tx.Exec(query, string(id), upTo, string(state), ev.At)
		if err == nil && n > 0 {
			tx.Append(ev)
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
