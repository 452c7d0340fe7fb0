package desk

import (
	"context"

	"bangban/conversation"
	"bangban/conversation/ownership"
	"bangban/kernel/event"
)

// Store keeps seats and what agents write beside talks, and finds talks for the desk. Look-ups of one thing fail with fault.NotFound.
type Store interface {
	Seat(ctx context.Context, account string) (*Seat, error)
	Seats(ctx context.Context) ([]Seat, error)
	// SaveSeat writes a seat that was read at the version before its own, with its timers; seats begin at version 1. It fails with fault.Conflict,
	// seat.moved_on, when the seat has changed meanwhile.
	SaveSeat(ctx context.Context, s *Seat, timers map[string]int64, ev ...event.Event) error
	// Renew moves a lease on without a new version.
	Renew(ctx context.Context, account string, until int64) error

	// Queue returns up to limit waiting talks of each class, in order, and every talk that a team is to take over.
	Queue(ctx context.Context, limit int) ([]Waiting, error)
	// Held returns every talk that somebody has or is offered.
	Held(ctx context.Context) ([]Held, error)
	// Ahead counts the talks that go before a class and a time of queueing.
	Ahead(ctx context.Context, class ownership.Class, enqueuedAt int64) (n, danger int, err error)
	// Accepted returns when talks were accepted since a time, newest first, at most limit, with how long each had waited.
	Accepted(ctx context.Context, since int64, limit int) ([]Start, error)

	// Rows are talks for lists: those an agent has, helps with, is offered or is asked to take over; those that wait; those that match a word.
	RowsOf(ctx context.Context, agent string) ([]Row, error)
	RowsWaiting(ctx context.Context, limit int) ([]Row, error)
	RowsServed(ctx context.Context, limit int) ([]Row, error)
	RowsPromised(ctx context.Context, limit int) ([]Row, error)
	Row(ctx context.Context, talk conversation.ID) (*Row, error)
	// RowsWith are a citizen's other talks, newest first.
	RowsWith(ctx context.Context, citizen string, but conversation.ID, limit int) ([]Row, error)
	Search(ctx context.Context, words string, limit int) ([]Found, error)

	SaveDraft(ctx context.Context, talk conversation.ID, agent, text string, at int64) error
	Drafts(ctx context.Context, talk conversation.ID) ([]Draft, error)
	SaveNote(ctx context.Context, n *Note, ev event.Event) error
	Notes(ctx context.Context, talk conversation.ID) ([]Note, error)
	Notices(ctx context.Context, since int64) ([]Notice, error)
	SaveNotice(ctx context.Context, n *Notice, ev event.Event) error
	SaveHandover(ctx context.Context, h *Handover, ev event.Event) error
	Handovers(ctx context.Context, to string) ([]Handover, error)
	Acknowledge(ctx context.Context, id, agent string, at int64, ev event.Event) error
	// Append keeps an event alone: somebody read personal data, or listens to a talk.
	Append(ctx context.Context, ev event.Event) error
}

// Start is one talk that was accepted.
type Start struct {
	At, WaitedUS int64
	Agent        string
}

// Row is a talk as lists show it; its text is masked.
type Row struct {
	Conversation conversation.Conversation
	LastAuthor   conversation.Author
	LastText     string
	LastAt       int64
	Unread       int // citizen's turns since an agent last spoke
	Draft        bool
}

// Found is a turn in which words were found, masked.
type Found struct {
	Talk    conversation.ID
	Channel string
	Topic   string
	Text    string
	At      int64
	State   ownership.State
}

// Draft is what an agent has typed and not sent.
type Draft struct {
	Agent, Text string
	At          int64
}

// Note is an internal note (内部备注): citizens never see it.
type Note struct {
	ID     string
	Talk   conversation.ID
	Agent  string
	Text   string
	Masked string
	At     int64
}

// Notice is a word of the supervisor to everyone at the desk (通知).
type Notice struct {
	ID, By, Text string
	At           int64
}

// Handover is one shift's open talks passed on (交接班).
type Handover struct {
	ID       string
	From, To string // accounts; To is empty for the team
	At       int64
	Talks    []conversation.ID
	AckBy    string
	AckAt    int64
}
