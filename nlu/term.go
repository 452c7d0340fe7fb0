package nlu

import "slices"

// terms cuts the core into words with their weight and adds what they may stand for.
func (a *analysis) terms(out *Understanding) {
	place := map[string]int{}
	for _, w := range a.spans {
		weight := a.weigh(w)
		if weight <= 0 || !inside(a.kept, w) {
			continue
		}
		if weight > 0.5 && overlaps(a.detail, w) {
			weight = 0.5
		}
		text := a.text(w)
		if i, ok := place[text]; ok {
			out.Terms[i].Weight = max(out.Terms[i].Weight, weight)
			continue
		}
		place[text] = len(out.Terms)
		out.Terms = append(out.Terms, Term{Text: text, Weight: weight})
	}
	var more []Term
	a.each(topicSynonym, func(r *rule, m match) {
		if !overlaps(a.kept, m.span) || m.len() == 1 && !a.isWord(m.span) {
			return
		}
		for _, s := range r.to {
			more = append(more, Term{Text: s.word, Weight: s.weight, From: a.text(m.span)})
		}
	})
	more = append(more, a.sounds.repair(a)...)
	out.Expanded = distinct(more, out.Terms)
}

// isWord says that a span is a word of the cut: 补 in 补办 is none.
func (a *analysis) isWord(s span) bool {
	i, ok := slices.BinarySearchFunc(a.spans, s, func(w, s span) int { return w.start - s.start })
	return ok && a.spans[i] == s
}

// weigh returns the weight of a word: 0 for marks and particles, little for question words, 1 for content.
func (a *analysis) weigh(w span) float64 {
	first := a.runes[w.start]
	if first == ' ' || w.len() == 1 && isMark(first) {
		return 0
	}
	if weight, ok := a.lexicon.stop[a.text(w)]; ok {
		return weight
	}
	if w.len() == 1 {
		return 0.4
	}
	if isDigit(first) && allAlnum(a.runes[w.start:w.end]) {
		return 0.4
	}
	return 1
}

// Expand returns synonyms for terms, weight below 1. Understand has done it already for its own terms, for phrases of
// several words as well.
func (u *Understander) Expand(terms []Term) []Term {
	var more []Term
	for _, t := range terms {
		for _, s := range u.lexicon.official[t.Text] {
			more = append(more, Term{Text: s.word, Weight: s.weight * t.Weight, From: t.Text})
		}
	}
	return distinct(more, terms)
}

// maxExpanded bounds what is added to a query.
const maxExpanded = 16

// distinct keeps each word once, the heaviest first, and none that the citizen said.
func distinct(more, said []Term) []Term {
	sortTerms(more)
	var out []Term
	for _, t := range more {
		same := func(o Term) bool { return o.Text == t.Text }
		if t.Text == "" || slices.ContainsFunc(out, same) || slices.ContainsFunc(said, same) {
			continue
		}
		if out = append(out, t); len(out) == maxExpanded {
			break
		}
	}
	return out
}
