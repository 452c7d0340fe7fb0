package index

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"bangban/knowledge"
)

// The share of the words and of the meaning in the order of candidates; measured on legal and city questions
// (docs/decisions/003-own-ranking.md).
const (
	lexicalShare = 0.4
	meaningShare = 0.6
)

// compared is how many of the lexically best entries are compared by meaning: a re-ranking of 20 keeps most of the gain.
const compared = 20

// Compare sets the meaning stage of the searches to come; nil leaves words alone.
func (ix *Index) Compare(m knowledge.Meaning) {
	if m == nil {
		ix.meaning.Store(nil)
		return
	}
	ix.meaning.Store(&m)
}

// byMeaning orders the candidates by words and meaning together and fills Evidence.Meaning. Where the stage fails the order
// by words stands.
func byMeaning(ctx context.Context, m knowledge.Meaning, question string, found []knowledge.Candidate, log *slog.Logger) {
	if len(found) == 0 {
		return
	}
	ids := make([]string, len(found))
	for i, c := range found {
		ids[i] = c.Document.ID
	}
	cosines, err := m.Scores(ctx, question, ids)
	if err != nil || len(cosines) != len(found) {
		log.Warn("meaning stage failed, words alone order the entries", "error", err)
		return
	}
	low, high, top := slices.Min(cosines), slices.Max(cosines), found[0].Score
	for i := range found {
		c := &found[i]
		c.Evidence.Meaning = cosines[i]
		near := 0.0
		if high > low {
			near = (cosines[i] - low) / (high - low)
		}
		c.Score = lexicalShare*c.Score/top + meaningShare*near
	}
	slices.SortStableFunc(found, func(a, b knowledge.Candidate) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return strings.Compare(a.Document.ID, b.Document.ID)
	})
}
