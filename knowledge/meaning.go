package knowledge

import "context"

// Meaning is the seam for the meaning stage (语义): it compares a question with entries by their sense, not by their words.
type Meaning interface {
	// Scores returns the cosine of the question with each entry, -1 to 1, in the order of ids; 0 for an entry that it does not
	// know. The same question and ids give the same scores as long as its vectors stay the same. It keeps the deadline of ctx.
	Scores(ctx context.Context, question string, ids []string) ([]float64, error)
	// Nearest returns the k entries nearest in meaning, nearest first. It keeps the deadline of ctx.
	Nearest(ctx context.Context, question string, k int) ([]Near, error)
}

// Near is an entry with its cosine to a question.
type Near struct {
	ID     string
	Cosine float64
}
