// Package channels is what a channel (渠道) is: the way by which a citizen's words come in and the city's words go out.
// Each channel has a package of its own below this one: portal renders pages for the browser, wechat speaks with the platform of that
// name. What is said is conversation/message; who answers is decided elsewhere, behind Talks. Start at Talks.
package channels

import (
	"context"
	"strings"

	"bangban/conversation/message"
	"bangban/kernel/event"
)

// Receipt is what a channel gets back for a citizen's turn.
type Receipt struct {
	Reply *message.Reply
	// ConversationID is the talk; "" when nothing could be kept, and then Kept is false.
	ConversationID string
	// Duplicate says that the key of the turn was used before, and Reply is the first reply.
	Duplicate, Kept bool
}

// Outgoing is a turn of a person or of the house that is on its way to the citizen.
type Outgoing struct {
	Conversation, Turn string
	Channel            message.Channel
	// Thread is the channel's own name for the talk, as it was given with the first turn.
	Thread string
	// By is who said it, in the citizen's words (1208 号坐席（市民政局）); "" for the house itself.
	By    string
	Text  string
	Reply *message.Reply // of the house's turns: its buttons
	// File is set when the turn is a file; its Data is not, for it may be large and is asked for when it is sent.
	File *File
}

// File is a file in a talk. Kind is its content type.
type File struct {
	Name, Kind string
	Data       []byte
}

// Picture reports whether it is shown in the talk itself.
func (f *File) Picture() bool { return strings.HasPrefix(f.Kind, "image/") }

// State is how far a turn has come (送达状态).
type State string

// The states that a channel tells.
const (
	Sent      State = "sent"
	Delivered State = "delivered"
	Failed    State = "failed"
)

// Delivery is what became of an outgoing turn. Reason and Fallback are keys: why it could not be delivered, and what was done instead.
type Delivery struct {
	State            State
	Reason, Fallback string
}

// Talks are the conversations, as far as a channel sees them.
type Talks interface {
	// Receive takes what a citizen says. A key that was used before gets the first reply again.
	Receive(ctx context.Context, in message.Inbound) (*Receipt, error)
	// Outgoing is the turn that an event of the log tells of, nil when it is none that anybody must be told: the citizen may have it already, as
	// the reply to a turn.
	Outgoing(ctx context.Context, e event.Event) (*Outgoing, error)
	// Delivered keeps what became of a turn.
	Delivered(ctx context.Context, conversation, turn string, d Delivery) error
}

// Doors are the talks, as far as a channel leads a citizen from one way to another.
type Doors interface {
	// Enter proves the open talk on a thread to the citizen's browser: the proof it holds when that is of this talk, else a new one. ok is
	// false when the thread has no open talk.
	Enter(ctx context.Context, channel message.Channel, thread string, have Proof) (p Proof, ok bool, err error)
	// Move takes a talk to a thread, and says in a sentence where it stands. Citizen is who the thread is bound to, "" for nobody. Errors of
	// fault.Conflict say why it stays where it is: talk.over, talk.thread_busy, talk.other_citizen.
	Move(ctx context.Context, conversation string, channel message.Channel, thread, citizen string) (where string, err error)
	// Unknow takes the citizen from the open talk on a thread.
	Unknow(ctx context.Context, channel message.Channel, thread string) error
}

// Proof is what shows that somebody owns a talk: its id and its token.
type Proof struct{ ID, Token string }

// Log is the event log, which tells of turns to be delivered. Numbers are gapless and in commit order.
type Log interface {
	Head(ctx context.Context) (int64, error)
	Events(ctx context.Context, after int64, limit int) ([]event.Event, error)
}
