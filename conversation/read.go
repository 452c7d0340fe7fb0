package conversation

import (
	"context"
	"fmt"
	"slices"

	"bangban/conversation/message"
	"bangban/kernel/event"
	"bangban/kernel/fault"
)

// maxPage is how many turns one look-up returns at most.
const maxPage = 200

// History returns up to limit turns (200 at most) with numbers above after, in order, for whoever proves to own the talk. An
// unknown talk and another's fail alike with conversation.not_found.
func (s *Service) History(ctx context.Context, id, token string, after, limit int) ([]Turn, error) {
	if _, err := s.owned(ctx, ID(id), token, false); err != nil {
		return nil, err
	}
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	turns, err := s.store.Turns(ctx, ID(id), max(after, 0), limit)
	if err != nil {
		return nil, fmt.Errorf("load turns: %w", err)
	}
	for i := range turns {
		if turns[i].Reply != nil {
			turns[i].Reply = shown(turns[i].Reply, false)
		}
	}
	return turns, nil
}

// Given is an answer as it was given, looked up by its number: never the question, never the asker.
type Given struct {
	No    AnswerNo      `json:"answer_no"`
	At    int64         `json:"at"` // Unix microseconds
	Reply message.Reply `json:"reply"`
}

// AnswerByNumber finds an answer by the number that the citizen was told. Errors: answer.bad_number, answer.not_found (NotFound).
func (s *Service) AnswerByNumber(ctx context.Context, typed string) (*Given, error) {
	no, err := ParseAnswerNo(typed)
	if err != nil {
		return nil, err
	}
	turn, err := s.store.Numbered(ctx, no)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "answer.not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("load answer: %w", err)
	}
	r := turn.Reply
	// Field by field: what was understood repeats the question, the ids lead to the talk, and a new field must be thought about.
	given := message.Reply{Kind: r.Kind, Reason: r.Reason, AnswerNo: r.AnswerNo, Text: r.Text, Voice: r.Voice, Card: r.Card,
		Citations: r.Citations, Options: r.Options, Suggestions: r.Suggestions, Confidence: r.Confidence, Degraded: r.Degraded}
	return &Given{No: no, At: turn.At, Reply: given}, nil
}

// FeedbackReason is why an answer was of no use; the list is closed.
type FeedbackReason string

// The reasons.
const (
	OffPoint FeedbackReason = "off_point" // 没答到点上
	Wrong    FeedbackReason = "wrong"     // 内容不对
	Unclear  FeedbackReason = "unclear"   // 看不懂
	CannotDo FeedbackReason = "cannot_do" // 办不了
)

// FeedbackReasons lists them in the order they are offered.
var FeedbackReasons = []FeedbackReason{OffPoint, Wrong, Unclear, CannotDo}

// Label is what the citizen chooses.
func (r FeedbackReason) Label() string {
	switch r {
	case OffPoint:
		return "没答到点上"
	case Wrong:
		return "内容不对"
	case Unclear:
		return "看不懂"
	case CannotDo:
		return "办不了"
	}
	return ""
}

// Feedback is what a citizen thinks of one reply (有用/没用). A second one for the same turn replaces the first.
type Feedback struct {
	Conversation ID
	Token        string
	Trusted      bool
	Turn         TurnID // the reply's
	Useful       bool
	Reason       FeedbackReason // only when it was not useful, and then optional
	At           int64          // set by the service
	AnswerNo     AnswerNo       // set by the service
}

// Feedback keeps a citizen's judgement. Errors: conversation.not_found, turn.not_found (NotFound), feedback.bad_reason (Invalid).
func (s *Service) Feedback(ctx context.Context, f Feedback) error {
	if f.Reason != "" && (f.Useful || !slices.Contains(FeedbackReasons, f.Reason)) {
		return fault.New(fault.Invalid, "feedback.bad_reason")
	}
	if _, err := s.owned(ctx, f.Conversation, f.Token, f.Trusted); err != nil {
		return err
	}
	if !wellFormed(string(f.Turn)) {
		return fault.New(fault.NotFound, "turn.not_found")
	}
	turn, err := s.store.Turn(ctx, f.Conversation, f.Turn)
	if fault.Is(err, fault.NotFound) || (err == nil && turn.Reply == nil) {
		return fault.New(fault.NotFound, "turn.not_found")
	}
	if err != nil {
		return fmt.Errorf("load turn: %w", err)
	}
	f.At, f.AnswerNo = s.now().UnixMicro(), AnswerNo(turn.Reply.AnswerNo)
	ev := event.New(f.At, string(Citizen), "feedback.given", "conversation:"+string(f.Conversation),
		map[string]any{"turn": f.Turn, "useful": f.Useful, "reason": f.Reason})
	if err := s.store.SaveFeedback(ctx, &f, ev); err != nil {
		return fmt.Errorf("keep feedback: %w", err)
	}
	return nil
}

// Unanswered returns questions that nobody has answered yet, oldest first, masked, beginning after one that was seen (zero values:
// from the start).
func (s *Service) Unanswered(ctx context.Context, at int64, turn TurnID, limit int) ([]Unanswered, error) {
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	list, err := s.store.ListUnanswered(ctx, at, turn, limit)
	if err != nil {
		return nil, fmt.Errorf("load unanswered questions: %w", err)
	}
	return list, nil
}
