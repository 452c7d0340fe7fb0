package wechat

import (
	"context"
	"errors"
)

// State is where a row of the inbox or the outbox stands.
type State string

// The states. A push is taken while it may still be answered passively, later when it was acknowledged without a reply, done in the end.
// A message waits, is being sent, and is then sent or failed; it is held when the follower must write first, noticed when a
// notice about it was taken by the platform, which has yet to report.
const (
	Taken   State = "taken"
	Later   State = "later"
	Done    State = "done"
	Waiting State = "waiting"
	Sending State = "sending"
	Sent    State = "sent"
	Failed  State = "failed"
	Held    State = "held"
	Noticed State = "noticed"
)

// Inbox is a push as it is kept.
type Inbox struct {
	Seq      int64
	Account  string
	Follower string
	Push     string // its key
	Body     []byte // sealed; nil once it is done
	State    State
	Lease    int64  // Unix microseconds: until then somebody works on it
	Answer   []byte // sealed passive reply; nil when there was none
	At       int64
	// Openid is the sealed openid, for the follower's row. Opens is what the push opens; Leaves that the follower has left.
	Openid []byte
	Opens  *Grant
	Leaves bool
	// Reports says that the platform tells of what it did itself, or of a consent: it does not make anybody a follower.
	Reports bool
	// Earlier says that older pushes of the follower are not done yet.
	Earlier bool
}

// Grant is a number of customer-service messages until a time, by what the follower did.
type Grant struct {
	Act      string // message, tap, follow, scan
	Messages int
	Until    int64
}

// Outbox is one message to a follower, as it is kept. Turn and Part are unique in an account: what is queued twice is sent once.
type Outbox struct {
	Seq              int64
	Account          string
	Follower         string
	Conversation     string
	Turn             string
	Part             int
	Body             []byte // sealed
	State            State
	Tries            int
	NextAt           int64
	Lease            int64
	Reason, Fallback string
	At               int64
	// Rung is where it stands on the ladder, 0 before the first. Unsure says that this rung may have been taken already.
	Rung   int
	Unsure bool
	// Options are choices in it, for the follower's row when it is queued.
	Options []Option
}

// Allowance is what a follower may still be sent (窗口): so many messages, the last of them until a time. Open says that a window is open,
// even when its messages are used up.
type Allowance struct {
	Messages int
	Until    int64
	Open     bool
}

// Option is a choice that a follower was offered: a tap on it comes back as text with its number, on some phones without.
type Option struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Value string `json:"value"`
}

// KeptOptions is how many of the choices that a follower was offered last are still understood.
const KeptOptions = 20

// Follower is what is kept of one. Citizen is the key of the person that they have proved to be.
type Follower struct {
	Account, Key string
	Openid       []byte // sealed
	Following    bool
	Options      []Option
	Citizen      string
}

// Consent is what a follower has chosen for one template: none any more, one more notice, or all (长期订阅).
type Consent struct {
	Template     string
	Accept, Long bool
}

// Settled is what becomes of a push whose reply is made.
type Settled struct {
	Seq    int64
	Answer []byte // sealed passive reply, nil for none
	// Later are the rows to be sent when it is too late for a passive reply.
	Later []Outbox
	// Options are choices in it; the follower's row keeps them.
	Account, Follower string
	Options           []Option
}

// ErrTakenOver says that a message's lease has run out, and somebody else works on it or has ended it.
var ErrTakenOver = errors.New("the message was taken over")

// Store keeps the channel's rows. Every method is one transaction; errors are the store's faults.
type Store interface {
	// Take keeps a push with its follower and what it opens, and wakes messages that were held for them. When it was taken before, fresh is
	// false and the row is as it is now.
	Take(ctx context.Context, in Inbox) (row *Inbox, fresh bool, err error)
	// Pushed is the row as it is now.
	Pushed(ctx context.Context, seq int64) (*Inbox, error)
	// Earlier says whether pushes of the follower before this one are not done yet.
	Earlier(ctx context.Context, row *Inbox) (bool, error)
	// Settle ends the work on a push. passive says that the reply may be given passively: the row was still Taken, and nothing older waits
	// in the outbox. Otherwise Later is queued.
	Settle(ctx context.Context, s Settled) (passive bool, err error)
	// Defer makes a Taken row Later; false when it is not Taken any more.
	Defer(ctx context.Context, seq int64) (bool, error)
	// Abandoned takes over a push whose lease has run out, nil when there is none.
	Abandoned(ctx context.Context, now, lease int64) (*Inbox, error)

	Follower(ctx context.Context, account, key string) (*Follower, error)
	Allowance(ctx context.Context, account, follower string, now int64) (Allowance, error)

	// Claim leases up to limit messages that are due, the oldest of their follower each. next is when another is due, 0 for never.
	Claim(ctx context.Context, now, lease int64, limit int) (rows []Outbox, next int64, err error)
	// Sent ends a message that the platform has taken, and spends one of the follower's.
	Sent(ctx context.Context, seq, now int64) error
	// Put writes back a claimed message: state, tries, next time, reason, fallback. Close says that no window is open any more, Empty
	// that its messages are used up. Fails with ErrTakenOver when the lease is another's.
	Put(ctx context.Context, row *Outbox, closed, empty bool) error

	// Consented keeps what a follower has chosen; at, in microseconds, makes the same choice count once.
	Consented(ctx context.Context, account, follower string, list []Consent, at int64) error
	// Consents is how many notices of a template a follower agrees to, -1 for all.
	Consents(ctx context.Context, account, follower, template string) (int, error)
	// Notice ends a message that went out on a rung of the ladder: Noticed when the platform will report on it by that number, Sent when report
	// is "". It spends a consent to a template, "" for none. The row is as it is then: the report may have come already.
	Notice(ctx context.Context, seq int64, report, template string, now int64) (*Outbox, error)
	// Report keeps what the platform reports of a notice, and returns the message when this has moved it: Sent, or Waiting on its next rung.
	Report(ctx context.Context, account, report string, delivered bool, now int64) (*Outbox, error)

	// Cursor is up to where the event log was read for sure; from is where to begin when it never was. Advance moves it on together with
	// what was found, each row unless its turn and part are there.
	Cursor(ctx context.Context, from int64) (int64, error)
	Advance(ctx context.Context, to int64, rows []Outbox) error
	// Prune deletes pushes and messages that were done before a time, and lets go of held messages for which no window is open any more.
	Prune(ctx context.Context, now, before int64) error
	// Once reports whether a hash was not there yet, and keeps it until ends.
	Once(ctx context.Context, hash []byte, now, ends int64) (first bool, err error)
	// SaveCarry keeps a code in the place of the talk's older one. UseCarry gives it to a follower, and again to the same one: the talk, ""
	// when it is unknown, another's, or too old.
	SaveCarry(ctx context.Context, v Carry) error
	UseCarry(ctx context.Context, account string, hash []byte, follower string, now int64) (conversation string, err error)
	// Bind ties a follower to a citizen together with the closed talks on their thread that were nobody's; Unbind takes the citizen from both.
	Bind(ctx context.Context, account, follower, thread, citizen string, at int64) error
	Unbind(ctx context.Context, account, follower, thread string, at int64) error
	// Forget deletes what is kept of a follower beyond the talks: openid, choices, windows, consents, messages that wait.
	Forget(ctx context.Context, account, follower string) error
}
