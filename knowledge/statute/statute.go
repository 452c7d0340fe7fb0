// Package statute is the law library (法规库): texts of law by article, in all versions that were imported, which of them is in force,
// and a search over them. It leaves reading the files to knowledge/law and keeping the rows to its Store; what a city says of a law
// stays in knowledge. The library is optional: nothing is read or indexed before somebody asks for it.
// Start at Service; docs/decisions/012-law-library.md says why it is built this way.
package statute

import (
	"context"
	"strings"

	"bangban/kernel/event"
	"bangban/knowledge/law"
)

// Law is one version of one text of law.
type Law struct {
	No         int64  // its number in the store; 0: not stored yet
	Title      string // as it is cited: without 中华人民共和国 and without date
	Version    string // the date of the version, YYYY-MM-DD; empty: unknown
	DocumentNo string // 文号, only where the text has it
	Issuer     string
	Passed     string // 通过, 修正 or 修订, YYYY-MM-DD; empty: the text does not say
	Published  string
	Effective  string
	Level      Level
	Repeals    []string // titles that it repeals (同时废止)
	Keys       []string // of its articles, in their order
	Path       string   // of the file it came from
	Hash       string   // over all of it
	Gone       bool     // withdrawn: its file was no longer in the folder
}

// ID names the version: the title, and behind @ the date.
func (l *Law) ID() string {
	if l.Version == "" {
		return l.Title
	}
	return l.Title + "@" + l.Version
}

// Place is where an article stands in the order; -1: it has none of this key.
func (l *Law) Place(key string) int {
	for i, k := range l.Keys {
		if k == key {
			return i
		}
	}
	return -1
}

// from is the day from which the version is in force, as far as the text says.
func (l *Law) from() string { return max(l.Effective, l.Version) }

// Level is the rank of a text of law.
type Level string

// The levels, from the highest.
const (
	National   Level = "law"        // 法律
	Regulation Level = "regulation" // 行政法规
	Rule       Level = "rule"       // 部门规章
	Local      Level = "local"      // 地方性法规
)

// Levels lists the levels in their order.
var Levels = []Level{National, Regulation, Rule, Local}

var levelNames = map[Level]string{National: "法律", Regulation: "行政法规", Rule: "部门规章", Local: "地方性法规"}

// Name is what people call the level.
func (l Level) Name() string { return levelNames[l] }

// Article is one article (条) of a version, or a piece outside the articles.
type Article struct {
	Law         int64
	Place       int
	Key         string // 11, 10-1; x1 outside the articles
	Label       string // 第十一条
	Number, Sub int    // 10 and 1 for 第十条之一; 0 outside the articles
	Headings    []string
	Text        string
}

// ArticleKey is the key that a name of an article stands for: 第十一条, 第11条, 11, 10-1, x1.
func ArticleKey(name string) string {
	if k, ok := law.Key(name); ok {
		return k
	}
	return strings.TrimSpace(name)
}

// Change is a version with all of its articles, to be written.
type Change struct {
	Law      *Law
	Articles []Article
	Events   []event.Event
}

// Store keeps the law library.
type Store interface {
	// Laws returns every version, withdrawn ones too, without articles.
	Laws(ctx context.Context) ([]*Law, error)
	// Articles calls each for every article of every version, by version and place.
	Articles(ctx context.Context, each func(*Article) error) error
	// Between returns the articles of a version from one place up to another, both included. With brief the texts are cut to their beginnings.
	Between(ctx context.Context, law int64, from, to int, brief bool) ([]*Article, error)
	// Write puts versions in place of what was stored under their numbers, or adds them where the number is 0: all or nothing.
	Write(ctx context.Context, changes []Change) error
	// Withdraw marks versions as gone, and appends the events.
	Withdraw(ctx context.Context, laws []int64, events []event.Event) error
	// Mark is the number of the last event of kind Changed, 0 when there is none. It is cheap: readers poll it.
	Mark(ctx context.Context) (int64, error)
}

// The kinds of events. Their subject is statute: and the ID.
const (
	Saved     = "statute.saved"
	Withdrawn = "statute.withdrawn"
	Changed   = "statute.changed" // the library as a whole
)
