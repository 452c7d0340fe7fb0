package index

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/fnv"
	"os"

	"bangban/knowledge"
	"bangban/knowledge/rank"

	"github.com/blevesearch/bleve/v2"
)

// batchSize is how many entries go to bleve at once. Small batches are slow: 100 at a time cost twice as much as 1000.
const batchSize = 500

// rebuildShare is the share of changed entries from which on a new index is written instead of changing the old one.
const rebuildShare = 0.5

// fingerprint names the content of one entry, as it is analysed.
type fingerprint struct {
	id  string
	sum [8]byte
}

// fingerprints are the fingerprints of all entries. analysis stands for the analyser: another one gives other sums.
func fingerprints(docs []*knowledge.Document, analysis uint64) []fingerprint {
	out := make([]fingerprint, len(docs))
	h := fnv.New64a()
	for i, d := range docs {
		h.Reset()
		_ = binary.Write(h, binary.BigEndian, analysis) // a hash does not fail
		for _, title := range d.Titles {
			h.Write([]byte(title))
			h.Write([]byte{0})
		}
		h.Write([]byte{0})
		h.Write([]byte(d.Body))
		out[i].id = d.ID
		binary.BigEndian.PutUint64(out[i].sum[:], h.Sum64())
	}
	return out
}

// probed is how many titles are cut to tell one analyser from another.
const probed = 300

// probe is a number that changes when the analyser cuts differently: a hash over the words of some of the titles.
func (ix *Index) probe(docs []*knowledge.Document) uint64 {
	h := fnv.New64a()
	step := max(1, len(docs)/probed)
	for i := 0; i < len(docs); i += step {
		if len(docs[i].Titles) > 0 {
			h.Write([]byte(joined(ix.analyser.Words(docs[i].Titles[0]))))
			h.Write([]byte{0})
		}
	}
	return h.Sum64()
}

// writer brings the disk index to a new state. The first error ends the writing, not the Apply: the entries are searched
// from memory then, and the next Apply tries again.
type writer struct {
	disk  *disk
	marks []fingerprint
	err   error

	index      bleve.Index // what is written to
	generation int
	fresh      bool   // index is a new generation
	changed    []bool // by document; nil: all
	gone       []string
	batch      *bleve.Batch

	old     bleve.Index
	oldPath string
}

// write prepares for a state with these entries.
func (d *disk) write(marks []fingerprint) *writer {
	w := &writer{disk: d, marks: marks}
	changed := len(marks)
	if d.index != nil {
		changed = w.compare()
	}
	if w.err == nil && d.index != nil && float64(changed) <= rebuildShare*float64(len(marks)) {
		w.index, w.generation = d.index, d.generation
	} else {
		w.err, w.fresh, w.changed, w.gone = nil, true, nil, nil
		w.index, w.generation, w.err = d.create()
	}
	if w.err == nil {
		w.batch = w.index.NewBatch()
	} else {
		w.fail(w.err)
	}
	return w
}

// compare finds what differs from the disk index and returns how many entries are changed or gone.
func (w *writer) compare() (n int) {
	w.changed = make([]bool, len(w.marks))
	now := make(map[string]bool, len(w.marks))
	for i, m := range w.marks {
		now[m.id] = true
		sum, err := w.disk.index.GetInternal(markKey(m.id))
		if err != nil {
			w.err = err
			return n
		}
		if string(sum) != string(m.sum[:]) {
			w.changed[i] = true
			n++
		}
	}
	w.gone, w.err = w.disk.missing(now)
	return n + len(w.gone)
}

func markKey(id string) []byte { return []byte("entry/" + id) }

// missing lists the ids on disk that are not in now.
func (d *disk) missing(now map[string]bool) ([]string, error) {
	r, err := d.read()
	if err != nil {
		return nil, err
	}
	defer r.close()
	ids, err := r.view.DocIDReaderAll()
	if err != nil {
		return nil, err
	}
	defer ids.Close()
	var gone []string
	for {
		number, err := ids.Next()
		if err != nil || number == nil {
			return gone, err
		}
		id, err := r.view.ExternalID(number)
		if err != nil {
			return nil, err
		}
		if !now[id] {
			gone = append(gone, id)
		}
	}
}

// add takes the next analysed entry. It never fails: see writer.
func (w *writer) add(i int, e rank.Entry) error {
	if w.err != nil || w.changed != nil && !w.changed[i] {
		return nil
	}
	mark := w.marks[i]
	err := w.batch.Index(mark.id, map[string]any{
		wordField:   joined(all(e, rank.Tokens.Words)),
		bigramField: joined(all(e, rank.Tokens.Bigrams)),
	})
	if err != nil {
		w.fail(err)
		return nil
	}
	w.batch.SetInternal(markKey(mark.id), mark.sum[:])
	if w.batch.Size() >= 2*batchSize { // an entry and its mark each count
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
	if err != nil {
		w.fail(err)
		return
	}
	w.batch.SetInternal(stateKey, raw)
	if err := w.index.Batch(w.batch); err != nil {
		w.fail(err)
		return
	}
	w.disk.state = s
	w.batch.Reset()
}

// commit completes the state and returns a view of it, or nil where it could not be written.
func (w *writer) commit(ctx context.Context, version string, seq int64) *reader {
	if w.err == nil {
		for _, id := range w.gone {
			w.batch.Delete(id)
			w.batch.DeleteInternal(markKey(id))
		}
		w.flush(state{Version: version, Seq: seq})
	}
	if w.err == nil && w.fresh {
		if err := compact(ctx, w.index); err != nil {
			w.fail(err)
		}
	}
	if w.err == nil && w.fresh {
		old, path, err := w.disk.adopt(w.index, w.generation)
		if err != nil {
			w.fail(err)
		} else {
			w.old, w.oldPath = old, path
		}
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

// fail notes that the disk index could not be written, and throws away what was begun.
func (w *writer) fail(err error) {
	w.err = err
	w.disk.log.Error("index not written to disk, entries are searched from memory; free some space or check the folder's rights",
		"folder", w.disk.dir, "error", err)
	w.abandon()
}

// abandon throws a new generation away. A half-changed old one says so itself, and is compared again next time.
func (w *writer) abandon() {
	if w.fresh && w.index != nil && w.index != w.disk.index {
		err := errors.Join(w.index.Close(), os.RemoveAll(w.disk.path(w.generation)))
		if err != nil {
			w.disk.log.Warn("unfinished index not removed", "error", err)
		}
		w.index = nil
	}
	if w.err == nil {
		w.err = context.Canceled
	}
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
