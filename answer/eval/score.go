package eval

import (
	"fmt"
	"slices"
	"strings"

	"bangban/conversation/message"
)

// Score is what Questions measures. All shares have 95 % intervals.
type Score struct {
	Rows int `json:"rows"`
	// Right is the share of all rows that were right, Turns the same of rows with several turns.
	Right Share `json:"right"`
	Turns Share `json:"multi_turn"`
	// Kinds is the share of right rows by kind as the file writes it, Tags by tag.
	Kinds []NamedShare `json:"kinds"`
	Tags  []NamedShare `json:"tags,omitempty"`
	// Instant is the instant-answer share (即时解答率): rows of kind answer that were answered and match, of these rows.
	Instant Share `json:"instant_answer"`
	// Precision is the share of those among the rows of kind answer that were answered at all.
	Precision Share `json:"precision"`
	// False are rows that must not be answered, and were; Near of these the matters of government without an entry, Outside the others.
	False   Share `json:"false_answers"`
	Near    Share `json:"false_near"`
	Outside Share `json:"false_outside"`
	// Clarify are rows that must be asked back, Others those of the other kinds (handoff, progress, booking, complaint …), Refused those
	// that must be refused.
	Clarify Share `json:"clarify"`
	Others  Share `json:"other_kinds"`
	Refused Share `json:"refuse"`
	// Reliability: of the answers given with at least this confidence, the share that was right.
	Reliability []Reliable `json:"reliability"`
	// Stages counts the wrong rows by the part of the engine that failed.
	Stages []StageCount `json:"stages"`
	Wrong  []Wrong      `json:"wrong"`
}

// NamedShare is a share with its name.
type NamedShare struct {
	Name string `json:"name"`
	Share
}

// Reliable is one line of the reliability table.
type Reliable struct {
	Confidence float64 `json:"confidence"` // at least
	Right      Share   `json:"right"`
}

// StageCount is how many rows failed in a stage.
type StageCount struct {
	Stage Stage `json:"stage"`
	Count int   `json:"count"`
}

// Wrong is a row that was not right, with what came instead.
type Wrong struct {
	File       string         `json:"file"`
	Line       int            `json:"line"`
	Want       string         `json:"want"` // kind, and labels where there are some
	Question   string         `json:"question"`
	Kind       message.Kind   `json:"kind"`
	Reason     message.Reason `json:"reason,omitempty"`
	Title      string         `json:"title,omitempty"`
	Options    []string       `json:"options,omitempty"`
	Confidence float64        `json:"confidence"`
	Stage      Stage          `json:"stage"`
	// Weighed are the first candidates, strongest first.
	Weighed []string `json:"weighed,omitempty"`
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
	all, turns, instant, precision, falsely, near, outside, clarify, others, refused counts
	kinds, tags                                                                      map[string]*counts
	given                                                                            []givenAnswer
	stages                                                                           map[Stage]int
	wrong                                                                            []Wrong
}

// givenAnswer is an answer that was given, right or not.
type givenAnswer struct {
	confidence float64
	right      bool
}

func (t *tally) add(o outcome) {
	right := o.right()
	t.all.add(right)
	if len(o.row.Turns) > 1 {
		t.turns.add(right)
	}
	named(t.kinds, o.row.label()).add(right)
	for _, tag := range o.row.Tags {
		named(t.tags, tag).add(right)
	}
	t.byKind(o, right)
	if o.reply.Kind == message.Answer {
		t.given = append(t.given, givenAnswer{o.reply.Confidence, right})
	}
	if !right {
		t.fail(o)
	}
}

func named(m map[string]*counts, name string) *counts {
	if m[name] == nil {
		m[name] = new(counts)
	}
	return m[name]
}

// byKind counts a row among those of its kind.
func (t *tally) byKind(o outcome, right bool) {
	row, answered := o.row, o.reply.Kind == message.Answer
	has := func(k message.Kind) bool { return slices.Contains(row.Kinds, k) }
	switch {
	case row.answers():
		t.instant.add(right)
		if answered {
			t.precision.add(right)
		}
		return
	case has(message.Answer):
		if has(message.Clarify) {
			t.clarify.add(right)
		}
		return
	}
	t.falsely.add(answered)
	switch {
	case slices.Contains(row.Tags, tagNear):
		t.near.add(answered)
	case has(message.Unknown) || has(message.Refuse):
		t.outside.add(answered)
	}
	switch {
	case has(message.Clarify):
		t.clarify.add(right)
	case has(message.Unknown):
	case row.Kinds[0] == message.Refuse:
		t.refused.add(right)
	default:
		t.others.add(right)
	}
}

// weighed is how many candidates an error report shows.
const weighed = 5

func (t *tally) fail(o outcome) {
	w := Wrong{
		File: o.row.File, Line: o.row.Line, Want: o.row.want(), Question: o.row.question(), Stage: o.stage(),
		Kind: o.reply.Kind, Reason: o.reply.Reason, Title: title(o.reply), Confidence: o.reply.Confidence,
	}
	for _, x := range o.reply.Options {
		w.Options = append(w.Options, x.Label)
	}
	if o.trace != nil {
		for _, c := range o.trace.Candidates[:min(weighed, len(o.trace.Candidates))] {
			w.Weighed = append(w.Weighed, fmt.Sprintf("%.3f %s（%s）", c.Strength, c.Best, c.Title))
		}
	}
	t.stages[w.Stage]++
	t.wrong = append(t.wrong, w)
}

func (t *tally) score(rows int) *Score {
	s := &Score{
		Rows: rows, Right: t.all.share(), Turns: t.turns.share(), Instant: t.instant.share(),
		Precision: t.precision.share(), False: t.falsely.share(), Near: t.near.share(), Outside: t.outside.share(),
		Clarify: t.clarify.share(), Others: t.others.share(), Refused: t.refused.share(),
		Kinds: shares(t.kinds), Tags: shares(t.tags), Reliability: reliability(t.given), Wrong: t.wrong,
	}
	for _, stage := range []Stage{StageWords, StageKnowledge, StageRetrieval, StageRanking, StageDecision} {
		if n := t.stages[stage]; n > 0 {
			s.Stages = append(s.Stages, StageCount{stage, n})
		}
	}
	return s
}

func shares(m map[string]*counts) []NamedShare {
	var out []NamedShare
	for name, c := range m {
		out = append(out, NamedShare{name, c.share()})
	}
	slices.SortFunc(out, func(a, b NamedShare) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// reliability makes the table: of the answers with at least a confidence, how many were right.
func reliability(given []givenAnswer) []Reliable {
	var table []Reliable
	for _, p := range []float64{0.5, 0.6, 0.7, 0.8, 0.9, 0.95} {
		var c counts
		for _, g := range given {
			if g.confidence >= p {
				c.add(g.right)
			}
		}
		table = append(table, Reliable{p, c.share()})
	}
	return table
}
