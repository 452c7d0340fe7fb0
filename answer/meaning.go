package answer

import (
	"context"
	"fmt"
	"time"

	"bangban/knowledge"
	"bangban/nlu"
)

// patience is how long a turn may wait for the meaning stage; past it words alone decide.
const patience = 150 * time.Millisecond

// neighbours is how many entries nearest in meaning are weighed beside those that the words find.
const neighbours = 20

// Words alone decide where the first matter is this likely and this far ahead of the second, and where nothing is like the question at
// all: read off the tuning half, so that the meaning stage would change next to nothing.
const (
	decided     = 3.5
	decidedLead = 3.0
)

// undecided reports whether the meaning stage is asked.
func (t *turn) undecided(groups []group) bool {
	if t.Meaning == nil {
		return false
	}
	if t.always || len(groups) == 0 {
		return true
	}
	lead := groups[0].strength
	if len(groups) > 1 {
		lead -= groups[1].strength
	}
	return groups[0].strength < decided || lead < decidedLead
}

// timely bounds a call of the meaning stage: however many searches a turn makes, it waits no longer than patience from the first on.
func (t *turn) timely() (context.Context, context.CancelFunc) {
	if t.until.IsZero() {
		t.until = time.Now().Add(patience)
	}
	return context.WithDeadline(t.ctx, t.until)
}

// near asks the meaning stage for the entries nearest to the question; false, and a degraded reply, where it does not answer in time.
func (t *turn) near(u *nlu.Understanding) ([]knowledge.Near, bool) {
	if t.late {
		return nil, false
	}
	ctx, cancel := t.timely()
	defer cancel()
	near, err := t.Meaning.Nearest(ctx, piecesOf(u), neighbours)
	if err != nil {
		t.late = true
		return nil, false
	}
	return near, true
}

// piece is the length of a piece of a long question, in characters.
const piece = 60

// piecesOf are what is compared of a question: what it asks, and of a story its beginning and its end too, where people say what
// happened and what they want.
func piecesOf(u *nlu.Understanding) []string {
	pieces := []string{u.Core}
	story := []rune(u.Normal)
	if len(story) > longTale {
		pieces = append(pieces, string(story[:piece]), string(story[len(story)-piece:]))
	}
	return pieces
}

// longTale is the length in characters from which a question is a story.
const longTale = 70

// compare searches again with the neighbours in meaning among the candidates, and notes every candidate's likeness in meaning. Where
// that can't be had the turn is late, and what was found says nothing of meaning.
func (t *turn) compare(u *nlu.Understanding, near []knowledge.Near) (whole, named []knowledge.Candidate, err error) {
	ids := make([]string, len(near))
	for i, n := range near {
		ids[i] = n.ID
	}
	topic := u.TopicOnly()
	if whole, err = t.find(u, ids...); err != nil {
		return nil, nil, err
	}
	if topic == nil {
		named = whole
	} else if named, err = t.find(topic, ids...); err != nil {
		return nil, nil, err
	}
	if err := t.likeness(u, whole, named); err != nil {
		t.late = true
	}
	return whole, named, nil
}

// likeness fills Evidence.Meaning and Evidence.Broad of the candidates.
func (t *turn) likeness(u *nlu.Understanding, lists ...[]knowledge.Candidate) error {
	var ids []string
	for _, list := range lists {
		for _, c := range list {
			ids = append(ids, c.Document.ID)
		}
	}
	ctx, cancel := t.timely()
	defer cancel()
	cosines, err := t.Meaning.Scores(ctx, piecesOf(u), ids)
	if err != nil {
		return err
	}
	if len(cosines) != len(ids) {
		return fmt.Errorf("%d likenesses for %d entries", len(cosines), len(ids))
	}
	n := 0
	for _, list := range lists {
		for i := range list {
			list[i].Evidence.Meaning, list[i].Evidence.Broad = centred(cosines[n].Best), centred(cosines[n].Broad)
			n++
		}
	}
	return nil
}

// Cosines of the default model crowd in .80-.95; centred spreads them over 0-1.
const (
	lowCosine  = 0.80
	highCosine = 1.00
)

func centred(cosine float64) float64 {
	return min(1, max(0, (cosine-lowCosine)/(highCosine-lowCosine)))
}
