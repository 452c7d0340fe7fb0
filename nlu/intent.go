package nlu

import "slices"

// plainAsk is the score of a question without any word that says so; a rule between hint and it can only be the second intent.
const (
	plainAsk = 32
	hint     = 30
	// whoseMatter is the score of a question whose matter it is (归哪个部门管), which a grievance does not outweigh.
	whoseMatter = 90
)

// intent decides what the citizen wants: the rule with the highest score, and a second one of another kind. How to do
// something (怎么预约) is a question; wanting it now (帮我预约) is the act: the file's scores say so.
func (a *analysis) intent(out *Understanding) {
	scores := map[Intent]float64{Ask: plainAsk}
	grievances := map[string]bool{}
	a.each(topicIntent, func(r *rule, m match) {
		intent := Intent(r.value)
		if a.long() && (intent == OutOfScope || len(r.needs) > 0 || (ofTheMoment[intent] || intent == CrimeHelp || intent == OthersData) && !overlaps(a.kept, m.span)) {
			return
		}
		if (intent == Complain || intent == Report) && r.score > plainAsk {
			grievances[a.text(m.span)] = true
		}
		scores[intent] = max(scores[intent], r.score)
	})
	if len(grievances) > 0 && a.long() { // what others did, or what is asked of the city (不要批准…的规定)
		for _, i := range []Intent{CrimeHelp, OthersData, Trick} {
			delete(scores, i)
		}
	}
	// Many a long story with a question in it is a grievance (为何停发…, 谁来管).
	if a.long() && scores[Ask] < whoseMatter && (len(grievances) >= 2 || len(grievances) == 1 && out.Emotion >= upset) {
		scores[Complain] = max(scores[Complain], scores[Ask]+1)
	}
	if a.elsewhere && !a.long() {
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

// long says that the utterance is a story.
func (a *analysis) long() bool { return len(a.runes) > longStory }

// ofTheMoment are the intents that a story only has where its core says so: elsewhere it tells of them (昨天…一直没有等到).
var ofTheMoment = map[Intent]bool{Book: true, Apply: true, Accept: true, Track: true, Pay: true, Rate: true, Human: true, WhoAreYou: true, RepeatThat: true}

// upset is the emotion with which a single complaint in a story outweighs its question.
const upset = 0.3

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
