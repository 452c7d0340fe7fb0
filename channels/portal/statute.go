package portal

import (
	"strings"

	"bangban/conversation/message"
)

// LawsPage is the law library: a search, and the laws there are.
type LawsPage struct {
	Q       string
	Problem string
	// Preparing is set while the library is being made ready; Again leads to the same search.
	Preparing bool
	Again     string
	Levels    []RegionLink // 全部, 法律 …
	Only      *Link        // the one law that is searched, with the way back to all
	History   RegionLink   // the switch for old and repealed versions
	Named     []LawLink    // laws whose titles the words name
	Hits      []LawHit
	Narrow    []Link // laws that the hits are from
	Listed    []LawLink
	Total     int
	Next      string // address of the next page
	Back      string // address of the first page, on later ones
}

// LawLink is a law in a list.
type LawLink struct {
	Title, URL, Note string
	// State is empty for a law in force, else the word for what it is.
	State string
}

// LawHit is one article that was found.
type LawHit struct {
	Law, Label, URL string
	State           string // empty: in force
	Text            []Piece
}

// LawHead is what is told of a version on its pages.
type LawHead struct {
	Title, URL       string
	DocumentNo       string
	Level, Issuer    string
	Passed           string
	Published        string
	Effective        string
	Version          string
	Articles         int
	Warning          string // amber: why it is not in force
	Instead          *Link  // what to look at instead
	InForce          bool
	StateName, About string
}

// LawPage is one version of a law with its contents.
type LawPage struct {
	LawHead
	Groups   []LawGroup
	Open     bool // the groups are shown open
	Versions []LawLink
}

// LawGroup is the articles below one heading.
type LawGroup struct {
	Headings []string
	Articles []Link
}

// Heading is the group's own heading, with those above it.
func (g LawGroup) Heading() string { return strings.Join(g.Headings, " · ") }

// ArticlePage is one article in its law.
type ArticlePage struct {
	LawHead
	Label         string
	Headings      []string
	Blocks        []Block
	Before, After *Link
	Items         []Link // what can be handled that rests on it
}

// Block is a paragraph of an article, or a table.
type Block struct {
	Text string
	Rows [][]string // the first row is the head
}

// Blocks cuts the text of an article into paragraphs and tables.
func Blocks(text string) []Block {
	var out []Block
	var rows [][]string
	flush := func() {
		if len(rows) > 0 {
			out = append(out, Block{Rows: rows})
			rows = nil
		}
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if len(line) > 1 && strings.HasPrefix(line, "|") && strings.HasSuffix(line, "|") {
			if cells := cellsOf(line); strings.Trim(strings.Join(cells, ""), "-: ") != "" {
				rows = append(rows, cells)
			}
			continue
		}
		flush()
		if line != "" {
			out = append(out, Block{Text: line})
		}
	}
	flush()
	return out
}

func cellsOf(line string) []string {
	cells := strings.Split(strings.Trim(line, "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

func (LawsPage) template() string    { return "laws" }
func (LawPage) template() string     { return "law" }
func (ArticlePage) template() string { return "article" }

// rules are the articles of one text that an answer rests on.
type rules struct {
	message.Basis
	Articles []Link
}

// Basis lists the texts of all citations, each once with its articles, in the order in which they were named. An article of the
// city's own law library has a link of its own.
func (s shown) Basis() []rules {
	var out []rules
	at := map[message.Basis]int{}
	for _, c := range s.Reply.Citations {
		for _, b := range c.Basis {
			article := Link{Label: b.Article}
			b.Article = ""
			if !external(b.URL) {
				article.URL, b.URL = b.URL, ""
			}
			i, seen := at[b]
			if !seen {
				i = len(out)
				at[b] = i
				out = append(out, rules{Basis: b})
			}
			if article.Label != "" && !holds(out[i].Articles, article.Label) {
				out[i].Articles = append(out[i].Articles, article)
			}
		}
	}
	return out
}

func holds(list []Link, label string) bool {
	for _, l := range list {
		if l.Label == label {
			return true
		}
	}
	return false
}
