package index_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"bangban/knowledge"
)

// sense knows one entry that a question means; err fails.
type sense struct {
	means string
	err   error
}

func (s sense) Scores(_ context.Context, _ string, ids []string) ([]float64, error) {
	out := make([]float64, len(ids))
	for i, id := range ids {
		if out[i] = 0.8; id == s.means {
			out[i] = 0.9
		}
	}
	return out, s.err
}

func TestMeaning(t *testing.T) {
	ix := open(t, t.TempDir())
	apply(t, ix, city, "1")
	q := knowledge.Query{Understanding: asked("丢了"), Limit: 2}
	words := find(t, ix, q)
	if len(words) != 2 {
		t.Fatalf("by words: %v", words)
	}
	ix.Compare(sense{means: words[1]})
	found, err := ix.Search(context.Background(), q)
	if err != nil || len(found) != 2 || found[0].Document.ID != words[1] || found[0].Evidence.Meaning != 0.9 {
		t.Errorf("by meaning %s should be first: %+v, %v", words[1], found, err)
	}
	ix.Compare(sense{err: errors.New("not there")})
	if got := find(t, ix, q); !slices.Equal(got, words) {
		t.Errorf("without the stage: %v, want %v", got, words)
	}
	ix.Compare(nil)
	if got := find(t, ix, q); !slices.Equal(got, words) {
		t.Errorf("words alone: %v, want %v", got, words)
	}
}
