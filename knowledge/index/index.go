// Package index finds published entries for a question (检索). It is the only importer of bleve: the words and bigrams of
// every published entry lie in a bleve index on disk, which is a cache of the knowledge and may be deleted at any time;
// what is searched is scored by knowledge/rank, in memory.
// It leaves what a question means to nlu, and what is answered to answer.
// Start at Open, Index.Apply and Index.Search; docs/decisions/003-own-ranking.md says who does what, and why.
package index

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"bangban/knowledge"
	"bangban/knowledge/rank"
)

// Analyser cuts texts into words; *nlu.Understander is one.
type Analyser interface {
	Words(text string) []string
}

// Index holds what is published. It implements knowledge.Searcher and is safe for concurrent use.
type Index struct {
	log *slog.Logger

	apply    sync.Mutex // one Apply, Use or Close at a time
	analyser Analyser
	analysis int   // counts the analysers
	disk     *disk // what lies on disk
	closed   bool

	exhaustive int // see snapshot
	current    atomic.Pointer[snapshot]
}

// Open opens the index in dir, which is created where it is missing. What is damaged is thrown away: Apply writes it again.
// Nothing can be found before the first Apply. It fails when another process holds the index, or dir can't be written.
func Open(dir string, an Analyser, log *slog.Logger) (*Index, error) {
	d, err := openDisk(dir, log)
	if err != nil {
		return nil, err
	}
	return &Index{log: log, analyser: an, disk: d, exhaustive: exhaustive}, nil
}

// Use sets the analyser of the next Apply, which then analyses everything again: the lexicon has changed.
// Questions go on being cut as the entries were until then.
func (ix *Index) Use(an Analyser) {
	ix.apply.Lock()
	defer ix.apply.Unlock()
	ix.analyser = an
	ix.analysis++
}

// Version is the version that was last applied; empty before the first Apply.
func (ix *Index) Version() string {
	if s := ix.current.Load(); s != nil {
		return s.version
	}
	return ""
}

// Seq is the sequence number of the event log up to which the knowledge has been applied.
func (ix *Index) Seq() int64 {
	if s := ix.current.Load(); s != nil {
		return s.seq.Load()
	}
	return 0
}

// Len is the number of entries that are searched.
func (ix *Index) Len() int {
	if s := ix.current.Load(); s != nil {
		return len(s.documents)
	}
	return 0
}

// Apply makes docs what is searched, whole and at once: a search sees all of the old entries or all of the new ones. The
// same version and analyser again is no work. Where the disk can't be written the entries are searched all the same, and
// the log says so; an error means that the old entries are still in place.
func (ix *Index) Apply(ctx context.Context, docs []*knowledge.Document, version string, seq int64) error {
	ix.apply.Lock()
	defer ix.apply.Unlock()
	if ix.closed {
		return errors.New("index: closed")
	}
	if old := ix.current.Load(); old != nil && old.version == version && old.analysis == ix.analysis {
		old.seq.Store(seq)
		return nil
	}
	sorted, err := inOrderOfID(docs)
	if err != nil {
		return err
	}
	next := newSnapshot(ix.analyser, ix.analysis, sorted, version, seq)
	next.exhaustive = ix.exhaustive

	w := ix.disk.write(sorted)
	next.ranked, err = rank.Build(ctx, len(sorted), func(i int) rank.Entry {
		return rank.AnalyseEntry(ix.analyser, sorted[i].Titles, sorted[i].Body)
	}, w.add)
	if err != nil {
		w.abandon()
		return fmt.Errorf("index %d entries: %w", len(sorted), err)
	}
	next.reader = w.commit(ctx, version, seq)

	if old := ix.current.Swap(next); old != nil {
		old.release()
		<-old.drained
	}
	w.sweep()
	ix.log.Info("knowledge indexed", "entries", len(sorted), "version", version, "seq", seq)
	return nil
}

// inOrderOfID returns the documents sorted by id: equal scores are ordered so.
func inOrderOfID(docs []*knowledge.Document) ([]*knowledge.Document, error) {
	sorted := slices.Clone(docs)
	slices.SortFunc(sorted, func(a, b *knowledge.Document) int { return strings.Compare(a.ID, b.ID) })
	for i := 1; i < len(sorted); i++ {
		if sorted[i].ID == sorted[i-1].ID {
			return nil, fmt.Errorf("index: two entries with id %q", sorted[i].ID)
		}
	}
	return sorted, nil
}

// Search implements knowledge.Searcher.
func (ix *Index) Search(ctx context.Context, q knowledge.Query) ([]knowledge.Candidate, error) {
	if q.Understanding == nil {
		return nil, errors.New("index: a query without an understanding")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := ix.acquire()
	if s == nil {
		return nil, nil
	}
	defer s.release()
	return s.search(ctx, q, ix.log), nil
}

// limitOf is how many candidates a query wants.
func limitOf(q knowledge.Query) int {
	if q.Limit <= 0 {
		return 10
	}
	return q.Limit
}

// acquire takes the current snapshot; the caller releases it.
func (ix *Index) acquire() *snapshot {
	for {
		s := ix.current.Load()
		if s == nil || s.acquire() {
			return s
		}
	}
}

// Close waits for running searches and closes the disk index.
func (ix *Index) Close() error {
	ix.apply.Lock()
	defer ix.apply.Unlock()
	if ix.closed {
		return nil
	}
	ix.closed = true
	if s := ix.current.Swap(nil); s != nil {
		s.release()
		<-s.drained
	}
	return ix.disk.close()
}
