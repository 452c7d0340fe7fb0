package answer

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"bangban/knowledge"
	"bangban/nlu"
)

// A sign is one bounded figure that speaks for or against a matter. The weights of the signs are fitted on labelled questions
// (docs/decisions/013-fitted-weights.md), so that their weighted sum is the log-odds that the matter is the one meant, against
// "the city has no entry for this".
const (
	signTitle         = iota // likeness of the best title to the whole question
	signTitleSquare          // its square: a title that is nearly the question says more than two half ones
	signTopicTitle           // likeness of the best title to the topic alone
	signTopicSquare          //
	signContained            // how much of a telling title the question holds
	signCoverage             // share of the question that an entry covers
	signTopicCoverage        // share of the topic that an entry covers
	signShare                // lexical score over the highest possible one
	signTopicShare           // the same for the topic
	signMissing              // share of the topic's words that the matter does not have at all
	signUntitled             // share of the topic's words that none of its titles has
	signHead                 // words that name a paper, a tax, an insurance, and that the matter does not have
	signMeaning              // likeness in meaning of its nearest wording
	signMeaningSquare        // its square: the very saying says more than two half ones
	signBroad                // likeness in meaning of its three nearest wordings
	signNearest              // how far in meaning it stands behind the nearest matter
	signField                // the matter has the attribute that is asked for, or a FAQ on it
	signAct                  // its name has the act of the question (补, 换)
	signSituation            // one of its situations is named
	signNumber               // a hotline, and a number is asked for
	signPlace                // a service point, and a place is asked for
	signBundle               // a life event, and a whole is asked for (哪些手续)
	signOnlyBundle           // a life event, and nothing says so
	signBundleField          // a life event, and one attribute is asked for, which it has not of its own
	signGap                  // it is a known gap
	signStory                // the question is a story: no entry covers much of it
	signStoryMeaning         // likeness in meaning of its three nearest wordings, in a story
	signs
)

// SignNames are the names of the signs in the trace and in weights.json, in their order.
var SignNames = [signs]string{"title", "title_square", "topic_title", "topic_title_square", "contained", "coverage", "topic_coverage", "share",
	"topic_share", "missing", "untitled", "head", "meaning", "meaning_square", "broad", "nearest", "field", "act", "situation", "number", "place", "bundle", "only_bundle", "bundle_field", "gap", "story", "story_meaning"}

//go:embed weights.json
var weightsJSON []byte

// Weights are what weights.json holds: for words alone, and for words and meaning together.
type Weights struct {
	Words   FittedSigns `json:"words"`
	Meaning FittedSigns `json:"meaning"`
}

// FittedSigns are the weight of each sign by name, and what speaks for (or against) every matter beforehand.
type FittedSigns struct {
	Prior float64            `json:"prior"`
	Signs map[string]float64 `json:"signs"`
}

// weights are the same by number.
type weights struct {
	prior float64
	by    [signs]float64
}

var fitted = mustWeights(weightsJSON)

func mustWeights(raw []byte) (w struct{ Words, Meaning weights }) {
	var file Weights
	err := json.Unmarshal(raw, &file)
	if err == nil {
		w.Words, err = file.Words.byNumber()
	}
	if err == nil {
		w.Meaning, err = file.Meaning.byNumber()
	}
	if err != nil {
		panic(fmt.Sprintf("answer: weights.json: %v", err)) // it is part of the program
	}
	return w
}

// byNumber puts the weights in the order of the signs; every sign must be there.
func (file FittedSigns) byNumber() (weights, error) {
	w := weights{prior: file.Prior}
	for i, name := range SignNames {
		v, ok := file.Signs[name]
		if !ok {
			return weights{}, fmt.Errorf("no weight for %q", name)
		}
		w.by[i] = v
	}
	if len(file.Signs) != len(SignNames) {
		return weights{}, fmt.Errorf("%d weights for %d signs", len(file.Signs), len(SignNames))
	}
	return w, nil
}

// logOdds is the log-odds that a matter with these signs is the one meant.
func (w *weights) logOdds(s *[signs]float64) float64 {
	sum := w.prior
	for i, v := range s {
		sum += w.by[i] * v
	}
	return sum
}

// raise sets a sign to the higher of its value and v.
func (g *group) raise(sign int, v float64) { g.signs[sign] = max(g.signs[sign], v) }

// seen notes the evidence of one candidate of the group, found with the whole question or with its topic alone.
func (g *group) seen(e *knowledge.Evidence, topic bool) {
	if topic {
		g.raise(signTopicTitle, e.Title)
		g.raise(signTopicCoverage, e.Coverage)
		g.raise(signTopicShare, share(*e))
	} else {
		g.raise(signTitle, e.Title)
		g.raise(signCoverage, e.Coverage)
		g.raise(signShare, share(*e))
	}
	g.raise(signContained, e.Contained)
	g.raise(signMeaning, e.Meaning)
	g.raise(signBroad, e.Broad)
}

// asked notes what the kind of the group's entries and their fields say about the question.
func (t *turn) asked(u *nlu.Understanding, g *group) {
	d := g.best.Document
	attributes := u.Slots.Attributes
	it, isItem := t.itemOf(knowledge.ItemID(g.key))
	switch {
	case d.Kind == knowledge.KindGap:
		g.signs[signGap] = 1
	case isItem:
		if len(attributes) > 0 && (it.Has(attributes[0]) || len(t.Library.Bound(it.ID, string(attributes[0]))) > 0) {
			g.signs[signField] = 1
		}
		if act := u.Slots.Act; act != "" && (strings.Contains(it.Name, act) || strings.Contains(it.Short, act)) {
			g.signs[signAct] = 1
		}
		if len(it.Situations) > 0 && situationIn(it, u.Normal) != nil {
			g.signs[signSituation] = 1
		}
	case d.Kind == knowledge.KindHotline && slices.Contains(attributes, nlu.Phone):
		g.signs[signNumber] = 1
	case d.Kind == knowledge.KindPoint && slices.Contains(attributes, nlu.Place):
		g.signs[signPlace] = 1
	case d.Kind == knowledge.KindEvent && len(attributes) > 0:
		g.signs[signBundleField] = 1
	case d.Kind == knowledge.KindEvent && asksForAll(u.Normal):
		g.signs[signBundle] = 1
	case d.Kind == knowledge.KindEvent:
		g.signs[signOnlyBundle] = 1
	}
}

// asksForAll reports whether a question asks for all that an event in life brings.
func asksForAll(normal string) bool {
	return slices.ContainsFunc([]string{"哪些", "一件事", "手续", "都要办", "要办什么", "全套"}, func(w string) bool { return strings.Contains(normal, w) })
}

// wordsOf are the words of the topic that name something, each with what it may stand for.
func wordsOf(u *nlu.Understanding) []head {
	var out []head
	for _, term := range u.Terms {
		if term.Weight < 0.9 || utf8.RuneCountInString(term.Text) < 2 || u.Topic != "" && !strings.Contains(u.Topic, term.Text) {
			continue
		}
		out = append(out, alternatives(u, term.Text))
	}
	return out
}

// lacking sets the signs of the words that a group's documents do not have. Each word counts by its length.
func (g *group) lacking(words []head, docs []*knowledge.Document) {
	var all, missing, untitled float64
	for _, w := range words {
		n := float64(utf8.RuneCountInString(w[0]))
		all += n
		switch w.where(docs) {
		case nowhere:
			missing += n
			untitled += n
		case inBody:
			untitled += n
		}
	}
	if all > 0 {
		g.signs[signMissing], g.signs[signUntitled] = missing/all, untitled/all
	}
}

// nearer sets, for each group, how far in meaning it stands behind the nearest one.
func nearer(groups []group) {
	best := 0.0
	for i := range groups {
		best = max(best, groups[i].signs[signMeaning])
	}
	for i := range groups {
		groups[i].signs[signNearest] = groups[i].signs[signMeaning] - best
	}
}

// odds is the chance that belongs to log-odds.
func odds(logOdds float64) float64 { return 1 / (1 + math.Exp(-logOdds)) }
