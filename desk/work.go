package desk

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/kernel/fault"
	"bangban/kernel/privacy"
)

// MaxNote is how many characters a note, a notice, a reason or a draft may have.
const MaxNote = 2000

// act runs a command of an agent on a talk.
func (s *Service) act(ctx context.Context, by Person, id conversation.ID, cmd ownership.Command) (*conversation.Conversation, error) {
	cmd.By = by.actor()
	if cmd.Agent == "" {
		cmd.Agent = by.ID
	}
	return s.talks.Act(ctx, id, cmd, nil)
}

// Accept takes an offer. Errors: talk.taken, talk.offer_over (Conflict).
func (s *Service) Accept(ctx context.Context, by Person, id conversation.ID, offer string) (*conversation.Conversation, error) {
	c, err := s.talks.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	if o := c.Handling.Offer; o == nil || o.ID != offer && offer != "" {
		if a := c.Handling.Agent(); a == by.ID {
			return c, nil // the same button twice
		} else if a != "" {
			return nil, s.taken(ctx, a)
		}
		return nil, fault.New(fault.Conflict, "talk.offer_over")
	}
	c, err = s.act(ctx, by, id, ownership.Command{Do: ownership.Accept})
	if err != nil {
		return nil, err
	}
	return c, s.served(ctx, by.ID)
}

// taken says who was faster.
func (s *Service) taken(ctx context.Context, account string) error {
	number := account
	if seat, err := s.store.Seat(ctx, account); err == nil {
		number = seat.Number
	}
	return &fault.Error{Kind: fault.Conflict, Key: "talk.taken_by", Args: map[string]string{"number": number}}
}

// Decline lets an offer go; the reason is kept.
func (s *Service) Decline(ctx context.Context, by Person, id conversation.ID, reason string) (*conversation.Conversation, error) {
	return s.act(ctx, by, id, ownership.Command{Do: ownership.Decline, Reason: brief(reason)})
}

// Claim takes a talk out of the queue, or takes up a promise.
func (s *Service) Claim(ctx context.Context, by Person, id conversation.ID) (*conversation.Conversation, error) {
	c, err := s.act(ctx, by, id, ownership.Command{Do: ownership.Claim})
	if conflict(err) {
		if now, e := s.talks.Load(ctx, id); e == nil && now.Handling.Agent() != "" && now.Handling.Agent() != by.ID {
			return nil, s.taken(ctx, now.Handling.Agent())
		}
	}
	return c, err
}

// Reply says something to the citizen; entry is the knowledge it was taken from, or empty. The draft is gone with it.
func (s *Service) Reply(ctx context.Context, by Person, id conversation.ID, text, entry, key string) (*conversation.Turn, error) {
	turn, err := s.talks.Speak(ctx, id, by.ID, text, entry, key)
	if err != nil {
		return nil, err
	}
	return turn, s.store.SaveDraft(ctx, id, by.ID, "", turn.At)
}

// ReplyFile is an agent's turn that is a file. Errors are those of conversation.SpeakFile.
func (s *Service) ReplyFile(ctx context.Context, by Person, id conversation.ID, file *message.File, key string) (*conversation.Turn, error) {
	return s.talks.SpeakFile(ctx, id, by.ID, file, key)
}

// File is a file of a talk, for whoever may see the talk.
func (s *Service) File(ctx context.Context, by Person, id conversation.ID, turn string) (*conversation.File, []byte, error) {
	if _, err := s.concerned(ctx, by, id); err != nil {
		return nil, nil, err
	}
	return s.talks.FileOf(ctx, id, turn)
}

// Note keeps an internal note of somebody who has to do with the talk, or of a supervisor.
func (s *Service) Note(ctx context.Context, by Person, id conversation.ID, text string) (*Note, error) {
	text, err := words(text, "note.empty")
	if err != nil {
		return nil, err
	}
	if _, err := s.concerned(ctx, by, id); err != nil {
		return nil, err
	}
	n := &Note{ID: newID(), Talk: id, Agent: by.ID, Text: text, Masked: privacy.MaskText(text), At: s.now().UnixMicro()}
	return n, s.store.SaveNote(ctx, n, s.event("note.kept", by.actor(), "conversation:"+string(id), map[string]any{"note": n.ID}))
}

// words checks what an agent has written.
func words(text, empty string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", fault.New(fault.Invalid, empty)
	case utf8.RuneCountInString(text) > MaxNote:
		return "", &fault.Error{Kind: fault.TooLarge, Key: "ask.too_long", Args: map[string]string{"limit": "2000"}}
	}
	return text, nil
}

// brief cuts a reason to one line.
func brief(text string) string {
	r := []rune(strings.TrimSpace(text))
	return string(r[:min(len(r), 200)])
}

// concerned loads a talk for somebody who may see it: the owner, a helper, whom it is offered or passed to, anyone while it waits or is promised,
// and supervisors.
func (s *Service) concerned(ctx context.Context, by Person, id conversation.ID) (*conversation.Conversation, error) {
	c, err := s.talks.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	h := &c.Handling
	switch {
	case by.Supervisor, h.Agent() == by.ID, slices.Contains(h.Helpers, by.ID), h.LastAgent == by.ID:
	case h.Offer != nil && h.Offer.Agent == by.ID, h.Transfer != nil && h.Transfer.Agent == by.ID:
	case h.State == ownership.Queued, h.State == ownership.Promised, h.State == ownership.Resolved, h.State == ownership.Closed:
	default:
		return nil, fault.New(fault.Forbidden, "desk.not_your_talk")
	}
	return c, nil
}

// Draft keeps what an agent has typed, so that it survives the tab.
func (s *Service) Draft(ctx context.Context, by Person, id conversation.ID, text string) error {
	if utf8.RuneCountInString(text) > MaxNote {
		return &fault.Error{Kind: fault.TooLarge, Key: "ask.too_long", Args: map[string]string{"limit": "2000"}}
	}
	if _, err := s.concerned(ctx, by, id); err != nil {
		return err
	}
	return s.store.SaveDraft(ctx, id, by.ID, text, s.now().UnixMicro())
}

// Transfer asks another agent, a team or a department to take the talk over. Reason is what the receiver reads.
func (s *Service) Transfer(ctx context.Context, by Person, id conversation.ID, kind ownership.TargetKind, to, reason string) (*conversation.Conversation, error) {
	cmd := ownership.Command{Do: ownership.Pass, By: by.actor(), Agent: by.ID, Target: kind, To: to, Reason: brief(reason)}
	c, err := s.talks.Act(ctx, id, cmd, nil)
	if err == nil {
		s.Wake()
	}
	return c, err
}

// AcceptTransfer, DeclineTransfer and CancelTransfer answer a transfer; until it is accepted the old owner keeps the talk.
func (s *Service) AcceptTransfer(ctx context.Context, by Person, id conversation.ID) (*conversation.Conversation, error) {
	return s.act(ctx, by, id, ownership.Command{Do: ownership.AcceptTransfer})
}

// DeclineTransfer lets a transfer go, with a reason for the owner.
func (s *Service) DeclineTransfer(ctx context.Context, by Person, id conversation.ID, reason string) (*conversation.Conversation, error) {
	return s.act(ctx, by, id, ownership.Command{Do: ownership.DeclineTransfer, Reason: brief(reason)})
}

// CancelTransfer takes a transfer back.
func (s *Service) CancelTransfer(ctx context.Context, by Person, id conversation.ID) (*conversation.Conversation, error) {
	return s.act(ctx, by, id, ownership.Command{Do: ownership.CancelTransfer})
}

// Invite asks a colleague to help: she may then speak, too.
func (s *Service) Invite(ctx context.Context, by Person, id conversation.ID, helper string) (*conversation.Conversation, error) {
	return s.act(ctx, by, id, ownership.Command{Do: ownership.Invite, To: helper})
}

// LeaveHelp ends helping.
func (s *Service) LeaveHelp(ctx context.Context, by Person, id conversation.ID) (*conversation.Conversation, error) {
	return s.act(ctx, by, id, ownership.Command{Do: ownership.LeaveHelp})
}

// HandBack gives the talk back to the machine.
func (s *Service) HandBack(ctx context.Context, by Person, id conversation.ID) (*conversation.Conversation, error) {
	return s.act(ctx, by, id, ownership.Command{Do: ownership.HandBack})
}

// Outcomes are what a talk may end with.
var Outcomes = []string{"solved", "explained", "referred", "not_solved"}

// Resolve ends a matter with its topic and outcome; a note is kept if there is one.
func (s *Service) Resolve(ctx context.Context, by Person, id conversation.ID, topic, outcome, note string) (*conversation.Conversation, error) {
	if !slices.Contains(Outcomes, outcome) {
		return nil, &fault.Error{Kind: fault.Invalid, Key: "talk.resolve_needs", Args: map[string]string{"field": "outcome"}}
	}
	if strings.TrimSpace(note) != "" {
		if _, err := s.Note(ctx, by, id, note); err != nil {
			return nil, err
		}
	}
	return s.act(ctx, by, id, ownership.Command{Do: ownership.Resolve, Topic: brief(topic), Outcome: outcome})
}

// maxNext is how far ahead another attempt may be put.
const maxNext = 30 * 24 * time.Hour

// Attempt keeps that the citizen of a promise was not reached, and when it is tried again; the zero time says that nobody knows.
func (s *Service) Attempt(ctx context.Context, by Person, id conversation.ID, note string, next time.Time) (*conversation.Conversation, error) {
	due := int64(0)
	if !next.IsZero() {
		if now := s.now(); next.Before(now) || next.After(now.Add(maxNext)) {
			return nil, &fault.Error{Kind: fault.Invalid, Key: "promise.bad_time", Args: map[string]string{"field": "next_at"}}
		}
		due = next.UnixMicro()
	}
	if strings.TrimSpace(note) != "" {
		if _, err := s.Note(ctx, by, id, note); err != nil {
			return nil, err
		}
	}
	return s.act(ctx, by, id, ownership.Command{Do: ownership.Attempt, Why: brief(privacy.MaskText(note)), Due: due})
}

// TakeOver gives a talk to a supervisor, or to whom she names, at once.
func (s *Service) TakeOver(ctx context.Context, by Person, id conversation.ID, agent string) (*conversation.Conversation, error) {
	if !by.Supervisor {
		return nil, fault.New(fault.Forbidden, "desk.supervisor_only")
	}
	if agent == "" {
		agent = by.ID
	}
	return s.act(ctx, by, id, ownership.Command{Do: ownership.TakeOver, Agent: agent})
}

// Reroute gives a waiting talk other needs.
func (s *Service) Reroute(ctx context.Context, by Person, id conversation.ID, needs ownership.Needs) (*conversation.Conversation, error) {
	if !by.Supervisor {
		return nil, fault.New(fault.Forbidden, "desk.supervisor_only")
	}
	return s.act(ctx, by, id, ownership.Command{Do: ownership.Reroute, Needs: needs})
}

// Listen records that a supervisor listens in; the owner sees it.
func (s *Service) Listen(ctx context.Context, by Person, id conversation.ID) error {
	if !by.Supervisor {
		return fault.New(fault.Forbidden, "desk.supervisor_only")
	}
	if _, err := s.talks.Load(ctx, id); err != nil {
		return err
	}
	return s.store.Append(ctx, s.event("talk.listened", by.actor(), "conversation:"+string(id), nil))
}

// Ring is the house's own word to everyone at the desk, once for an id.
func (s *Service) Ring(ctx context.Context, id, text string) error {
	n := &Notice{ID: id, Text: text, At: s.now().UnixMicro()}
	return s.store.SaveNotice(ctx, n, s.event("notice.given", "system", "notice:"+id, nil))
}

// Notify is a supervisor's word to everyone at the desk.
func (s *Service) Notify(ctx context.Context, by Person, text string) (*Notice, error) {
	if !by.Supervisor {
		return nil, fault.New(fault.Forbidden, "desk.supervisor_only")
	}
	text, err := words(text, "notice.empty")
	if err != nil {
		return nil, err
	}
	n := &Notice{ID: newID(), By: by.ID, Text: text, At: s.now().UnixMicro()}
	return n, s.store.SaveNotice(ctx, n, s.event("notice.given", by.actor(), "notice:"+n.ID, nil))
}
