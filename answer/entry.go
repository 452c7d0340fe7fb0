package answer

import (
	"net/url"
	"strings"

	"bangban/city/org"
	"bangban/conversation/message"
	"bangban/knowledge"
	"bangban/nlu"
)

// faq answers with a FAQ, an official line, a concept, a notice.
func (t *turn) faq(f *knowledge.FAQ) {
	if t.basisOfFAQ(f) {
		return
	}
	card := &message.Card{Title: f.Question}
	if f.Checking {
		card.Notice = t.sentence("answer.checking", nil)
	}
	p := factsPart(nlu.Attribute(f.Attribute), f.Answer)
	card.Key = p.key
	t.reply = message.Reply{Kind: message.Answer, Card: card}
	t.reply.Text = strings.Join(append([]string{p.conclusion}, p.lines...), "\n")
	card.Conclusion = strings.Join(append([]string{p.conclusion}, p.lines...), "")
	t.reply.Voice = shortVoice(firstOf(f.Voice, p.voice))
	entry := f.ID
	var used []nlu.Attribute
	if f.Attribute != "" {
		used = []nlu.Attribute{nlu.Attribute(f.Attribute)}
	}
	t.cite(f.ID, f.Question, f.Department, f.Updated, "/faq/"+url.PathEscape(f.ID), used, p.basis)
	if it, ok := t.itemOf(f.Item); ok {
		entry = string(it.ID)
		card.Actions = t.actions(it, it.Details)
		t.reply.Suggestions = t.suggestions(it, nil, it.Details, used)
		t.cite(string(it.ID), it.Name, it.Department, it.Updated, "/items/"+url.PathEscape(string(it.ID)), nil, it.Laws)
	}
	t.focus(entry, nil, used)
}

// bundler is the id of the office that puts 一件事 together (数据资源管理局). A city without it gets the office of the first item.
const bundler = "sgb"

// event answers with a 一件事: what belongs to it, in the order in which it is done.
func (t *turn) event(ev *knowledge.LifeEvent) {
	card := &message.Card{Title: ev.Name}
	var basis []knowledge.Basis
	if ev.Summary != nil {
		card.Conclusion = sentenceOf(ev.Summary.Text)
		basis = append(basis, ev.Summary.By...)
	}
	for _, s := range ev.Steps {
		card.Steps = append(card.Steps, s.Text)
		basis = append(basis, s.By...)
	}
	var names []string
	department := ""
	if _, ok := t.Library.Department(bundler); ok {
		department = bundler
	}
	for _, id := range ev.Items {
		if it, ok := t.itemOf(id); ok {
			names = append(names, firstOf(it.Short, it.Name))
			department = firstOf(department, it.Department)
			basis = append(basis, it.Laws...)
		}
	}
	t.reply = message.Reply{Kind: message.Answer, Card: card}
	for _, name := range names[:min(len(names), 4)] {
		t.reply.Suggestions = append(t.reply.Suggestions, name+"怎么办")
	}
	voice := firstSentences(card.Conclusion, 2)
	if len(names) > 0 {
		card.Conclusion += "要办这几件：" + strings.Join(names, "、") + "。"
		voice = ev.Name + "，要办" + strings.Join(names[:min(len(names), 4)], "，") + "。"
	}
	card.Actions = []message.Action{{Label: "看这件事的全部事项", URL: "/life-events/" + url.PathEscape(ev.ID), Main: true}}
	t.reply.Text = t.textOf(card)
	t.reply.Voice = shortVoice(firstOf(voice, t.reply.Text))
	t.cite(ev.ID, ev.Name, department, ev.Updated, "/life-events/"+url.PathEscape(ev.ID), nil, basis)
	t.focus(ev.ID, nil, nil)
}

// hotline answers with a number to call.
func (t *turn) hotline(h org.Hotline) {
	conclusion := h.Name + "是 " + h.Number + "，" + sentenceOf(h.For)
	if h.Hours != "" {
		conclusion += sentenceOf(h.Hours)
	}
	card := &message.Card{Title: h.Name, Conclusion: conclusion, Key: h.Number}
	card.Fields = []message.Field{{Attribute: nlu.Phone, Label: labels[nlu.Phone], Value: h.Number, Note: h.Hours}}
	t.reply = message.Reply{Kind: message.Answer, Card: card, Text: conclusion, Voice: shortVoice(conclusion)}
	t.cite("hotline-"+h.Number, h.Name, "", "", "/points#phones", []nlu.Attribute{nlu.Phone}, basisOf(h.By))
	t.focus("hotline-"+h.Number, nil, []nlu.Attribute{nlu.Phone})
}

// point answers with a service point: address, hours and phone as far as they are known.
func (t *turn) point(p org.ServicePoint) {
	var known []string
	if p.Address != "" {
		known = append(known, p.Name+"在"+p.Address+"。")
	} else {
		known = append(known, p.Name+"的地址我这里还没有核实过，请打 12345 问。")
	}
	if p.Hours != "" {
		known = append(known, "对外时间："+sentenceOf(p.Hours))
	}
	if p.Phone != "" {
		known = append(known, "电话 "+p.Phone+"。")
	}
	if p.Note != "" {
		known = append(known, sentenceOf(p.Note))
	}
	text := strings.Join(known, "")
	card := &message.Card{Title: p.Name, Conclusion: text, Key: p.Address,
		Places: []message.CardPlace{{Name: p.Name, Address: p.Address, Hours: p.Hours, Phone: p.Phone, Note: p.Note}}}
	t.reply = message.Reply{Kind: message.Answer, Card: card, Text: text, Voice: shortVoice(text)}
	id := "point-" + p.ID
	t.cite(id, p.Name, "", p.Updated, "/points#"+url.PathEscape(p.ID), []nlu.Attribute{nlu.Place}, basisOf(p.By))
	t.focus(id, nil, []nlu.Attribute{nlu.Place})
}

func basisOf(refs []string) []knowledge.Basis {
	out := make([]knowledge.Basis, len(refs))
	for i, r := range refs {
		out[i] = knowledge.Basis(r)
	}
	return out
}
