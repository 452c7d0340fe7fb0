package nlu

import "strings"

// turns are small words that turn a matter into another one: 没单位 is not 单位.
var turns = map[string]bool{"没": true, "没有": true, "不": true, "无": true, "未": true, "自己": true, "别人": true}

// topic names the matter alone: the core without what narrows it (attributes, places, times) and without question words.
func (a *analysis) topic(out *Understanding) {
	bare := a.bareTopic()
	var b strings.Builder
	for i, r := range a.runes {
		if bare[i] && !isMark(r) && r != ' ' {
			b.WriteRune(r)
		}
	}
	out.Topic = b.String()
}

// bareTopic flags what belongs to the topic.
func (a *analysis) bareTopic() []bool {
	bare := make([]bool, len(a.kept))
	for i := range bare {
		bare[i] = a.kept[i] && !a.detail[i]
	}
	for _, w := range a.spans {
		if weight, ok := a.lexicon.stop[a.text(w)]; ok && weight < 0.5 && !turns[a.text(w)] {
			for i := w.start; i < w.end; i++ {
				bare[i] = false
			}
		}
	}
	return bare
}
