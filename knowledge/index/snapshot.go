package index

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"

	"bangban/knowledge"
	"bangban/knowledge/rank"
)

// snapshot is one published state of the knowledge, complete and unchanging.
type snapshot struct {
	analyser  Analyser
	analysis  int
	documents []*knowledge.Document // ordered by id; the numbers that ranked uses
	ranked    *rank.Index
	reader    *reader // the same state on disk; nil where there is none
	version   string
	seq       atomic.Int64
	// exhaustive is the number of entries up to which every entry is scored.
	exhaustive int
	memo       *memo

	users   atomic.Int64 // 1 for being current, and 1 for every running search
	drained chan struct{}
}

func newSnapshot(an Analyser, analysis int, docs []*knowledge.Document, version string, seq int64) *snapshot {
	s := &snapshot{analyser: an, analysis: analysis, documents: docs, version: version, memo: newMemo(docs), drained: make(chan struct{})}
	s.seq.Store(seq)
	s.users.Store(1)
	return s
}

// acquire keeps the snapshot open; false: it has been closed already.
func (s *snapshot) acquire() bool {
	for {
		n := s.users.Load()
		if n == 0 {
			return false
		}
		if s.users.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (s *snapshot) release() {
	if s.users.Add(-1) == 0 {
		s.reader.close()
		close(s.drained)
	}
}

// exhaustive is the number of entries up to which every entry is scored. Above it bleve names the candidates first, so that
// scoring stays bounded. docs/decisions/003-own-ranking.md has the measurements: a million is ten times what was measured.
const exhaustive = 1_000_000

// fromDisk is how many candidates bleve names.
const fromDisk = 200

// search finds the best entries for a query, or remembers them. The list is the caller's own.
func (s *snapshot) search(ctx context.Context, q knowledge.Query, log *slog.Logger) []knowledge.Candidate {
	key := s.memo.key(q)
	if found, ok := s.memo.found.Get(key); ok {
		return slices.Clone(found)
	}
	found := s.look(ctx, q, log)
	if ctx.Err() == nil {
		s.memo.found.Add(key, slices.Clone(found))
	}
	return found
}

// look scores the entries for a query.
func (s *snapshot) look(ctx context.Context, q knowledge.Query, log *slog.Logger) []knowledge.Candidate {
	asked := rank.NewQuery(s.analyser, q.Understanding)
	limit := limitOf(q)
	o := rank.Options{Limit: limit, Keep: func(doc int) bool { return allowed(s.documents[doc], q) }, Also: s.numbers(q.Also)}
	if len(s.documents) > s.exhaustive && s.reader != nil {
		ids, err := s.reader.candidates(ctx, asked, fromDisk)
		if err != nil {
			log.Warn("disk index not readable, every entry is scored", "error", err)
		} else if found := s.numbers(ids); enough(found, limit, o.Keep) {
			o.Only = s.numbers(append(ids, q.Also...))
		}
	}
	hits := s.ranked.Search(asked, o)
	out := make([]knowledge.Candidate, len(hits))
	for i, h := range hits {
		doc := s.documents[h.Doc]
		out[i] = knowledge.Candidate{Document: doc, Score: h.Score, Evidence: knowledge.Evidence{
			Lexical: h.Lexical, Possible: h.Possible, Coverage: h.Coverage, Title: h.Title, Contained: h.Contained, Matched: h.Matched,
		}}
		if h.BestTitle < len(doc.Titles) {
			out[i].Evidence.BestTitle = doc.Titles[h.BestTitle]
		}
	}
	return out
}

// enough reports whether a limit of documents may be kept: else the filters left too few of the disk's candidates.
func enough(found []uint32, limit int, keep func(doc int) bool) bool {
	for _, doc := range found {
		if limit > 0 && keep(int(doc)) {
			limit--
		}
	}
	return limit == 0
}

// numbers are the numbers of documents by id, ascending, each once.
func (s *snapshot) numbers(ids []string) []uint32 {
	out := make([]uint32, 0, len(ids))
	for _, id := range ids {
		i, ok := slices.BinarySearchFunc(s.documents, id, func(d *knowledge.Document, id string) int { return strings.Compare(d.ID, id) })
		if ok {
			out = append(out, uint32(i))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// allowed says whether an entry may be found: in force, for this person, of a wanted kind, and for the region asked about.
func allowed(d *knowledge.Document, q knowledge.Query) bool {
	if d.AgentOnly && !q.Staff {
		return false
	}
	if d.From != 0 && q.Now < d.From || d.Until != 0 && q.Now >= d.Until {
		return false
	}
	if d.Kind == knowledge.KindGap {
		return q.Gaps
	}
	if len(q.Kinds) > 0 && !slices.Contains(q.Kinds, d.Kind) {
		return false
	}
	if q.Region == "" || len(d.Regions) == 0 {
		return true
	}
	return slices.ContainsFunc(d.Regions, func(r string) bool { return overlap(r, q.Region) })
}

// overlap reports that one region lies within the other. Codes are GB/T 2260: 6 digits, 9 for towns, 12 for villages; a
// code of 6 that ends in 00 stands for all below it.
func overlap(a, b string) bool {
	a, b = stem(a), stem(b)
	return strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}

func stem(code string) string {
	if len(code) == 6 {
		code = strings.TrimSuffix(code, "00")
		if len(code) == 4 {
			code = strings.TrimSuffix(code, "00")
		}
	}
	return code
}
