package answer

import (
	"slices"

	"bangban/conversation/message"
	"bangban/nlu"
)

// overviewOfVerb are the fields that help with a wish.
var overviewOfVerb = map[message.Kind][]nlu.Attribute{
	message.Booking:     {nlu.Online, nlu.Place, nlu.Hours, nlu.Phone},
	message.Application: {nlu.Online, nlu.Materials, nlu.Place, nlu.Phone},
	message.Payment:     {nlu.Fee, nlu.Online, nlu.Phone},
}

// Trace is why a reply is what it is: for `bangban ask --why` and for curators.
type Trace struct {
	Understanding *nlu.Understanding `json:"understanding"`
	Candidates    []TracedCandidate  `json:"candidates"`
}

// TracedCandidate is one matter that was weighed.
type TracedCandidate struct {
	Entry    string   `json:"entry"`
	Best     string   `json:"best"` // the entry of the group that fits best
	Name     string   `json:"name"` // of the matter
	Title    string   `json:"title"`
	Strength float64  `json:"strength"`
	Likeness float64  `json:"title_likeness"`
	Coverage float64  `json:"coverage"`
	Lexical  float64  `json:"lexical"`
	Share    float64  `json:"lexical_share"` // of the highest score that the question could reach
	Contains float64  `json:"contained"`
	Matched  []string `json:"matched"`
	// Signs are the figures that Strength is the weighted sum of, in the order of SignNames.
	Signs []float64 `json:"signs"`
}

func (tr *Trace) add(groups []group) {
	tr.Candidates = tr.Candidates[:0]
	for _, g := range groups {
		e := g.best.Evidence
		tr.Candidates = append(tr.Candidates, TracedCandidate{Entry: g.key, Best: g.best.Document.ID, Name: g.best.Document.Titles[0], Title: e.BestTitle,
			Strength: g.strength, Likeness: e.Title, Coverage: e.Coverage, Lexical: e.Lexical, Share: share(e), Contains: e.Contained, Matched: e.Matched, Signs: slices.Clone(g.signs[:])})
	}
}
