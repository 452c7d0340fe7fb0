// Package bangban is the whole service put together (帮办): a city's 24-hour question answering and online help.
// It ties the packages to each other and to their configuration, and holds no logic of its own.
// Start at Open; OpenToAsk is the small form without a server.
package bangban

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"

	"bangban/answer"
	"bangban/corpus"
	"bangban/kernel/fault"
	"bangban/knowledge"
	"bangban/knowledge/index"
)

// Progress shows how far a long step is.
type Progress func(step string, done, total int)

// City is the service of one city, open.
type City struct {
	Engine *answer.Engine

	log     *slog.Logger
	index   *index.Index
	current atomic.Pointer[answer.Knowledge]
	closers []func() error
}

// OpenToAsk opens what a single question needs: the published knowledge, read only, and an index of its own. It works beside a
// running service, and without any data folder it answers from the starter city.
func OpenToAsk(ctx context.Context, cfg *Config, log *slog.Logger, progress Progress) (*City, error) {
	c := &City{log: log}
	lib, err := starter()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "bangban-index-")
	if err != nil {
		return nil, fmt.Errorf("make room for an index: %w", err)
	}
	c.closers = append(c.closers, func() error { return os.RemoveAll(dir) })
	if err := c.use(ctx, lib, dir); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// starter builds the library of the starter city straight from the data files.
func starter() (*knowledge.Library, error) {
	parsed, problems := knowledge.LoadFS(corpus.Files)
	for _, p := range problems {
		if !p.Strict {
			return nil, fmt.Errorf("the starter city: %s", p)
		}
	}
	return knowledge.NewLibrary(parsed, nil, "starter", 0), nil
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
	c.current.Store(view(lib, u, c.index))
	return nil
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
