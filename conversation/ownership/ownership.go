// Package ownership says who has a talk (会话归属): its states, what may happen in each, and what follows. It is a pure core: a talk
// and a command in, the talk afterwards and its effects out; no clock, no I/O, no randomness. Conversation keeps its talks and its
// timers, desk decides who is offered what. The table is docs/handoff.md §2.
// Start at Step.
package ownership

import "slices"

// State is where a talk stands (会话状态).
type State string

// The states.
const (
	Machine  State = "machine"  // 智能应答
	Queued   State = "queued"   // 排队
	Offered  State = "offered"  // 派座中
	Serving  State = "serving"  // 人工服务
	Waiting  State = "waiting"  // 等您回复
	Promised State = "promised" // 已留言、约回拨
	Resolved State = "resolved" // 已答复
	Closed   State = "closed"   // 已结束
)

// States lists every state in the order of a talk's life.
var States = []State{Machine, Queued, Offered, Serving, Waiting, Promised, Resolved, Closed}

// OwnerKind is the sort of owner.
type OwnerKind string

// The owners. A talk has exactly one; ByNone belongs to closed talks only.
const (
	ByMachine OwnerKind = "machine"
	ByQueue   OwnerKind = "queue"
	ByAgent   OwnerKind = "agent"
	ByOrder   OwnerKind = "order"
	ByNone    OwnerKind = "none"
)

// Owner is who must see to a talk. ID is the agent's or the promise's; empty for the machine, a queue and none.
type Owner struct {
	Kind OwnerKind `json:"kind"`
	ID   string    `json:"id,omitempty"`
}

// String is the form in the database: "machine", "agent:8012".
func (o Owner) String() string {
	if o.ID == "" {
		return string(o.Kind)
	}
	return string(o.Kind) + ":" + o.ID
}

// Class is how urgent a handoff is; smaller goes first.
type Class int

// The classes.
const (
	Danger   Class = iota // 有危险
	Voice                 // 电话
	Reopened              // 没解决，重办
	Elder                 // 长者、残疾人
	Normal
)

// Needs are what an agent must have to be offered a talk. Empty fields ask for nothing.
type Needs struct {
	Topic    string `json:"topic,omitempty"`
	Region   string `json:"region,omitempty"`
	Language string `json:"language,omitempty"`
	Team     string `json:"team,omitempty"`
}

// Handoff is one escalation from the machine to people (转人工). EnqueuedAt never changes while it lives.
type Handoff struct {
	ID         string `json:"id"`
	Reason     string `json:"reason"`
	Needs      Needs  `json:"needs"`
	Class      Class  `json:"class"`
	EnqueuedAt int64  `json:"enqueued_at"`
	// Ring is how far the circle of candidates has been widened: 0 the skill group, 1 the district, 2 all general seats, 3 the chief.
	Ring int `json:"ring,omitempty"`
	// Shown is the last position told to the citizen; 0 for none.
	Shown        int   `json:"shown,omitempty"`
	AcceptedAt   int64 `json:"accepted_at,omitempty"`
	FirstReplyAt int64 `json:"first_reply_at,omitempty"`
}

// Offer is a talk held out to one agent (派单). At most one lives for a talk.
type Offer struct {
	ID      string `json:"id"`
	Agent   string `json:"agent"`
	At      int64  `json:"at"`
	Expires int64  `json:"expires"`
	// Why is the router's reason in plain words, for the agent ("技能相符，空闲最久").
	Why string `json:"why,omitempty"`
}

// TargetKind is where a transfer goes.
type TargetKind string

// The targets.
const (
	ToAgent      TargetKind = "agent"
	ToTeam       TargetKind = "team"
	ToDepartment TargetKind = "department"
)

// Transfer is a talk on its way from its owner to another (转接). The owner keeps it until someone accepts.
type Transfer struct {
	From   string     `json:"from"`
	Kind   TargetKind `json:"kind"`
	To     string     `json:"to"`
	Reason string     `json:"reason"`
	At     int64      `json:"at"`
	// Agent is who is asked now, empty while the router looks for one; Expires is when the answer is overdue.
	Agent   string   `json:"agent,omitempty"`
	Expires int64    `json:"expires"`
	Tried   []string `json:"tried,omitempty"`
}

// RatingState is where the one rating of a resolution stands.
type RatingState string

// The states of a rating.
const (
	RatingNone    RatingState = "none"
	RatingAsked   RatingState = "asked"
	RatingGiven   RatingState = "given"
	RatingExpired RatingState = "expired"
)

// Resolution is one answered matter (一次答复). A talk may have several, each with at most one rating.
type Resolution struct {
	ID      string      `json:"id"`
	By      string      `json:"by"` // "machine", "agent:8012", "system"
	At      int64       `json:"at"`
	Topic   string      `json:"topic,omitempty"`
	Outcome string      `json:"outcome,omitempty"`
	Rating  RatingState `json:"rating"`
	Stars   int         `json:"stars,omitempty"` // 1-5 when given
}

// Timer names a clock of a talk. Each is a row of its own when kept, fires once, and is gone when the state it belongs to is left.
type Timer string

// The timers.
const (
	OfferEnds    Timer = "offer"    // the agent has not answered the offer
	RingWidens   Timer = "ring"     // the circle of candidates grows
	ChoiceDue    Timer = "choice"   // offer call-back and message (T7)
	Reassure     Timer = "reassure" // tell the position again
	Nudge        Timer = "nudge"    // half of the reply time is over
	ReplyDue     Timer = "reply"    // the agent has not replied (T12)
	SilentDue    Timer = "silent"   // the citizen has not answered: remind (T10)
	GoneDue      Timer = "gone"     // the citizen is away (T10)
	WaitingEnds  Timer = "waiting"  // a day has passed without the citizen
	TransferEnds Timer = "transfer" // nobody took the transfer
	QuietDue     Timer = "quiet"    // the machine's talk has come to rest (T25)
	WindowEnds   Timer = "window"   // nothing can be reopened any more (T19)
	PromiseDue   Timer = "promise"  // the promised time
)

// Talk is who has a conversation and how it came about. Step never changes the talk that it is given.
type Talk struct {
	State       State       `json:"state"`
	Owner       Owner       `json:"owner"`
	Channel     string      `json:"channel"`
	Handoff     *Handoff    `json:"handoff,omitempty"`
	Offer       *Offer      `json:"offer,omitempty"`
	Transfer    *Transfer   `json:"transfer,omitempty"`
	Helpers     []string    `json:"helpers,omitempty"`
	Promise     string      `json:"promise,omitempty"` // number of the open promise, also while the talk is queued again (T24)
	PromiseDue  int64       `json:"promise_due,omitempty"`
	PromiseFrom int64       `json:"promise_from,omitempty"` // the place in the queue that the promise keeps
	Attempts    int         `json:"attempts,omitempty"`     // to reach the citizen for the promise
	Overdue     bool        `json:"overdue,omitempty"`      // the promise's one escalation has been raised
	Resolution  *Resolution `json:"resolution,omitempty"`
	Reopened    int         `json:"reopened,omitempty"`
	// Avoid are agents who are not offered this talk again: rated badly, or silent.
	Avoid []string `json:"avoid,omitempty"`
	// LastAgent served the citizen until LastServedAt; the router prefers them for a day.
	LastAgent    string `json:"last_agent,omitempty"`
	LastServedAt int64  `json:"last_served_at,omitempty"`
	// Answered says that the machine's last turn was an answer.
	Answered bool `json:"answered,omitempty"`
	// UnansweredSince is when the citizen began to wait for a person's words; 0 when nothing is unanswered.
	UnansweredSince int64 `json:"unanswered_since,omitempty"`
	// WaitSince and Waited are the human clock: time with an unanswered turn while a queue or an agent has the talk. WaitSince is 0
	// while it stands still. The machine's time is no part of it.
	WaitSince int64           `json:"wait_since,omitempty"`
	Waited    int64           `json:"waited,omitempty"`
	Timers    map[Timer]int64 `json:"timers,omitempty"` // due times, Unix microseconds
	UpdatedAt int64           `json:"updated_at"`
}

// New is a talk that begins now: the machine's.
func New(channel string, at int64) Talk {
	return Talk{State: Machine, Owner: Owner{Kind: ByMachine}, Channel: channel, UpdatedAt: at}
}

// Next returns the timer that is due first; ok is false when none runs. Timers due at the same time go by name.
func (t Talk) Next() (name Timer, due int64, ok bool) {
	for n, d := range t.Timers {
		if !ok || d < due || (d == due && n < name) {
			name, due, ok = n, d, true
		}
	}
	return name, due, ok
}

// Agent returns the agent who owns the talk, "" when none does.
func (t Talk) Agent() string {
	if t.Owner.Kind == ByAgent {
		return t.Owner.ID
	}
	return ""
}

// MaySpeak reports whether an agent may write to the citizen: the owner, or a helper while someone serves.
func (t Talk) MaySpeak(agent string) bool {
	return agent != "" && t.Agent() == agent || t.State == Serving && slices.Contains(t.Helpers, agent)
}

// clone copies what Step may change.
func (t Talk) clone() Talk {
	c := t
	c.Handoff, c.Offer, c.Transfer, c.Resolution = copyOf(t.Handoff), copyOf(t.Offer), copyOf(t.Transfer), copyOf(t.Resolution)
	if c.Transfer != nil {
		c.Transfer.Tried = slices.Clone(t.Transfer.Tried)
	}
	c.Helpers, c.Avoid = slices.Clone(t.Helpers), slices.Clone(t.Avoid)
	c.Timers = make(map[Timer]int64, len(t.Timers))
	for k, v := range t.Timers {
		c.Timers[k] = v
	}
	return c
}

func copyOf[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}
