// Package eval measures how well and how fast the machine finds and answers (评测): a retrieval set in BEIR layout through
// the analysis and ranking that answer citizens, and labelled questions through the whole engine.
// It decides nothing and changes no knowledge: what is measured is handed in.
// Start at Retrieval and Questions.
package eval

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"time"
)

// System is a search engine that is measured: ours, or a peer.
type System interface {
	// Build makes these documents searchable. It is called once.
	Build(ctx context.Context, docs []Document) error
	// Search returns the best n documents for a query, best first. It is called from several goroutines.
	Search(ctx context.Context, query string, n int) ([]Hit, error)
	// Bytes is the size of the index on disk.
	Bytes() (int64, error)
}

// Hit is one document that was found.
type Hit struct {
	ID    string
	Score float64
}

// Report is what Retrieval measures.
type Report struct {
	Set       string `json:"set"`
	Documents int    `json:"documents"`
	Queries   int    `json:"queries"`
	// Missing counts judgements of documents that the corpus does not hold.
	Missing int `json:"missing_documents,omitempty"`
	Quality
	DocsPerSecond    float64 `json:"docs_per_s"`
	IndexBytes       int64   `json:"index_bytes"`
	PeakRSSBytes     int64   `json:"peak_rss_bytes"` // of this process until now
	QueryP50         float64 `json:"query_p50_ms"`
	QueryP99         float64 `json:"query_p99_ms"`
	QueriesPerSecond float64 `json:"queries_per_s"` // on all processors
	Lexical          bool    `json:"lexical"`       // no meaning stage took part
}

// Options of Retrieval.
type Options struct {
	// Run gets the ranked lists in TREC format; nil: not written. Tag names the run in it.
	Run io.Writer
	Tag string
	// Progress is told how far a long step is; nil: nobody is.
	Progress func(step string, done, total int)
}

// Retrieval indexes a set and asks its queries: one after the other for quality and latency, then on all processors for
// throughput.
func Retrieval(ctx context.Context, set *Set, system System, o Options) (*Report, error) {
	if o.Progress == nil {
		o.Progress = func(string, int, int) {}
	}
	r := &Report{Set: set.Name, Documents: len(set.Documents), Queries: len(set.Queries), Missing: set.Missing}
	start := time.Now()
	if err := system.Build(ctx, set.Documents); err != nil {
		return nil, fmt.Errorf("index %s: %w", set.Name, err)
	}
	r.DocsPerSecond = rate(len(set.Documents), time.Since(start))
	if err := ask(ctx, set, system, o, r); err != nil {
		return nil, err
	}
	var err error
	if r.QueriesPerSecond, err = throughput(ctx, set, system); err != nil {
		return nil, err
	}
	// Last, because bleve removes merged segments in the background.
	if r.IndexBytes, err = system.Bytes(); err != nil {
		return nil, err
	}
	r.PeakRSSBytes = peakRSS()
	return r, nil
}

// ask runs every query once, alone, and judges what is found.
func ask(ctx context.Context, set *Set, system System, o Options, r *Report) error {
	var run *bufio.Writer
	if o.Run != nil {
		run = bufio.NewWriter(o.Run)
	}
	took := make([]time.Duration, 0, len(set.Queries))
	for i, q := range set.Queries {
		start := time.Now()
		hits, err := system.Search(ctx, q.Text, depth)
		took = append(took, time.Since(start))
		if err != nil {
			return fmt.Errorf("query %s: %w", q.ID, err)
		}
		found := make([]string, len(hits))
		for rank, h := range hits {
			found[rank] = h.ID
			if run != nil {
				// A write error stays in run and is returned by Flush.
				fmt.Fprintf(run, "%s Q0 %s %d %.6f %s\n", q.ID, h.ID, rank+1, h.Score, o.Tag)
			}
		}
		r.add(judge(found, set.Relevance[q.ID]))
		if i%64 == 63 || i == len(set.Queries)-1 {
			o.Progress("questions", i+1, len(set.Queries))
		}
	}
	r.divide(len(set.Queries))
	slices.Sort(took)
	r.QueryP50, r.QueryP99 = milliseconds(percentile(took, .50)), milliseconds(percentile(took, .99))
	if run != nil {
		return run.Flush()
	}
	return nil
}

// throughputFor is the least time over which throughput is measured.
const throughputFor = time.Second

// throughput asks the queries on all processors, again and again until it has lasted long enough.
func throughput(ctx context.Context, set *Set, system System) (float64, error) {
	var (
		mutex sync.Mutex
		next  int
		fault error
		wg    sync.WaitGroup
	)
	start := time.Now()
	take := func() (string, bool) {
		mutex.Lock()
		defer mutex.Unlock()
		if fault != nil || next >= len(set.Queries) && time.Since(start) > throughputFor {
			return "", false
		}
		next++
		return set.Queries[(next-1)%len(set.Queries)].Text, true
	}
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for text, ok := take(); ok; text, ok = take() {
				if _, err := system.Search(ctx, text, depth); err != nil {
					mutex.Lock()
					fault = errors.Join(fault, err)
					mutex.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return rate(next, time.Since(start)), fault
}

func rate(n int, d time.Duration) float64 { return float64(n) / max(d.Seconds(), 1e-9) }

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// percentile returns the smallest value that at least the share p of all values do not pass. The values are sorted.
func percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	i := int(p*float64(len(sorted))+.999999) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}
