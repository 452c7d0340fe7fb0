// Package bangban is the whole service put together (帮办): a city's 24-hour question answering and online help.
// It ties the packages to each other and to their configuration, and holds no logic of its own.
// Start at Open and City.Serve; OpenToAsk is the small form without a server.
package bangban

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"bangban/affairs/promise"
	"bangban/answer"
	"bangban/channels/wechat"
	"bangban/conversation"
	"bangban/corpus"
	"bangban/desk"
	"bangban/identity"
	"bangban/kernel/fault"
	"bangban/knowledge"
	"bangban/knowledge/index"
	"bangban/knowledge/semantic"
	"bangban/knowledge/statute"
	"bangban/store"
)

// Progress shows how far a long step is.
type Progress func(step string, done, total int)

// City is the service of one city, open.
type City struct {
	Engine       *answer.Engine
	Store        *store.Store          // nil when nothing is kept
	Knowledge    *knowledge.Service    // nil without a store
	Statutes     *statute.Service      // the law library; nil without a store
	Conversation *conversation.Service // nil without a store
	Desk         *desk.Service         // with Conversation
	Identity     *identity.Service     // with Conversation
	Citizens     *identity.Citizens    // with Conversation
	Promises     *promise.Service      // with Conversation
	Meaning      *semantic.Index       // nil: words alone
	Speech       *Listener             // nil: no recogniser is configured
	WeChat       *wechat.Channel       // nil: no account is configured

	cfg     *Config
	log     *slog.Logger
	secret  []byte
	index   *index.Index
	current atomic.Pointer[answer.Knowledge]
	closers []func() error
	moved   atomic.Value // func(ownership.Effects): a talk has changed

	// FirstPassword is the operator's, on the first start alone: it is shown once.
	FirstPassword string
}

// starterActor is the author of the knowledge that comes with the program.
const starterActor = "starter"

// Open opens everything that serves: the database in the data folder (made at the first start, with the starter city in it), the
// published knowledge, the index, the engine and the conversations. Its errors carry the keys of store.Open.
func Open(ctx context.Context, cfg *Config, log *slog.Logger, progress Progress) (*City, error) {
	c := &City{cfg: cfg, log: log}
	if err := c.open(ctx, progress); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *City) open(ctx context.Context, progress Progress) error {
	if err := c.openKnowledge(ctx, store.Options{Log: c.log}); err != nil {
		return err
	}
	var err error
	if c.secret, err = c.cfg.secret(c.log); err != nil {
		return err
	}
	if empty(c.Knowledge.Current()) {
		parsed, err := starterCorpus()
		if err != nil {
			return err
		}
		if err := c.importCorpus(ctx, parsed, progress); err != nil {
			return err
		}
	}
	c.openMeaning(semantic.OpenVectors, semantic.Options{})
	if err := c.use(ctx, c.Knowledge.Current(), filepath.Join(c.cfg.Data, "index")); err != nil {
		return err
	}
	return c.openPeople(ctx)
}

// empty reports whether no city has been loaded yet: not even one that has begun with its questions or its offices alone.
func empty(lib *knowledge.Library) bool {
	return len(lib.Items())+len(lib.FAQs())+len(lib.Regions())+len(lib.Departments()) == 0
}

// OpenKnowledge opens the database and the published knowledge alone, for import and export.
func OpenKnowledge(ctx context.Context, cfg *Config, log *slog.Logger) (*City, error) {
	c := &City{cfg: cfg, log: log}
	if err := c.openKnowledge(ctx, store.Options{Log: log}); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *City) openKnowledge(ctx context.Context, opts store.Options) error {
	if !opts.ReadOnly {
		if err := os.MkdirAll(c.cfg.Data, 0o700); err != nil {
			return fmt.Errorf("make the data folder: %w", err)
		}
	}
	st, err := store.Open(ctx, c.cfg.source(), opts)
	if err != nil {
		return err
	}
	c.Store = st
	c.closers = append(c.closers, st.Close)
	base, problems := knowledge.LoadBase(corpus.Files)
	if len(problems) > 0 {
		return fmt.Errorf("the starter city: %s", problems[0])
	}
	c.Knowledge = knowledge.NewService(st.Knowledge(), time.Now, c.log)
	c.Knowledge.Base(base)
	c.Statutes = statute.New(st.Statutes(), statute.Config{Log: c.log, Repealed: c.repealed})
	c.closers = append(c.closers, c.Statutes.Close)
	return c.Knowledge.Start(ctx)
}

// repealed is the city's list of texts that are not to be cited, with its version.
func (c *City) repealed() ([]*knowledge.Repealed, string) {
	lib := c.Knowledge.Current()
	return lib.Repealed(), lib.Version()
}

// source is where the database is: PostgreSQL, or the data folder.
func (c *Config) source() string {
	if c.Database != "" {
		return c.Database
	}
	return c.Data
}

func (c *City) importCorpus(ctx context.Context, parsed *knowledge.Corpus, progress Progress) error {
	opts := knowledge.ImportOptions{Actor: starterActor}
	if progress != nil {
		opts.Progress = func(done, total int) { progress("载入示范城市", done, total) }
	}
	if _, err := c.Knowledge.Import(ctx, parsed, opts); err != nil {
		return fmt.Errorf("load the starter city: %w", err)
	}
	return nil
}

// OpenToAsk opens what a single question needs: the published knowledge, read only, and an index of its own. It works beside a
// running service, and where there is no database yet it answers from the starter city.
func OpenToAsk(ctx context.Context, cfg *Config, log *slog.Logger) (*City, error) {
	if cfg.Database == "" {
		if _, err := os.Stat(filepath.Join(cfg.Data, "bangban.db")); errors.Is(err, os.ErrNotExist) {
			return openStarter(ctx, cfg, log, time.Now())
		}
	}
	c := &City{cfg: cfg, log: log}
	if err := c.openKnowledge(ctx, store.Options{Log: log, ReadOnly: true}); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	lib := c.Knowledge.Current()
	if empty(lib) { // a law library alone, before the first start
		parsed, err := starterCorpus()
		if err != nil {
			return nil, errors.Join(err, c.Close())
		}
		lib = knowledge.NewLibrary(parsed, time.Now(), nil)
	}
	c.openMeaning(semantic.ReadVectors, semantic.Options{})
	if err := c.useScratch(ctx, lib); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// OpenStarter opens the starter city straight from the data files, as it is at a moment, by words alone: for trials, tests and
// measurements.
func OpenStarter(ctx context.Context, log *slog.Logger, now time.Time) (*City, error) {
	return openStarter(ctx, nil, log, now)
}

func openStarter(ctx context.Context, cfg *Config, log *slog.Logger, now time.Time) (*City, error) {
	parsed, err := starterCorpus()
	if err != nil {
		return nil, err
	}
	c := &City{cfg: cfg, log: log}
	if cfg != nil {
		c.openMeaning(semantic.ReadVectors, semantic.Options{})
	}
	if err := c.useScratch(ctx, knowledge.NewLibrary(parsed, now, nil)); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// starterCorpus reads the data files that come with the program.
func starterCorpus() (*knowledge.Corpus, error) {
	parsed, problems := knowledge.LoadFS(corpus.Files)
	for _, p := range problems {
		if !p.Strict {
			return nil, fmt.Errorf("the starter city: %s", p)
		}
	}
	return parsed, nil
}

// useScratch answers from lib with an index that is gone with Close.
func (c *City) useScratch(ctx context.Context, lib *knowledge.Library) error {
	dir, err := os.MkdirTemp("", "bangban-index-")
	if err != nil {
		return fmt.Errorf("make room for an index: %w", err)
	}
	c.closers = append(c.closers, func() error { return os.RemoveAll(dir) })
	return c.use(ctx, lib, dir)
}

// use makes lib what answers: understander and index first, then everything at once.
func (c *City) use(ctx context.Context, lib *knowledge.Library, dir string) error {
	u, err := understander(lib)
	if err != nil {
		return fmt.Errorf("read the lexicon: %w", err)
	}
	if c.index == nil {
		if c.index, err = index.Open(dir, u, c.log); err != nil {
			return err
		}
		c.closers = append(c.closers, c.index.Close)
		c.Engine = answer.New(c.current.Load)
	} else {
		c.index.Use(u)
	}
	if err := c.index.Apply(ctx, lib.Documents(), lib.Version(), lib.Seq()); err != nil {
		return err
	}
	k := &answer.Knowledge{Understander: u, Library: lib, Search: c.index}
	if c.Statutes != nil {
		k.Statutes = c.Statutes
	}
	c.meet(k)
	c.current.Store(k)
	return nil
}

// words gives the sentences of a key.
func (c *City) words(key string) (text, voice string) {
	if k := c.current.Load(); k != nil {
		s, _ := k.Library.Sentence(key)
		return s.Text, s.Voice
	}
	return "", ""
}

// Region returns the code of a region by code, name or alias; empty stays empty.
func (c *City) Region(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	r, ok := c.current.Load().Library.RegionNamed(name)
	if !ok {
		return "", fault.New(fault.Invalid, "region.unknown")
	}
	return r.Code, nil
}

// Close ends what was opened, last first.
func (c *City) Close() error {
	var errs []error
	for i := len(c.closers) - 1; i >= 0; i-- {
		errs = append(errs, c.closers[i]())
	}
	c.closers = nil
	return errors.Join(errs...)
}
