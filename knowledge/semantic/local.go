package semantic

import (
	"context"

	"bangban/knowledge/semantic/e5"
)

// Local is an Embedder that needs nothing but its model file: multilingual-e5-small in 4 bits.
type Local struct{ model *e5.Model }

// OpenLocal loads the model file at path.
func OpenLocal(path string) (*Local, error) {
	m, err := e5.Open(path)
	if err != nil {
		return nil, err
	}
	return &Local{m}, nil
}

// Embed implements Embedder. As many texts are embedded at a time as there are cores; the others wait their turn.
func (l *Local) Embed(ctx context.Context, kind Kind, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	for i, text := range texts {
		v, err := l.model.Embed(ctx, kind == Query, text)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

// Name implements Embedder.
func (l *Local) Name() string { return l.model.Name() }

// Dims implements Embedder.
func (l *Local) Dims() int { return l.model.Dims() }

// Close releases the model file.
func (l *Local) Close() error { return l.model.Close() }
