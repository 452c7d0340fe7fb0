package index

import (
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"

	"bangban/knowledge"
)

// marks says what the entries on disk were made from, so that the next Apply writes only what is different. It lies in a file
// beside bleve's: kept inside, all marks would be written again with every batch.
type marks struct {
	State state
	Sums  map[string]uint64 // by id: the sum of the entry's text and of the analyser
}

const marksFile = "marks"

// readMarks reads the marks of a generation. They must belong to the state that the index itself has reached.
func readMarks(path string, s state) (marks, error) {
	var m marks
	f, err := os.Open(filepath.Join(path, marksFile))
	if err != nil {
		return m, err
	}
	defer f.Close()
	if err := gob.NewDecoder(f).Decode(&m); err != nil {
		return m, fmt.Errorf("%s: %w", marksFile, err)
	}
	if m.State != s || s.Version == "" {
		return m, errors.New("a change was not completed")
	}
	return m, nil
}

// write replaces the marks of a generation.
func (m marks) write(path string) (err error) {
	name := filepath.Join(path, marksFile)
	f, err := os.Create(name + ".new")
	if err != nil {
		return err
	}
	err = gob.NewEncoder(f).Encode(m)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// sums are the sums of all entries, in their order. analysis stands for the analyser: another one gives other sums.
func sums(docs []*knowledge.Document, analysis uint64) []uint64 {
	out := make([]uint64, len(docs))
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
		out[i] = h.Sum64()
	}
	return out
}

// probed is how many titles are cut to tell one analyser from another.
const probed = 300

// probe is a number that changes when the analyser cuts differently: a hash over the words of some of the titles.
func probe(an Analyser, docs []*knowledge.Document) uint64 {
	h := fnv.New64a()
	step := max(1, len(docs)/probed)
	for i := 0; i < len(docs); i += step {
		if len(docs[i].Titles) > 0 {
			h.Write([]byte(joined(an.Words(docs[i].Titles[0]))))
			h.Write([]byte{0})
		}
	}
	return h.Sum64()
}
