package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"bangban/kernel/fault"
	"bangban/knowledge"
	"bangban/store"
	"bangban/store/storetest"
)

func faqs(n int, answer string) *knowledge.Corpus {
	c := &knowledge.Corpus{}
	for i := range n {
		c.FAQs = append(c.FAQs, &knowledge.FAQ{ID: fmt.Sprintf("faq-%d", i), Kind: "faq", Question: fmt.Sprintf("第%d问", i),
			Answer: []knowledge.Fact{{Text: answer}}, Updated: "2026-01-01"})
	}
	return c
}

func openKnowledge(t *testing.T, source string, now func() time.Time) (*store.Store, *knowledge.Service) {
	t.Helper()
	s, err := store.Open(t.Context(), source, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	k := knowledge.NewService(s.Knowledge(), now, slog.New(slog.DiscardHandler))
	if err := k.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, k
}

func TestImport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := t.Context()
		s, k := openKnowledge(t, source, time.Now)
		steps := []struct {
			name                                 string
			corpus                               *knowledge.Corpus
			withdraw                             bool
			added, changed, unchanged, withdrawn int
			left                                 int
		}{
			{"第一次全是新的", faqs(450, "一"), false, 450, 0, 0, 0, 450},
			{"再导一遍什么都不动", faqs(450, "一"), false, 0, 0, 450, 0, 450},
			{"改了的才换", faqs(10, "二"), false, 0, 10, 0, 0, 450},
			{"要求时下架没有的", faqs(10, "二"), true, 0, 0, 10, 440, 10},
			{"下架的再导入就回来", faqs(20, "二"), false, 10, 0, 10, 0, 20},
		}
		for _, c := range steps {
			version := k.Current().Version()
			got, err := k.Import(ctx, c.corpus, knowledge.ImportOptions{Actor: "test", WithdrawMissing: c.withdraw})
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if got.Added != c.added || got.Changed != c.changed || got.Unchanged != c.unchanged || got.Withdrawn != c.withdrawn {
				t.Errorf("%s: %+v", c.name, got)
			}
			if n := len(k.Current().FAQs()); n != c.left {
				t.Errorf("%s: %d left, want %d", c.name, n, c.left)
			}
			if same, idle := version == k.Current().Version(), c.added+c.changed+c.withdrawn == 0; same != idle {
				t.Errorf("%s: version changed: %v", c.name, !same)
			}
		}
		if n := k.Current().Revision("faq-0"); n != 2 {
			t.Errorf("revision of faq-0 = %d, want 2", n)
		}
		events, err := s.Events(ctx, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for _, e := range events {
			count[e.Kind]++
		}
		if count[knowledge.EntryPublished] != 470 || count[knowledge.EntryWithdrawn] != 440 && len(events) < 1000 {
			t.Errorf("events: %v", count)
		}
		again := knowledge.NewService(s.Knowledge(), time.Now, slog.New(slog.DiscardHandler))
		if err := again.Start(ctx); err != nil || again.Current().Version() != k.Current().Version() || again.Current().Seq() != k.Current().Seq() {
			t.Errorf("a second node sees %s, not %s (%v)", again.Current().Version(), k.Current().Version(), err)
		}
	})
}

// What an import that broke off left behind is seen by nobody and is gone after the next one.
func TestBrokenImport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := t.Context()
		s, k := openKnowledge(t, source, time.Now)
		draft := &knowledge.Revision{Record: faqs(1, "半截").Records()[0], Number: 1, State: knowledge.Draft, Author: "test"}
		if err := s.Knowledge().Stage(ctx, "import-1", []*knowledge.Revision{draft}); err != nil {
			t.Fatal(err)
		}
		if err := k.Start(ctx); err != nil || len(k.Current().FAQs()) != 0 {
			t.Fatalf("half an import is seen: %v", err)
		}
		if _, err := k.Import(ctx, faqs(1, "整个"), knowledge.ImportOptions{Actor: "test"}); err != nil {
			t.Fatal(err)
		}
		if f, ok := k.Current().FAQ("faq-0"); !ok || f.Answer[0].Text != "整个" || k.Current().Revision("faq-0") != 1 {
			t.Errorf("after the import: %+v", f)
		}
	})
}

func TestReview(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := t.Context()
		_, k := openKnowledge(t, source, time.Now)
		if _, err := k.Import(ctx, faqs(1, "旧"), knowledge.ImportOptions{Actor: "import"}); err != nil {
			t.Fatal(err)
		}
		key := knowledge.Key{Kind: knowledge.RecordFAQ, ID: "faq-0"}
		if _, err := k.Draft(ctx, key, []byte(`{"id":`), "curator:1"); !fault.Is(err, fault.Invalid) {
			t.Errorf("broken content: %v", err)
		}
		r, err := k.Draft(ctx, key, faqs(1, "新").Records()[0].Content, "curator:1")
		if err != nil || r.Number != 2 {
			t.Fatalf("draft: %+v, %v", r, err)
		}
		if err := k.Act(ctx, key, 2, knowledge.Submit, "curator:1"); err != nil {
			t.Fatal(err)
		}
		if err := k.Act(ctx, key, 2, knowledge.Publish, "curator:1"); !fault.Is(err, fault.Conflict) {
			t.Errorf("own review: %v", err)
		}
		if f, _ := k.Current().FAQ("faq-0"); f.Answer[0].Text != "旧" {
			t.Error("published before the review")
		}
		if err := k.Act(ctx, key, 2, knowledge.Publish, "curator:2"); err != nil {
			t.Fatal(err)
		}
		if f, _ := k.Current().FAQ("faq-0"); f.Answer[0].Text != "新" || k.Current().Revision("faq-0") != 2 {
			t.Error("not published after the review")
		}
		if err := k.Act(ctx, key, 2, knowledge.Withdraw, "curator:2"); err != nil {
			t.Fatal(err)
		}
		if _, ok := k.Current().FAQ("faq-0"); ok {
			t.Error("withdrawn, yet there")
		}
		if err := k.Act(ctx, key, 9, knowledge.Submit, "curator:1"); !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown revision: %v", err)
		}
	})
}

// While an import replaces every entry, who reads sees all of the old or all of the new.
func TestNeverHalf(t *testing.T) {
	_, k := openKnowledge(t, storetest.SQLite(t), time.Now)
	if _, err := k.Import(t.Context(), faqs(300, "0"), knowledge.ImportOptions{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			l := k.Current()
			first := l.FAQs()[0].Answer[0].Text
			for _, f := range l.FAQs() {
				if f.Answer[0].Text != first {
					t.Errorf("half of it: %s and %s", first, f.Answer[0].Text)
					return
				}
			}
		}
	})
	for i := range 5 {
		if _, err := k.Import(t.Context(), faqs(300, fmt.Sprint(i+1)), knowledge.ImportOptions{Actor: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	wg.Wait()
}

// An entry comes and goes by its dates, on the city's clock, without anybody publishing.
func TestValidityPasses(t *testing.T) {
	now := time.Date(2026, 6, 30, 23, 59, 0, 0, knowledge.City)
	_, k := openKnowledge(t, storetest.SQLite(t), func() time.Time { return now })
	c := faqs(3, "答")
	c.FAQs[1].Effective = "2026-07-01"
	c.FAQs[2].Expires = "2026-06-30"
	if _, err := k.Import(t.Context(), c, knowledge.ImportOptions{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	see := func() string {
		s := ""
		for _, f := range k.Current().FAQs() {
			s += f.ID + " "
		}
		return s
	}
	if got := see(); got != "faq-0 faq-2 " {
		t.Errorf("before midnight: %s", got)
	}
	version := k.Current().Version()
	now = now.Add(time.Minute)
	if err := k.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := see(); got != "faq-0 faq-1 " || k.Current().Version() == version {
		t.Errorf("after midnight: %s", got)
	}
}
