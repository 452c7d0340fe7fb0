package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"bangban/answer/eval"
)

// printTable prints what every system reached, and ours beside each peer: differences of quality, ratios of speed and size.
func printTable(out io.Writer, all []comparison) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "set\tsystem\tnDCG@10\tMRR@10\thit@1\trecall@10\tdocs/s\tindex MB\tpeak RSS MB\tp50 ms\tp99 ms\tqueries/s\t")
	for _, c := range all {
		for _, name := range names {
			r := c.Reports[name]
			if r == nil {
				continue
			}
			fmt.Fprintf(w, "%s\t%s\t%.4f\t%.4f\t%.4f\t%.4f\t%.0f\t%.1f\t%.0f\t%.2f\t%.2f\t%.0f\t\n", c.Set, name, r.NDCG, r.MRR, r.Hit1, r.Recall,
				r.DocsPerSecond, megabytes(r.IndexBytes), megabytes(r.PeakRSSBytes), r.QueryP50, r.QueryP99, r.QueriesPerSecond)
		}
		for _, name := range names[1:] {
			if c.Reports[name] != nil {
				printRatios(w, c.Set, name, c.Reports[ours], c.Reports[name])
			}
		}
	}
	for _, name := range names[1:] {
		var sum, least float64
		n := 0
		for _, c := range all {
			if c.Reports[name] == nil {
				continue
			}
			d := c.Reports[ours].NDCG - c.Reports[name].NDCG
			if sum += d; n == 0 || d < least {
				least = d
			}
			n++
		}
		if n > 0 {
			fmt.Fprintf(w, "all\tover %s\t%+.4f mean\t%+.4f least\t\t\t\t\t\t\t\t\t\n", name, sum/float64(n), least)
		}
	}
	return w.Flush()
}

func printRatios(w io.Writer, set, name string, a, b *eval.Report) {
	fmt.Fprintf(w, "%s\tover %s\t%+.4f\t%+.4f\t%+.4f\t%+.4f\t×%.2f\t×%.2f\t×%.2f\t×%.2f\t×%.2f\t×%.2f\t\n", set, name,
		a.NDCG-b.NDCG, a.MRR-b.MRR, a.Hit1-b.Hit1, a.Recall-b.Recall,
		a.DocsPerSecond/b.DocsPerSecond, float64(a.IndexBytes)/float64(b.IndexBytes), float64(a.PeakRSSBytes)/float64(b.PeakRSSBytes),
		a.QueryP50/b.QueryP50, a.QueryP99/b.QueryP99, a.QueriesPerSecond/b.QueriesPerSecond)
}

func megabytes(n int64) float64 { return float64(n) / (1 << 20) }
