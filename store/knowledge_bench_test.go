package store_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"bangban/corpus"
	"bangban/knowledge"
	"bangban/store/storetest"
)

// grown is the starter city's items again and again under other ids and names, as large as a real province's list.
func grown(tb testing.TB, n int) *knowledge.Corpus {
	tb.Helper()
	c, problems := knowledge.LoadFS(corpus.Files)
	if len(c.Items) == 0 {
		tb.Fatal(problems)
	}
	seed := c.Items
	c.Items = nil
	for i := range n {
		it := *seed[i%len(seed)]
		it.ID = knowledge.ItemID(fmt.Sprintf("%s-%d", it.ID, i))
		it.Name = fmt.Sprintf("%s（%d）", it.Name, i)
		c.Items = append(c.Items, &it)
	}
	return c
}

// BenchmarkKnowledge measures what a start and an import of 10,000 items cost.
func BenchmarkKnowledge(b *testing.B) {
	c := grown(b, 10_000)
	quietly := slog.New(slog.DiscardHandler)
	open := func(b *testing.B) *knowledge.Service {
		return knowledge.NewService(storetest.Open(b, storetest.SQLite(b)).Knowledge(), time.Now, quietly)
	}
	b.Run("import", func(b *testing.B) {
		for b.Loop() {
			if _, err := open(b).Import(b.Context(), c, knowledge.ImportOptions{Actor: "bench"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	k := open(b)
	if _, err := k.Import(b.Context(), c, knowledge.ImportOptions{Actor: "bench"}); err != nil {
		b.Fatal(err)
	}
	b.Run("unchanged", func(b *testing.B) {
		for b.Loop() {
			if _, err := k.Import(b.Context(), c, knowledge.ImportOptions{Actor: "bench"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			if err := k.Start(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
