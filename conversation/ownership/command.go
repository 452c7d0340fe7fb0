package ownership

import "time"

// Action is what happens to a talk.
type Action string

// The actions. Who may take each, and when, is in the table.
const (
	// Of the citizen.
	Say         Action = "say"          // a turn; the service has kept it
	Ask         Action = "ask"          // wants a person, or the machine may not go on (§4.3)
	CallBack    Action = "call_back"    // 约回拨、先留言, instead of waiting
	KeepWaiting Action = "keep_waiting" // 继续等
	Cancel      Action = "cancel"       // does not want a person any more
	HangUp      Action = "hang_up"      // left the queue by hanging up
	Rate        Action = "rate"
	Unsolved    Action = "unsolved" // 还没解决
	// Of the machine.
	Answer Action = "answer" // the machine has spoken
	// Of the router.
	Hold          Action = "offer" // hold the talk out to an agent
	OfferTransfer Action = "offer_transfer"
	// Of agents.
	Claim           Action = "claim" // takes a waiting talk or a promise from the list
	Accept          Action = "accept"
	Decline         Action = "decline"
	Reply           Action = "reply"
	Pass            Action = "transfer"
	AcceptTransfer  Action = "accept_transfer"
	DeclineTransfer Action = "decline_transfer"
	CancelTransfer  Action = "cancel_transfer"
	HandBack        Action = "hand_back"
	Resolve         Action = "resolve"
	Invite          Action = "invite"
	LeaveHelp       Action = "leave_help"
	Attempt         Action = "attempt" // tried to reach the citizen for the promise, in vain
	// Of supervisors.
	TakeOver Action = "take_over"
	Reroute  Action = "reroute" // other needs for a waiting talk
	// Of the house.
	AgentLost Action = "agent_lost" // the lease has run out, or the shift is over
	SeatsGone Action = "seats_gone" // nobody is left for this queue
	End       Action = "end"        // erased or blocked (T23)
	Fire      Action = "fire"       // a timer
)

// Command is one thing that happens. At is Unix microseconds; fields that an action does not read are ignored.
type Command struct {
	Do Action
	At int64
	By string // "citizen", "machine", "agent:8012", "system"
	// Agent is who is offered, accepts, declines, replies, takes over, is invited or lost.
	Agent string
	// ID names what the action makes: a handoff, an offer, a resolution. Promise is a fresh number in case one is made.
	ID, Promise string
	Reason      string
	Needs       Needs
	Class       Class
	// Thanks, Same and Danger are what was heard in a turn: 谢谢, the same matter as the last answer, danger words.
	Thanks, Same, Danger bool
	// Answered says that the machine's turn was an answer.
	Answered       bool
	Stars          int
	Topic, Outcome string
	Target         TargetKind
	To             string
	Why            string
	Timer          Timer
	Due            int64 // the due time that fired: a timer set anew since then does not fire; of an attempt, when it is made again, 0 if nobody knows
}

// Facts are the world at the moment of a command, as far as a step depends on it.
type Facts struct {
	// Open says that somebody sits for this channel now. NextOpen and Due are when seats are next expected and when a promise made
	// now is due, in working hours.
	Open          bool
	NextOpen, Due int64
	// Live says that the lease of Command.Agent runs, Ready that they take talks, Able that they may reply on this channel.
	Live, Ready, Able bool
	// Owner facts are of the talk's own agent.
	OwnerLive, OwnerReady bool
	// Position is how many stand before this talk, plus one; Passed says that a case of danger has come in before it. From and To
	// are the estimate in minutes, To 0 when there is none.
	Position int
	Passed   bool
	From, To int
}

// Rules are the times of the house. Zero fields take Defaults.
type Rules struct {
	Offer, VoiceOffer         time.Duration // to answer an offer
	Ring                      time.Duration // between two widenings
	Choice, VoiceChoice       time.Duration // of waiting before another way is offered, and between two such offers
	Reassure                  time.Duration // between two words about the position
	FirstReply, NextReply     time.Duration // for the agent to answer a turn
	Silent, Gone              time.Duration // of the citizen: reminder, then waiting
	WaitingEnds               time.Duration
	Transfer                  time.Duration // for the whole of a transfer
	Quiet                     time.Duration // of the machine's talk
	Window                    time.Duration // in which a resolution may be reopened and rated
	MaxWait                   time.Duration // in the queue, then a promise is made
	Rings, Attempts, BadStars int           // widest ring; tries to reach a citizen; stars up to which a rating reopens
}

// Defaults are the times of docs/handoff.md.
var Defaults = Rules{
	Offer: 30 * time.Second, VoiceOffer: 12 * time.Second, Ring: 20 * time.Second, Choice: 3 * time.Minute, VoiceChoice: 45 * time.Second,
	Reassure: time.Minute, FirstReply: time.Minute, NextReply: 3 * time.Minute, Silent: 3 * time.Minute, Gone: 10 * time.Minute,
	WaitingEnds: 24 * time.Hour, Transfer: 2 * time.Minute, Quiet: 30 * time.Minute, Window: 72 * time.Hour,
	MaxWait: 30 * time.Minute, Rings: 3, Attempts: 3, BadStars: 2,
}

// Sentence is something to tell the citizen, by key.
type Sentence struct {
	Key  string
	Args map[string]string
}

// Note is one line for the event log, without its time and subject.
type Note struct {
	Kind string
	Data map[string]any
}

// Bell calls people who are not the owner: "supervisor", "duty", or "agent:8012".
type Bell struct {
	To, Key string
}

// PromiseStep is what happens to a promise.
type PromiseStep string

// The steps of a promise.
const (
	PromiseMade    PromiseStep = "made"
	PromiseTried   PromiseStep = "tried"
	PromiseKept    PromiseStep = "kept"
	PromiseOverdue PromiseStep = "overdue"
	PromiseDropped PromiseStep = "dropped" // the citizen was served at once, or the talk was erased
)

// PromiseChange is a promise that comes into being or moves on. EnqueuedAt keeps the place in the queue. Of PromiseTried, Due is when somebody tries
// again, 0 if nobody said, and Reason what came of it: both are kept, neither is logged.
type PromiseChange struct {
	No              string
	Step            PromiseStep
	Due, EnqueuedAt int64
	Reason          string
	Class           Class
	By              string
}

// Effects are what follows from a step and is kept in the same transaction, in this order.
type Effects struct {
	Row      string // of the table: "T5"
	Told     []Sentence
	Notes    []Note
	Bells    []Bell
	Promises []PromiseChange
	// Resolutions are made or changed.
	Resolutions []Resolution
	// Missed is an agent who let an offer or a turn pass.
	Missed string
	// Freed says that an agent's hands are freer than before; Seek that the router has work.
	Freed, Seek bool
}

// Filled returns the rules with Defaults in place of what is zero.
func (r Rules) Filled() Rules {
	span := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	count := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	d := Defaults
	span(&r.Offer, d.Offer)
	span(&r.VoiceOffer, d.VoiceOffer)
	span(&r.Ring, d.Ring)
	span(&r.Choice, d.Choice)
	span(&r.VoiceChoice, d.VoiceChoice)
	span(&r.Reassure, d.Reassure)
	span(&r.FirstReply, d.FirstReply)
	span(&r.NextReply, d.NextReply)
	span(&r.Silent, d.Silent)
	span(&r.Gone, d.Gone)
	span(&r.WaitingEnds, d.WaitingEnds)
	span(&r.Transfer, d.Transfer)
	span(&r.Quiet, d.Quiet)
	span(&r.Window, d.Window)
	span(&r.MaxWait, d.MaxWait)
	count(&r.Rings, d.Rings)
	count(&r.Attempts, d.Attempts)
	count(&r.BadStars, d.BadStars)
	return r
}
