package store

import (
	"encoding/json"
	"fmt"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/kernel/fault"
)

// changed is a change of a talk in the form of rows.
type changed struct {
	x                 *conversation.Change
	context, handling string
	replies           []any    // one a turn; nil for none
	files             []string // one a turn; "" for none
}

// encode writes the JSON of a change before the writer is asked: what runs there must be short, and may run twice.
func encode(x *conversation.Change) (*changed, error) {
	remembered, err := json.Marshal(x.Conversation.Context)
	if err != nil {
		return nil, fmt.Errorf("write context: %w", err)
	}
	handling, err := json.Marshal(x.Conversation.Handling)
	if err != nil {
		return nil, fmt.Errorf("write who has the talk: %w", err)
	}
	c := &changed{x: x, context: string(remembered), handling: string(handling)}
	for i := range x.Turns {
		reply := x.Turns[i].Reply
		if reply == nil {
			reply = x.Turns[i].Relayed
		}
		raw, err := encodeReply(reply)
		if err != nil {
			return nil, err
		}
		c.replies = append(c.replies, raw)
		file := ""
		if f := x.Turns[i].File; f != nil {
			known, err := json.Marshal(f)
			if err != nil {
				return nil, fmt.Errorf("write a file: %w", err)
			}
			file = string(known)
		}
		c.files = append(c.files, file)
	}
	return c, nil
}

func encodeReply(r *message.Reply) (any, error) {
	if r == nil {
		return nil, nil
	}
	raw, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("write reply: %w", err)
	}
	return string(raw), nil
}

// write does everything of the change, or nothing.
func (c *changed) write(tx *Tx) error {
	x := c.x
	if err := c.saveConversation(tx); err != nil {
		return err
	}
	if err := c.saveTurns(tx); err != nil {
		return err
	}
	if err := saveDeliveries(tx, x); err != nil {
		return err
	}
	if err := saveTimers(tx, "conversation:"+string(x.Conversation.ID), x.Before.Timers, x.Conversation.Handling.Timers); err != nil {
		return err
	}
	if x.Unanswered != nil {
		if err := saveUnanswered(tx, x.Unanswered); err != nil {
			return err
		}
	}
	for i := range x.Effects.Resolutions {
		if err := saveResolution(tx, string(x.Conversation.ID), &x.Effects.Resolutions[i]); err != nil {
			return err
		}
	}
	v := &x.Conversation
	if len(x.Effects.Promises) > 0 {
		if err := applyPromises(tx, v, x.CodeHash, x.Effects.Promises, v.Handling.UpdatedAt); err != nil {
			return err
		}
	}
	if x.Seat != nil {
		n, err := tx.Exec(`UPDATE seat SET version = version + 1 WHERE account = $1 AND version = $2`, x.Seat.Agent, x.Seat.Version)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "seat.moved_on")
		}
		if err != nil {
			return err
		}
	}
	tx.Append(x.Events...)
	return nil
}

// saveConversation opens a talk, or moves it on from exactly the version that the change was made for.
func (c *changed) saveConversation(tx *Tx) error {
	const open = `INSERT INTO conversation (id, token_hash, open_key, open_salt, channel, thread, region, state, owner, context, turns, opened_at, updated_at,
		version, handling, agent, offered_to, transfer_to, class, enqueued_at, citizen, topic, follows)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`
	const move = `UPDATE conversation SET region = $3, context = $4, turns = $5, updated_at = $6, state = $7, owner = $8, version = version + 1, handling = $9,
		agent = $10, offered_to = $11, transfer_to = $12, class = $13, enqueued_at = $14, citizen = $15, topic = $16, token_hash = $17, channel = $18, thread = $19 WHERE id = $1 AND version = $2`
	v, h := &c.x.Conversation, columnsOf(&c.x.Conversation.Handling)
	if c.x.Opens {
		var follows any
		if v.Follows != "" {
			follows = string(v.Follows)
		}
		_, err := tx.Exec(open, string(v.ID), v.TokenHash, orNull(v.OpenKey), orNull(v.OpenSalt), string(v.Channel), v.Thread, v.Region, h.state, h.owner,
			c.context, v.Turns, v.OpenedAt, v.UpdatedAt, v.Version, c.handling, h.agent, h.offered, h.transfer, h.class, h.enqueued, v.Citizen, v.Topic, follows)
		return err
	}
	n, err := tx.Exec(move, string(v.ID), v.Version-1, v.Region, c.context, v.Turns, v.UpdatedAt, h.state, h.owner, c.handling, h.agent, h.offered, h.transfer,
		h.class, h.enqueued, v.Citizen, v.Topic, v.TokenHash, string(v.Channel), v.Thread)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "conversation.moved_on")
	}
	return err
}

// columns are what queries need of a talk's owner.
type columns struct {
	state, owner, agent, offered, transfer string
	class                                  int
	enqueued                               int64
}

// teamTransfer begins transfer_to while a team is asked and nobody of it yet.
const teamTransfer = "team:"

func columnsOf(t *ownership.Talk) columns {
	c := columns{state: string(t.State), owner: t.Owner.String(), agent: t.Agent()}
	if t.Offer != nil {
		c.offered = t.Offer.Agent
	}
	switch {
	case t.Transfer == nil:
	case t.Transfer.Agent != "":
		c.transfer = t.Transfer.Agent
	default:
		c.transfer = teamTransfer + t.Transfer.To // the router looks for one of the team
	}
	switch {
	case t.Handoff != nil:
		c.class, c.enqueued = int(t.Handoff.Class), t.Handoff.EnqueuedAt
	case t.Promise != "":
		c.enqueued = t.PromiseFrom
	}
	return c
}

func (c *changed) saveTurns(tx *Tx) error {
	const save = `INSERT INTO turn (conversation, no, id, at, author, text, masked, value, idem_key, kind, reason, answer_no, reply, file)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`
	const saveBody = `INSERT INTO turn_file (turn, conversation, body) VALUES ($1, $2, $3)`
	for i := range c.x.Turns {
		t := &c.x.Turns[i]
		kind, reason, no := t.Entry, "", "" // an agent's turn keeps the entry it was taken from
		if t.Reply != nil {
			kind, reason, no = string(t.Reply.Kind), string(t.Reply.Reason), t.Reply.AnswerNo
		}
		_, err := tx.Exec(save, string(c.x.Conversation.ID), t.No, string(t.ID), t.At, string(t.Author), t.Text, t.Masked, t.Value, t.Key, kind, reason, no, c.replies[i], c.files[i])
		if err != nil {
			return err
		}
		if t.File != nil {
			if _, err := tx.Exec(saveBody, string(t.ID), string(c.x.Conversation.ID), t.Body()); err != nil {
				return err
			}
		}
	}
	return nil
}

func saveResolution(tx *Tx, conversation string, r *ownership.Resolution) error {
	const save = `INSERT INTO resolution (id, conversation, by_whom, at, topic, outcome, rating, stars) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET rating = excluded.rating, stars = excluded.stars`
	_, err := tx.Exec(save, r.ID, conversation, r.By, r.At, r.Topic, r.Outcome, string(r.Rating), r.Stars)
	return err
}

// orNull keeps an absent value from becoming an empty one.
func orNull(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

func saveUnanswered(tx *Tx, u *conversation.Unanswered) error {
	const save = `INSERT INTO unanswered (turn, conversation, at, channel, region, kind, reason, masked, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open')`
	_, err := tx.Exec(save, string(u.Turn), string(u.Conversation), u.At, string(u.Channel), u.Region, string(u.Kind), string(u.Reason), u.Masked)
	return err
}
