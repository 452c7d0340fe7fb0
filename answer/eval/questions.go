package eval

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"bangban/conversation/message"
)

// Answerer is the engine that is asked: answer.Engine is one.
type Answerer interface {
	Answer(ctx context.Context, q message.Question, talk message.Context) (message.Reply, message.Context, error)
}

// Row is one labelled question.
type Row struct {
	Line  int
	Kinds []message.Kind // any of them is right
	Turns []string       // what the citizen says; the last reply is judged
	// Pattern must match the title of the first citation of an answer; nil: any answer is right.
	Pattern *regexp.Regexp
}

// answers says that an answer, and nothing else, is right.
func (r Row) answers() bool { return len(r.Kinds) == 1 && r.Kinds[0] == message.Answer }

// label is the kind as it is written in the file.
func (r Row) label() string {
	names := make([]string, len(r.Kinds))
	for i, k := range r.Kinds {
		names[i] = string(k)
	}
	return strings.Join(names, "|")
}

// turnMark joins the turns of one row.
const turnMark = " >> "

// ReadQuestions reads rows kind <TAB> question <TAB> pattern. Blank lines and lines that begin with # are skipped; name is
// used in errors, which say what is wrong with which line.
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
		row.Line = n
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
	if len(cells) < 2 || len(cells) > 3 {
		return Row{}, fmt.Errorf("want kind, question, pattern in columns parted by tabs, have %d columns", len(cells))
	}
	var row Row
	for kind := range strings.SplitSeq(strings.TrimSpace(cells[0]), "|") {
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
	pattern := ""
	if len(cells) == 3 {
		pattern = strings.TrimSpace(cells[2])
	}
	if row.answers() && pattern == "" {
		return Row{}, errors.New("kind answer wants a pattern for the title of the first citation")
	}
	if pattern != "" {
		var err error
		if row.Pattern, err = regexp.Compile(pattern); err != nil {
			return Row{}, fmt.Errorf("pattern: %w", err)
		}
	}
	return row, nil
}

// Score is what Questions measures. All shares have 95 % intervals.
type Score struct {
	Rows int `json:"rows"`
	// Right is the share of all rows that were right, Turns the same of rows with several turns.
	Right Share `json:"right"`
	Turns Share `json:"multi_turn"`
	// Kinds is the share of right rows by kind as the file writes it.
	Kinds []KindShare `json:"kinds"`
	// Instant is the instant-answer share (即时解答率): rows of kind answer that were answered and match, of these rows.
	Instant Share `json:"instant_answer"`
	// Precision is the share of those among the rows of kind answer that were answered at all.
	Precision Share `json:"precision"`
	// False are rows that must not be answered, and were.
	False Share   `json:"false_answers"`
	Wrong []Wrong `json:"wrong"`
}

// KindShare is the share of right rows of one kind.
type KindShare struct {
	Kind string `json:"kind"`
	Share
}

// Wrong is a row that was not right, with what came instead.
type Wrong struct {
	Line       int            `json:"line"`
	Want       string         `json:"want"` // kind, and pattern where there is one
	Question   string         `json:"question"`
	Kind       message.Kind   `json:"kind"`
	Reason     message.Reason `json:"reason,omitempty"`
	Title      string         `json:"title,omitempty"`
	Options    []string       `json:"options,omitempty"`
	Confidence float64        `json:"confidence"`
}

// Questions asks every row in a conversation of its own and judges the last reply. now is the moment of asking, in Unix
// microseconds; progress may be nil.
func Questions(ctx context.Context, rows []Row, engine Answerer, now int64, progress func(step string, done, total int)) (*Score, error) {
	t := tally{kinds: make(map[string]*counts)}
	for i, row := range rows {
		reply, err := talk(ctx, engine, row.Turns, now)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", row.Line, err)
		}
		t.add(row, reply)
		if progress != nil {
			progress("questions", i+1, len(rows))
		}
	}
	return t.score(len(rows)), nil
}

// talk says the turns one after the other and returns the last reply. A turn that equals an option of a clarifying question
// is sent as that choice, as it is when a citizen taps it.
func talk(ctx context.Context, engine Answerer, turns []string, now int64) (message.Reply, error) {
	var (
		reply    message.Reply
		remember message.Context
		err      error
	)
	for _, text := range turns {
		q := message.Question{Text: text, Channel: message.Command, Now: now}
		for _, o := range reply.Options {
			if o.Label == text {
				q.Value = o.Value
			}
		}
		if reply, remember, err = engine.Answer(ctx, q, remember); err != nil {
			return reply, err
		}
	}
	return reply, nil
}

// right says whether a reply is what the row wants.
func (r Row) right(reply message.Reply) bool {
	if !slices.Contains(r.Kinds, reply.Kind) {
		return false
	}
	return reply.Kind != message.Answer || r.Pattern == nil || r.Pattern.MatchString(title(reply))
}

// title is the title of the entry that answers.
func title(reply message.Reply) string {
	if len(reply.Citations) == 0 {
		return ""
	}
	return reply.Citations[0].Title
}

type counts struct{ right, of int }

func (c *counts) add(right bool) {
	c.of++
	if right {
		c.right++
	}
}

func (c counts) share() Share { return share(c.right, c.of) }

type tally struct {
	all, turns, instant, precision, falsely counts
	kinds                                   map[string]*counts
	wrong                                   []Wrong
}

func (t *tally) add(row Row, reply message.Reply) {
	right := row.right(reply)
	t.all.add(right)
	if len(row.Turns) > 1 {
		t.turns.add(right)
	}
	if t.kinds[row.label()] == nil {
		t.kinds[row.label()] = new(counts)
	}
	t.kinds[row.label()].add(right)
	answered := reply.Kind == message.Answer
	switch {
	case row.answers():
		t.instant.add(right)
		if answered {
			t.precision.add(right)
		}
	case !slices.Contains(row.Kinds, message.Answer):
		t.falsely.add(answered)
	}
	if !right {
		w := Wrong{
			Line: row.Line, Want: row.label(), Question: strings.Join(row.Turns, turnMark),
			Kind: reply.Kind, Reason: reply.Reason, Title: title(reply), Confidence: reply.Confidence,
		}
		if row.Pattern != nil {
			w.Want += " " + row.Pattern.String()
		}
		for _, o := range reply.Options {
			w.Options = append(w.Options, o.Label)
		}
		t.wrong = append(t.wrong, w)
	}
}

func (t *tally) score(rows int) *Score {
	s := &Score{
		Rows: rows, Right: t.all.share(), Turns: t.turns.share(), Instant: t.instant.share(),
		Precision: t.precision.share(), False: t.falsely.share(), Wrong: t.wrong,
	}
	for kind, c := range t.kinds {
		s.Kinds = append(s.Kinds, KindShare{kind, c.share()})
	}
	slices.SortFunc(s.Kinds, func(a, b KindShare) int { return strings.Compare(a.Kind, b.Kind) })
	return s
}
