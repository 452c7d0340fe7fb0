package conversation

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/kernel/fault"
)

const (
	// MaxText is how many characters a question may have.
	MaxText = 2000
	// maxKey bounds idempotency keys and option values; minOpenKey is the shortest key that can stand for a new talk's token.
	maxKey     = 200
	minOpenKey = 16
	// maxTries is how often a turn is answered anew because another node wrote to the same talk in between.
	maxTries = 5
)

// Receipt is what a channel gets back for a turn.
type Receipt struct {
	// Reply is what to show or say. Its Features are set for trusted channels only.
	Reply          *message.Reply
	ConversationID string
	// QuestionID is the id of the citizen's own turn, "" when it was not kept.
	QuestionID string
	// Token is set once, when the talk was opened: the citizen's proof of owning it.
	Token string
	// Duplicate says that the key was used before and Reply is the first reply.
	Duplicate bool
	// Kept is false when the store could not take the turn (disk full, database away): the citizen is still answered, but there is
	// no answer number, no turn id and, for a new talk, no conversation.
	Kept bool
}

// Receive takes what a citizen says and returns the reply, when both are durable. Turns of one talk are answered one after the
// other. A reply that could not be kept is returned all the same, with Kept false: on a full disk people still get answers.
//
// Errors: ask.empty, ask.not_text, ask.bad_key, ask.bad_value (Invalid), ask.too_long (TooLarge), conversation.not_found
// (NotFound, also for another's), conversation.busy (TooMany), conversation.slow (Unavailable), store.… for a talk that cannot be read.
func (s *Service) Receive(ctx context.Context, in message.Inbound) (*Receipt, error) {
	in, err := clean(in)
	if err != nil {
		return nil, err
	}
	// A file is scanned and drawn once, however often its turn is tried, and not at all when the key was used before.
	file := sync.OnceValues(func() (*Turn, error) { return s.attach(ctx, in.File) })
	for try := 1; ; try++ {
		r, err := s.receive(ctx, in, file)
		if !movedOn(err) || try == maxTries {
			return r, err
		}
		s.log.Debug("conversation moved on, answering again", "conversation", in.ConversationID, "try", try)
	}
}

// clean checks an inbound turn and takes out what is no text. What a citizen typed is otherwise kept as typed.
func clean(in message.Inbound) (message.Inbound, error) {
	if !utf8.ValidString(in.Text) || !utf8.ValidString(in.Value) || !utf8.ValidString(in.Thread) || !utf8.ValidString(in.Region) {
		return in, fault.New(fault.Invalid, "ask.not_text")
	}
	in.Text = strings.TrimSpace(strings.Map(printable, in.Text))
	in.Value = strings.Map(printable, in.Value)
	in.Thread = strings.Map(printable, in.Thread)
	in.Region = strings.Map(printable, in.Region)
	switch {
	case in.Text == "" && in.Value == "" && in.File == nil:
		return in, fault.New(fault.Invalid, "ask.empty")
	case utf8.RuneCountInString(in.Text) > MaxText:
		return in, &fault.Error{Kind: fault.TooLarge, Key: "ask.too_long", Args: map[string]string{"limit": strconv.Itoa(MaxText)}}
	case utf8.RuneCountInString(in.Value) > maxKey || utf8.RuneCountInString(in.Region) > maxKey || utf8.RuneCountInString(in.Thread) > maxKey:
		return in, fault.New(fault.Invalid, "ask.bad_value")
	case len(in.Key) > maxKey || strings.ContainsFunc(in.Key, func(r rune) bool { return r < ' ' || r > '~' }):
		return in, fault.New(fault.Invalid, "ask.bad_key")
	}
	if in.Channel == "" {
		in.Channel = message.API
	}
	return in, nil
}

// printable drops control characters, which no one types and no database likes, and keeps line breaks.
func printable(r rune) rune {
	if (r < ' ' && r != '\n' && r != '\t') || (r >= 0x7f && r < 0xa0) {
		return -1
	}
	return r
}

// receive is one attempt. It fails with fault.Conflict when the talk moved on between reading and writing.
func (s *Service) receive(ctx context.Context, in message.Inbound, file func() (*Turn, error)) (*Receipt, error) {
	key, openKey := lineOf(in)
	if key != "" {
		leave, err := s.order.enter(ctx, key)
		if err != nil {
			return nil, err
		}
		defer leave()
	}
	talk, err := s.find(ctx, in, openKey)
	if err != nil {
		return nil, err
	}
	if talk != nil && in.Key != "" {
		if r, err := s.repeated(ctx, talk, in, openKey); r != nil || err != nil {
			return r, err
		}
	}
	token := ""
	var follows ID
	if talk != nil && talk.Handling.State == ownership.Closed {
		talk, follows = nil, talk.ID // T20: what is closed stays closed
	}
	if talk == nil {
		if talk, token, err = s.open(in, openKey); err != nil {
			return nil, err
		}
		talk.Follows = follows
	}
	return s.exchange(ctx, talk, in, file, token)
}

// lineOf names the line in which a turn waits: its talk, its channel's thread, or the request that opens a talk. A request that
// opens a talk and cannot be repeated waits for nobody.
func lineOf(in message.Inbound) (key string, openKey []byte) {
	switch {
	case in.ConversationID != "":
		return in.ConversationID, nil
	case in.Trusted && in.Thread != "":
		return "thread:" + string(in.Channel) + ":" + in.Thread, nil
	case len(in.Key) >= minOpenKey:
		h := sha256.New()
		for _, part := range []string{string(in.Channel), in.Key, in.Text, in.Value, in.Region} {
			_ = binary.Write(h, binary.BigEndian, uint32(len(part))) // a hash takes everything
			h.Write([]byte(part))
		}
		openKey = h.Sum(nil)
		return "open:" + hex.EncodeToString(openKey), openKey
	}
	return "", nil
}

// find returns the talk that a turn belongs to, nil for a new one.
func (s *Service) find(ctx context.Context, in message.Inbound, openKey []byte) (*Conversation, error) {
	var talk *Conversation
	var err error
	switch {
	case in.ConversationID != "":
		return s.owned(ctx, ID(in.ConversationID), in.Token, in.Trusted)
	case in.Trusted && in.Thread != "":
		talk, err = s.store.LoadThread(ctx, in.Channel, in.Thread)
	case openKey != nil:
		talk, err = s.store.LoadOpened(ctx, openKey)
	}
	if fault.Is(err, fault.NotFound) || (talk == nil && unkept(err)) {
		return nil, nil // a store that is away is met again, and handled, when the exchange is to be kept
	}
	return talk, err
}

// repeated returns the first reply to a key that was used before, nil for a new key.
func (s *Service) repeated(ctx context.Context, talk *Conversation, in message.Inbound, openKey []byte) (*Receipt, error) {
	reply, err := s.store.Replied(ctx, talk.ID, in.Key)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for the first reply: %w", err)
	}
	question, err := s.store.Keyed(ctx, talk.ID, in.Key)
	if err != nil {
		return nil, fmt.Errorf("look for the first question: %w", err)
	}
	r := &Receipt{Reply: shown(reply, in.Trusted), ConversationID: string(talk.ID), QuestionID: string(question.ID), Duplicate: true, Kept: true}
	if openKey != nil {
		r.Token = tokenOf(in.Key, talk.OpenSalt)
	}
	return r, nil
}

func (s *Service) open(in message.Inbound, openKey []byte) (*Conversation, string, error) {
	id, err := s.newID()
	if err != nil {
		return nil, "", err
	}
	tokenKey := ""
	if openKey != nil {
		tokenKey = in.Key
	}
	token, hash, salt, err := opening(s.random, tokenKey)
	if err != nil {
		return nil, "", err
	}
	thread, at := "", s.now().UnixMicro()
	if in.Trusted {
		thread = in.Thread
	}
	return &Conversation{ID: ID(id), TokenHash: hash, OpenKey: openKey, OpenSalt: salt, Channel: in.Channel, Thread: thread,
		Handling: ownership.New(string(in.Channel), at), OpenedAt: at}, token, nil
}

// exchange takes a turn to whoever has the talk, and keeps what comes of it.
func (s *Service) exchange(ctx context.Context, talk *Conversation, in message.Inbound, file func() (*Turn, error), token string) (*Receipt, error) {
	asked := s.now().UnixMicro()
	if in.Region == "" {
		in.Region = talk.Region
	}
	choice, label, isChoice := chosen(in.Value)
	if in.Text == "" {
		in.Text = labelOf(talk.Context.Pending, in.Value)
		if isChoice {
			in.Text, _ = s.words(label)
		}
	}
	x := s.change(talk)
	x.Conversation.Region = in.Region
	if in.Trusted && in.Citizen != "" {
		x.Conversation.Citizen = in.Citizen
	}
	said := Turn{Text: in.Text}
	if in.File != nil {
		f, err := file()
		if err != nil {
			return nil, err
		}
		said = *f
	}
	said.At, said.Author, said.Value, said.Key = asked, Citizen, in.Value, in.Key
	question, err := s.say(x, said)
	if err != nil {
		return nil, err
	}
	x.Events = opened(x, in, question)
	// The engine hears every turn, so that danger is noticed whoever has the talk; what it says is used only when the machine has it.
	var reply message.Reply
	next := talk.Context
	if in.File != nil {
		reply = s.fileKept()
	} else {
		reply, next = s.answer(ctx, message.Question{Text: in.Text, Value: in.Value, Region: in.Region, Channel: in.Channel, Now: asked}, talk)
	}
	if err := ctx.Err(); err != nil {
		return nil, fault.Wrap(fault.Unavailable, "conversation.slow", err)
	}
	heard := reply
	if byPeople(talk.Handling.State) { // the machine is silent, even when nothing can be kept
		heard = message.Reply{Kind: message.Handoff, Reason: message.Trouble}
	}
	t := &turning{s: s, x: x, in: in, asked: asked, reply: &reply, next: next}
	if isChoice {
		err = t.choose(ctx, choice)
	} else {
		err = t.run(ctx)
	}
	if err != nil {
		return nil, err
	}
	err = s.keep(ctx, x, string(Citizen))
	if unkept(err) {
		s.log.Error("answered without keeping", "conversation", talk.ID, "kind", t.reply.Kind, "cause", err)
		return s.lost(talk, &heard, in.Trusted), nil
	}
	if err != nil {
		return nil, fmt.Errorf("keep the turn: %w", err)
	}
	return &Receipt{Reply: shown(t.reply, in.Trusted), ConversationID: string(talk.ID), QuestionID: string(question.ID), Token: token, Kept: true}, nil
}

// labelOf finds the words of a chosen option for the record.
func labelOf(p *message.Pending, value string) string {
	if p != nil {
		for _, o := range p.Options {
			if o.Value == value {
				return o.Label
			}
		}
	}
	return value
}

// answer asks the engine. Its trouble, a panic included, becomes a hand-off: the citizen's words are kept either way.
func (s *Service) answer(ctx context.Context, q message.Question, talk *Conversation) (reply message.Reply, next message.Context) {
	trouble := func(cause any) {
		s.log.Error("engine failed", "conversation", talk.ID, "cause", cause)
		text, voice := s.words("handoff." + string(message.Trouble))
		reply = message.Reply{Kind: message.Handoff, Reason: message.Trouble, Text: text, Voice: voice}
		next = talk.Context
	}
	defer func() {
		if p := recover(); p != nil {
			trouble(fmt.Sprintf("%v\n%s", p, debug.Stack()))
		}
	}()
	reply, next, err := s.answerer.Answer(ctx, q, talk.Context)
	if err != nil {
		trouble(err)
	}
	return reply, next
}

// unkept reports whether err means that nothing can be kept at present, for anyone.
func unkept(err error) bool {
	var f *fault.Error
	if !errors.As(err, &f) {
		return false
	}
	switch f.Key {
	case "store.full", "store.away", "store.slow", "store.corrupt", "store.read_only":
		return true
	}
	return false
}

// lost is the receipt of a reply that was not kept: without what would point at a record, and without words that promise one.
func (s *Service) lost(talk *Conversation, reply *message.Reply, trusted bool) *Receipt {
	r := shown(reply, trusted)
	r.AnswerNo, r.TurnID, r.ConversationID = "", "", ""
	if r.Kind == message.Handoff && r.Reason != message.Danger {
		if text, voice := s.words("handoff.not_kept"); text != "" {
			r.Text, r.Voice = text, voice
		}
	}
	receipt := &Receipt{Reply: r}
	if talk.Turns > 0 {
		receipt.ConversationID, r.ConversationID = string(talk.ID), string(talk.ID)
	}
	return receipt
}

// shown is the reply as a channel may pass it on: the figures behind the confidence are for us.
func shown(reply *message.Reply, trusted bool) *message.Reply {
	r := *reply
	if !trusted {
		r.Features = nil
	}
	return &r
}
