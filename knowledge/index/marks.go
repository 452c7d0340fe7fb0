package index

import (
	"encoding/gob"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
)

// marks says what the entries on disk were made from, so that the next Apply writes only what is different. It lies in a file
// beside bleve's: kept inside, all marks would be written again with every batch.
type marks struct {
	State state
	Sums  map[string]uint64 // by id
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

// sum stands for what bleve holds of an entry: its words and bigrams. It is taken of what was cut, not of the text, so a new
// lexicon shows as well.
func sum(words, bigrams string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(words)) // a hash does not fail
	h.Write([]byte{0})
	h.Write([]byte(bigrams))
	return h.Sum64()
}
