package bangban_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"bangban/answer/eval"
)

// TestGoldenTotals keeps the totals over the labelled questions of the slice: a tweak that helps one question and hurts ten shows at once.
func TestGoldenTotals(t *testing.T) {
	city := open(t)
	f, err := os.Open(filepath.Join("corpus", "questions", "slice.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := eval.ReadQuestions(f, f.Name())
	if err != nil {
		t.Fatal(err)
	}
	score, err := eval.Questions(t.Context(), rows, city.Engine, eval.QuestionOptions{Now: goldenTime.UnixMicro(), Matter: city.Matter})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := errors.Join(score.Print(&b), score.Report(&b)); err != nil {
		t.Fatal(err)
	}
	compare(t, filepath.Join("testdata", "totals.txt"), b.String())
}
