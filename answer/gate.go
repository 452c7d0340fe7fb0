package answer

import (
	"slices"
	"strings"
	"unicode/utf8"

	"bangban/conversation/message"
	"bangban/nlu"
)

// saying is the kind and reason that an intent leads to without a search.
type saying struct {
	kind   message.Kind
	reason message.Reason
}

// sayings are the intents whose reply is a sentence of its own (the table of kinds and reasons in docs/architecture.md).
var sayings = map[nlu.Intent]saying{
	nlu.Human:       {message.Handoff, message.Asked},
	nlu.Greet:       {message.Smalltalk, message.Greeting},
	nlu.Thank:       {message.Smalltalk, message.Thanks},
	nlu.Affirm:      {message.Smalltalk, message.Thanks},
	nlu.WhoAreYou:   {message.Smalltalk, message.Identity},
	nlu.CancelThat:  {message.Smalltalk, message.Cancel},
	nlu.Abusive:     {message.Smalltalk, message.Abuse},
	nlu.Trick:       {message.Refuse, message.Trick},
	nlu.OthersData:  {message.Refuse, message.PersonalData},
	nlu.CrimeHelp:   {message.Refuse, message.Crime},
	nlu.Complain:    {message.Complaint, message.ComplaintFiled},
	nlu.Report:      {message.Complaint, message.Report},
	nlu.SeekHelp:    {message.Complaint, message.Help},
	nlu.Suggest:     {message.Suggestion, message.Suggest},
	nlu.Praise:      {message.Suggestion, message.Praise},
	nlu.OutOfScope:  {message.Unknown, message.OutOfScope},
	nlu.OtherRegion: {message.Unknown, message.OtherRegion},
}

// verbs are the intents that want something done now: until casework exists the reply says how to do it today.
var verbs = map[nlu.Intent]message.Kind{
	nlu.Track:  message.Progress,
	nlu.Accept: message.Progress,
	nlu.Book:   message.Booking,
	nlu.Apply:  message.Application,
	nlu.Pay:    message.Payment,
	nlu.Rate:   message.Rating,
}

// strongFeeling is the strength from which a person is offered at once.
const strongFeeling = 0.8

// danger answers a danger that is going on now, whatever else was asked; the label of a choice that was tapped tells of none.
func (t *turn) danger() bool {
	if t.u.Danger == nlu.NoDanger || t.tapped() {
		return false
	}
	t.say(message.Handoff, message.Danger)
	t.words("handoff.danger_"+string(t.u.Danger), nil)
	return true
}

// tapped reports whether the text is the label of the choice that was sent.
func (t *turn) tapped() bool {
	return t.talk.Pending != nil && slices.Contains(t.talk.Pending.Options, message.Option{Label: t.q.Text, Value: t.q.Value})
}

// gate answers what the intent alone decides, and what names no matter: a search is only asked whether it is so.
func (t *turn) gate() (bool, error) {
	if !t.u.Readable {
		t.say(message.Unknown, message.Unreadable)
		return true, nil
	}
	if t.u.Intent == nlu.RepeatThat {
		t.repeat()
		return true, nil
	}
	if t.u.Intent == nlu.Deny && t.talk.Pending == nil {
		t.say(message.Unknown, message.NoEntry)
		return true, nil
	}
	s, said := sayings[t.u.Intent]
	if said && t.u.Intent == nlu.OutOfScope {
		ours, err := t.ours()
		if err != nil {
			return false, err
		}
		said = !ours
	}
	if said {
		t.say(s.kind, s.reason)
		if s.kind == message.Complaint {
			return true, t.grievance(s)
		}
		if s.reason == message.OtherRegion {
			t.words("unknown.other_region", map[string]string{"place": firstOf(t.u.Slots.OtherCity, "外地")})
		}
		return true, nil
	}
	if t.u.Emotion >= strongFeeling {
		t.say(message.Handoff, message.Emotion)
		return true, nil
	}
	if done, err := t.act(); done || err != nil {
		return done, err
	}
	return t.vague()
}

// grievance adds to the way of complaining the guide of the matter that is complained of, when one is found surely enough: who is in charge, and what
// the rule is. The talk goes on from that guide (打什么电话, 依据是什么).
func (t *turn) grievance(s saying) error {
	groups, err := t.search(t.u)
	if err != nil || len(groups) == 0 || groups[0].gap() || groups[0].strength < sureGrievance {
		return err
	}
	how := t.reply
	asked := t.attributes
	t.attributes = nil
	t.answerFrom(t.u, groups[0])
	t.attributes = asked
	if t.reply.Kind != message.Answer || t.reply.Card == nil {
		t.reply = how
		return nil
	}
	guide := t.reply
	t.reply = how
	t.reply.Card, t.reply.Citations = guide.Card, guide.Citations
	t.reply.Card.Actions = nil
	t.reply.Text += "\n" + t.sentence("complaint.guide", map[string]string{"title": guide.Card.Title, "conclusion": guide.Card.Conclusion})
	return nil
}

// sureGrievance is the strength from which the guide of a matter is put to a complaint about it.
const sureGrievance = 1.5

// sureMatter is the strength from which a matter that was found is ours whatever the words sound like.
const sureMatter = 3

// ours reports whether a question that sounds like none of the city's is one all the same: 淘宝开店要不要执照.
func (t *turn) ours() (bool, error) {
	groups, err := t.search(t.u)
	return len(groups) > 0 && !groups[0].gap() && (groups[0].strength >= sureMatter || t.titled(groups[0])), err
}

// act answers a wish to have something done now (好，直接帮我办) in a talk: for the matter in focus where the words name no other.
func (t *turn) act() (bool, error) {
	kind, ok := verbs[t.u.Intent]
	if !ok && t.talk.Kind == message.Booking && t.u.Slots.TimeText != "" && len(t.u.Slots.Attributes) == 0 && utf8.RuneCountInString(t.u.Core) <= fragment {
		t.say(message.Booking, message.NotYet) // 改成后天
		return true, nil
	}
	if !ok || t.talk.Entry == "" && t.talk.Pending == nil {
		return false, nil
	}
	groups, err := t.search(t.u)
	if err != nil {
		return false, err
	}
	if len(groups) == 0 || groups[0].strength < plain {
		groups = nil
		if t.talk.Entry != "" {
			groups = []group{{key: t.talk.Entry, strength: floor}}
		}
	}
	t.verb(kind, groups)
	return true, nil
}

// repeat says the last reply again.
func (t *turn) repeat() {
	t.say(message.Smalltalk, message.Repeat)
	if t.talk.Last == nil {
		t.words("smalltalk.repeat_none", nil)
		return
	}
	t.reply.Text, t.reply.Voice = t.talk.Last.Text, t.talk.Last.Voice
}

// say makes a reply of the sentence that belongs to kind and reason.
func (t *turn) say(kind message.Kind, reason message.Reason) {
	t.reply = message.Reply{Kind: kind, Reason: reason, Confidence: 1}
	t.words(string(kind)+"."+string(reason), nil)
}

// words sets text and voice from the sentence of key, with {name} places filled. A missing key leaves the reply as it is.
func (t *turn) words(key string, fill map[string]string) {
	s, ok := t.Library.Sentence(key)
	if !ok {
		return
	}
	t.reply.Text, t.reply.Voice = filled(s.Text, fill), filled(s.Voice, fill)
}

// sentence returns the text of key, filled; the key itself when it has no text, so that a gap is seen.
func (t *turn) sentence(key string, fill map[string]string) string {
	if s, ok := t.Library.Sentence(key); ok {
		return filled(s.Text, fill)
	}
	return key
}

func filled(text string, fill map[string]string) string {
	if len(fill) == 0 {
		return text
	}
	pairs := make([]string, 0, 2*len(fill))
	for name, value := range fill {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
