package knowledge

import (
	"context"

	"bangban/nlu"
)

// EntryKind is the kind of a published entry.
type EntryKind string

// The kinds of entries that can be found.
const (
	KindItem    EntryKind = "item"
	KindFAQ     EntryKind = "faq" // faq, line, concept, notice, plan: see FAQ.Kind
	KindEvent   EntryKind = "event"
	KindHotline EntryKind = "hotline"
	KindPoint   EntryKind = "point"
	KindGap     EntryKind = "gap" // no entry, but a known gap; found only where Query.Gaps asks for it
)

// Document is an entry as it is searched: every way to name it, and the rest of its words.
type Document struct {
	ID     string // entry id
	Kind   EntryKind
	Titles []string // official, short, everyday names; standard question and variants. Titles[0] is shown.
	Body   string   // conditions, materials, answers: searched with less weight
	// Item is the item a FAQ is bound to, or the item itself; Attribute the attribute a FAQ answers.
	Item      ItemID
	Attribute nlu.Attribute
	Regions   []string // empty: the whole city
	Topics    []string
	AgentOnly bool
	// Outside marks a gap that is not the city's business.
	Outside bool
	// From and Until bound the validity in Unix microseconds; 0 is open.
	From, Until int64
}

// Query is one search.
type Query struct {
	Understanding *nlu.Understanding
	Region        string // entries for other regions are left out; empty: all
	Now           int64  // Unix microseconds: validity
	Staff         bool   // agent-only entries too
	Kinds         []EntryKind
	Gaps          bool // known gaps too, whatever Kinds says
	Limit         int  // 10 when 0
	// Also are entries whose evidence is wanted whether or not their words match, such as those near in meaning; they come after the
	// Limit best, under the same conditions.
	Also []string
}

// Candidate is an entry with the evidence for it.
type Candidate struct {
	Document *Document
	// Score orders the candidates; it is comparable within one search only.
	Score    float64
	Evidence Evidence
}

// Evidence are the figures that the decision and the confidence rest on.
type Evidence struct {
	Lexical   float64 // own BM25 over words, bigrams, characters
	Possible  float64 // highest Lexical that this query could reach; Lexical/Possible is comparable across queries
	Coverage  float64 // idf-weighted share of the query's bigrams and characters that the entry holds, 0-1
	Title     float64 // likeness of the best title to the query, 0-1; 1 when they are equal
	BestTitle string  // the title that matched best
	Contained float64 // share of a telling title that the query holds, at best, 0-1: a long story holds a short name whole
	Meaning   float64 // likeness to the nearest wording by the meaning stage, spread over 0-1; 0 when it is missing
	Broad     float64 // the same to its three nearest wordings
	Matched   []string
}

// Searcher finds published entries that a question may mean, best first. An entry that is expired, not yet in force,
// withdrawn or for agents only (unless Query.Staff) is never among them. The result is the same for the same query and Version.
type Searcher interface {
	Search(ctx context.Context, q Query) ([]Candidate, error)
	// Version names the published knowledge that is searched: it changes with every publication.
	Version() string
}
