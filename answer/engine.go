package answer

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"bangban/conversation/message"
	"bangban/kernel/fault"
	"bangban/knowledge"
	"bangban/nlu"
)

// Knowledge is one consistent view of what the city knows; an answer is made from one of it, whole.
type Knowledge struct {
	Understander *nlu.Understander
	Library      *knowledge.Library
	Search       knowledge.Searcher
	Meaning      knowledge.Meaning // nil: words alone
	Statutes     Statutes          // the law library; nil: there is none
}

// Engine answers questions. It is safe for concurrent use.
type Engine struct {
	current func() *Knowledge
}

// New makes an engine that takes the view that current returns at the moment of each question.
func New(current func() *Knowledge) *Engine { return &Engine{current: current} }

// City is the time zone of every date a citizen reads.
var City = time.FixedZone("CST", 8*3600)

// Answer answers one question in the light of the talk so far and returns what to remember. It fails with
// fault.Unavailable before any knowledge is loaded, and passes on errors of the search.
func (e *Engine) Answer(ctx context.Context, q message.Question, talk message.Context) (message.Reply, message.Context, error) {
	return e.answer(ctx, q, talk, nil)
}

// Explain answers like Answer and returns the trace too.
func (e *Engine) Explain(ctx context.Context, q message.Question, talk message.Context) (message.Reply, message.Context, *Trace, error) {
	trace := &Trace{}
	reply, next, err := e.answer(ctx, q, talk, trace)
	return reply, next, trace, err
}

// Weigh returns what a search weighs for a question, always with the meaning stage or never, whatever would be decided: for fitting
// weights. It fails like Answer, and where the meaning stage is wanted and does not answer.
func (e *Engine) Weigh(ctx context.Context, q message.Question, meaning bool) (*Trace, error) {
	k := e.current()
	if k == nil {
		return nil, fault.New(fault.Unavailable, "answer.not_ready")
	}
	t := newTurn(ctx, k, q, message.Context{})
	t.trace, t.always = &Trace{Understanding: t.u}, meaning
	if !meaning {
		t.Meaning = nil
	}
	_, err := t.search(t.u)
	if err == nil && meaning && (t.Meaning == nil || t.late) {
		err = errNoMeaning
	}
	return t.trace, err
}

// errNoMeaning is for those who fit weights: no citizen meets it.
var errNoMeaning = errors.New("answer: there is no meaning stage, or it did not answer in time")

func (e *Engine) answer(ctx context.Context, q message.Question, talk message.Context, trace *Trace) (message.Reply, message.Context, error) {
	k := e.current()
	if k == nil {
		return message.Reply{}, talk, fault.New(fault.Unavailable, "answer.not_ready")
	}
	t := newTurn(ctx, k, q, talk)
	if trace != nil {
		trace.Understanding, t.trace = t.u, trace
	}
	if err := t.run(); err != nil {
		return message.Reply{}, talk, err
	}
	return t.reply, t.next, nil
}

// turn is one question on its way to a reply.
type turn struct {
	ctx context.Context
	Knowledge
	q     message.Question
	talk  message.Context // as it was
	next  message.Context // as it will be
	u     *nlu.Understanding
	reply message.Reply
	trace *Trace // nil unless asked for
	// attributes and region are what this turn asks about, the talk's included.
	attributes []nlu.Attribute
	region     string
	// substituted is set when this turn put another matter into the last question: that question stays the one to go on from.
	substituted bool
	// late is set when the meaning stage did not answer in time: the reply is degraded.
	late bool
	// until is the moment up to which this turn waits for the meaning stage; zero before it is first asked.
	until time.Time
	// always asks the meaning stage whatever the words say.
	always bool
	// clarified is set when this turn answers a clarifying question: no second one follows.
	clarified bool
	// article is the address of the first article of law that the reply quotes.
	article string
}

func newTurn(ctx context.Context, k *Knowledge, q message.Question, talk message.Context) *turn {
	t := &turn{ctx: ctx, Knowledge: *k, q: q, talk: talk, next: talk}
	if q.Staff {
		t.Library = k.Library.Staff()
	}
	t.u = k.Understander.Understand(q.Text, time.UnixMicro(q.Now).In(City))
	t.attributes = t.u.Slots.Attributes
	t.region = firstOf(t.u.Slots.Region, t.known(q.Region), t.known(talk.Region))
	return t
}

// known returns a region code that the city has, or the district around it; empty for any other, which a client may send.
func (t *turn) known(code string) string {
	for _, c := range []string{code, cityPart(code)} {
		if _, ok := t.Library.Region(c); ok {
			return c
		}
	}
	return ""
}

// run takes the first road that leads to a reply: a danger, a choice, talk about the talk, a follow-up, a fresh question.
func (t *turn) run() error {
	defer t.remember()
	if t.danger() || t.chosen() {
		return nil
	}
	if done, err := t.gate(); done || err != nil {
		return err
	}
	if done, err := t.follow(); done || err != nil {
		return err
	}
	if first, rest := t.several(); first != nil {
		t.attributes = first.Slots.Attributes
		err := t.ask(first)
		t.reply.Suggestions = append(rest, t.reply.Suggestions[:min(2, len(t.reply.Suggestions))]...)
		return err
	}
	return t.ask(t.u)
}

// longestPart is the length in characters up to which another question of the same message is offered as a chip.
const longestPart = 30

// several takes a message that asks about several matters apart: the first question is answered, the others are offered.
func (t *turn) several() (first *nlu.Understanding, rest []string) {
	if len(t.u.Parts) < 2 {
		return nil, nil
	}
	for _, part := range t.u.Parts {
		u := t.Understander.Understand(part, t.now())
		switch {
		case u.Topic == "": // another attribute of the same matter
			return nil, nil
		case first == nil:
			first = u
		case utf8.RuneCountInString(part) <= longestPart:
			rest = append(rest, part)
		}
	}
	return first, rest
}

// remember sets what the next turn may need.
func (t *turn) remember() {
	r := &t.reply
	r.Intent, r.Slots, r.Degraded = t.u.Intent, t.u.Slots, t.late
	t.next.Kind = r.Kind
	t.next.Region = t.region
	if r.Kind != message.Clarify {
		t.next.Pending = nil
	}
	if r.Kind == message.Unknown {
		if t.next.Misses++; t.next.Misses >= 2 && r.Reason != message.OtherRegion {
			t.say(message.Handoff, message.MissedTwice)
			r.Intent, r.Slots = t.u.Intent, t.u.Slots
			t.next.Kind, t.next.Misses = r.Kind, 0
		}
	} else if r.Kind != message.Smalltalk {
		t.next.Misses = 0
	}
	t.tire()
	if r.Reason != message.Repeat {
		t.next.Last = &message.Reply{Kind: r.Kind, Text: r.Text, Voice: r.Voice}
	}
	known := r.Kind == message.Answer || r.Kind == message.Clarify || r.Kind == message.Unknown && r.Reason == message.NoEntry
	if known && t.u.Topic != "" && !t.substituted {
		t.next.LastQuestion = t.u.Core
	}
}

const (
	// maxStuck is how many turns in a row may bring no answer, maxSame how often in a row the same question may be asked again, before a person is
	// called (docs/handoff.md). A double tap is no repetition: the first one is answered again.
	maxStuck = 6
	maxSame  = 2
)

// tire hands over to a person when the talk gets nowhere: many turns without an answer, or the same question again and again.
func (t *turn) tire() {
	r := &t.reply
	switch r.Kind {
	case message.Answer:
		t.next.Stuck = 0
	case message.Clarify, message.Unknown:
		t.next.Stuck = t.talk.Stuck + 1
	default:
		return
	}
	question := strings.TrimRight(firstOf(t.u.Core, t.u.Normal), "?!,.。 ")
	t.next.Same = 0
	if t.q.Value == "" && question != "" && question == t.talk.Asked {
		t.next.Same = t.talk.Same + 1
	}
	t.next.Asked = question
	reason := message.Reason("")
	switch {
	case t.next.Same >= maxSame:
		reason = message.Repeated
	case t.next.Stuck >= maxStuck:
		reason = message.MaxTurns
	default:
		return
	}
	t.say(message.Handoff, reason)
	r.Intent, r.Slots = t.u.Intent, t.u.Slots
	t.next.Kind, t.next.Pending = r.Kind, nil
	t.next.Misses, t.next.Stuck, t.next.Same, t.next.Asked = 0, 0, 0, ""
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
