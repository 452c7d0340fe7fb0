package rank

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"bangban/nlu"
)

var update = flag.Bool("update", false, "write the golden files anew")

// understander cuts with gse's words alone: the ranking is looked at, not the lexicon of a city.
func understander(t testing.TB) *nlu.Understander {
	t.Helper()
	lexicon, err := nlu.ParseLexicon(nil)
	if err != nil {
		t.Fatal(err)
	}
	u, err := nlu.New(lexicon, nlu.Places{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// rows reads a tab-separated file of testdata.
func rows(t testing.TB, name string) [][]string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimRight(line, "\n"); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, strings.Split(line, "\t"))
		}
	}
	return out
}

// The golden file holds the first hits of every question and, on top, the totals: a change of the formula that helps one
// question and hurts ten shows at once. After looking at the difference, write it with -update.
func TestGoldenRanking(t *testing.T) {
	u := understander(t)
	entries := rows(t, "entries.tsv")
	ix, err := Build(context.Background(), len(entries), func(i int) Entry {
		return AnalyseEntry(u, strings.Split(entries[i][1], "|"), entries[i][2])
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	var first, reciprocal float64
	questions := rows(t, "questions.tsv")
	for _, row := range questions {
		want, question := row[0], row[1]
		normal := nlu.Normalise(question)
		hits := ix.Search(NewQuery(u, &nlu.Understanding{Normal: normal, Core: normal}), Options{Limit: 10})
		var ids []string
		for _, h := range hits {
			ids = append(ids, entries[h.Doc][0])
		}
		place := slices.Index(ids, want) + 1
		if place == 1 {
			first++
		}
		if place > 0 {
			reciprocal += 1 / float64(place)
		}
		fmt.Fprintf(&lines, "%2d  %s  %s", place, question, want)
		for _, h := range hits[:min(3, len(hits))] {
			fmt.Fprintf(&lines, "  %s %.2f", entries[h.Doc][0], h.Score)
		}
		lines.WriteString("\n")
	}
	n := float64(len(questions))
	got := fmt.Sprintf("hit@1 %.3f  MRR@10 %.3f  questions %d\n\n%s", first/n, reciprocal/n, len(questions), lines.String())

	const name = "testdata/golden.txt"
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the ranking has changed (write it with -update after looking at the difference):\n%s", difference(string(want), got))
	}
}

// difference lists the lines that differ.
func difference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	var out strings.Builder
	for i := range max(len(a), len(b)) {
		var was, is string
		if i < len(a) {
			was = a[i]
		}
		if i < len(b) {
			is = b[i]
		}
		if was != is {
			fmt.Fprintf(&out, "- %s\n+ %s\n", was, is)
		}
	}
	return out.String()
}

func BenchmarkAnalyse(b *testing.B) {
	u := understander(b)
	entries := rows(b, "entries.tsv")
	for i := range b.N {
		row := entries[i%len(entries)]
		AnalyseEntry(u, strings.Split(row[1], "|"), row[2])
	}
}
