package answer

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"bangban/conversation/message"
	"bangban/knowledge"
	"bangban/nlu"
)

// maxAttributes is how many attributes one reply answers; the rest is on the guide page.
const maxAttributes = 3

// item answers from the fields of an item: the attributes asked for, or the overview.
func (t *turn) item(it *knowledge.Item, situation *knowledge.Situation) {
	d := it.In(situation)
	card := &message.Card{Title: it.Name}
	if situation != nil {
		card.Title += "（" + situation.Name + "）"
	}
	if it.Checking {
		card.Notice = t.sentence("answer.checking", nil)
	}
	t.reply = message.Reply{Kind: message.Answer, Card: card}

	asked := t.attributes
	if len(asked) > maxAttributes {
		asked = asked[:maxAttributes]
	}
	known := t.knownOf(it, situation, d, asked)
	switch {
	case len(asked) == 0:
		t.overview(it, situation, d)
	case len(known) == 0 && t.u.Topic != "":
		t.overviewWithout(it, situation, d, asked)
	default:
		t.attributesOf(it, situation, d, asked)
	}
	t.reply.Suggestions = t.suggestions(it, situation, d, asked)
	card.Actions = t.actions(it, d)
	t.focus(string(it.ID), situation, known)
}

// shownNotes is how many reminders an answer shows; the guide has them all.
const shownNotes = 3

// reminders are what goes wrong most often (提醒): often the very rule that decides (过期一年以上会被注销).
func reminders(notes []knowledge.Fact) (part, bool) {
	p := part{attribute: nlu.Overview}
	var texts []string
	for _, n := range notes[:min(len(notes), shownNotes)] {
		texts = append(texts, strings.TrimSuffix(n.Text, "。"))
		p.basis = append(p.basis, n.By...)
	}
	p.value = strings.Join(texts, "；")
	return p, len(texts) > 0
}

// knownOf are those of the attributes asked for that something is known of; the talk goes on from them, not from what was not known.
func (t *turn) knownOf(it *knowledge.Item, situation *knowledge.Situation, d knowledge.Details, asked []nlu.Attribute) []nlu.Attribute {
	var known []nlu.Attribute
	for _, a := range asked {
		if _, ok := t.partOf(it, situation, d, a); ok {
			known = append(known, a)
		}
	}
	return known
}

// overviewWithout answers a question in which an attribute was heard that nothing is known of: that is said first, then what is known of the matter, for
// the word may have been said by the way.
func (t *turn) overviewWithout(it *knowledge.Item, situation *knowledge.Situation, d knowledge.Details, asked []nlu.Attribute) {
	first := t.missing(it, asked[0])
	t.overview(it, situation, d)
	card := t.reply.Card
	if card.Conclusion == first.conclusion { // nothing but a name is known
		return
	}
	card.Conclusion = first.conclusion + card.Conclusion
	t.reply.Text = first.conclusion + "\n" + t.reply.Text
	t.reply.Voice = shortVoice(first.voice + t.reply.Voice)
}

// overview is the conclusion when nothing special was asked: what it is and who needs it, then the main fields.
func (t *turn) overview(it *knowledge.Item, situation *knowledge.Situation, d knowledge.Details) {
	card := t.reply.Card
	var basis []knowledge.Basis
	used := []nlu.Attribute{}
	if it.Summary != nil {
		card.Conclusion = sentenceOf(it.Summary.Text)
		basis = append(basis, it.Summary.By...)
	}
	for _, a := range inOverview {
		p, ok := render(d, a)
		if !ok {
			continue
		}
		if card.Conclusion == "" {
			card.Conclusion = p.conclusion
		}
		used = append(used, a)
		if a != nlu.Online && a != nlu.Phone { // the general entrances: not what the guide rests on
			basis = append(basis, p.basis...)
		}
		t.place(d, p)
	}
	if p, ok := reminders(d.Notes); ok {
		card.Fields = append(card.Fields, p.field())
		basis = append(basis, p.basis...)
	}
	if card.Conclusion == "" { // nothing but a name is known
		p := t.missing(it, nlu.Overview)
		card.Conclusion = p.conclusion
	}
	t.reply.Text = t.textOf(card)
	t.reply.Voice = spoken(card.Conclusion, d)
	t.cite(string(it.ID), it.Name, it.Department, it.Updated, "/items/"+url.PathEscape(string(it.ID)), used, append(basis, it.Laws...))
}

// attributesOf answers the attributes that were asked for, each from its fields; what is not known is said to be so.
func (t *turn) attributesOf(it *knowledge.Item, situation *knowledge.Situation, d knowledge.Details, asked []nlu.Attribute) {
	card := t.reply.Card
	var conclusions, voices []string
	var basis []knowledge.Basis
	var text strings.Builder
	for _, a := range asked {
		p, ok := t.partOf(it, situation, d, a)
		if !ok {
			p = t.missing(it, a)
		}
		conclusions = append(conclusions, p.conclusion)
		voices = append(voices, p.voice)
		basis = append(basis, p.basis...)
		if card.Key == "" {
			card.Key = p.key
		}
		if ok {
			t.place(d, p)
		}
		writeLine(&text, p.conclusion)
		for _, l := range p.lines {
			writeLine(&text, l)
		}
	}
	card.Conclusion = strings.Join(conclusions, "")
	t.reply.Text = text.String()
	t.reply.Voice = shortVoice(strings.Join(voices, ""))
	if len(basis) == 0 {
		basis = aboutWhole(it)
	}
	t.cite(string(it.ID), it.Name, it.Department, it.Updated, "/items/"+url.PathEscape(string(it.ID)), asked, basis)
}

// partOf is one attribute of an item: in the situation, or for each where they differ; else what a bound FAQ says of it.
func (t *turn) partOf(it *knowledge.Item, situation *knowledge.Situation, d knowledge.Details, a nlu.Attribute) (part, bool) {
	if situation == nil && (a != nlu.Materials || t.clarified) {
		if all := variants(it, a); len(all) > 1 {
			return byKind(a, all), true
		}
	}
	if a == nlu.LegalBasis {
		if p, ok := t.basisPart(t.restsOn(it, d)); ok {
			return p, true
		}
	}
	if p, ok := render(d, a); ok {
		return p, true
	}
	if faq, ok := t.boundOf(it.ID, string(a)); ok {
		return factsPart(a, faq.Answer), true
	}
	return part{}, false
}

// aboutWhole is what an item rests on where the answer itself names nothing: its laws, else what it says of itself.
func aboutWhole(it *knowledge.Item) []knowledge.Basis {
	if len(it.Laws) > 0 || it.Summary == nil {
		return it.Laws
	}
	return it.Summary.By
}

// missing says that an attribute is not known, and which office tells it.
func (t *turn) missing(it *knowledge.Item, a nlu.Attribute) part {
	phone := "12345"
	if len(it.Phones) > 0 {
		phone = it.Phones[0].Number
	}
	office := "办事窗口"
	if d, ok := t.Library.Department(it.Department); ok {
		office = d.Name
	}
	what := "内容"
	switch a {
	case nlu.Time, nlu.Fee, nlu.Validity:
		what = "数"
	}
	fill := map[string]string{"item": firstOf(it.Short, it.Name), "attribute": firstOf(labels[a], "办法"), "phone": phone, "office": office, "what": what}
	s, _ := t.Library.Sentence("answer.missing")
	t.feature("missing", 1)
	return part{attribute: a, conclusion: filled(s.Text, fill), voice: filled(s.Voice, fill)}
}

// place puts a part where it belongs on the card.
func (t *turn) place(d knowledge.Details, p part) {
	card := t.reply.Card
	switch p.attribute {
	case nlu.Materials:
		for _, m := range d.Materials {
			card.Materials = append(card.Materials, message.CardMaterial{Name: m.Name, Note: materialNote(m)})
		}
	case nlu.Steps:
		for _, s := range d.Steps {
			card.Steps = append(card.Steps, s.Text)
		}
	case nlu.Place:
		for _, pl := range d.Places {
			card.Places = append(card.Places, t.cardPlace(pl))
		}
	case nlu.LegalBasis:
		card.Fields = append(card.Fields, p.quotes()...)
	default:
		card.Fields = append(card.Fields, p.field())
	}
}

func (t *turn) cardPlace(pl knowledge.Place) message.CardPlace {
	c := message.CardPlace{Name: pl.Text, Note: pl.Note}
	if point, ok := t.Library.Point(pl.Point); ok {
		c.Name, c.Address, c.Hours, c.Phone = point.Name, point.Address, point.Hours, point.Phone
		if pl.Text != "" && pl.Text != point.Name {
			c.Note = joined("；", pl.Text, pl.Note)
		}
	}
	return c
}

// textOf writes a card as plain chat text, for channels without cards.
func (t *turn) textOf(card *message.Card) string {
	var b strings.Builder
	writeLine(&b, card.Conclusion)
	if len(card.Materials) > 0 {
		writeLine(&b, "材料：")
		for i, m := range card.Materials {
			writeLine(&b, fmt.Sprintf("%d. %s%s", i+1, m.Name, parenthesised(m.Note)))
		}
	}
	for i, s := range card.Steps {
		writeLine(&b, fmt.Sprintf("第 %d 步：%s", i+1, s))
	}
	for _, f := range card.Fields {
		writeLine(&b, f.Label+"："+f.Value+parenthesised(f.Note))
	}
	for _, p := range card.Places {
		writeLine(&b, "地点："+joined("，", p.Name, p.Address, p.Hours, p.Phone)+parenthesised(p.Note))
	}
	return b.String()
}

func writeLine(b *strings.Builder, line string) {
	if line == "" {
		return
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	b.WriteString(line)
}

func factsPart(a nlu.Attribute, facts []knowledge.Fact) part {
	p := part{attribute: a}
	p.facts(facts, "")
	p.voice = p.conclusion
	return p
}

// questions are how a citizen would ask for an attribute: the suggestions under an answer.
var questions = map[nlu.Attribute]string{
	nlu.Materials: "要带什么材料", nlu.Time: "多久能办好", nlu.Fee: "要多少钱", nlu.Place: "在哪里办", nlu.Conditions: "要什么条件",
	nlu.Online: "网上能办吗", nlu.ByAgent: "能让别人代办吗", nlu.Validity: "有效期多久", nlu.Steps: "流程是怎样的",
}

// suggestions are up to three questions that the entry can answer and that were not asked yet.
func (t *turn) suggestions(it *knowledge.Item, s *knowledge.Situation, d knowledge.Details, asked []nlu.Attribute) []string {
	var out []string
	for _, a := range []nlu.Attribute{nlu.Materials, nlu.Time, nlu.Fee, nlu.Place, nlu.ByAgent, nlu.Online, nlu.Conditions, nlu.Validity, nlu.Steps} {
		if slices.Contains(asked, a) || len(asked) == 0 && slices.Contains(inOverview, a) {
			continue
		}
		if d.Has(a) && len(out) < 3 {
			out = append(out, questions[a])
		}
	}
	if s == nil && len(asked) == 0 && len(it.Situations) > 1 {
		for _, v := range it.Situations {
			if len(out) < 4 {
				out = append(out, firstOf(it.Short, it.Name)+"："+v.Name)
			}
		}
	}
	return out
}

// inOverview are the attributes of an answer to a question about none, in their order.
var inOverview = []nlu.Attribute{nlu.Conditions, nlu.Materials, nlu.Time, nlu.Fee, nlu.Place, nlu.Online, nlu.Phone}

// actions are what can be done next: at most one main button and two more.
func (t *turn) actions(it *knowledge.Item, d knowledge.Details) []message.Action {
	var out []message.Action
	if o := d.Online; o != nil && len(o.Entrances) > 0 && o.Entrances[0].URL != "" && (o.Mode == "full" || o.Mode == "partly") {
		out = append(out, message.Action{Label: "在线申请", URL: o.Entrances[0].URL, Main: true})
	}
	out = append(out, message.Action{Label: "看完整指南", URL: "/items/" + url.PathEscape(string(it.ID)), Main: len(out) == 0})
	if len(t.Library.Points("", it.ID)) > 0 {
		out = append(out, message.Action{Label: "找办理网点", URL: "/points?item=" + url.QueryEscape(string(it.ID))})
	}
	return t.withArticle(out)
}

// focus remembers what the talk is about now.
func (t *turn) focus(entry string, s *knowledge.Situation, asked []nlu.Attribute) {
	if t.talk.Entry != "" && t.talk.Entry != entry {
		t.next.Recent = append([]string{t.talk.Entry}, t.talk.Recent...)
		if len(t.next.Recent) > 5 {
			t.next.Recent = t.next.Recent[:5]
		}
	}
	t.next.Entry, t.next.Situation, t.next.Attribute = entry, "", nlu.Overview
	if s != nil {
		t.next.Situation = s.ID
	}
	if len(asked) > 0 {
		t.next.Attribute = asked[0]
	}
}

// feature notes a figure behind the reply's confidence.
func (t *turn) feature(name string, value float64) {
	if t.reply.Features == nil {
		t.reply.Features = map[string]float64{}
	}
	t.reply.Features[name] = value
}
