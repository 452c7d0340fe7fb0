package semantic

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	batch   = 16 // texts a call of the embedder
	portion = 16 // batches until what was made is taken up
)

// Fill makes the vectors that are missing, with so many workers at a time, until none is or one fails. What was made before that
// stays. Progress may be nil; it is called with the texts that have a vector.
func (ix *Index) Fill(ctx context.Context, workers int, progress func(done, total int)) error {
	for {
		missing := ix.missing(portion * batch)
		if len(missing) == 0 {
			return nil
		}
		work, workCtx := errgroup.WithContext(ctx)
		work.SetLimit(max(1, workers))
		for texts := range slices.Chunk(missing, batch) {
			work.Go(func() error { return ix.produce(workCtx, texts) })
		}
		err := work.Wait()
		ix.refresh()
		if err != nil {
			return fmt.Errorf("make vectors: %w", err)
		}
		if progress != nil {
			progress(ix.Progress())
		}
	}
}

// missing returns up to n texts of one kind that have no vector; no text twice.
func (ix *Index) missing(n int) []text {
	var out []text
	seen := map[key]bool{}
	for _, t := range ix.current.Load().texts {
		if len(out) == n {
			break
		}
		if seen[t.key] || len(out) > 0 && t.kind != out[0].kind {
			continue
		}
		seen[t.key] = true
		if _, ok := ix.kept.get(t.key); !ok {
			out = append(out, t)
		}
	}
	return out
}

// produce embeds texts of one kind and keeps their vectors.
func (ix *Index) produce(ctx context.Context, texts []text) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	words, keys := make([]string, len(texts)), make([]key, len(texts))
	for i, t := range texts {
		words[i], keys[i] = t.text, t.key
	}
	list, err := embed(ctx, ix.embedder, texts[0].kind, words)
	if err != nil {
		return err
	}
	ix.kept.add(keys, list)
	return nil
}

// After a failure Run waits this long, and twice as long after each further one.
const (
	firstWait = 5 * time.Second
	lastWait  = 5 * time.Minute
)

// reportEvery is how often the log tells how far it is.
const reportEvery = 15 * time.Second

// Run makes missing vectors, one worker strong so that questions keep a core, whenever entries change, until ctx ends.
func (ix *Index) Run(ctx context.Context) {
	wait := firstWait
	for {
		var later <-chan time.Time
		if err := ix.fillAndTell(ctx); ctx.Err() != nil {
			return
		} else if err != nil {
			ix.log.Warn("vectors not made; tried again later", "embedder", ix.embedder.Name(), "wait", wait, "cause", err)
			later, wait = time.After(wait), min(2*wait, lastWait)
		} else {
			wait = firstWait
			ix.sweep()
		}
		select {
		case <-ctx.Done():
			return
		case <-ix.wake:
		case <-later:
		}
	}
}

func (ix *Index) fillAndTell(ctx context.Context) error {
	had, total := ix.Progress()
	if had == total {
		return nil
	}
	began := time.Now()
	told := began
	ix.log.Info("making vectors", "embedder", ix.embedder.Name(), "done", had, "total", total)
	err := ix.Fill(ctx, 1, func(done, total int) {
		if now := time.Now(); now.Sub(told) >= reportEvery {
			told = now
			ix.log.Info("making vectors", "done", done, "total", total)
		}
	})
	if done, total := ix.Progress(); err == nil {
		ix.log.Info("vectors made", "new", done-had, "total", total, "took", time.Since(began).Round(time.Millisecond))
	}
	return err
}

// sweep forgets the vectors of texts that are gone.
func (ix *Index) sweep() {
	if ix.keepAsked {
		return
	}
	used := map[key]bool{}
	for _, t := range ix.current.Load().texts {
		used[t.key] = true
	}
	ix.kept.sweep(used)
}
