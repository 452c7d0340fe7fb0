package rank

import (
	"sort"
	"strings"

	"bangban/nlu"
)

// Query is a question cut into terms. Make one with NewQuery; it may be searched in any Index.
type Query struct {
	// variants[0] holds the terms that belong to no concept. The others belong to concepts, the citizen's own words first.
	variants []variant
	concepts []concept
	core     string
	analyser Analyser
}

// concept is one thing that can be said in several ways: its best variant counts, not their sum. The numbers point into
// Query.variants; the first is the citizen's own wording.
type concept struct{ from, to int }

// variant is one wording.
type variant struct {
	terms  []term
	weight float64
}

// term is one term of one field; weight is how often the citizen said it.
type term struct {
	field  int
	text   string
	weight float64
}

// NewQuery cuts the core of what was understood, and its synonyms and repaired sound-alikes, into terms.
func NewQuery(an Analyser, u *nlu.Understanding) Query {
	core := u.Core
	if core == "" {
		core = u.Normal
	}
	own := counted(Analyse(an, core), 1)
	q := Query{variants: []variant{{weight: 1}}, core: core, analyser: an}

	for _, group := range groups(core, u.Expanded) {
		from := len(q.variants)
		said := variant{weight: 1}
		if group.said {
			said.terms = own.take(counted(Analyse(an, group.from), 1))
		}
		q.variants = append(q.variants, said)
		for _, t := range group.others {
			q.variants = append(q.variants, variant{counted(Analyse(an, t.Text), 1).terms, t.Weight})
		}
		q.concepts = append(q.concepts, concept{from, len(q.variants)})
	}
	q.variants[0].terms = own.terms
	return q
}

// Plain are the citizen's own terms without question words (怎么, 吗, 请问 …), for a first choice of candidates elsewhere.
func (q Query) Plain() Tokens { return Analyse(q.analyser, stripQuestion(q.core)) }

// Others are the terms of the synonyms and repaired sound-alikes.
func (q Query) Others() []Tokens {
	var out []Tokens
	for _, c := range q.concepts {
		for _, v := range q.variants[c.from+1 : c.to] {
			var t Tokens
			for _, term := range v.terms {
				t[term.field] = append(t[term.field], term.text)
			}
			out = append(out, t)
		}
	}
	return out
}

// Empty reports that there is nothing to search for.
func (q Query) Empty() bool {
	for _, v := range q.variants {
		if len(v.terms) > 0 {
			return false
		}
	}
	return true
}

// group are the expansions of one wording of the citizen.
type group struct {
	from   string
	said   bool // from stands in the text that is searched
	others []nlu.Term
}

// groups gathers expansions by the wording that they stand for: the longest wording first, so that 居民身份证 takes its
// terms before 身份证 does.
func groups(core string, expanded []nlu.Term) []group {
	var out []group
	at := make(map[string]int)
	for _, t := range expanded {
		if t.Weight <= 0 || t.Text == "" || t.Text == t.From {
			continue
		}
		i, ok := at[t.From]
		if !ok {
			i = len(out)
			at[t.From] = i
			out = append(out, group{from: t.From, said: t.From != "" && strings.Contains(core, t.From)})
		}
		out[i].others = append(out[i].others, t)
	}
	sort.SliceStable(out, func(i, j int) bool { return len(out[i].from) > len(out[j].from) })
	return out
}

// bag is a list of distinct terms.
type bag struct{ terms []term }

type key struct {
	field int
	text  string
}

// counted makes a bag of tokens; a term that is said again counts more, up to a limit.
func counted(t Tokens, weight float64) bag {
	var bg bag
	at := make(map[key]int)
	for f, list := range t {
		for _, text := range list {
			k := key{f, text}
			if i, ok := at[k]; ok {
				bg.terms[i].weight = min(bg.terms[i].weight+weight, maxRepeat)
				continue
			}
			at[k] = len(bg.terms)
			bg.terms = append(bg.terms, term{f, text, weight})
		}
	}
	return bg
}

// take moves the terms that are also in other out of the bag.
func (bg *bag) take(other bag) []term {
	wanted := make(map[key]bool, len(other.terms))
	for _, t := range other.terms {
		wanted[key{t.field, t.text}] = true
	}
	var taken []term
	rest := bg.terms[:0:0]
	for _, t := range bg.terms {
		if wanted[key{t.field, t.text}] {
			taken = append(taken, t)
		} else {
			rest = append(rest, t)
		}
	}
	bg.terms = rest
	return taken
}

// maxRepeat bounds how much a term counts that a citizen repeats.
const maxRepeat = 3
