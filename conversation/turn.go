package conversation

import (
	"context"
	"fmt"

	"bangban/kernel/fault"
)

// Turn returns one turn of a talk for whoever proves to own it; live streams show turns by the ids that events carry.
// Errors: conversation.not_found, turn.not_found (NotFound).
func (s *Service) Turn(ctx context.Context, id, token, turn string) (*Turn, error) {
	if _, err := s.owned(ctx, ID(id), token, false); err != nil {
		return nil, err
	}
	if !wellFormed(turn) {
		return nil, fault.New(fault.NotFound, "turn.not_found")
	}
	t, err := s.store.Turn(ctx, ID(id), TurnID(turn))
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "turn.not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("load turn: %w", err)
	}
	if t.Reply != nil {
		t.Reply = shown(t.Reply, false)
	}
	return t, nil
}

// TurnOf returns one turn of a talk for the desk. Errors: turn.not_found (NotFound).
func (s *Service) TurnOf(ctx context.Context, id ID, turn string) (*Turn, error) {
	if !wellFormed(string(id)) || !wellFormed(turn) {
		return nil, fault.New(fault.NotFound, "turn.not_found")
	}
	return s.store.Turn(ctx, id, TurnID(turn))
}
