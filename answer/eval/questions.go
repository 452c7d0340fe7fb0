package eval

import (
	"context"
	"fmt"
	"slices"

	"bangban/answer"
	"bangban/conversation/message"
)

// Answerer is the engine that is asked: answer.Engine is one.
type Answerer interface {
	Explain(ctx context.Context, q message.Question, talk message.Context) (message.Reply, message.Context, *answer.Trace, error)
}

// Weigher says what a search weighs, with or without the meaning stage: answer.Engine is one.
type Weigher interface {
	Answerer
	Weigh(ctx context.Context, q message.Question, meaning bool) (*answer.Trace, error)
}

// QuestionOptions are what a run over labelled questions needs besides the engine.
type QuestionOptions struct {
	Now int64 // the moment of asking, in Unix microseconds
	// Matter returns the item that an entry belongs to, or the entry's own id; empty when there is no such entry.
	Matter   func(entry string) string
	Progress func(step string, done, total int) // may be nil
}

// Questions asks every row in a conversation of its own and judges the last reply.
func Questions(ctx context.Context, rows []Row, engine Answerer, opts QuestionOptions) (*Score, error) {
	t := tally{kinds: make(map[string]*counts), tags: make(map[string]*counts), stages: make(map[Stage]int)}
	for i, row := range rows {
		reply, trace, err := talk(ctx, engine, row.Turns, opts.Now)
		if err != nil {
			return nil, fmt.Errorf("%s line %d: %w", row.File, row.Line, err)
		}
		o := outcome{row, reply, trace, opts.Matter}
		t.add(o)
		if opts.Progress != nil {
			opts.Progress("questions", i+1, len(rows))
		}
	}
	return t.score(len(rows)), nil
}

// talk says the turns one after the other and returns the last reply with its trace. A turn that equals an option of a clarifying
// question is sent as that choice, as it is when a citizen taps it.
func talk(ctx context.Context, engine Answerer, turns []string, now int64) (message.Reply, *answer.Trace, error) {
	var (
		reply    message.Reply
		remember message.Context
		trace    *answer.Trace
		err      error
	)
	for _, text := range turns {
		q := message.Question{Text: text, Channel: message.Command, Now: now}
		for _, o := range reply.Options {
			if o.Label == text {
				q.Value = o.Value
			}
		}
		if reply, remember, trace, err = engine.Explain(ctx, q, remember); err != nil {
			return reply, nil, err
		}
	}
	return reply, trace, nil
}

// outcome is one row with what came of it.
type outcome struct {
	row    Row
	reply  message.Reply
	trace  *answer.Trace
	matter func(entry string) string
}

// right says whether the reply is what the row wants.
func (o outcome) right() bool {
	if !slices.Contains(o.row.Kinds, o.reply.Kind) {
		return false
	}
	if o.reply.Kind != message.Answer || len(o.row.Labels) == 0 {
		return true
	}
	if len(o.reply.Citations) == 0 {
		return o.fits("", "")
	}
	return o.fits(o.reply.Citations[0].EntryID, o.reply.Citations[0].Title)
}

func (o outcome) fits(entry, title string) bool {
	matter := entry
	if o.matter != nil {
		matter = o.matter(entry)
	}
	return slices.ContainsFunc(o.row.Labels, func(l Label) bool { return l.fits(entry, matter, title) })
}

// Stage is the part of the engine that a wrong or missing answer comes from.
type Stage string

// The stages, in the order of the path of a question.
const (
	StageWords     Stage = "words"     // 听错: understood as another kind of talk, before any search
	StageKnowledge Stage = "knowledge" // 没有知识: the entry that would answer does not exist
	StageRetrieval Stage = "retrieval" // 没找到: the entry is not among the candidates
	StageRanking   Stage = "ranking"   // 排错: it is, but another one stands before it
	StageDecision  Stage = "decision"  // 判错: it stands first, but the decision was another; or nothing should have been answered
)

// stage tells where a row that is not right went wrong.
func (o outcome) stage() Stage {
	if !slices.Contains(o.row.Kinds, message.Answer) {
		if o.trace == nil || len(o.trace.Candidates) == 0 {
			return StageWords
		}
		for _, k := range o.row.Kinds {
			if k != message.Unknown && k != message.Clarify {
				return StageWords // a wish, a complaint, a danger that was not heard
			}
		}
		return StageDecision
	}
	if o.missing() {
		return StageKnowledge
	}
	if o.trace == nil || len(o.trace.Candidates) == 0 {
		return StageWords
	}
	for i, c := range o.trace.Candidates {
		if o.fits(c.Entry, c.Name) || o.fits(c.Best, c.Name) {
			if i == 0 {
				return StageDecision
			}
			return StageRanking
		}
	}
	return StageRetrieval
}

// missing reports whether none of the entries that the labels name exists.
func (o outcome) missing() bool {
	if o.matter == nil {
		return false
	}
	named := false
	for _, l := range o.row.Labels {
		if l.Title != nil {
			return false
		}
		for _, m := range l.Matters {
			named = true
			if o.matter(m) != "" {
				return false
			}
		}
	}
	return named
}

// title is the title of the entry that answers.
func title(reply message.Reply) string {
	if len(reply.Citations) == 0 {
		return ""
	}
	return reply.Citations[0].Title
}
