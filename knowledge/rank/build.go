package rank

import (
	"context"
	"fmt"
	"runtime"
	"sync"
)

// Index is an immutable inverted index of documents 0 … Len()-1, safe for concurrent use.
type Index struct {
	fields [fields]field
	titles titles
	docs   int
	boards sync.Pool // *board
}

// Builder gathers documents for an Index, in the order in which they will be numbered.
type Builder struct {
	fields [fields]*fieldBuilder
	titles titleBuilder
	docs   int
}

// NewBuilder returns an empty builder.
func NewBuilder() *Builder {
	bd := &Builder{titles: newTitleBuilder()}
	for f := range bd.fields {
		bd.fields[f] = newFieldBuilder()
	}
	return bd
}

// Add appends the next document.
func (bd *Builder) Add(e Entry) {
	for f := range bd.fields {
		bd.fields[f].add(e.Count(f))
	}
	bd.titles.add(e.Titles)
	bd.docs++
}

// Index packs what was added. The builder is used up.
func (bd *Builder) Index() *Index {
	ix := &Index{docs: bd.docs}
	for f := range bd.fields {
		ix.fields[f] = bd.fields[f].field()
	}
	ix.titles = bd.titles.titles(ix)
	ix.boards.New = func() any { return newBoard(ix) }
	return ix
}

// Len is the number of documents.
func (ix *Index) Len() int { return ix.docs }

// chunk is how many documents a worker analyses at a time.
const chunk = 64

// Build analyses n documents on all processors and indexes them in order. Entry i is got from analyse(i), which is called
// from several goroutines; each is called with every entry, in order, from one.
func Build(ctx context.Context, n int, analyse func(i int) Entry, each func(i int, e Entry) error) (*Index, error) {
	if n > MaxDocuments {
		return nil, fmt.Errorf("rank: %d documents, at most %d", n, MaxDocuments)
	}
	bd := NewBuilder()
	err := inOrder(ctx, n, analyse, func(i int, e Entry) error {
		bd.Add(e)
		if each != nil {
			return each(i, e)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return bd.Index(), nil
}

// inOrder computes entries in chunks on all processors and hands them to take one by one, in order.
func inOrder(ctx context.Context, n int, analyse func(i int) Entry, take func(i int, e Entry) error) error {
	type part struct {
		first int
		done  chan []Entry
	}
	ctx, stop := context.WithCancel(ctx)
	var workers sync.WaitGroup
	defer workers.Wait()
	defer stop()

	procs := runtime.GOMAXPROCS(0)
	jobs, order := make(chan part), make(chan part, 2*procs)
	workers.Go(func() {
		defer close(jobs)
		defer close(order)
		for first := 0; first < n; first += chunk {
			p := part{first, make(chan []Entry, 1)}
			select {
			case order <- p:
			case <-ctx.Done():
				return
			}
			select {
			case jobs <- p:
			case <-ctx.Done():
				return
			}
		}
	})
	for range procs {
		workers.Go(func() {
			for p := range jobs {
				last := min(p.first+chunk, n)
				out := make([]Entry, 0, last-p.first)
				for i := p.first; i < last; i++ {
					out = append(out, analyse(i))
				}
				p.done <- out
			}
		})
	}
	for p := range order {
		var out []Entry
		select {
		case out = <-p.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		for i, e := range out {
			if err := take(p.first+i, e); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}
