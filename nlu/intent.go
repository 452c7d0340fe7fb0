package nlu

import "slices"

// plainAsk is the score of a question without any word that says so; a rule between hint and it can only be the second intent.
const (
	plainAsk = 32
	hint     = 30
)

// intent decides what the citizen wants: the rule with the highest score, and a second one of another kind. How to do
// something (怎么预约) is a question; wanting it now (帮我预约) is the act: the file's scores say so.
func (a *analysis) intent(out *Understanding) {
	scores := map[Intent]float64{Ask: plainAsk}
	a.each(topicIntent, func(r *rule, _ match) {
		scores[Intent(r.value)] = max(scores[Intent(r.value)], r.score)
	})
	if out.Slots.OtherCity != "" {
		scores[OtherRegion] = max(scores[OtherRegion], 68)
	}
	best, second := Ask, Intent("")
	for _, i := range intents {
		if scores[i] > scores[best] {
			best = i
		}
	}
	for _, i := range intents {
		if i != best && scores[i] > hint && (i != Ask || scores[i] > plainAsk) && (second == "" || scores[i] > scores[second]) {
			second = i
		}
	}
	if len(out.Negated) > 0 && best == Deny && !a.bare() {
		best = Ask
	}
	out.Intent, out.Second = best, second
}

// bare says that nothing is left but the words of the talk itself.
func (a *analysis) bare() bool {
	return !slices.ContainsFunc(a.spans, func(w span) bool { return a.weigh(w) >= 0.5 && overlaps(a.kept, w) })
}

// emotion measures the strength of feeling, from words and from rows of exclamation marks.
func (a *analysis) emotion(raw string) float64 {
	calm := 1.0
	a.each(topicEmotion, func(r *rule, _ match) { calm *= 1 - r.score })
	marks := 0
	for _, r := range raw {
		if r == '!' || r == '！' {
			marks++
		}
	}
	if marks >= 3 {
		calm *= 0.8
	}
	return min(1, 1-calm)
}
