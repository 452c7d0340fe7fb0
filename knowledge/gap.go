package knowledge

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
)

// GapsFile is the word list of known gaps among a lexicon's files.
const GapsFile = "gaps.tsv"

// WordLists are a lexicon's files that help to understand words: all but the gaps, which are matters to find.
func WordLists(lexicon map[string][]byte) map[string][]byte {
	lists := maps.Clone(lexicon)
	delete(lists, GapsFile)
	return lists
}

// Gap is a matter that people ask about and that the city has no entry for (盲点): named, so that a question about it is not answered
// with a neighbour that shares its words.
type Gap struct {
	// Outside says that it is not the city's business at all (天气, 网购); else it is a matter of government without a guide.
	Outside bool
	Name    string
	Sayings []string
}

// ID is the id of the gap's document.
func (g *Gap) ID() string { return "gap-" + g.Name }

// ParseGaps reads gaps: "near" or "out" <TAB> name <TAB> ways in which people ask, parted by tabs. Blank lines and those that begin
// with # are skipped. A line that can't be read is a problem and left out.
func ParseGaps(raw []byte) ([]*Gap, []Problem) {
	var gaps []*Gap
	var problems []Problem
	seen := map[string]bool{}
	n := 0
	for line := range bytes.Lines(raw) {
		n++
		text := strings.TrimRight(string(line), "\r\n\t ")
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		cells := strings.Split(text, "\t")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		bad := ""
		switch {
		case cells[0] != "near" && cells[0] != "out":
			bad = fmt.Sprintf("第一列是 near 或 out，这里是“%s”", cells[0])
		case len(cells) < 2 || cells[1] == "":
			bad = "第二列要写事情的名字"
		case seen[cells[1]]:
			bad = fmt.Sprintf("“%s”写了两遍", cells[1])
		}
		if bad != "" {
			problems = append(problems, Problem{File: "lexicon/" + GapsFile, Line: n, Rule: "format", Text: bad})
			continue
		}
		seen[cells[1]] = true
		g := &Gap{Outside: cells[0] == "out", Name: cells[1]}
		for _, s := range cells[2:] {
			if s != "" {
				g.Sayings = append(g.Sayings, s)
			}
		}
		gaps = append(gaps, g)
	}
	return gaps, problems
}

// gapDocument is a gap as it is searched.
func gapDocument(g *Gap) *Document {
	var titles words
	titles.add(g.Name)
	titles.add(g.Sayings...)
	return &Document{ID: g.ID(), Kind: KindGap, Titles: titles.list, Outside: g.Outside}
}
