package bangban

import (
	"cmp"
	"unicode/utf8"

	"bangban/knowledge"
	"bangban/nlu"
)

// understander makes the nlu for a library: its lexicon, its places, and the names that are kept whole in segmentation.
func understander(lib *knowledge.Library) (*nlu.Understander, error) {
	lexicon, err := nlu.ParseLexicon(knowledge.WordLists(lib.Lexicon()))
	if err != nil {
		return nil, err
	}
	var places nlu.Places
	for _, r := range lib.Regions() {
		places.Regions = append(places.Regions, nlu.Region{Code: r.Code, Name: r.Name, Aliases: r.Aliases, Former: r.Former, Parent: r.Parent})
	}
	for _, p := range lib.Points("", "") {
		places.Points = append(places.Points, nlu.Point{ID: p.ID, Name: p.Name, Aliases: p.Aliases, Region: p.Region})
	}
	return nlu.New(lexicon, places, names(lib), talk(lib))
}

// talk is what the machine learns to tell talk from questions with: how people ask for entries, and what matters are called.
func talk(lib *knowledge.Library) nlu.Talk {
	var t nlu.Talk
	for _, d := range lib.Documents() {
		if d.Kind != knowledge.KindGap {
			t.Asks = append(t.Asks, d.Titles...)
		}
	}
	for _, it := range lib.Items() {
		t.Matters = append(t.Matters, cmp.Or(it.Short, it.Name))
	}
	return t
}

// longestName is the length in characters up to which a name is one word; longer ones are phrases, and cut.
const longestName = 7

// names are the words that only the city knows: certificates, offices, matters.
func names(lib *knowledge.Library) []string {
	var out []string
	add := func(s string) {
		if n := utf8.RuneCountInString(s); n >= 2 && n <= longestName {
			out = append(out, s)
		}
	}
	for _, it := range lib.Items() {
		add(it.Name)
		add(it.Short)
		if it.Result != nil {
			add(it.Result.Name)
		}
	}
	for _, d := range lib.Departments() {
		add(d.Name)
		for _, a := range d.Aliases {
			add(a)
		}
	}
	return out
}

// Understander is what understands questions at present.
func (c *City) Understander() *nlu.Understander { return c.current.Load().Understander }

// Matter returns the item that an entry belongs to (knowledge.Library.Matter), at present.
func (c *City) Matter(entry string) string { return c.current.Load().Library.Matter(entry) }

// Documents are the published entries as they are searched, at present.
func (c *City) Documents() []*knowledge.Document { return c.current.Load().Library.Documents() }
