package index

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"bangban/knowledge"
	"bangban/knowledge/rank"

	"github.com/blevesearch/bleve/v2"
)

// batchSize is how many entries go to bleve at once. Small batches are slow: 100 at a time cost twice as much as 1000.
const batchSize = 1000

// rebuildShare is the share of new and withdrawn entries from which on a new index is written instead of changing the old one.
const rebuildShare = 0.5

// writer brings the disk index to a new state. The first error ends the writing, not the Apply: the entries are searched
// from memory then, and the next Apply tries again.
type writer struct {
	disk *disk
	docs []*knowledge.Document
	sums map[string]uint64 // by id, of the entries that were added
	err  error

	index      bleve.Index // what is written to
	generation int
	fresh      bool     // index is a new generation
	gone       []string // ids to delete from an old one
	changes    bool     // something has been or will be written
	batch      *bleve.Batch

	old     bleve.Index // what a new generation has replaced
	oldPath string
}

// write prepares for a state with these entries.
func (d *disk) write(docs []*knowledge.Document) *writer {
	w := &writer{disk: d, docs: docs, sums: make(map[string]uint64, len(docs))}
	if d.index != nil && d.sums != nil && float64(w.compare()) <= rebuildShare*float64(len(docs)) {
		w.index, w.generation, w.changes = d.index, d.generation, len(w.gone) > 0
	} else {
		w.fresh, w.gone, w.changes = true, nil, true
		w.index, w.generation, w.err = d.create()
	}
	if w.err != nil {
		w.fail(w.err)
		return w
	}
	w.batch = w.index.NewBatch()
	return w
}

// compare finds the entries that are gone, and returns how many are new or gone.
func (w *writer) compare() (n int) {
	now := make(map[string]bool, len(w.docs))
	for _, d := range w.docs {
		now[d.ID] = true
		if _, ok := w.disk.sums[d.ID]; !ok {
			n++
		}
	}
	for id := range w.disk.sums {
		if !now[id] {
			w.gone = append(w.gone, id)
		}
	}
	return n + len(w.gone)
}

// add takes the next analysed entry and writes it where bleve does not hold it so yet. It never fails: see writer.
func (w *writer) add(i int, e rank.Entry) error {
	if w.err != nil {
		return nil
	}
	id := w.docs[i].ID
	words, bigrams := joined(all(e, rank.Tokens.Words)), joined(all(e, rank.Tokens.Bigrams))
	s := sum(words, bigrams)
	w.sums[id] = s
	if had, ok := w.disk.sums[id]; ok && had == s && !w.fresh {
		return nil
	}
	w.changes = true
	if err := w.batch.Index(id, map[string]any{wordField: words, bigramField: bigrams}); err != nil {
		w.fail(err)
		return nil
	}
	if w.batch.Size() >= batchSize {
		w.flush(state{})
	}
	return nil
}

// all are the terms of titles and body.
func all(e rank.Entry, of func(rank.Tokens) []string) []string {
	var out []string
	for _, t := range e.Titles {
		out = append(out, of(t)...)
	}
	return append(out, of(e.Body)...)
}

// flush writes the batch. What it leaves on disk is a half until the state has a version.
func (w *writer) flush(s state) {
	if w.err != nil {
		return
	}
	s.Layout = layout
	raw, err := json.Marshal(s)
	if err == nil {
		w.batch.SetInternal(stateKey, raw)
		err = w.index.Batch(w.batch)
	}
	if err != nil {
		w.fail(err)
		return
	}
	w.batch = w.index.NewBatch() // not Reset: a batch without documents is still read by a goroutine of bleve's after Batch returns
}

// commit completes the state and returns a view of it, or nil where it could not be written.
func (w *writer) commit(ctx context.Context, version string, seq int64) *reader {
	s := state{Layout: layout, Version: version, Seq: seq}
	if w.err == nil && (w.changes || w.disk.state != s) {
		for _, id := range w.gone {
			w.batch.Delete(id)
		}
		w.flush(s)
		w.complete(ctx, s)
	}
	if w.err != nil {
		return nil
	}
	r, err := w.disk.read()
	if err != nil {
		w.disk.log.Warn("disk index not readable, every entry is scored", "error", err)
		return nil
	}
	return r
}

// complete makes what was flushed the index that the next start finds.
func (w *writer) complete(ctx context.Context, s state) {
	if w.err != nil {
		return
	}
	if w.fresh {
		if err := compact(ctx, w.index); err != nil {
			w.fail(err)
			return
		}
	}
	m := marks{State: s, Sums: w.sums}
	if err := m.write(w.disk.path(w.generation)); err != nil {
		w.fail(err)
		return
	}
	if w.fresh {
		old, path, err := w.disk.adopt(w.index, w.generation)
		if err != nil {
			w.fail(err)
			return
		}
		w.old, w.oldPath = old, path
	}
	w.disk.state, w.disk.sums = s, m.Sums
}

// fail notes that the disk index could not be written, and throws away what was begun.
func (w *writer) fail(err error) {
	w.err = err
	w.disk.log.Error("index not written to disk, entries are searched from memory; free some space or check the folder's rights",
		"folder", w.disk.dir, "error", err)
	w.abandon()
}

// abandon throws away what was begun: a new generation is removed. An old one that is half changed is not compared with
// again, and the next Apply writes it anew.
func (w *writer) abandon() {
	if w.err == nil {
		w.err = context.Canceled
	}
	switch {
	case w.index == nil:
	case w.fresh && w.index != w.disk.index:
		err := errors.Join(w.index.Close(), os.RemoveAll(w.disk.path(w.generation)))
		if err != nil {
			w.disk.log.Warn("unfinished index not removed", "error", err)
		}
	default:
		w.disk.sums = nil
	}
	w.index = nil
}

// sweep closes and removes the generation that was replaced, when nobody reads it any more.
func (w *writer) sweep() {
	if w.old == nil {
		return
	}
	if err := errors.Join(w.old.Close(), os.RemoveAll(w.oldPath)); err != nil {
		w.disk.log.Warn("old index not removed", "folder", w.oldPath, "error", err)
	}
}
