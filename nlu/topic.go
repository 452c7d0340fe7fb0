package nlu

import "strings"

// topic names the matter alone: the core without what narrows it (attributes, places, times) and without question words.
func (a *analysis) topic(out *Understanding) {
	bare := make([]bool, len(a.kept))
	for i := range bare {
		bare[i] = a.kept[i] && !a.detail[i]
	}
	for _, w := range a.spans {
		if weight, ok := a.lexicon.stop[a.text(w)]; ok && weight < 0.5 {
			for i := w.start; i < w.end; i++ {
				bare[i] = false
			}
		}
	}
	var b strings.Builder
	for i, r := range a.runes {
		if bare[i] && !isMark(r) && r != ' ' {
			b.WriteRune(r)
		}
	}
	out.Topic = b.String()
}
