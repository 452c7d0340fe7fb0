package answer

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"bangban/knowledge"
	"bangban/nlu"
)

// group is the candidates that speak of one matter: an item with the FAQs bound to it, or one entry alone.
type group struct {
	key      string
	best     knowledge.Candidate
	item     *knowledge.Candidate // the item itself, when it is among the candidates
	faq      *knowledge.Candidate // the bound FAQ most like the question as it was put
	named    float64              // likeness of the item's best name to the question as it was put
	fit      float64              // of best: how well that entry fits, to choose among those of one matter
	docs     []*knowledge.Document
	signs    [signs]float64
	strength float64 // log-odds that this matter is meant
}

// search returns the groups that the question may mean, strongest first. It asks twice: with all the citizen's words, for entries
// that are questions themselves, and with the topic alone (no "多少钱", no "怎么办"), for entries that are names.
func (t *turn) search(u *nlu.Understanding) ([]group, error) {
	whole, err := t.find(u)
	if err != nil {
		return nil, err
	}
	var named []knowledge.Candidate
	if topic := u.TopicOnly(); topic != nil {
		if named, err = t.find(topic); err != nil {
			return nil, err
		}
	} else {
		named = whole
	}
	groups := t.grouped(u, whole, named, &fitted.Words)
	if !t.undecided(groups) {
		return t.traced(groups), nil
	}
	if near, ok := t.near(u); ok {
		if whole, named, err = t.compare(u, near); err != nil {
			return nil, err
		}
		if !t.late { // without a likeness the weights that count on one would be wrong
			groups = t.grouped(u, whole, named, &fitted.Meaning)
		}
	}
	return t.traced(groups), nil
}

// find searches by words; also are entries whose evidence is wanted whatever their words.
func (t *turn) find(u *nlu.Understanding, also ...string) ([]knowledge.Candidate, error) {
	found, err := t.Search.Search(t.ctx, knowledge.Query{
		Understanding: u, Region: cityPart(t.region), Now: t.q.Now, Staff: t.q.Staff, Limit: 20, Also: also, Gaps: true,
	})
	return slices.DeleteFunc(found, func(c knowledge.Candidate) bool { return !t.held(c.Document) }), err
}

func (t *turn) traced(groups []group) []group {
	if t.trace != nil {
		t.trace.add(groups)
	}
	return groups
}

// cityPart is the district of a region code: towns and villages share their district's entries.
func cityPart(code string) string {
	if len(code) > 6 {
		return code[:6]
	}
	return code
}

// grouped puts the candidates of one matter together, those of the whole question and those of its topic, and weighs each matter.
func (t *turn) grouped(u *nlu.Understanding, whole, named []knowledge.Candidate, w *weights) []group {
	index := map[string]int{}
	var groups []group
	heads := headsOf(u)
	for n, c := range slices.Concat(whole, named) {
		key := c.Document.ID
		if c.Document.Item != "" {
			key = string(c.Document.Item)
		}
		i, ok := index[key]
		if !ok {
			i = len(groups)
			index[key] = i
			groups = append(groups, group{key: key, best: c, fit: -1})
		}
		groups[i].take(c, n >= len(whole), fit(c.Evidence)*(1-offHead*off(heads, []*knowledge.Document{c.Document}))+favour(u, c.Document))
	}
	words := wordsOf(u)
	for i := range groups {
		g := &groups[i]
		g.signs[signTitleSquare] = g.signs[signTitle] * g.signs[signTitle]
		g.signs[signTopicSquare] = g.signs[signTopicTitle] * g.signs[signTopicTitle]
		g.signs[signMeaningSquare] = g.signs[signMeaning] * g.signs[signMeaning]
		if utf8.RuneCountInString(u.Normal) > longTale {
			g.signs[signStory], g.signs[signStoryMeaning] = 1, g.signs[signBroad]
		}
		g.signs[signHead] = off(heads, g.docs)
		g.lacking(words, g.docs)
		t.asked(u, g)
	}
	nearer(groups)
	for i := range groups {
		groups[i].strength = w.logOdds(&groups[i].signs)
	}
	byStrength(groups)
	return groups
}

// take adds a candidate to its group; fit says how well that entry fits among those of its matter.
func (g *group) take(c knowledge.Candidate, topic bool, fit float64) {
	g.docs = append(g.docs, c.Document)
	g.seen(&c.Evidence, topic)
	if fit > g.fit {
		g.fit, g.best = fit, c
	}
	switch {
	case c.Document.Kind == knowledge.KindItem:
		if g.item == nil || c.Evidence.Title > g.item.Evidence.Title {
			g.item = &c
		}
		if !topic {
			g.named = c.Evidence.Title
		}
	case c.Document.Kind == knowledge.KindFAQ && !topic && (g.faq == nil || c.Evidence.Title > g.faq.Evidence.Title):
		g.faq = &c
	}
}

// byStrength sorts groups, the strongest first; equal ones by key, so that the same question always gets the same answer.
func byStrength(groups []group) {
	sort.SliceStable(groups, func(a, b int) bool {
		if groups[a].strength != groups[b].strength {
			return groups[a].strength > groups[b].strength
		}
		return groups[a].key < groups[b].key
	})
}

// fit is how well one entry fits among those of its matter: likeness of a title, a telling name that the question holds, share of the
// question that the entry covers, and the lexical score against the highest that the question could reach.
func fit(e knowledge.Evidence) float64 {
	return 0.35*e.Title + 0.3*e.Contained + 0.25*e.Coverage + 0.1*share(e)
}

// offHead is what an entry loses that has none of the papers, taxes, insurances that the question names.
const offHead = 0.25

// share is the lexical score against the highest that the question could reach.
func share(e knowledge.Evidence) float64 {
	if e.Possible <= 0 {
		return 0
	}
	return min(1, e.Lexical/e.Possible)
}

// favour adds to an entry whose kind is what the words ask for, to choose among those of one matter.
func favour(u *nlu.Understanding, d *knowledge.Document) float64 {
	if d.Kind == knowledge.KindItem && u.Slots.Act != "" && slices.ContainsFunc(d.Titles[:min(2, len(d.Titles))], func(name string) bool {
		return strings.Contains(name, u.Slots.Act)
	}) {
		return 0.03 // 补 asks for a 补领
	}
	return 0
}
