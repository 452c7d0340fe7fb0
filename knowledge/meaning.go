package knowledge

import "context"

// Meaning is the seam for the meaning stage (语义): it compares a question with entries by their sense, not by their words.
type Meaning interface {
	// Scores returns how like the question is to each entry, in the order of ids; zero for an entry that it does not know. The same
	// question and ids give the same scores as long as its vectors stay the same. It keeps the deadline of ctx.
	// A long question comes in pieces; the piece that an entry is most like counts.
	Scores(ctx context.Context, question []string, ids []string) ([]Likeness, error)
	// Nearest returns the k entries nearest in meaning, nearest first. It keeps the deadline of ctx.
	Nearest(ctx context.Context, question []string, k int) ([]Near, error)
}

// Likeness is how like a question is to the wordings of an entry, as cosines, -1 to 1.
type Likeness struct {
	Best  float64 // to its nearest wording
	Broad float64 // to its three nearest, on average: one wording that is near by chance does not raise it
}

// Near is an entry with its cosine to a question.
type Near struct {
	ID     string
	Cosine float64
}
