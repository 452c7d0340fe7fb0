package index

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	bleveindex "github.com/blevesearch/bleve_index_api"

	"bangban/kernel/fault"
)

// The fields of the disk index.
const (
	wordField   = "words"
	bigramField = "bigrams"
)

// layout is the number of the form in which the disk index is written. Another number means: write it again.
const layout = 1

// disk is the bleve index below one folder. The file "current" names the subfolder in use; a rebuild fills a new one and
// changes the name when it is complete, so a crash at any moment leaves a whole index or none.
type disk struct {
	dir string
	log *slog.Logger

	generation int
	index      bleve.Index // nil: there is none yet
	state      state
	sums       map[string]uint64 // of the entries on disk, by id; nil: not known
}

// state is what the disk index says about itself.
type state struct {
	Layout  int    `json:"layout"`
	Version string `json:"version"` // empty while it is being changed
	Seq     int64  `json:"seq"`
}

var (
	stateKey    = []byte("bangban")
	currentFile = "current"
)

// openDisk opens what lies in dir. Damage is no error: the damaged part is removed.
func openDisk(dir string, log *slog.Logger) (*disk, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	d := &disk{dir: dir, log: log}
	name, err := os.ReadFile(filepath.Join(dir, currentFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return d, d.removeOthers()
	case err != nil:
		return nil, fmt.Errorf("open index: %w", err)
	}
	if _, err := fmt.Sscanf(string(name), "g%d", &d.generation); err != nil {
		log.Warn("index damaged, it is written again", "error", "no generation in "+currentFile)
		return d, d.removeOthers()
	}
	index, known, err := openGeneration(d.path(d.generation))
	if errors.Is(err, errInUse) {
		return nil, fmt.Errorf("open index %s: %w", dir, err)
	}
	if err != nil {
		log.Warn("index damaged, it is written again", "error", err)
		return d, d.removeOthers()
	}
	d.index, d.state, d.sums = index, known.State, known.Sums
	return d, d.removeOthers()
}

func (d *disk) path(generation int) string {
	return filepath.Join(d.dir, fmt.Sprintf("g%d", generation))
}

// removeOthers removes generations that are not in use: left by a crash, or damaged.
func (d *disk) removeOthers() error {
	found, err := filepath.Glob(filepath.Join(d.dir, "g*"))
	if err != nil {
		return err
	}
	for _, path := range found {
		if d.index != nil && path == d.path(d.generation) {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("open index: %w", err)
		}
	}
	return nil
}

var errInUse = fault.Wrap(fault.Conflict, "index.in_use", errors.New("another process holds it"))

// openGeneration opens one bleve index and checks that it is whole. A lock that another process holds is waited for for
// two seconds: bleve would wait for ever.
func openGeneration(path string) (index bleve.Index, m marks, err error) {
	defer func() {
		// bleve reads its files through memory maps and may panic on a damaged one.
		if r := recover(); r != nil {
			index, err = nil, fmt.Errorf("open %s: %v", path, r)
		}
	}()
	if err := checkSegments(path); err != nil {
		return nil, m, err
	}
	index, err = bleve.OpenUsing(path, map[string]any{"bolt_timeout": "2s"})
	if err != nil {
		if strings.Contains(err.Error(), "timeout") {
			return nil, m, errInUse
		}
		return nil, m, err
	}
	var s state
	raw, err := index.GetInternal(stateKey)
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	if err == nil && s.Layout != layout {
		err = fmt.Errorf("written in layout %d, this is %d", s.Layout, layout)
	}
	if err == nil {
		m, err = readMarks(path, s)
	}
	if err != nil {
		return nil, m, errors.Join(err, index.Close())
	}
	return index, m, nil
}

// checkSegments compares the check sum at the end of every segment file with its content; bleve itself does not.
func checkSegments(path string) error {
	files, err := filepath.Glob(filepath.Join(path, "store", "*.zap"))
	if err != nil {
		return err
	}
	for _, name := range files {
		if err := checkSegment(name); err != nil {
			return err
		}
	}
	return nil
}

func checkSegment(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() < 4 {
		return fmt.Errorf("%s is cut off", filepath.Base(name))
	}
	sum := crc32.NewIEEE()
	if _, err := io.CopyN(sum, f, info.Size()-4); err != nil {
		return err
	}
	var want uint32
	if err := binary.Read(f, binary.BigEndian, &want); err != nil {
		return err
	}
	if sum.Sum32() != want {
		return fmt.Errorf("%s has a wrong check sum", filepath.Base(name))
	}
	return nil
}

// create makes the next generation, empty.
func (d *disk) create() (bleve.Index, int, error) {
	next := d.generation + 1
	if err := os.RemoveAll(d.path(next)); err != nil {
		return nil, 0, err
	}
	m, err := newMapping()
	if err != nil {
		return nil, 0, err
	}
	index, err := bleve.NewUsing(d.path(next), m, scorch.Name, scorch.Name, map[string]any{"bolt_timeout": "2s"})
	return index, next, err
}

// newMapping keeps as little as candidates need: postings and frequencies.
func newMapping() (mapping.IndexMapping, error) {
	terms := bleve.NewTextFieldMapping()
	terms.Analyzer = analyserName
	terms.Store, terms.DocValues, terms.IncludeTermVectors, terms.IncludeInAll = false, false, false, false
	entry := bleve.NewDocumentStaticMapping()
	entry.AddFieldMappingsAt(wordField, terms)
	entry.AddFieldMappingsAt(bigramField, terms)
	m := bleve.NewIndexMapping()
	m.DefaultMapping = entry
	m.DefaultAnalyzer = analyserName
	m.ScoringModel = bleveindex.BM25Scoring
	return m, m.Validate()
}

// adopt makes a complete new generation the current one and returns the old one.
func (d *disk) adopt(index bleve.Index, generation int) (old bleve.Index, oldPath string, err error) {
	name := filepath.Join(d.dir, currentFile)
	if err := os.WriteFile(name+".new", fmt.Appendf(nil, "g%d\n", generation), 0o644); err != nil {
		return nil, "", err
	}
	if err := os.Rename(name+".new", name); err != nil {
		return nil, "", err
	}
	old, oldPath = d.index, d.path(d.generation)
	d.index, d.generation = index, generation
	return old, oldPath, nil
}

func (d *disk) close() error {
	if d.index == nil {
		return nil
	}
	index := d.index
	d.index = nil
	return index.Close()
}

// reader is one state of the disk index: what is written later does not show.
type reader struct {
	view    bleveindex.IndexReader
	mapping mapping.IndexMapping
}

// read opens the present state.
func (d *disk) read() (*reader, error) {
	if d.index == nil {
		return nil, errors.New("no disk index")
	}
	advanced, err := d.index.Advanced()
	if err != nil {
		return nil, err
	}
	view, err := advanced.Reader()
	if err != nil {
		return nil, err
	}
	return &reader{view, d.index.Mapping()}, nil
}

func (r *reader) close() {
	if r != nil {
		_ = r.view.Close() // memory maps are released; there is nothing left to lose
	}
}

// compact merges the segments of a new index into one, which makes searching faster.
func compact(ctx context.Context, index bleve.Index) error {
	advanced, err := index.Advanced()
	if err != nil {
		return err
	}
	if s, ok := advanced.(*scorch.Scorch); ok {
		return s.ForceMerge(ctx, nil)
	}
	return nil
}
