// Package semantic compares questions with entries by their sense, not by their words (语义): every way to name an entry has a
// vector, a question gets one when it is asked, and the cosine says how near they are. Without it the service answers by words alone.
// It leaves to answer when a question is compared, and what that weighs. Start at Index and Embedder; vectors.go keeps the
// vectors on disk, endpoint.go and local.go make them, and docs/decisions/011-meaning.md says why it is as it is.
package semantic

import "context"

// Kind is what a text is: models are trained to tell questions from what answers them.
type Kind byte

// The kinds of texts.
const (
	Query   Kind = 'q'
	Passage Kind = 'p'
)

// Embedder turns texts into vectors whose cosine says how alike they are in meaning. It is safe for concurrent use.
type Embedder interface {
	// Embed returns a vector for each text, in their order, all of one length. It keeps the deadline of ctx.
	Embed(ctx context.Context, kind Kind, texts []string) ([][]float32, error)
	// Name changes when the vectors do: what was kept under another name is not used.
	Name() string
	// Dims is the length of a vector; 0 as long as it isn't known.
	Dims() int
}
