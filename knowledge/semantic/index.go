package semantic

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"bangban/knowledge"
)

// patience is the longest that a question waits for its vector, in the queue and in the making.
const patience = 150 * time.Millisecond

// ErrUnready says that too many entries have no vector yet: comparing would favour those that have.
var ErrUnready = errors.New("semantic: vectors are still being made")

// Index compares questions with the entries of a library. It implements knowledge.Meaning and is safe for concurrent use.
type Index struct {
	embedder  Embedder
	kept      *Vectors
	keepAsked bool
	log       *slog.Logger
	asked     *recent

	applying sync.Mutex // one change of current at a time
	current  atomic.Pointer[snapshot]
	wake     chan struct{}
	warned   atomic.Int64 // when a failed question was last logged, in Unix seconds
}

var _ knowledge.Meaning = (*Index)(nil)

// Options are what an Index may be told.
type Options struct {
	// KeepQuestions keeps the vectors of questions on disk too, by a hash of their text, and waits for each as long as it takes: for
	// measuring again and again. A service must not: what citizens ask is theirs.
	KeepQuestions bool
}

// New makes an index over nothing; Apply gives it entries, Run or Fill their vectors.
func New(e Embedder, kept *Vectors, log *slog.Logger, o Options) *Index {
	ix := &Index{embedder: e, kept: kept, keepAsked: o.KeepQuestions, log: log, asked: newRecent(512), wake: make(chan struct{}, 1)}
	ix.current.Store(&snapshot{})
	return ix
}

// snapshot is the entries with the vectors there are. It does not change.
type snapshot struct {
	entries []entry // by id
	place   map[string]int
	texts   []text // first those that say most
	done    int    // texts that have a vector
}

type entry struct {
	id      string
	vectors []Vector
}

// near is the greatest cosine of the entry's vectors with q.
func (e *entry) near(q Vector) float64 {
	top := 0.0
	for i, v := range e.vectors {
		if c := v.cosine(q); i == 0 || c > top {
			top = c
		}
	}
	return top
}

// likeness is how like q is to the entry's wordings.
func (e *entry) likeness(q Vector) knowledge.Likeness {
	var top [3]float64
	for _, v := range e.vectors {
		c := v.cosine(q)
		for i := range top {
			if c > top[i] {
				copy(top[i+1:], top[i:])
				top[i] = c
				break
			}
		}
	}
	n := min(len(top), max(1, len(e.vectors)))
	sum := 0.0
	for _, c := range top[:n] {
		sum += c
	}
	return knowledge.Likeness{Best: top[0], Broad: sum / float64(n)}
}

// ready is when nine texts in ten have a vector.
func (s *snapshot) ready() bool { return 10*s.done >= 9*len(s.texts) }

// Apply makes docs what is compared, with the vectors that are kept; Run or Fill make those that are missing.
func (ix *Index) Apply(docs []*knowledge.Document) {
	ix.applying.Lock()
	defer ix.applying.Unlock()
	next := &snapshot{place: make(map[string]int, len(docs))}
	sorted := slices.SortedFunc(slices.Values(docs), func(a, b *knowledge.Document) int { return cmp.Compare(a.ID, b.ID) })
	for i, d := range sorted {
		next.entries = append(next.entries, entry{id: d.ID})
		next.place[d.ID] = i
		next.texts = append(next.texts, textsOf(d, ix.embedder.Name(), i)...)
	}
	slices.SortStableFunc(next.texts, func(a, b text) int { return cmp.Compare(a.rank, b.rank) })
	ix.current.Store(ix.filled(next))
	select {
	case ix.wake <- struct{}{}:
	default:
	}
}

// filled returns s with all vectors that are known now.
func (ix *Index) filled(s *snapshot) *snapshot {
	next := &snapshot{entries: make([]entry, len(s.entries)), place: s.place, texts: s.texts}
	for i, e := range s.entries {
		next.entries[i].id = e.id
	}
	for _, t := range s.texts {
		if v, ok := ix.kept.get(t.key); ok {
			e := &next.entries[t.entry]
			e.vectors = append(e.vectors, v)
			next.done++
		}
	}
	return next
}

// refresh takes up the vectors made since.
func (ix *Index) refresh() {
	ix.applying.Lock()
	defer ix.applying.Unlock()
	ix.current.Store(ix.filled(ix.current.Load()))
}

// Progress is how many of the texts have a vector.
func (ix *Index) Progress() (done, total int) {
	s := ix.current.Load()
	return s.done, len(s.texts)
}

// Entries is how many of the entries have all their vectors.
func (ix *Index) Entries() (whole, total int) {
	s := ix.current.Load()
	missing := map[int]bool{}
	for _, t := range s.texts {
		if _, ok := ix.kept.get(t.key); !ok {
			missing[t.entry] = true
		}
	}
	return len(s.entries) - len(missing), len(s.entries)
}

// Name is the embedder's.
func (ix *Index) Name() string { return ix.embedder.Name() }

// Scores implements knowledge.Meaning.
func (ix *Index) Scores(ctx context.Context, question []string, ids []string) ([]knowledge.Likeness, error) {
	s, q, err := ix.ask(ctx, question)
	if err != nil {
		return nil, err
	}
	out := make([]knowledge.Likeness, len(ids))
	for i, id := range ids {
		if at, ok := s.place[id]; ok {
			for _, piece := range q {
				if l := s.entries[at].likeness(piece); l.Best > out[i].Best {
					out[i] = l
				}
			}
		}
	}
	return out, nil
}

// Nearest implements knowledge.Meaning. Entries without a vector are not among them; equal ones are in the order of their ids.
func (ix *Index) Nearest(ctx context.Context, question []string, k int) ([]knowledge.Near, error) {
	s, q, err := ix.ask(ctx, question)
	if err != nil || k <= 0 {
		return nil, err
	}
	var found []knowledge.Near // the best so far, best first
	for i := range s.entries {
		e := &s.entries[i]
		if len(e.vectors) == 0 {
			continue
		}
		c := e.near(q[0])
		for _, piece := range q[1:] {
			c = max(c, e.near(piece))
		}
		if len(found) == k && c <= found[k-1].Cosine {
			continue
		}
		at, _ := slices.BinarySearchFunc(found, c, func(n knowledge.Near, c float64) int {
			if n.Cosine >= c {
				return -1
			}
			return 1
		})
		found = slices.Insert(found[:min(len(found), k-1)], min(at, k-1), knowledge.Near{ID: e.id, Cosine: c})
	}
	return found, nil
}

// ask returns the entries of this moment and the vectors of the pieces of a question.
func (ix *Index) ask(ctx context.Context, question []string) (*snapshot, []Vector, error) {
	s := ix.current.Load()
	if !s.ready() {
		return nil, nil, ErrUnready
	}
	if len(question) == 0 {
		return nil, nil, errors.New("semantic: a question without a piece")
	}
	q := make([]Vector, len(question))
	var err error
	for i, piece := range question {
		if q[i], err = ix.vector(ctx, trim(piece, questionLength)); err != nil {
			break
		}
	}
	if err != nil {
		if now := time.Now().Unix(); now-ix.warned.Load() >= 60 {
			ix.warned.Store(now)
			ix.log.Warn("question not compared by meaning", "embedder", ix.embedder.Name(), "cause", err)
		}
		return nil, nil, err
	}
	return s, q, nil
}

// vector returns the vector of a question.
func (ix *Index) vector(ctx context.Context, question string) (Vector, error) {
	k := keyOf(ix.embedder.Name(), Query, question)
	if v, ok := ix.asked.get(k); ok {
		return v, nil
	}
	if v, ok := ix.kept.get(k); ok {
		return v, nil
	}
	if ix.keepAsked { // a busy machine must not change what is measured
		ctx = context.WithoutCancel(ctx)
	} else {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	list, err := embed(ctx, ix.embedder, Query, []string{question})
	if err != nil {
		return Vector{}, err
	}
	ix.asked.add(k, list[0])
	if ix.keepAsked {
		ix.kept.add([]key{k}, list)
	}
	return list[0], nil
}

// embed holds an embedder to its contract.
func embed(ctx context.Context, e Embedder, kind Kind, texts []string) ([]Vector, error) {
	list, err := e.Embed(ctx, kind, texts)
	if err != nil {
		return nil, err
	}
	if len(list) != len(texts) {
		return nil, fmt.Errorf("%d vectors for %d texts", len(list), len(texts))
	}
	out := make([]Vector, len(list))
	for i, v := range list {
		if want := e.Dims(); want > 0 && len(v) != want {
			return nil, fmt.Errorf("a vector of %d numbers, want %d", len(v), want)
		}
		var ok bool
		if out[i], ok = newVector(v); !ok {
			return nil, errors.New("a vector that has no length or too many numbers")
		}
	}
	return out, nil
}

// The lengths, in characters, to which texts are cut: a question to some 40 pieces of the default model, of an entry's body the
// beginning, where it says what it is about.
const (
	questionLength = 60
	bodyLength     = 130
)

// bodyRank puts bodies after titles: they take longest to embed, and tell least where an entry has several titles.
const bodyRank = 1 << 20

// text is one way to name an entry.
type text struct {
	key   key
	kind  Kind
	text  string
	entry int
	rank  int // 0: made first
}

// textsOf are the texts by which an entry is known. A title is embedded as a question: citizens' words are compared with words that
// citizens might have used.
func textsOf(d *knowledge.Document, embedder string, entry int) []text {
	var out []text
	add := func(kind Kind, s string, rank int) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, text{keyOf(embedder, kind, s), kind, s, entry, rank})
		}
	}
	for i, title := range d.Titles {
		add(Query, trim(title, questionLength), i)
	}
	body := strings.ReplaceAll(trim(d.Body, bodyLength), "\n", "；")
	if len(d.Titles) > 0 {
		body = d.Titles[0] + "\n" + body
	}
	add(Passage, body, bodyRank)
	return out
}

// trim cuts a text to n characters.
func trim(s string, n int) string {
	s = strings.TrimSpace(s)
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
