package nlu

import "slices"

// vagueMost is the length up to which an utterance can be one that names no matter: a longer one tells something.
const vagueMost = 40

// vague says whether a question names no matter at all: nothing is left of it but what is asked (多少钱), an act (补办, 登记) and
// words that fit any matter (证件, 手续), which phrases.tsv lists.
func (a *analysis) vague(out *Understanding) {
	s := &out.Slots
	if out.Intent != Ask || len(a.runes) > vagueMost || len(out.Negated) > 0 || s.OtherCity != "" || s.Point != "" || s.Number != "" ||
		slices.Contains(s.Attributes, Hours) {
		return
	}
	open := a.bareTopic()
	fits := make([]bool, len(a.runes)) // what fits any matter
	named := false
	a.each(topicStrip, func(r *rule, m match) {
		named = named || r.value == "matter"
		if r.value != "vague" {
			return
		}
		for _, w := range a.reading.words(m) {
			mark(fits, w)
		}
	})
	if named {
		return
	}
	for _, w := range a.spans { // a paper that is named as a detail: 没有结婚证怎么办
		if w.len() > 1 && overlaps(a.detail, w) && slices.Contains(a.lexicon.groups["paper"], a.text(w)) && !inside(fits, w) {
			return
		}
	}
	for i, r := range a.runes {
		if open[i] && !fits[i] && !isMark(r) && r != ' ' {
			return
		}
	}
	out.Vague = slices.Contains(fits, true) || len(s.Attributes) > 0 || a.asks(span{0, len(a.runes)})
}
