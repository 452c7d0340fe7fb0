package statute

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"bangban/kernel/fault"
	"bangban/knowledge"
)

// Config is what a Service works with; the zero value works.
type Config struct {
	Now func() time.Time // time.Now when nil
	Log *slog.Logger     // slog.Default when nil
	// Repealed gives the city's list of texts that are not to be cited, and its version; nil: there is none.
	Repealed func() (rules []*knowledge.Repealed, version string)
}

// Service is the law library. It is safe for concurrent use. What it knows of the versions is read when first asked for, and again
// when an import has changed them; the index is made when first searched.
type Service struct {
	store    Store
	now      func() time.Time
	log      *slog.Logger
	repealed func() ([]*knowledge.Repealed, string)

	current atomic.Pointer[catalogue]
	check   atomic.Int64 // Unix milliseconds from which to look for changes again
	loading sync.Mutex

	index     atomic.Pointer[searchable]
	building  sync.Mutex // guards ready
	ready     chan struct{}
	life      context.Context
	end       context.CancelFunc
	buildings sync.WaitGroup
}

// New makes a library over a store.
func New(store Store, c Config) *Service {
	s := &Service{store: store, now: c.Now, log: c.Log, repealed: c.Repealed}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.repealed == nil {
		s.repealed = func() ([]*knowledge.Repealed, string) { return nil, "" }
	}
	s.life, s.end = context.WithCancel(context.Background())
	return s
}

// Close ends a build of the index that is under way.
func (s *Service) Close() error {
	s.end()
	s.buildings.Wait()
	return nil
}

// checkEvery is how often changes by other nodes and other programs are looked for, while somebody asks.
const checkEvery = 5 * time.Second

// cityTime is the clock of the days on which laws come into force.
var cityTime = time.FixedZone("CST", 8*3600)

// catalogue returns what is known of the versions. One caller looks for changes; the others take what there is.
func (s *Service) catalogue(ctx context.Context) (*catalogue, error) {
	c := s.current.Load()
	now := s.now()
	if c != nil && (now.UnixMilli() < s.check.Load() || !s.loading.TryLock()) {
		return c, nil
	}
	if c == nil {
		s.loading.Lock()
	}
	defer s.loading.Unlock()
	if c = s.current.Load(); c != nil && now.UnixMilli() < s.check.Load() {
		return c, nil
	}
	next, err := s.load(ctx, c, now)
	s.check.Store(now.Add(checkEvery).UnixMilli())
	if err != nil {
		if c == nil {
			return nil, fmt.Errorf("read the law library: %w", err)
		}
		s.log.Warn("law library not refreshed", "error", err)
		return c, nil
	}
	s.current.Store(next)
	return next, nil
}

// load returns c when nothing has changed.
func (s *Service) load(ctx context.Context, c *catalogue, now time.Time) (*catalogue, error) {
	mark, err := s.store.Mark(ctx) // before the rows: what comes between is read twice, never missed
	if err != nil {
		return nil, err
	}
	rules, version := s.repealed()
	day := now.In(cityTime).Format(time.DateOnly)
	if c != nil && c.mark == mark && c.day == day && c.rules == version {
		return c, nil
	}
	laws, err := s.store.Laws(ctx)
	if err != nil {
		return nil, err
	}
	next := newCatalogue(laws, rules, day)
	next.mark, next.rules = mark, version
	return next, nil
}

// View is a version with its standing and its address.
type View struct {
	*Law
	Standing
	URL string
}

func (c *catalogue) view(l *Law) View {
	v := View{Law: l, Standing: c.standing[l.No]}
	v.URL = "/laws/" + url.PathEscape(l.ID())
	if c.find(l.Title) == l {
		v.URL = "/laws/" + url.PathEscape(l.Title)
	}
	return v
}

// ArticleURL is the address of one of its articles.
func (v View) ArticleURL(key string) string { return v.URL + "/" + url.PathEscape(key) }

// Overview is how much the library holds.
type Overview struct {
	Laws, Articles int // of the versions in force
	ByLevel        map[Level]int
	Versions       int // all that are kept
}

// Overview counts. An empty library is no error.
func (s *Service) Overview(ctx context.Context) (Overview, error) {
	o := Overview{ByLevel: map[Level]int{}}
	c, err := s.catalogue(ctx)
	if err != nil {
		return o, err
	}
	for _, l := range c.laws {
		if !l.Gone {
			o.Versions++
		}
		if c.standing[l.No].State == InForce {
			o.Laws++
			o.Articles += len(l.Keys)
			o.ByLevel[l.Level]++
		}
	}
	return o, nil
}

// List returns the laws in force, of one level or of all, the newest first, and how many there are.
func (s *Service) List(ctx context.Context, level Level, from, limit int) ([]View, int, error) {
	c, err := s.catalogue(ctx)
	if err != nil {
		return nil, 0, err
	}
	var all []*Law
	for _, l := range c.laws {
		if c.standing[l.No].State == InForce && (level == "" || l.Level == level) {
			all = append(all, l)
		}
	}
	slices.SortStableFunc(all, func(a, b *Law) int {
		switch {
		case a.Version == b.Version:
			return 0
		case a.Version > b.Version:
			return -1
		}
		return 1
	})
	var out []View
	for _, l := range all[min(from, len(all)):min(from+limit, len(all))] {
		out = append(out, c.view(l))
	}
	return out, len(all), nil
}

// Law returns a version by title (the one in force) or ID, and all versions of its title, newest first.
func (s *Service) Law(ctx context.Context, name string) (v View, versions []View, err error) {
	c, err := s.catalogue(ctx)
	if err != nil {
		return v, nil, err
	}
	l := c.find(name)
	if l == nil {
		return v, nil, fault.New(fault.NotFound, "law.not_found")
	}
	for _, other := range c.titles[l.Title] {
		versions = append(versions, c.view(other))
	}
	return c.view(l), versions, nil
}

// View shows a version that a Standing names.
func (s *Service) View(ctx context.Context, l *Law) (View, error) {
	c, err := s.catalogue(ctx)
	if err != nil {
		return View{}, err
	}
	return c.view(l), nil
}

// Contents returns the articles of a version, their texts cut to the beginnings.
func (s *Service) Contents(ctx context.Context, l *Law) ([]*Article, error) {
	out, err := s.store.Between(ctx, l.No, 0, len(l.Keys), true)
	if err != nil {
		return nil, fmt.Errorf("read the contents of a law: %w", err)
	}
	return out, nil
}

// Article returns an article with its neighbours, nil at the ends. The law is a title or an ID, the article a key or a name (第十一条).
func (s *Service) Article(ctx context.Context, name, article string) (v View, before, at, after *Article, err error) {
	v, _, err = s.Law(ctx, name)
	if err != nil {
		return v, nil, nil, nil, err
	}
	place := v.Place(ArticleKey(article))
	if place < 0 {
		return v, nil, nil, nil, fault.New(fault.NotFound, "law.article_not_found")
	}
	near, err := s.store.Between(ctx, v.No, max(place-1, 0), place+1, false)
	if err != nil {
		return v, nil, nil, nil, fmt.Errorf("read an article: %w", err)
	}
	for _, a := range near {
		switch a.Place {
		case place - 1:
			before = a
		case place:
			at = a
		case place + 1:
			after = a
		}
	}
	if at == nil { // changed between the two reads
		return v, nil, nil, nil, fault.New(fault.NotFound, "law.article_not_found")
	}
	return v, before, at, after, nil
}

// Lookup finds an article of a law in force for an answer that cites it: its address, and its text when that is wanted. It is
// false where the library does not have it, or can't be read: the answer then stands without.
func (s *Service) Lookup(ctx context.Context, title, article string, text bool) (address, quoted string, ok bool) {
	c, err := s.catalogue(ctx)
	if err != nil {
		s.log.Warn("law library not readable", "error", err)
		return "", "", false
	}
	l := c.find(title)
	if l == nil || l.Title != title || c.standing[l.No].State != InForce {
		return "", "", false
	}
	key := ArticleKey(article)
	place := l.Place(key)
	if place < 0 {
		return "", "", false
	}
	address = c.view(l).ArticleURL(key)
	if !text {
		return address, "", true
	}
	found, err := s.store.Between(ctx, l.No, place, place, false)
	if err != nil || len(found) != 1 {
		s.log.Warn("article not readable", "law", l.ID(), "error", err)
		return address, "", true
	}
	return address, found[0].Text, true
}
