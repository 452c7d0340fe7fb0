// Package message is what is said in a conversation (消息): what comes in, what goes out, and what the talk remembers between.
// It is a leaf: plain data that every channel, the engine and the store share, with no behaviour beyond reading its own fields.
// Start at Inbound and Reply.
package message

import "bangban/nlu"

// Channel is where a conversation takes place (渠道).
type Channel string

// The channels.
const (
	Portal  Channel = "portal"
	API     Channel = "api"
	Command Channel = "command"
	WeChat  Channel = "wechat"
	Phone   Channel = "phone"
)

// Inbound is one thing that a citizen says.
type Inbound struct {
	// ConversationID is empty for the first turn of a new conversation.
	ConversationID string
	// Token proves who owns the conversation; a channel with a service right leaves it empty and sets Trusted.
	Token   string
	Trusted bool
	Channel Channel
	// Thread is the channel's own name for the talk (an openid, a call id); empty where the id above is enough.
	Thread string
	Text   string
	// Value is the value of an Option that was chosen; Text is then its label.
	Value string
	// Region is the region code the citizen has set, if any.
	Region string
	// Key is the idempotency key: the same key in one conversation gets the first reply again.
	Key string
	// Citizen is the key of the person that a trusted channel knows the citizen to be; "" for nobody.
	Citizen string
	// File is a file that is sent instead of words; Text may be empty then.
	File *File
	// Elder says that the citizen reads in the large form (长者版): such talks go before others in the queue.
	Elder bool
}

// File is a file as it comes in: what it is is told from its content.
type File struct {
	Name string
	Data []byte
}

// Question is what the answering engine is asked.
type Question struct {
	Text    string
	Value   string // a chosen option's value, or empty
	Region  string // set by the citizen or the channel
	Channel Channel
	// Now is the moment of asking in Unix microseconds (下周五, open now, validity).
	Now int64
	// Staff lets agent-only entries (内部口径) in: never set for citizens.
	Staff bool
}

// Context is what the machine remembers of a conversation between two turns. It is stored with the conversation and never
// shared with another one. The zero value is a new talk.
type Context struct {
	// Entry is the entry in focus, with the situation, attribute and region of the last answer.
	Entry     string        `json:"entry,omitempty"`
	Situation string        `json:"situation,omitempty"`
	Attribute nlu.Attribute `json:"attribute,omitempty"`
	Region    string        `json:"region,omitempty"`
	// Pending is the clarifying question that waits for a choice.
	Pending *Pending `json:"pending,omitempty"`
	// Misses counts unknown replies in a row; Kind is the kind of the last reply.
	Misses int `json:"misses,omitempty"`
	// Stuck counts turns in a row without an answer, of any kind; Asked is the last question's normal form, Same how often in a row it was asked
	// again.
	Stuck int    `json:"stuck,omitempty"`
	Asked string `json:"asked,omitempty"`
	Same  int    `json:"same,omitempty"`
	Kind  Kind   `json:"kind,omitempty"`
	// Last is the last reply's text, for 再说一遍; LastQuestion the last question that had content.
	Last         *Reply `json:"last,omitempty"`
	LastQuestion string `json:"last_question,omitempty"`
	// Recent are entries of earlier turns, newest first, at most 5 (刚才那个).
	Recent []string `json:"recent,omitempty"`
}

// Pending is an open clarifying question.
type Pending struct {
	Reason   Reason   `json:"reason"`
	Question string   `json:"question"` // the citizen's words that were unclear
	Options  []Option `json:"options"`
	// Attribute and Region were asked for together with the unclear words.
	Attribute nlu.Attribute `json:"attribute,omitempty"`
	Region    string        `json:"region,omitempty"`
	Entry     string        `json:"entry,omitempty"`
}
