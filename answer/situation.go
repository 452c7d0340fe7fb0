package answer

import (
	"slices"
	"strings"

	"bangban/conversation/message"
	"bangban/knowledge"
	"bangban/nlu"
)

// itemFor answers from an item, in the situation that the words name; it asks which one only where the answer differs.
func (t *turn) itemFor(it *knowledge.Item, u *nlu.Understanding) {
	situation := situationIn(it, u.Normal)
	if situation == nil && t.talk.Entry == string(it.ID) && t.talk.Situation != "" {
		situation = it.Situation(t.talk.Situation)
	}
	if situation == nil && !t.clarified && t.differs(it) {
		options := make([]message.Option, 0, maxChoice)
		for _, s := range it.Situations {
			if len(options) < maxChoice {
				options = append(options, message.Option{Label: s.Name, Value: "entry:" + string(it.ID) + "#" + s.ID})
			}
		}
		t.clarify(message.WhichSituation, string(it.ID), u, options)
		t.next.Entry = string(it.ID)
		return
	}
	if options := t.regionChoices(it); len(options) > 1 && !t.clarified {
		t.clarify(message.WhichRegion, string(it.ID), u, options)
		t.next.Entry = string(it.ID)
		return
	}
	t.item(it, situation)
}

// situationIn returns the 情形 whose words stand in the question; the longest word wins.
func situationIn(it *knowledge.Item, normal string) *knowledge.Situation {
	var best *knowledge.Situation
	longest := 0
	for i := range it.Situations {
		s := &it.Situations[i]
		for _, w := range append([]string{s.Name}, s.Words...) {
			if w = nlu.Normalise(w); len(w) > longest && strings.Contains(normal, w) {
				best, longest = s, len(w)
			}
		}
	}
	return best
}

// differs reports whether what was asked depends on the 情形 so that one has to be chosen: papers that differ can't be read together,
// and a wrong one costs a visit. Other attributes are told for each situation.
func (t *turn) differs(it *knowledge.Item) bool {
	return slices.Contains(t.attributes, nlu.Materials) && len(variants(it, nlu.Materials)) > 1
}

// variant is an attribute in one situation; the name is empty for the item without any.
type variant struct {
	name string
	part
}

// reads reports whether two parts read the same, whatever they rest on.
func (p part) reads(o part) bool {
	return p.conclusion == o.conclusion && p.value == o.value && p.note == o.note && slices.Equal(p.lines, o.lines)
}

// variants are the different ways in which an attribute is answered: the item's own first, then each situation that differs from it.
func variants(it *knowledge.Item, a nlu.Attribute) []variant {
	var out []variant
	add := func(name string, d knowledge.Details) {
		p, ok := render(d, a)
		if ok && !slices.ContainsFunc(out, func(v variant) bool { return v.reads(p) }) {
			out = append(out, variant{name, p})
		}
	}
	add("", it.Details)
	for i := range it.Situations {
		add(it.Situations[i].Name, it.In(&it.Situations[i]))
	}
	return out
}

// byKind is the part of an attribute that differs by situation, told for each.
func byKind(a nlu.Attribute, all []variant) part {
	p := part{attribute: a, conclusion: "分几种情况。"}
	var spoken []string
	for _, v := range all {
		line := firstSentences(v.conclusion, 1)
		if a == nlu.Materials {
			line = v.value + "。"
		}
		if len(v.lines) > 0 && strings.HasSuffix(strings.TrimSuffix(v.conclusion, "。"), "情况") {
			line = strings.Join(v.lines, "；") + "。"
		}
		name := firstOf(v.name, "一般")
		p.lines = append(p.lines, name+"："+line)
		p.basis = append(p.basis, v.basis...)
		if len(spoken) < maxSpoken {
			spoken = append(spoken, name+"，"+strings.TrimSuffix(firstSentences(v.voice, 1), "。")+"。")
		}
	}
	p.voice = strings.Join(spoken, "")
	p.value = strings.Join(p.lines, "")
	return p
}

// regionChoices are the districts to choose from when the place differs by district and none is known.
func (t *turn) regionChoices(it *knowledge.Item) []message.Option {
	if t.region != "" || len(t.attributes) == 0 || t.attributes[0] != nlu.Place {
		return nil
	}
	var out []message.Option
	for _, p := range it.Places {
		if p.Region == "" {
			return nil // a rule for the whole city answers
		}
		if r, ok := t.Library.Region(p.Region); ok && len(out) < maxChoice {
			out = append(out, message.Option{Label: r.Name, Value: "region:" + r.Code})
		}
	}
	return out
}
