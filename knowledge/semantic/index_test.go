package semantic

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"bangban/knowledge"
)

// letters is an Embedder for tests: a text's vector counts its characters, so that texts that share some are alike.
type letters struct {
	name  string
	calls atomic.Int64
	texts atomic.Int64
	mu    sync.Mutex
	err   error
	slow  time.Duration
}

func (l *letters) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

func (l *letters) Embed(ctx context.Context, _ Kind, texts []string) ([][]float32, error) {
	l.mu.Lock()
	err := l.err
	l.mu.Unlock()
	if err == nil && l.slow > 0 {
		select {
		case <-time.After(l.slow):
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if err != nil {
		return nil, err
	}
	l.calls.Add(1)
	l.texts.Add(int64(len(texts)))
	out := make([][]float32, len(texts))
	for i, t := range texts {
		out[i] = make([]float32, l.Dims())
		for _, r := range t {
			out[i][int(r)%l.Dims()]++
		}
	}
	return out, nil
}

func (l *letters) Name() string { return "letters" + l.name }
func (l *letters) Dims() int    { return 64 }

var city = []*knowledge.Document{
	{ID: "passport", Titles: []string{"护照首次申领", "办护照"}, Body: "带身份证去出入境窗口。"},
	{ID: "card", Titles: []string{"补领居民身份证", "身份证丢了"}, Body: "工本费40元"},
	{ID: "dog", Titles: []string{"养犬登记", "狗证"}, Body: ""},
}

func filled(t *testing.T, e Embedder, kept *Vectors, docs []*knowledge.Document) *Index {
	t.Helper()
	ix := New(e, kept, quiet, Options{})
	ix.Apply(docs)
	if err := ix.Fill(t.Context(), 2, nil); err != nil {
		t.Fatal(err)
	}
	return ix
}

func memory() *Vectors { return OpenVectors("", quiet) }

func TestNearestAndScores(t *testing.T) {
	ix := filled(t, &letters{}, memory(), city)
	near, err := ix.Nearest(t.Context(), []string{"身份证丢了"}, 2)
	if err != nil || len(near) != 2 || near[0].ID != "card" || near[0].Cosine < 0.99 || near[0].Cosine < near[1].Cosine {
		t.Fatalf("nearest: %v, %v", near, err)
	}
	all, err := ix.Nearest(t.Context(), []string{"身份证丢了"}, 10)
	if err != nil || len(all) != 3 {
		t.Fatalf("all: %v, %v", all, err)
	}
	ids := []string{"none", all[2].ID, all[1].ID, all[0].ID}
	scores, err := ix.Scores(t.Context(), []string{"身份证丢了"}, ids)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0, all[2].Cosine, all[1].Cosine, all[0].Cosine} {
		if scores[i].Best != want || scores[i].Broad > want || want > 0 && scores[i].Broad <= -1 {
			t.Errorf("scores of %s: %+v, want best %v and broad at most that", ids[i], scores[i], want)
		}
	}
	if none, err := ix.Nearest(t.Context(), []string{"身份证"}, 0); err != nil || len(none) != 0 {
		t.Errorf("none: %v, %v", none, err)
	}
	if done, total := ix.Progress(); done != total || total != 9 {
		t.Errorf("progress %d of %d", done, total)
	}
}

func TestEqualCosinesAreInOrderOfID(t *testing.T) {
	var docs []*knowledge.Document
	for _, id := range []string{"d", "b", "c", "a"} {
		docs = append(docs, &knowledge.Document{ID: id, Titles: []string{"社保卡"}})
	}
	ix := filled(t, &letters{}, memory(), docs)
	for k := 1; k <= 4; k++ {
		near, err := ix.Nearest(t.Context(), []string{"社保"}, k)
		var ids string
		for _, n := range near {
			ids += n.ID
		}
		if ids != "abcd"[:k] {
			t.Errorf("%d: %s, %v", k, ids, err)
		}
	}
}

// TestOnlyChangedTextsAreEmbedded publishes again, over the file of a process before.
func TestOnlyChangedTextsAreEmbedded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "v")
	kept := OpenVectors(path, quiet)
	first := &letters{}
	ix := filled(t, first, kept, city)
	changed := slices.Clone(city)
	changed[2] = &knowledge.Document{ID: "dog", Titles: []string{"养犬登记", "狗证", "给狗上户口"}}
	before := first.texts.Load()
	ix.Apply(changed)
	if done, total := ix.Progress(); total-done != 1 {
		t.Errorf("%d texts are missing, want 1", total-done)
	}
	if err := ix.Fill(t.Context(), 1, nil); err != nil || first.texts.Load() != before+1 {
		t.Errorf("%d texts embedded, want 1, %v", first.texts.Load()-before, err)
	}
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	second, kept := &letters{}, OpenVectors(path, quiet)
	defer kept.Close()
	ix = filled(t, second, kept, changed)
	if n := second.texts.Load(); n != 0 {
		t.Errorf("the next process embedded %d texts again", n)
	}
	if near, err := ix.Nearest(t.Context(), []string{"给狗上户口"}, 1); err != nil || near[0].ID != "dog" {
		t.Errorf("%v, %v", near, err)
	}
	other := &letters{name: " of another kind"}
	filled(t, other, kept, changed)
	if n := other.texts.Load(); n == 0 {
		t.Error("another embedder used vectors that are not its own")
	}
}

func TestUnreadyUntilMostHaveVectors(t *testing.T) {
	ix := New(&letters{}, memory(), quiet, Options{})
	if near, err := ix.Nearest(t.Context(), []string{"狗证"}, 3); err != nil || len(near) != 0 {
		t.Errorf("nothing to compare: %v, %v", near, err)
	}
	ix.Apply(city)
	if _, err := ix.Nearest(t.Context(), []string{"狗证"}, 3); !errors.Is(err, ErrUnready) {
		t.Errorf("without vectors: %v", err)
	}
	if _, err := ix.Scores(t.Context(), []string{"狗证"}, []string{"dog"}); !errors.Is(err, ErrUnready) {
		t.Errorf("without vectors: %v", err)
	}
	if whole, total := ix.Entries(); whole != 0 || total != 3 {
		t.Errorf("%d of %d entries", whole, total)
	}
	if err := ix.Fill(t.Context(), 1, func(done, total int) {}); err != nil {
		t.Fatal(err)
	}
	if whole, total := ix.Entries(); whole != 3 || total != 3 {
		t.Errorf("%d of %d entries", whole, total)
	}
	if _, err := ix.Scores(t.Context(), []string{"狗证"}, []string{"dog"}); err != nil {
		t.Error(err)
	}
	var many []*knowledge.Document
	for i := range 40 {
		many = append(many, &knowledge.Document{ID: fmt.Sprint(i), Titles: []string{"办事" + strings.Repeat("啊", i)}})
	}
	ix = filled(t, &letters{}, ix.kept, many)
	ix.Apply(append(many, &knowledge.Document{ID: "new", Titles: []string{"新的"}}))
	near, err := ix.Nearest(t.Context(), []string{"新的"}, 50)
	if err != nil || len(near) != 40 {
		t.Errorf("one new entry among many is left out until it has a vector: %d, %v", len(near), err)
	}
	if scores, err := ix.Scores(t.Context(), []string{"新的"}, []string{"new"}); err != nil || scores[0].Best != 0 {
		t.Errorf("its cosine is 0: %v, %v", scores, err)
	}
}

func TestAQuestionIsEmbeddedOnce(t *testing.T) {
	e := &letters{}
	kept := memory()
	ix := filled(t, e, kept, city)
	before, known := e.calls.Load(), kept.Len()
	for range 3 {
		if _, err := ix.Nearest(t.Context(), []string{"  养狗要办证吗 "}, 3); err != nil {
			t.Fatal(err)
		}
	}
	if n := e.calls.Load() - before; n != 1 {
		t.Errorf("embedded %d times", n)
	}
	if kept.Len() != known {
		t.Error("a citizen's question was kept")
	}
	long := strings.Repeat("长", 500)
	if _, err := ix.Scores(t.Context(), []string{long}, nil); err != nil {
		t.Fatal(err)
	}
	if _, ok := ix.asked.get(keyOf(e.Name(), Query, trim(long, questionLength))); !ok {
		t.Error("a long question should be cut")
	}
	measured := New(e, kept, quiet, Options{KeepQuestions: true})
	measured.Apply(city)
	if _, err := measured.Nearest(t.Context(), []string{"养狗"}, 1); err != nil || kept.Len() != known+1 {
		t.Errorf("for measuring questions are kept: %d, want %d, %v", kept.Len(), known+1, err)
	}
}

func TestRecentForgetsTheOldest(t *testing.T) {
	r := newRecent(2)
	keys := keysOf(3)
	r.add(keys[0], vectorOf(0, 4))
	r.add(keys[1], vectorOf(1, 4))
	r.get(keys[0])
	r.add(keys[2], vectorOf(2, 4))
	r.add(keys[2], vectorOf(2, 4))
	for i, want := range []bool{true, false, true} {
		if _, ok := r.get(keys[i]); ok != want {
			t.Errorf("%d: %v", i, ok)
		}
	}
}

func TestAQuestionWaitsNoLongerThanPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &letters{}
		ix := filled(t, e, memory(), city)
		e.slow = time.Minute
		start := time.Now()
		if _, err := ix.Nearest(t.Context(), []string{"养狗"}, 1); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != patience {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience/3)
		defer cancel()
		start = time.Now()
		if _, err := ix.Scores(ctx, []string{"养狗"}, nil); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != patience/3 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		measured := New(e, ix.kept, quiet, Options{KeepQuestions: true})
		measured.Apply(city)
		if _, err := measured.Scores(ctx, []string{"养狗"}, nil); err != nil || time.Since(start) < time.Minute {
			t.Errorf("measuring waits: %v after %v", err, time.Since(start))
		}
	})
}

// TestRun makes vectors in the background, waits after a failure, and takes up what is published meanwhile.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		e := &letters{}
		ix := New(e, memory(), quiet, Options{})
		e.fail(errors.New("the service is away"))
		ix.Apply(city)
		var run sync.WaitGroup
		run.Go(func() { ix.Run(ctx) })
		time.Sleep(2 * firstWait)
		if done, _ := ix.Progress(); done != 0 {
			t.Errorf("%d made", done)
		}
		e.fail(nil)
		time.Sleep(4 * firstWait)
		if done, total := ix.Progress(); done != total || total == 0 {
			t.Errorf("after the failure: %d of %d", done, total)
		}
		ix.Apply(append(slices.Clone(city), &knowledge.Document{ID: "new", Titles: []string{"新的一件事"}}))
		synctest.Wait()
		if near, err := ix.Nearest(ctx, []string{"新的一件事"}, 1); err != nil || near[0].ID != "new" {
			t.Errorf("what was published: %v, %v", near, err)
		}
		stop()
		run.Wait()
	})
}

func TestAnEmbedderIsHeldToItsContract(t *testing.T) {
	for name, list := range map[string][][]float32{"too few": {}, "another length": {{1, 2}}, "no length": {make([]float32, 64)}} {
		ix := New(broken{list}, memory(), quiet, Options{})
		ix.Apply(city[:1])
		if err := ix.Fill(t.Context(), 1, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

type broken struct{ list [][]float32 }

func (b broken) Embed(_ context.Context, _ Kind, texts []string) ([][]float32, error) {
	return slices.Repeat(b.list, len(texts)), nil
}
func (broken) Name() string { return "broken" }
func (broken) Dims() int    { return 64 }

// BenchmarkNearest compares a question, embedded before, with as many texts as the starter city has.
func BenchmarkNearest(b *testing.B) {
	ix := New(broken{}, memory(), quiet, Options{})
	var docs []*knowledge.Document
	for i := range 1400 {
		d := &knowledge.Document{ID: fmt.Sprint(i), Body: fmt.Sprint("b", i)}
		for j := range 12 {
			d.Titles = append(d.Titles, fmt.Sprint(i, "-", j))
		}
		docs = append(docs, d)
	}
	ix.Apply(docs)
	for i, t := range ix.current.Load().texts {
		ix.kept.add([]key{t.key}, []Vector{vectorOf(uint64(i), 384)})
	}
	ix.refresh()
	ix.asked.add(keyOf("broken", Query, "问"), vectorOf(1, 384))
	for b.Loop() {
		if _, err := ix.Nearest(b.Context(), []string{"问"}, 20); err != nil {
			b.Fatal(err)
		}
	}
}
