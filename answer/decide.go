package answer

import (
	"slices"
	"strings"
	"unicode/utf8"

	"bangban/conversation/message"
	"bangban/knowledge"
	"bangban/nlu"
)

// The decision's thresholds, on group.strength (log-odds that this matter is the one meant), read off the tuning half of the labelled
// questions (docs/decisions/013-fitted-weights.md).
const (
	floor     = 0.0  // below it the city does not know
	mildFloor = -0.7 // the same for what decides about nobody: a concept, a notice, a number to call, a place
	riskFloor = 0.2  // the same for an entitlement, a fee, a deadline
	hinted    = -2.0 // below it a matter is not even offered beside "I don't know"
	foreign   = -3.0 // below it the question is not the city's business
	closeBy   = 0.02 // groups this near to the first mean the same to the machine
	weak      = 1.0  // below it a match is no more than a hint, and one nearly as good is asked about
	weakBy    = 0.2  // how nearly
	bareBy    = 0.65 // of a bare question (户口要注销) those are asked about that are this strong, as a share of the first
	nounBy    = 0.6  // the same for a bare noun (护照), which names several items and asks nothing
	plainLead = 3.2  // a first match this far ahead is meant, however bare the question
	certain   = 0.97 // a title this like the question needs no clarifying
	maxChoice = 4    // matters that are asked about at most
)

// A question is bare up to so many characters.
const (
	longestBare = 5 // its topic says little more than the name of a matter
	longestNoun = 4 // without anything else it is a noun
	longestVerb = 2 // its topic is a verb
)

// ask searches for a fresh question and decides what to do with what is found.
func (t *turn) ask(u *nlu.Understanding) error {
	groups, err := t.search(u)
	if err != nil {
		return err
	}
	if kind, ok := verbs[u.Intent]; ok {
		t.verb(kind, groups)
		return nil
	}
	return t.decide(u, groups)
}

// decide answers, asks back, or says that it does not know.
func (t *turn) decide(u *nlu.Understanding, groups []group) error {
	if u.Correction {
		groups = without(groups, t.talk.Entry)
	}
	if u.Intent == nlu.OtherDoor && (len(groups) == 0 || groups[0].strength < sureDoor) {
		var err error
		if groups, err = t.door(u); err != nil {
			return err
		}
	}
	if len(groups) == 0 || groups[0].strength < t.floorOf(&groups[0]) {
		t.unknown(u, groups)
		return nil
	}
	if groups[0].gap() {
		t.gap(u, groups)
		return nil
	}
	rivals := rivalsOf(groups, u)
	again := t.talk.Pending != nil // never two clarifying questions in a row: the others are offered with the answer
	if len(rivals) > 1 && !t.clarified && !again {
		if first := &rivals[0]; first.strength < weak && !first.knows(u) {
			t.unknown(u, groups) // a choice among matters that have none of the words would puzzle
			return nil
		}
		t.clarifyItem(u, rivals)
		return nil
	}
	t.clarified = t.clarified || again
	t.answerFrom(u, groups[0])
	t.judge(u, groups)
	if len(rivals) > 1 && t.reply.Kind == message.Answer {
		t.reply.Suggestions = t.reply.Suggestions[:min(1, len(t.reply.Suggestions))]
		for _, g := range rivals[1:] {
			t.reply.Suggestions = append(t.reply.Suggestions, t.label(g))
		}
	}
	if u.Intent == nlu.OtherDoor && t.reply.Kind == message.Answer {
		t.reply.Reason = message.OtherDoor
	}
	return nil
}

func without(groups []group, key string) []group {
	kept := groups[:0:0]
	for _, g := range groups {
		if g.key != key {
			kept = append(kept, g)
		}
	}
	return kept
}

// unknown says so: outside our business, or inside it without an entry.
func (t *turn) unknown(u *nlu.Understanding, groups []group) {
	switch {
	case (len(groups) == 0 || groups[0].strength < foreign) && !official(u):
		t.say(message.Unknown, message.OutOfScope)
	default:
		t.say(message.Unknown, message.NoEntry)
		for _, g := range groups {
			if len(t.reply.Suggestions) < 3 && g.strength > hinted && !g.gap() && g.knows(u) {
				t.reply.Suggestions = append(t.reply.Suggestions, t.label(g))
			}
		}
	}
	if u.Slots.OtherCity != "" && u.Intent == nlu.OtherRegion {
		t.say(message.Unknown, message.OtherRegion)
	}
	t.reply.Confidence = 0
	if len(groups) > 0 {
		t.features(groups)
	}
}

// officialBy is the weight from which a word surely stands for an official term.
const officialBy = 0.7

// official reports whether the question names a matter of government in so many words, though the city may have no entry for it.
func official(u *nlu.Understanding) bool {
	return slices.ContainsFunc(u.Expanded, func(e nlu.Term) bool { return e.Weight >= officialBy })
}

// risky are the attributes whose wrong answer costs someone money, a right or a day.
var risky = []nlu.Attribute{nlu.Conditions, nlu.Fee, nlu.Time, nlu.Validity}

// floorOf is the threshold of the risk class of an answer.
func (t *turn) floorOf(g *group) float64 {
	switch g.best.Document.Kind {
	case knowledge.KindHotline, knowledge.KindPoint:
		return mildFloor
	case knowledge.KindFAQ:
		if f, ok := t.faqOf(g.best.Document.ID); ok && f.Item == "" && f.Kind != "faq" && f.Kind != "line" {
			return mildFloor
		}
	}
	if slices.ContainsFunc(t.attributes, func(a nlu.Attribute) bool { return slices.Contains(risky, a) }) {
		return riskFloor
	}
	return floor
}

// gap reports whether the matter is a known gap.
func (g group) gap() bool { return g.best.Document.Kind == knowledge.KindGap }

// gap says that the city has no entry for the very matter that is asked about, by its name.
func (t *turn) gap(u *nlu.Understanding, groups []group) {
	d := groups[0].best.Document
	if d.Outside {
		t.say(message.Unknown, message.OutOfScope)
	} else {
		t.say(message.Unknown, message.NoEntry)
		t.words("unknown.gap", map[string]string{"matter": d.Titles[0]})
	}
	t.reply.Confidence = 0
	t.features(groups)
}

// rivalsOf returns the items that the question does not tell apart, the first included. A FAQ, a hotline, a place says one thing and
// has no rivals, but for a bare question whose words several items have in their names.
func rivalsOf(groups []group, u *nlu.Understanding) []group {
	first := groups[0]
	enough, lead := 1.0, plainLead // of the strength of the first
	switch {
	case isNoun(u):
		enough, lead = nounBy, first.strength
	case isBare(u):
		enough = bareBy
	}
	if enough == 1 && (first.best.Evidence.Title >= certain && (len(groups) < 2 || groups[1].best.Evidence.Title < certain) || first.item == nil) {
		return groups[:1]
	}
	words := wordsOf(u)
	named := first.item != nil && namedBy(words, first.item.Document)
	var out []group
	for _, g := range groups {
		near := closeBy
		if first.strength < weak {
			near = weakBy
		}
		if enough < 1 && g.signs[signUntitled] == 0 && g.item != nil && (!named || namedBy(words, g.item.Document)) {
			near = max(near, min(lead, first.strength*(1-enough)))
		}
		if g.item != nil && first.strength-g.strength <= near && len(out) < maxChoice {
			out = append(out, g)
		}
	}
	if len(out) == 0 {
		return groups[:1]
	}
	return out
}

// isNoun reports whether a question is a bare noun, short and with no attribute, no act and no situation, or a bare verb (换证多少钱).
func isNoun(u *nlu.Understanding) bool {
	if n := utf8.RuneCountInString(u.Topic); n > 0 && n <= longestVerb {
		return true
	}
	return len(u.Slots.Attributes) == 0 && len(u.Slots.Situation) == 0 && utf8.RuneCountInString(u.Core) <= longestNoun
}

// namedBy reports whether the official or the short name of an item has one of the words: 居住证 asks for a 居住证, not for a school that
// wants to see one.
func namedBy(words []head, d *knowledge.Document) bool {
	if len(words) == 0 {
		return true
	}
	names := &knowledge.Document{Titles: d.Titles[:min(2, len(d.Titles))]}
	return slices.ContainsFunc(words, func(w head) bool { return head{w[0]}.where([]*knowledge.Document{names}) == inTitle })
}

// isBare reports whether a question says little more than the name of a matter.
func isBare(u *nlu.Understanding) bool {
	return len(u.Slots.Situation) == 0 && utf8.RuneCountInString(u.Topic) <= longestBare && len(wordsOf(u)) <= 2
}

// clarifyItem asks which of several matters is meant.
func (t *turn) clarifyItem(u *nlu.Understanding, rivals []group) {
	var options []message.Option
	seen := map[string]bool{}
	for _, g := range rivals {
		label := t.label(g)
		if label == "" || seen[label] {
			continue
		}
		seen[label] = true
		options = append(options, message.Option{Label: label, Value: "entry:" + g.key})
	}
	if len(options) < 2 {
		t.answerFrom(u, rivals[0])
		t.judge(u, rivals)
		return
	}
	t.clarify(message.WhichItem, "", u, options)
	t.features(rivals)
}

// clarify puts one question with its choices and 都不是, and remembers it.
func (t *turn) clarify(reason message.Reason, entry string, u *nlu.Understanding, options []message.Option) {
	t.say(message.Clarify, reason)
	if entry != "" {
		if it, ok := t.itemOf(knowledge.ItemID(entry)); ok {
			t.words("clarify."+string(reason), map[string]string{"item": firstOf(it.Short, it.Name)})
		}
	}
	none, _ := t.Library.Sentence("clarify.none")
	t.reply.Options = append(options, message.Option{Label: none.Text, Value: "none"})
	t.next.Pending = &message.Pending{Reason: reason, Question: u.Core, Options: options, Entry: entry, Attribute: u.Slots.Attribute(), Region: t.region}
	var labels []string
	for _, o := range options {
		labels = append(labels, o.Label)
	}
	t.reply.Voice = shortVoice(t.reply.Voice + strings.Join(labels, "，还是") + "？")
	t.reply.Confidence = 0.5
}

// label names a group on a chip.
func (t *turn) label(g group) string {
	if it, ok := t.itemOf(knowledge.ItemID(g.key)); ok {
		return firstOf(it.Short, it.Name)
	}
	return g.best.Document.Titles[0]
}

// answerFrom answers with the entry of a group that fits best: the item's own fields where they hold what was asked, else the FAQ.
func (t *turn) answerFrom(u *nlu.Understanding, g group) {
	best := g.best
	if g.faq != nil && len(t.attributes) == 0 && u.Topic != u.Core && g.faq.Evidence.Title >= max(asPut, g.named) {
		best = *g.faq // no attribute, but a question of its own: 能提多少, 要不要本人去
	}
	if best.Document.Kind == knowledge.KindFAQ && !t.fieldsAnswer(g) {
		if f, ok := t.faqOf(best.Document.ID); ok {
			t.faq(f)
			return
		}
	}
	t.entry(g.key, u)
}

// asPut is the likeness from which a FAQ is the question as it was put.
const asPut = 0.55

// veryQuestion is the likeness from which a FAQ is the question itself.
const veryQuestion = 0.85

// fieldsAnswer reports whether the bound item's fields hold the attribute that was asked for and the FAQ says no more.
func (t *turn) fieldsAnswer(g group) bool {
	d := g.best.Document
	it, ok := t.itemOf(d.Item)
	if !ok {
		return false
	}
	if len(t.attributes) == 0 {
		return false
	}
	for _, a := range t.attributes {
		if !it.Has(a) && (a != nlu.LegalBasis || len(it.Laws) == 0) {
			return false
		}
	}
	if !slices.Contains(t.attributes, d.Attribute) { // the FAQ speaks of something else about the matter, unless it is the very question
		return g.best.Evidence.Title < veryQuestion
	}
	return g.best.Evidence.Title < 0.9 && g.item != nil && fit(g.item.Evidence) >= g.fit-0.15
}

// entry answers with one entry by its id.
func (t *turn) entry(id string, u *nlu.Understanding) {
	if it, ok := t.itemOf(knowledge.ItemID(id)); ok {
		t.itemFor(it, u)
		return
	}
	if f, ok := t.faqOf(id); ok {
		t.faq(f)
		return
	}
	if ev, ok := t.Library.Event(id); ok {
		t.event(ev)
		return
	}
	if h, ok := t.Library.Hotline(strings.TrimPrefix(id, "hotline-")); ok {
		t.hotline(h)
		return
	}
	if p, ok := t.Library.Point(strings.TrimPrefix(id, "point-")); ok {
		t.point(p)
		return
	}
	t.say(message.Unknown, message.NoEntry)
}
