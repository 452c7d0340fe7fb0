package conversation

import (
	"context"
	"fmt"

	"bangban/conversation/message"
	"bangban/conversation/ownership"
)

// DeliveryState is how far a turn has come on its way to the citizen. "Sent" never stands for ever: it becomes delivered, or failed with a reason.
type DeliveryState string

// The states of a delivery.
const (
	Accepted  DeliveryState = "accepted"  // kept, not yet on the citizen's screen
	Sent      DeliveryState = "sent"      // handed to the channel
	Delivered DeliveryState = "delivered" // on the citizen's device
	Read      DeliveryState = "read"      // seen
	Failed    DeliveryState = "failed"    // with a reason and what is done instead
)

// Delivery is what became of one turn.
type Delivery struct {
	Turn             TurnID          `json:"turn"`
	No               int             `json:"no"`
	Channel          message.Channel `json:"channel"`
	State            DeliveryState   `json:"state"`
	Reason, Fallback string          `json:"-"`
	At               int64           `json:"at"`
}

// Marked is what a channel says became of a turn.
type Marked struct {
	Turn             TurnID
	State            DeliveryState
	Reason, Fallback string
}

// Deliveries keeps what became of turns.
type Deliveries interface {
	// MarkDelivered moves the turns up to a number on to delivered, or to read, with an event for each that moved.
	MarkDelivered(ctx context.Context, id ID, upTo int, state DeliveryState, at int64) error
	// Mark keeps what a channel did with one turn, with an event; one that has arrived already is left alone.
	Mark(ctx context.Context, id ID, m Marked, at int64) error
	// Deliveries returns what became of a talk's turns with numbers above after.
	Deliveries(ctx context.Context, id ID, after int) ([]Delivery, error)
}

// Arrived is the citizen's page saying that it has the turns up to a number; seen that they are on the screen.
func (s *Service) Arrived(ctx context.Context, id, token string, upTo int, seen bool) error {
	if _, err := s.owned(ctx, ID(id), token, false); err != nil {
		return err
	}
	state := Delivered
	if seen {
		state = Read
	}
	if err := s.store.MarkDelivered(ctx, ID(id), upTo, state, s.now().UnixMicro()); err != nil {
		return fmt.Errorf("mark turns: %w", err)
	}
	s.after(&Conversation{ID: ID(id)}, ownership.Effects{})
	return nil
}

// Mark is a channel saying what became of one turn: sent, or failed with a reason and what was done instead.
func (s *Service) Mark(ctx context.Context, id ID, m Marked) error {
	if err := s.store.Mark(ctx, id, m, s.now().UnixMicro()); err != nil {
		return fmt.Errorf("mark a turn: %w", err)
	}
	s.after(&Conversation{ID: id}, ownership.Effects{})
	return nil
}

// DeliveriesOf returns what became of a talk's turns, for the desk.
func (s *Service) DeliveriesOf(ctx context.Context, id ID, after int) ([]Delivery, error) {
	return s.store.Deliveries(ctx, id, after)
}

// Standing is where a talk stands, for its citizen.
type Standing struct {
	State ownership.State
	// Agent is who serves, "" when nobody does.
	Agent string
	// Resolution may be rated now; "" when there is none. Promise is the number of the open one.
	Resolution, Promise string
	// Channel is the one it goes on. Known says that its citizen has proved a phone number.
	Channel message.Channel
	Known   bool
}

// Standing tells the citizen who proves to own a talk where it stands.
func (s *Service) Standing(ctx context.Context, id, token string) (*Standing, error) {
	c, err := s.owned(ctx, ID(id), token, false)
	if err != nil {
		return nil, err
	}
	h := &c.Handling
	st := &Standing{State: h.State, Agent: h.Agent(), Promise: h.Promise, Channel: c.Channel, Known: c.Citizen != ""}
	if h.State == ownership.Resolved && h.Resolution != nil && h.Resolution.Rating == ownership.RatingAsked {
		st.Resolution = h.Resolution.ID
	}
	return st, nil
}

// Who is what citizens are told of the author of a turn, "" for the machine, the system and themselves.
func (s *Service) Who(a Author) string {
	id := a.Agent()
	if id == "" {
		return ""
	}
	if name := s.agentName(id); name != "" {
		return name
	}
	return id + " 号坐席"
}
