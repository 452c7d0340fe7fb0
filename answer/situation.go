package answer

import (
	"reflect"
	"strings"

	"bangban/conversation/message"
	"bangban/knowledge"
	"bangban/nlu"
)

// itemFor answers from an item, in the situation that the words name; it asks which one only where the answer differs.
func (t *turn) itemFor(it *knowledge.Item, u *nlu.Understanding) {
	situation := situationIn(it, u.Normal)
	if situation == nil && t.talk.Entry == string(it.ID) && t.talk.Situation != "" {
		situation = situationByID(it, t.talk.Situation)
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

func situationByID(it *knowledge.Item, id string) *knowledge.Situation {
	for i := range it.Situations {
		if it.Situations[i].ID == id {
			return &it.Situations[i]
		}
	}
	return nil
}

// differs reports whether what was asked depends on the 情形 so that one has to be chosen: the item alone does not know it, and the
// situations say different things.
func (t *turn) differs(it *knowledge.Item) bool {
	if len(it.Situations) < 2 || len(t.attributes) == 0 {
		return false
	}
	for _, a := range t.attributes {
		var first *part
		varied := false
		for i := range it.Situations {
			p, ok := render(merged(it, &it.Situations[i]), nil, a)
			if !ok {
				continue
			}
			if first == nil {
				first = &p
			} else if !reflect.DeepEqual(*first, p) {
				varied = true
			}
		}
		if varied {
			return true
		}
	}
	return false
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
