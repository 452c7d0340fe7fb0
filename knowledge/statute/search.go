package statute

import (
	"context"
	"fmt"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bangban/kernel/fault"
	"bangban/knowledge/law"
	"bangban/knowledge/rank"
	"bangban/nlu"
)

// searchable is the index over all articles as of one mark. Texts stay in the store.
type searchable struct {
	mark int64
	rank *rank.Index
	refs []ref // by document
	pos  map[int64][2]int
}

// ref is where a document's article is.
type ref struct {
	law   int64
	place int32
}

// letters leaves the field of words empty: bigrams and characters find as much, need no dictionary and stay right when the lexicon
// changes (docs/decisions/012-law-library.md).
type letters struct{}

func (letters) Words(string) []string { return nil }

// build reads every article and indexes it, on one core: the others go on answering.
func (s *Service) build(ctx context.Context, c *catalogue) (*searchable, error) {
	x := &searchable{mark: c.mark, pos: map[int64][2]int{}}
	b := rank.NewBuilder()
	var title rank.Tokens
	last := int64(-1)
	err := s.store.Articles(ctx, func(a *Article) error {
		if len(x.refs) >= rank.MaxDocuments {
			return fmt.Errorf("more than %d articles", rank.MaxDocuments)
		}
		if a.Law != last {
			last = a.Law
			title = rank.Tokens{}
			if l := c.byNo[a.Law]; l != nil {
				title = rank.Analyse(letters{}, l.Title)
			}
			x.pos[a.Law] = [2]int{len(x.refs), len(x.refs)}
		}
		body := a.Text
		if n := len(a.Headings); n > 0 {
			body = a.Headings[n-1] + "\n" + body
		}
		b.Add(rank.Entry{Titles: []rank.Tokens{title}, Body: rank.Analyse(letters{}, body)})
		x.refs = append(x.refs, ref{a.Law, int32(a.Place)})
		x.pos[a.Law] = [2]int{x.pos[a.Law][0], len(x.refs)}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	x.rank = b.Index()
	return x, nil
}

// patience is how long a search waits for the index to be made.
const patience = 2 * time.Second

// searchable returns the index. One that is older than the catalogue is used while a new one is made.
func (s *Service) searchable(ctx context.Context, c *catalogue) (*searchable, error) {
	x := s.index.Load()
	if x != nil && x.mark == c.mark {
		return x, nil
	}
	ready := s.prepare(c)
	if x != nil {
		return x, nil
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-ready:
	case <-ctx.Done():
	case <-timer.C:
	}
	if x = s.index.Load(); x != nil {
		return x, nil
	}
	return nil, &fault.Error{Kind: fault.Unavailable, Key: "laws.preparing", RetryAfter: 5}
}

// prepare starts to make the index, once, and returns what is closed when it is done.
func (s *Service) prepare(c *catalogue) <-chan struct{} {
	s.building.Lock()
	defer s.building.Unlock()
	if s.ready != nil {
		return s.ready
	}
	ready := make(chan struct{})
	s.ready = ready
	s.buildings.Go(func() {
		began := time.Now()
		x, err := s.build(s.life, c)
		s.building.Lock()
		defer s.building.Unlock()
		s.ready = nil
		defer close(ready)
		if err != nil {
			if s.life.Err() == nil {
				s.log.Error("law library not indexed", "error", err)
			}
			return
		}
		s.index.Store(x)
		debug.FreeOSMemory() // what the making took is twice what stays
		s.log.Info("law library indexed", "articles", len(x.refs), "took", time.Since(began).Round(time.Millisecond))
	})
	return ready
}

// Warm starts to make the index where there are laws: for the page on which somebody is about to search.
func (s *Service) Warm(ctx context.Context) {
	if c, err := s.catalogue(ctx); err == nil && len(c.laws) > 0 && s.index.Load() == nil {
		s.prepare(c)
	}
}

// Query asks for articles.
type Query struct {
	Text          string
	Understanding *nlu.Understanding // of Text
	Level         Level              // only of this level; empty: all
	Law           string             // only of this title; empty: all
	History       bool               // what is not in force, too
	From, Limit   int
}

// Hit is one article that was found.
type Hit struct {
	View
	Article *Article
	Text    string   // its telling part
	Matched []string // what of the question stands in it
}

// Found is the outcome of a search.
type Found struct {
	Laws []View // whose titles the question names
	Hits []Hit
	More bool
}

// deepest bounds how far a search can be paged, beside the articles that the question names.
const deepest = 200

// Search finds articles: those that the question names (劳动合同法第十九条) first, then those that fit its words.
func (s *Service) Search(ctx context.Context, q Query) (*Found, error) {
	c, err := s.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	out := &Found{}
	if len(c.laws) == 0 || strings.TrimSpace(q.Text) == "" {
		return out, nil
	}
	keep := func(l *Law) bool {
		return (q.Level == "" || l.Level == q.Level) && (q.Law == "" || l.Title == law.Short(q.Law)) && !l.Gone &&
			(q.History || c.standing[l.No].State == InForce)
	}
	named, refs := c.named(q.Text, keep)
	for _, l := range named[:min(len(named), maxNamed)] {
		out.Laws = append(out.Laws, c.view(l))
	}
	found, err := s.rankedRefs(ctx, c, q, keep)
	if err != nil {
		return nil, err
	}
	for _, r := range found {
		if !slices.Contains(refs, r) {
			refs = append(refs, r)
		}
	}
	out.More = len(refs) > q.From+q.Limit
	refs = refs[min(q.From, len(refs)):min(q.From+q.Limit, len(refs))]
	words := wordsOf(q.Understanding)
	for _, r := range refs {
		near, err := s.store.Between(ctx, r.law, int(r.place), int(r.place), false)
		if err != nil {
			return nil, fmt.Errorf("read an article: %w", err)
		}
		if len(near) != 1 {
			continue // replaced by an import that the index has yet to take up
		}
		text, matched := snippet(near[0].Text, words)
		out.Hits = append(out.Hits, Hit{View: c.view(c.byNo[r.law]), Article: near[0], Text: text, Matched: matched})
	}
	return out, nil
}

// An article must hold this share of the question, or the title of its law be this like it. People ask in many words that no law has:
// only what shares next to nothing is left out.
const (
	leastCovered = 0.08
	leastLike    = 0.3
)

func (s *Service) rankedRefs(ctx context.Context, c *catalogue, q Query, keep func(*Law) bool) ([]ref, error) {
	x, err := s.searchable(ctx, c)
	if err != nil {
		return nil, err
	}
	allowed := make(map[int64]bool, len(c.laws))
	for _, l := range c.laws {
		allowed[l.No] = keep(l)
	}
	o := rank.Options{Limit: min(q.From+q.Limit+1, deepest), Keep: func(doc int) bool { return allowed[x.refs[doc].law] }}
	if q.Law != "" {
		o.Only = []uint32{}
		for _, l := range c.titles[law.Short(q.Law)] {
			for doc := x.pos[l.No][0]; doc < x.pos[l.No][1]; doc++ {
				o.Only = append(o.Only, uint32(doc))
			}
		}
		slices.Sort(o.Only)
	}
	var out []ref
	for _, h := range x.rank.Search(rank.NewQuery(letters{}, q.Understanding), o) {
		if h.Coverage >= leastCovered || h.Title >= leastLike {
			out = append(out, x.refs[h.Doc])
		}
	}
	return out, nil
}

// maxNamed is how many laws a search names.
const maxNamed = 5

var citation = regexp.MustCompile(`第?\s*([零〇一二三四五六七八九十百千]+|\d{1,4})\s*条(?:之([一二三四五六七八九十]+))?`)

// named returns the laws whose titles the question holds, or that hold the question, and the articles of them that it names.
func (c *catalogue) named(text string, keep func(*Law) bool) ([]*Law, []ref) {
	title, key := text, ""
	if at := citation.FindStringSubmatchIndex(text); at != nil {
		name := "第" + text[at[2]:at[3]] + "条"
		if at[4] >= 0 {
			name += "之" + text[at[4]:at[5]]
		}
		title, key = text[:at[0]], ArticleKey(name)
	}
	title = law.Short(strings.Map(func(r rune) rune {
		if strings.ContainsRune("《》〈〉 　", r) {
			return -1
		}
		return r
	}, title))
	var laws []*Law
	if utf8.RuneCountInString(title) >= 2 {
		for _, l := range c.laws {
			if keep(l) && (strings.Contains(l.Title, title) || strings.Contains(title, l.Title) && utf8.RuneCountInString(l.Title) >= 3) {
				laws = append(laws, l)
			}
		}
	}
	// The title itself first, then the longest that the question holds, then the shortest that holds the question.
	slices.SortStableFunc(laws, func(a, b *Law) int {
		return nearness(a.Title, title) - nearness(b.Title, title)
	})
	var refs []ref
	if key != "" {
		for _, l := range laws[:min(len(laws), maxNamed)] {
			if place := l.Place(key); place >= 0 {
				refs = append(refs, ref{l.No, int32(place)})
			}
		}
	}
	return laws, refs
}

func nearness(have, asked string) int {
	switch {
	case have == asked:
		return 0
	case strings.Contains(asked, have):
		return 1000 - len(have)
	}
	return 1000 + len(have)
}

// Settled waits until no index is being made.
func (s *Service) Settled(ctx context.Context) error {
	s.building.Lock()
	ready := s.ready
	s.building.Unlock()
	if ready == nil {
		return ctx.Err()
	}
	select {
	case <-ready:
	case <-ctx.Done():
	}
	return ctx.Err()
}
