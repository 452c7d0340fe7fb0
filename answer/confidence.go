package answer

import (
	"math"
	"unicode/utf8"

	"bangban/conversation/message"
	"bangban/nlu"
)

// judge sets the confidence of an answer from its features and keeps them with the reply.
func (t *turn) judge(u *nlu.Understanding, groups []group) {
	if t.reply.Kind != message.Answer {
		return
	}
	t.features(groups)
	t.reply.Features["length"] = float64(utf8.RuneCountInString(u.Core))
	t.reply.Confidence = math.Round(1000*odds(sureness*groups[0].strength-doubt)) / 1000
}

// The fitted log-odds are too sure of themselves where questions are new: sureness and doubt bring them down to what held
// (docs/quality.md, reliability).
const (
	sureness = 0.8
	doubt    = 0.8
)

// features notes the figures of the first group and its distance to the next.
func (t *turn) features(groups []group) {
	e := groups[0].best.Evidence
	t.feature("title", e.Title)
	t.feature("coverage", e.Coverage)
	if e.Possible > 0 {
		t.feature("lexical", math.Min(1, e.Lexical/e.Possible))
	}
	t.feature("meaning", e.Meaning)
	t.feature("strength", groups[0].strength)
	margin := groups[0].strength
	if len(groups) > 1 {
		margin -= groups[1].strength
	}
	t.feature("margin", margin)
}
