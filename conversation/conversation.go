// Package conversation is one citizen's talk with the city (会话), on any channel: its turns, who owns it, what it remembers.
// It keeps each turn before it is acknowledged, puts the turns of one talk in order, gives a repeated request the first reply
// again, and numbers answers so that people can say them. It does not answer, does not deliver and knows no channel.
// Start at Service.Receive.
package conversation

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/kernel/event"
	"bangban/kernel/fault"
	"bangban/kernel/seal"
)

// ID names a conversation, TurnID one turn; both are UUIDv7. An ID is public: knowing it proves nothing.
type (
	ID     string
	TurnID string
)

// Author is who said a turn: "citizen", "machine", "system" (the sentences of a talk's states) or "agent:<id>".
type Author string

// The authors.
const (
	Citizen Author = "citizen"
	Engine  Author = "machine"
	System  Author = "system"
)

// ByAgent is the author of an agent's turns.
func ByAgent(id string) Author { return Author("agent:" + id) }

// Agent returns the agent who said the turn, "" for others.
func (a Author) Agent() string {
	id, _ := strings.CutPrefix(string(a), "agent:")
	if id == string(a) {
		return ""
	}
	return id
}

// Conversation is one talk as it is kept. TokenHash is all that is known of its token.
type Conversation struct {
	ID        ID
	TokenHash []byte
	OpenKey   []byte // see opening
	OpenSalt  []byte
	Channel   message.Channel
	Thread    string
	Region    string
	// Handling says who has the talk. Version is one more with every change: whoever writes names the version that was read.
	Handling ownership.Talk
	Version  int64
	// Citizen is the key under which a citizen's talks belong together, "" when nothing is known. Topic is what the talk is about, in words.
	Citizen, Topic string
	Follows        ID // the closed talk that this one goes on from (T20)
	Context        message.Context
	Turns          int // how many turns it has; the next one's number is one more
	OpenedAt       int64
	UpdatedAt      int64
}

// Turn is one thing said. Text is the record; Masked is for lists and logs.
type Turn struct {
	ID     TurnID         `json:"id"`
	No     int            `json:"no"`
	At     int64          `json:"at"` // Unix microseconds
	Author Author         `json:"author"`
	Text   string         `json:"text"`
	Masked string         `json:"-"`
	Value  string         `json:"value,omitempty"`
	Key    string         `json:"-"`
	Reply  *message.Reply `json:"reply,omitempty"` // of the machine's and the system's turns
	// Relayed is what a citizen was told whose turn went to a person: kept for a repeated request.
	Relayed *message.Reply `json:"-"`
	// Entry is the knowledge that an agent's turn was taken from.
	Entry string `json:"entry,omitempty"`
	// File is the file that the turn is, nil for words. Its bytes are kept apart.
	File *File `json:"file,omitempty"`
	body []byte
}

// Body is the sealed bytes of a new turn's file, for the store.
func (t *Turn) Body() []byte { return t.body }

// File is what is known of a file in a talk (附件). Its id is the turn's.
type File struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"` // content type
	Size   int    `json:"size"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

// Unanswered is a question that waits for a curator.
type Unanswered struct {
	Turn         TurnID          `json:"turn"`
	Conversation ID              `json:"-"`
	At           int64           `json:"at"`
	Channel      message.Channel `json:"channel"`
	Region       string          `json:"region,omitempty"`
	Kind         message.Kind    `json:"kind"`
	Reason       message.Reason  `json:"reason"`
	Masked       string          `json:"question"`
}

// Store keeps conversations. Look-ups fail with fault.NotFound when there is nothing; Append fails with fault.Conflict, and keeps
// nothing, when the talk has moved on, or when a key or an answer number is taken.
type Store interface {
	Load(ctx context.Context, id ID) (*Conversation, error)
	// LoadThread finds the open talk on a channel's thread, LoadOpened the one that a request opened.
	LoadThread(ctx context.Context, channel message.Channel, thread string) (*Conversation, error)
	LoadOpened(ctx context.Context, openKey []byte) (*Conversation, error)
	// Replied returns the reply to the turn that carried an idempotency key.
	Replied(ctx context.Context, id ID, key string) (*message.Reply, error)
	Append(ctx context.Context, x *Change) error
	// Turns returns up to limit turns with numbers above after, in order.
	Turns(ctx context.Context, id ID, after, limit int) ([]Turn, error)
	// Turn returns one turn of a conversation.
	Turn(ctx context.Context, id ID, turn TurnID) (*Turn, error)
	// Keyed returns the turn that carried an idempotency key.
	Keyed(ctx context.Context, id ID, key string) (*Turn, error)
	// FileBody returns the sealed bytes of a turn's file.
	FileBody(ctx context.Context, id ID, turn TurnID) ([]byte, error)
	// Numbered returns the turn that gave an answer number.
	Numbered(ctx context.Context, no AnswerNo) (*Turn, error)
	SaveFeedback(ctx context.Context, f *Feedback, ev event.Event) error
	Timers
	Deliveries
	// ListUnanswered returns the open questions that are newer than (at, turn), oldest first.
	ListUnanswered(ctx context.Context, at int64, turn TurnID, limit int) ([]Unanswered, error)
}

// Answerer answers a question and says what to remember. It changes nothing and may be called by many at once.
type Answerer interface {
	Answer(ctx context.Context, q message.Question, c message.Context) (message.Reply, message.Context, error)
}

// Config is what a Service needs besides its store and its answerer; nil fields get the plain choice.
type Config struct {
	Now    func() time.Time
	Random io.Reader
	// Sentences gives the words of a key, for the screen and for the ear; "" for none.
	Sentences func(key string) (text, voice string)
	// Seats knows the people who answer; nil: nobody sits, and what needs a person becomes a promise.
	Seats Seats
	// Rules are the times of hand-off; zero fields take ownership.Defaults.
	Rules ownership.Rules
	// Policy says who goes first on a channel; nil: the machine.
	Policy func(channel message.Channel, at int64) Policy
	// TopicOf names the topic of an entry, for the skills that a talk needs.
	TopicOf func(entry string) string
	// AgentName is what citizens are told of an agent: 工号 and department, never a name. Nil: the id.
	AgentName func(id string) string
	// Files seals the files of talks; nil: none are taken. Scan looks for viruses in them; nil: nobody does.
	Files *seal.Box
	Scan  func(ctx context.Context, data []byte) error
	// After is told of every change once it is durable; it must not block.
	After func(c *Conversation, e ownership.Effects)
	Log   *slog.Logger
}

// Service holds the talks of all channels. It is safe for concurrent use.
type Service struct {
	store    Store
	answerer Answerer
	now      func() time.Time
	random   io.Reader
	words    func(key string) (text, voice string)
	log      *slog.Logger
	order    *queue
	seats    Seats
	rules    ownership.Rules
	policy   func(message.Channel, int64) Policy
	topicOf  func(string) string
	after    func(*Conversation, ownership.Effects)

	agentName func(string) string
	files     *seal.Box
	scan      func(context.Context, []byte) error
	clock     *Clock
}

// New makes a Service.
func New(store Store, answerer Answerer, cfg Config) *Service {
	s := &Service{store: store, answerer: answerer, now: cfg.Now, random: cfg.Random, words: cfg.Sentences, log: cfg.Log, order: newQueue(),
		seats: cfg.Seats, rules: cfg.Rules.Filled(), policy: cfg.Policy, topicOf: cfg.TopicOf, after: cfg.After, agentName: cfg.AgentName, files: cfg.Files, scan: cfg.Scan}
	if s.now == nil {
		s.now = time.Now
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	if s.words == nil {
		s.words = func(string) (string, string) { return "", "" }
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.seats == nil {
		s.seats = nobody{}
	}
	if s.policy == nil {
		s.policy = func(message.Channel, int64) Policy { return MachineFirst }
	}
	if s.topicOf == nil {
		s.topicOf = func(string) string { return "" }
	}
	if s.after == nil {
		s.after = func(*Conversation, ownership.Effects) {}
	}
	if s.scan == nil {
		s.scan = func(context.Context, []byte) error { return nil }
	}
	if s.agentName == nil {
		s.agentName = func(string) string { return "" }
	}
	s.clock = NewClock(store, s.now, s.log)
	s.clock.Handle("conversation", s.fire)
	return s
}

// errUnknown is the same for an unknown conversation and for another's: who asks must not learn which.
func errUnknown() error { return fault.New(fault.NotFound, "conversation.not_found") }

// owned loads a conversation for someone who must prove that it is theirs.
func (s *Service) owned(ctx context.Context, id ID, token string, trusted bool) (*Conversation, error) {
	if !wellFormed(string(id)) {
		return nil, errUnknown()
	}
	c, err := s.store.Load(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil, errUnknown()
	}
	if err != nil {
		return nil, fmt.Errorf("load conversation: %w", err)
	}
	sum := sha256.Sum256([]byte(token))
	if !trusted && subtle.ConstantTimeCompare(sum[:], c.TokenHash) != 1 {
		return nil, errUnknown()
	}
	return c, nil
}

// wellFormed keeps what can be no id of ours (and no text for a database) away from the store.
func wellFormed(id string) bool {
	if len(id) == 0 || len(id) > 64 {
		return false
	}
	for i := range len(id) {
		if c := id[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// newID is a UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then random, so that ids of one time lie together in an index.
func (s *Service) newID() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(s.random, b[6:]); err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	ms := uint64(s.now().UnixMilli())
	binary.BigEndian.PutUint16(b[0:], uint16(ms>>32))
	binary.BigEndian.PutUint32(b[2:], uint32(ms))
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16]), nil
}

// opening is how a new talk gets its token: 32 bytes that only the citizen has. When the request carries an idempotency key long
// enough not to be guessed, the token is made from that key and a random salt, so that a repeated request, whose first answer was
// lost on the way, gets the same talk and the same token, though only its hash is kept.
func opening(random io.Reader, key string) (token string, hash, salt []byte, err error) {
	salt = make([]byte, 32)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", nil, nil, fmt.Errorf("make a token: %w", err)
	}
	if key == "" {
		token = base64.RawURLEncoding.EncodeToString(salt)
		salt = nil
	} else {
		token = tokenOf(key, salt)
	}
	sum := sha256.Sum256([]byte(token))
	return token, sum[:], salt, nil
}

func tokenOf(key string, salt []byte) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(salt)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
