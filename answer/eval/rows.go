package eval

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"bangban/conversation/message"
)

// Row is one labelled question.
type Row struct {
	File  string
	Line  int
	Kinds []message.Kind // any of them is right
	// Tags say what kind of question it is: typo, pinyin, region, turns …; near, out and other are kinds of limit.
	Tags  []string
	Turns []string // what the citizen says; the last reply is judged
	// Labels say which entry answers; any of them is right. None: any answer is right.
	Labels []Label
}

// Label is one way for an answer to be right: the entry that is cited first belongs to one of Matters (an item, or a FAQ bound to
// it, or the entry itself), or its title matches Title. One of the two is set.
type Label struct {
	Matters []string
	Title   *regexp.Regexp
}

// String is the label as it is written.
func (l Label) String() string {
	if l.Title != nil {
		return l.Title.String()
	}
	return "=" + strings.Join(l.Matters, "|")
}

// fits reports whether an entry with this title, of this matter, is what the label wants.
func (l Label) fits(entry, matter, title string) bool {
	if l.Title != nil {
		return l.Title.MatchString(title)
	}
	return slices.Contains(l.Matters, entry) || slices.Contains(l.Matters, matter)
}

// The tags that mark rows which must not be answered: a matter of government without an entry, out of scope, another city.
const (
	tagNear  = "near"
	tagOut   = "out"
	tagOther = "other"
)

// answers says that an answer, and nothing else, is right.
func (r Row) answers() bool { return len(r.Kinds) == 1 && r.Kinds[0] == message.Answer }

// label is the kind as it is written in the file, without tags.
func (r Row) label() string {
	names := make([]string, len(r.Kinds))
	for i, k := range r.Kinds {
		names[i] = string(k)
	}
	return strings.Join(names, "|")
}

// question is the row's turns as they are written.
func (r Row) question() string { return strings.Join(r.Turns, turnMark) }

// want is all that would be right, for people.
func (r Row) want() string {
	parts := []string{r.label()}
	for _, l := range r.Labels {
		parts = append(parts, l.String())
	}
	return strings.Join(parts, " ")
}

// Half is one half of the labelled questions: rules may be read off the tuning half, the test half is only reported.
type Half string

// The halves, and both together.
const (
	Tuning Half = "tuning"
	Test   Half = "test"
	Both   Half = ""
)

// Half is the half of a row: the lowest bit of the first byte of the SHA-256 of its question as it is written.
func (r Row) Half() Half {
	if sha256.Sum256([]byte(r.question()))[0]&1 == 0 {
		return Tuning
	}
	return Test
}

// Of returns the rows of a half.
func (h Half) Of(rows []Row) []Row {
	if h == Both {
		return rows
	}
	var out []Row
	for _, r := range rows {
		if r.Half() == h {
			out = append(out, r)
		}
	}
	return out
}

// turnMark joins the turns of one row.
const turnMark = " >> "

// mostLabels is how many columns of labels a row may have.
const mostLabels = 3

// ReadQuestions reads rows kind@tag <TAB> question <TAB> label [<TAB> label]. A label is =slug|slug or a regular expression for the
// title. Blank lines and lines that begin with # are skipped; name is used in errors, which say what is wrong with which line.
func ReadQuestions(in io.Reader, name string) ([]Row, error) {
	var rows []Row
	err := scan(in, name, func(n int, line string) error {
		if strings.HasPrefix(line, "#") {
			return nil
		}
		row, err := readRow(line)
		if err != nil {
			return err
		}
		row.File, row.Line = name, n
		rows = append(rows, row)
		return nil
	})
	if err == nil && len(rows) == 0 {
		err = fmt.Errorf("%s: no question in it", name)
	}
	return rows, err
}

func readRow(line string) (Row, error) {
	cells := strings.Split(line, "\t")
	if len(cells) < 2 || len(cells) > 2+mostLabels {
		return Row{}, fmt.Errorf("want kind, question, labels in columns parted by tabs, have %d columns", len(cells))
	}
	var row Row
	kinds, tags, _ := strings.Cut(strings.TrimSpace(cells[0]), "@")
	if tags != "" {
		row.Tags = strings.Split(tags, "@")
	}
	for kind := range strings.SplitSeq(kinds, "|") {
		k := message.Kind(strings.TrimSpace(kind))
		if !slices.Contains(message.Kinds, k) {
			return Row{}, fmt.Errorf("no kind %q, only %v", kind, message.Kinds)
		}
		row.Kinds = append(row.Kinds, k)
	}
	for turn := range strings.SplitSeq(cells[1], turnMark) {
		if turn = strings.TrimSpace(turn); turn == "" {
			return Row{}, errors.New("a turn is empty")
		}
		row.Turns = append(row.Turns, turn)
	}
	for _, cell := range cells[2:] {
		label, ok, err := readLabel(strings.TrimSpace(cell))
		if err != nil {
			return Row{}, err
		}
		if ok {
			row.Labels = append(row.Labels, label)
		}
	}
	if row.answers() && len(row.Labels) == 0 {
		return Row{}, errors.New("kind answer wants a label: =entry or a pattern for the title of the first citation")
	}
	return row, nil
}

func readLabel(cell string) (Label, bool, error) {
	if cell == "" {
		return Label{}, false, nil
	}
	if matters, ok := strings.CutPrefix(cell, "="); ok {
		l := Label{Matters: strings.Split(matters, "|")}
		if slices.Contains(l.Matters, "") {
			return Label{}, false, fmt.Errorf("label %q names an empty entry", cell)
		}
		return l, true, nil
	}
	title, err := regexp.Compile(cell)
	if err != nil {
		return Label{}, false, fmt.Errorf("pattern: %w", err)
	}
	return Label{Title: title}, true, nil
}
