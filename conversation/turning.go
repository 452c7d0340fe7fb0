package conversation

import (
	"context"
	"slices"
	"strings"

	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/kernel/event"
	"bangban/kernel/fault"
)

// choices are the values of the buttons that a citizen in the queue is offered, with the key of their label.
var choices = map[string]struct {
	do    ownership.Action
	label string
}{
	"queue:keep":      {ownership.KeepWaiting, "choice.keep"},
	"queue:call_back": {ownership.CallBack, "choice.call_back"},
	"queue:cancel":    {ownership.Cancel, "choice.cancel"},
	"talk:unsolved":   {ownership.Unsolved, "choice.unsolved"},
}

// chosen is the command behind the value of a button, with the key of its label. Stars come as rate:5:RESOLUTION, from channels that have no page to
// rate on.
func chosen(value string) (cmd ownership.Command, label string, ok bool) {
	if c, ok := choices[value]; ok {
		return ownership.Command{Do: c.do}, c.label, true
	}
	parts := strings.Split(value, ":")
	if len(parts) != 3 || parts[0] != "rate" || len(parts[1]) != 1 || parts[1] < "1" || parts[1] > "5" {
		return ownership.Command{}, "", false
	}
	return ownership.Command{Do: ownership.Rate, ID: parts[2], Stars: int(parts[1][0] - '0')}, "choice.rate_" + parts[1], true
}

// choices lists the buttons under a sentence about the queue.
func (s *Service) choices(talk *ownership.Talk, told []ownership.Sentence) []message.Option {
	var values []string
	has := func(key string) bool {
		return slices.ContainsFunc(told, func(t ownership.Sentence) bool { return t.Key == key })
	}
	switch {
	case talk.State != ownership.Queued && talk.State != ownership.Offered:
	case has("queue.choice"):
		values = []string{"queue:keep", "queue:call_back", "queue:cancel"}
	default:
		values = []string{"queue:call_back", "queue:cancel"}
	}
	var list []message.Option
	for _, v := range values {
		label, _ := s.words(choices[v].label)
		list = append(list, message.Option{Label: label, Value: v})
	}
	return list
}

// turning is one citizen's turn on its way to whoever has the talk.
type turning struct {
	s     *Service
	x     *Change
	in    message.Inbound
	asked int64
	reply *message.Reply // the engine's at first, what the citizen gets in the end
	next  message.Context
}

// byPeople are the states in which a person has the talk, or is about to.
func byPeople(state ownership.State) bool {
	switch state {
	case ownership.Queued, ownership.Offered, ownership.Serving, ownership.Waiting:
		return true
	}
	return false
}

// run takes the turn through the table.
func (t *turning) run(ctx context.Context) error {
	danger := t.reply.Kind == message.Handoff && t.reply.Reason == message.Danger
	wantsPerson := t.reply.Kind == message.Handoff
	if byPeople(t.x.Conversation.Handling.State) {
		do := ownership.Say
		if wantsPerson && t.reply.Reason == message.Asked {
			do = ownership.Ask
		}
		if err := t.step(ctx, ownership.Command{Do: do, Danger: danger}); err != nil {
			return err
		}
		return t.relay()
	}
	policy := t.s.policy(t.in.Channel, t.asked)
	if policy == PersonFirst && t.x.Opens && !wantsPerson {
		t.reply.Kind, t.reply.Reason, wantsPerson = message.Handoff, message.Policy, true
	}
	if wantsPerson {
		do := ownership.Ask
		if policy == MachineOnly && !danger {
			do = ownership.CallBack
		}
		return t.handOff(ctx, do, danger)
	}
	return t.byMachine(ctx)
}

// before is what is said before the sentence about the queue: why the machine stops, when the citizen did not ask for it.
func (t *turning) before() (text, voice string) {
	switch t.reply.Reason {
	case message.MissedTwice:
		return t.s.words("before.missed_twice")
	case message.Repeated:
		return t.s.words("before.repeated")
	case message.MaxTurns:
		return t.s.words("before.max_turns")
	case message.Emotion:
		return t.s.words("before.emotion")
	case message.Trouble:
		return t.s.words("before.trouble")
	}
	return "", ""
}

func (t *turning) step(ctx context.Context, cmd ownership.Command) error {
	cmd.At, cmd.By = t.asked, string(Citizen)
	return t.s.step(ctx, t.x, cmd)
}

// handOff sends the talk to people, or makes a promise when nobody sits.
func (t *turning) handOff(ctx context.Context, do ownership.Action, danger bool) error {
	class := ownership.Normal
	if t.in.Elder {
		class = ownership.Elder
	}
	entry := t.next.Entry
	err := t.step(ctx, ownership.Command{Do: do, Danger: danger, Reason: string(t.reply.Reason), Class: class,
		Needs: ownership.Needs{Topic: t.s.topicOf(entry), Region: t.in.Region}})
	if err != nil {
		return err
	}
	told := t.x.Effects.Told
	first, firstSpoken := t.before()
	if danger { // the engine's own guidance fits the danger better than the general one
		told = slices.DeleteFunc(slices.Clone(told), func(s ownership.Sentence) bool { return s.Key == "danger.guidance" })
		first, firstSpoken = t.reply.Text+"\n", t.reply.Voice
	}
	text, voice, err := t.s.tell(t.x, told)
	if err != nil {
		return err
	}
	if text != "" {
		t.reply.Text, t.reply.Voice = first+text, firstSpoken+voice
	}
	t.reply.Options = t.s.choices(&t.x.Conversation.Handling, told)
	for _, p := range t.x.Effects.Promises {
		if p.Step == ownership.PromiseMade {
			t.reply.Promise = p.No
		}
	}
	return t.answerTurn(ctx, false)
}

// byMachine gives the machine's reply, unless the turn reopens what a person had answered.
func (t *turning) byMachine(ctx context.Context) error {
	before := t.x.Conversation.Context
	thanks := t.reply.Kind == message.Smalltalk && (t.reply.Reason == message.Thanks)
	same := t.reply.Kind == message.Answer && before.Entry != "" && t.next.Entry == before.Entry
	if err := t.step(ctx, ownership.Command{Do: ownership.Say, Thanks: thanks, Same: same}); err != nil {
		return err
	}
	if byPeople(t.x.Conversation.Handling.State) || t.x.Conversation.Handling.Reopened > t.x.Before.Reopened {
		return t.relay()
	}
	return t.answerTurn(ctx, true)
}

// answerTurn appends the machine's turn.
func (t *turning) answerTurn(ctx context.Context, steps bool) error {
	s, x := t.s, t.x
	if steps {
		err := t.s.step(ctx, x, ownership.Command{Do: ownership.Answer, At: s.now().UnixMicro(), By: string(Engine), Answered: t.reply.Kind == message.Answer})
		if err != nil {
			return err
		}
	}
	x.Conversation.Context = t.next
	if len(t.reply.Citations) > 0 {
		x.Conversation.Topic = t.reply.Citations[0].Title
	}
	t.reply.AnswerNo = ""
	if t.reply.Kind == message.Answer {
		no, err := newAnswerNo(s.random)
		if err != nil {
			return err
		}
		t.reply.AnswerNo = string(no)
	}
	turn, err := s.say(x, Turn{Author: Engine, Text: t.reply.Text, Reply: t.reply})
	if err != nil {
		return err
	}
	t.reply.ConversationID, t.reply.TurnID, t.reply.State = string(x.Conversation.ID), string(turn.ID), string(x.Conversation.Handling.State)
	question := &x.Turns[0]
	if t.reply.Kind == message.Unknown || t.reply.Kind == message.Handoff {
		x.Unanswered = &Unanswered{Turn: question.ID, Conversation: x.Conversation.ID, At: t.asked, Channel: t.in.Channel, Region: t.in.Region,
			Kind: t.reply.Kind, Reason: t.reply.Reason, Masked: question.Masked}
	}
	x.Events = append(x.Events, given(x, turn, question))
	return nil
}

// relay tells the citizen where the talk stands: the turn has gone to a person.
func (t *turning) relay() error {
	text, voice, err := t.s.tell(t.x, t.x.Effects.Told)
	if err != nil {
		return err
	}
	if text == "" {
		text, voice = t.s.words("relayed." + string(t.s.stateReply(t.x, "", "").Reason))
		t.reply = t.s.stateReply(t.x, text, voice)
		t.x.Turns[0].Relayed = t.reply
		return nil
	}
	t.reply = t.s.stateReply(t.x, text, voice)
	turn, err := t.s.say(t.x, Turn{Author: System, Text: text, Reply: t.reply})
	if err != nil {
		return err
	}
	t.reply.TurnID = string(turn.ID)
	t.x.Events = append(t.x.Events, event.New(turn.At, string(System), "turn.told", "conversation:"+string(t.x.Conversation.ID), map[string]any{"turn": turn.ID, "in_reply": true}))
	return nil
}

// choose is a button of the queue. One that comes too late changes nothing, and says so.
func (t *turning) choose(ctx context.Context, cmd ownership.Command) error {
	err := t.step(ctx, cmd)
	if fault.Is(err, fault.Conflict) {
		text, voice := t.s.words("choice.over")
		t.reply = t.s.stateReply(t.x, text, voice)
		t.x.Turns[0].Relayed = t.reply
		return nil
	}
	if err != nil {
		return err
	}
	return t.relay()
}

// opened are the events of the question, in ids only.
func opened(x *Change, in message.Inbound, question *Turn) []event.Event {
	subject := "conversation:" + string(x.Conversation.ID)
	var list []event.Event
	if x.Opens {
		list = append(list, event.New(question.At, string(Citizen), "conversation.opened", subject, map[string]any{"channel": in.Channel}))
	}
	return append(list, event.New(question.At, string(Citizen), "turn.received", subject, map[string]any{"turn": question.ID, "channel": in.Channel}))
}

// given is the event of the machine's reply.
func given(x *Change, answer, question *Turn) event.Event {
	reply := answer.Reply
	data := struct {
		Turn       TurnID         `json:"turn"`
		To         TurnID         `json:"to"`
		Kind       message.Kind   `json:"kind"`
		Reason     message.Reason `json:"reason,omitempty"`
		Entry      string         `json:"entry,omitempty"`
		Revision   int            `json:"revision,omitempty"`
		Confidence float64        `json:"confidence,omitempty"`
		Degraded   bool           `json:"degraded,omitempty"`
	}{answer.ID, question.ID, reply.Kind, reply.Reason, "", 0, reply.Confidence, reply.Degraded}
	if len(reply.Citations) > 0 {
		data.Entry, data.Revision = reply.Citations[0].EntryID, reply.Citations[0].Revision
	}
	return event.New(answer.At, string(Engine), "reply.given", "conversation:"+string(x.Conversation.ID), data)
}
