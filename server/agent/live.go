package agent

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"bangban/conversation"
	"bangban/desk"
	"bangban/kernel/event"
	"bangban/kernel/fault"
	"bangban/server"
	"bangban/server/citizen"
)

// liveEvent is one event of the desk, as one viewer may see it.
type liveEvent struct {
	Prev     int64        `json:"prev,omitempty"`
	Kind     string       `json:"kind"`
	ID       string       `json:"id,omitempty"`
	By       string       `json:"by,omitempty"`
	Talk     *row         `json:"talk,omitempty"`
	Turn     any          `json:"turn,omitempty"` // a turn, or in a delivery its id
	Note     *note        `json:"note,omitempty"`
	Delivery *delivery    `json:"delivery,omitempty"`
	Seat     *seatShape   `json:"seat,omitempty"`
	Queue    *queueShape  `json:"queue,omitempty"`
	Promise  *promise     `json:"promise,omitempty"`
	Notice   *noticeShape `json:"notice,omitempty"`
	Incoming *int         `json:"incoming,omitempty"`
	Viewers  []viewer     `json:"viewers,omitempty"`
	Window   *Window      `json:"window,omitempty"`
}

type eventsRequest struct {
	signed `json:"-"`
	After  string `query:"after" json:"-"`
	LastID string `header:"Last-Event-ID" json:"-"`
}

// events streams what happens at the desk, as far as the viewer may see it, after a number.
func (a *API) events(ctx context.Context, req *eventsRequest) (server.Feed, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	after := a.Live.Seq()
	for _, given := range []string{req.After, req.LastID} {
		if given == "" {
			continue
		}
		if after, err = strconv.ParseInt(given, 10, 64); err != nil || after < 0 {
			return nil, &fault.Error{Kind: fault.Invalid, Key: "cursor.invalid", Args: map[string]string{"field": "after"}}
		}
	}
	checked := time.Now()
	return a.Live.FollowBoth(server.All, after, func(ctx context.Context, e event.Event, prev int64) (*server.Event, error) {
		if time.Since(checked) > rightsFor { // a session that was ended, or lost its role, sees nothing more
			if _, _, err := a.who(ctx, req.signed); err != nil {
				return nil, err
			}
			checked = time.Now()
		}
		shown, err := a.show(ctx, by, e)
		if err != nil || shown == nil {
			return nil, err
		}
		shown.Prev = prev
		data, err := json.Marshal(shown)
		return &server.Event{Data: data}, err
	}, func(ctx context.Context, subject string, e server.Event) (*server.Event, error) {
		return a.hear(ctx, by, subject, e)
	}), nil
}

// rightsFor is how long a stream goes on without looking again whether its session still stands.
const rightsFor = 30 * time.Second

// aside tells everybody at the desk something that is not kept.
func (a *API) aside(subject string, e liveEvent) {
	data, err := json.Marshal(e)
	if err == nil {
		a.Live.Aside(subject, server.Event{Data: data})
	}
}

// hear passes on what is told aside: the queue's figures to all, that a citizen types to who serves.
func (a *API) hear(ctx context.Context, by desk.Person, subject string, e server.Event) (*server.Event, error) {
	if subject == "desk" {
		return &e, nil
	}
	id, ok := strings.CutPrefix(subject, "conversation:")
	if !ok || e.Name != "typing" {
		return nil, nil
	}
	var typing citizen.Typing
	if err := json.Unmarshal(e.Data, &typing); err != nil || typing.By != "citizen" {
		return nil, nil
	}
	r, err := a.rowAt(ctx, id, 0)
	if err != nil || !r.Conversation.Handling.MaySpeak(by.ID) {
		return nil, nil
	}
	data, err := json.Marshal(liveEvent{Kind: "typing", ID: id, By: "citizen"})
	return &server.Event{Data: data}, err
}

// show turns an event of the log into what one viewer may see of it; nil for nothing.
func (a *API) show(ctx context.Context, by desk.Person, e event.Event) (*liveEvent, error) {
	kind, subject, _ := strings.Cut(e.Subject, ":")
	switch kind {
	case "conversation":
		return a.showTalk(ctx, by, subject, e)
	case "seat":
		if subject == by.ID {
			seat, err := a.Desk.SeatOf(ctx, by.ID)
			if err != nil {
				return nil, err
			}
			return &liveEvent{Kind: "seat", Seat: seatOf(seat, 0)}, nil
		}
		if by.Supervisor {
			return &liveEvent{Kind: "wall"}, nil
		}
	case "notice":
		n, err := a.Desk.Noticed(ctx, subject)
		if err != nil || n == nil {
			return nil, err
		}
		numbers, err := a.numbers(ctx)
		shape := noticeOf(n, numbers)
		return &liveEvent{Kind: "notice", Notice: &shape}, err
	case "handover":
		list, err := a.Desk.Incoming(ctx, by)
		n := len(list)
		return &liveEvent{Kind: "handover", Incoming: &n}, err
	}
	return nil, nil
}

// showTalk shows what happened to a talk: the row as it is now and what was added, or that it has left the viewer's lists.
func (a *API) showTalk(ctx context.Context, by desk.Person, id string, e event.Event) (*liveEvent, error) {
	if !wanted(e.Kind) {
		return nil, nil
	}
	r, err := a.rowAt(ctx, id, e.Seq)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(e.Kind, "promise.") && r.Conversation.Channel != "practice" {
		numbers, err := a.numbers(ctx)
		if err != nil {
			return nil, err
		}
		p, err := a.promiseNow(ctx, r, numbers)
		if err != nil {
			return nil, err
		}
		if p.No == "" {
			var data struct {
				Promise string `json:"promise"`
			}
			if err := json.Unmarshal(e.Data, &data); err != nil {
				return nil, err
			}
			p.No, p.State = data.Promise, "kept"
		}
		return &liveEvent{Kind: "promise", Promise: &p}, nil
	}
	numbers, err := a.numbers(ctx)
	if err != nil {
		return nil, err
	}
	if !desk.Sees(&r.Conversation, by) {
		if !leaves(e.Kind) {
			return nil, nil
		}
		return &liveEvent{Kind: "talk", Talk: &row{ID: id, State: r.Conversation.Handling.State, Channel: string(r.Conversation.Channel), Gone: true}}, nil
	}
	shape := a.rowOf(r, by, numbers)
	out := &liveEvent{Kind: "talk", Talk: &shape}
	if err := a.added(ctx, out, id, e, numbers); err != nil {
		return nil, err
	}
	switch e.Kind {
	case "turn.received", "turn.sent", "turn.failed": // what opens, spends or closes a window
		out.Window, err = a.window(ctx, &r.Conversation)
	}
	return out, err
}

// added puts in what the event is about: a turn, a note, how far a turn has come.
func (a *API) added(ctx context.Context, out *liveEvent, id string, e event.Event, numbers map[string]string) error {
	var data struct {
		Turn     string `json:"turn"`
		Note     string `json:"note"`
		Reason   string `json:"reason"`
		Fallback string `json:"fallback"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return err
	}
	switch e.Kind {
	case "turn.received", "turn.said", "turn.told", "reply.given":
		t, err := a.Talks.TurnOf(ctx, conversation.ID(id), data.Turn)
		if err != nil {
			return err
		}
		var d *conversation.Delivery
		if e.Kind == "turn.said" || e.Kind == "turn.told" {
			d = &conversation.Delivery{State: conversation.Accepted, At: t.At}
		}
		out.Turn = turnOf(t, numbers, d)
	case "turn.sent", "turn.failed", "turn.delivered", "turn.read":
		state := conversation.DeliveryState(strings.TrimPrefix(e.Kind, "turn."))
		*out = liveEvent{Kind: "delivery", ID: id, Turn: data.Turn, Delivery: &delivery{Recipient: "市民", State: state, Reason: data.Reason, Fallback: data.Fallback, At: moment(e.At)}}
	case "talk.listened":
		id, _ := strings.CutPrefix(e.Actor, "agent:")
		*out = liveEvent{Kind: "viewers", ID: out.Talk.ID, Viewers: []viewer{{ID: id, Number: numbers[id], Listening: true}}}
	case "note.kept":
		list, err := a.Desk.NotesOf(ctx, conversation.ID(id))
		if err != nil {
			return err
		}
		for i := range list {
			if list[i].ID == data.Note {
				n := noteOf(&list[i], numbers)
				out.Note = &n
			}
		}
	}
	return nil
}

// wanted reports whether an event of a talk shows at the desk at all.
func wanted(kind string) bool {
	switch kind {
	case "turn.received", "turn.said", "turn.told", "reply.given", "turn.sent", "turn.failed", "turn.delivered", "turn.read", "note.kept", "talk.moved", "talk.carried", "offer.made", "offer.ended",
		"transfer.asked", "transfer.offered", "transfer.declined", "transfer.ended", "transfer.accepted", "helper.invited", "helper.left", "handoff.rerouted",
		"promise.made", "promise.tried", "promise.kept", "promise.overdue", "promise.contact", "talk.listened":
		return true
	}
	return false
}

// leaves reports whether a talk may have left somebody's lists by an event.
func leaves(kind string) bool {
	switch kind {
	case "talk.moved", "offer.ended", "transfer.declined", "transfer.ended", "transfer.accepted", "helper.left":
		return true
	}
	return false
}

// seenRow is a row as it was read for an event: all streams share the reading.
type seenRow struct {
	seq int64
	row *desk.Row
}

const rowsKept = 4096

// rowAt returns a talk's row, read at an event's number or after.
func (a *API) rowAt(ctx context.Context, id string, seq int64) (*desk.Row, error) {
	a.mu.Lock()
	have, ok := a.rows[id]
	a.mu.Unlock()
	if ok && have.seq >= seq {
		return have.row, nil
	}
	// All streams come for the same row at the same time: one reads, the others get what it read.
	read, err, _ := a.reads.Do(id+" "+strconv.FormatInt(seq, 10), func() (any, error) {
		at := a.Live.Seq()
		r, err := a.Desk.Row(ctx, conversation.ID(id))
		return seenRow{max(at, seq), r}, err
	})
	if err != nil {
		return nil, err
	}
	fresh := read.(seenRow)
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.rows[id]; !ok {
		a.order = append(a.order, id)
		if len(a.order) > rowsKept {
			delete(a.rows, a.order[0])
			a.order = a.order[1:]
		}
	}
	a.rows[id] = fresh
	return fresh.row, nil
}

// numbersFor is how long the 工号 of accounts are remembered.
const numbersFor = 2 * time.Second

// numbers maps accounts to 工号.
func (a *API) numbers(ctx context.Context) (map[string]string, error) {
	a.mu.Lock()
	known, at := a.known, a.knownAt
	a.mu.Unlock()
	if known != nil && time.Since(at) < numbersFor {
		return known, nil
	}
	seats, _, err := a.Desk.Colleagues(ctx)
	if err != nil {
		return nil, err
	}
	known = numbersOf(seats)
	a.mu.Lock()
	a.known, a.knownAt = known, time.Now()
	a.mu.Unlock()
	return known, nil
}
