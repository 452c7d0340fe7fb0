package eval

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Print writes the report as a table for people.
func (r *Report) Print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(w, "集合\t%s（%d 篇，%d 问）\n", r.Set, r.Documents, r.Queries)
	if r.Missing > 0 {
		fmt.Fprintf(w, "注意\t有 %d 条判定指向集合里没有的文档\n", r.Missing)
	}
	for _, row := range []struct {
		name  string
		value float64
	}{
		{"ndcg_at_10", r.NDCG}, {"mrr_at_10", r.MRR}, {"hit_at_1", r.Hit1}, {"recall_at_10", r.Recall},
	} {
		fmt.Fprintf(w, "%s\t%.4f\n", row.name, row.value)
	}
	fmt.Fprintf(w, "docs_per_s\t%.0f\nindex_bytes\t%d\npeak_rss_bytes\t%d\nquery_p50_ms\t%.2f\nquery_p99_ms\t%.2f\nqueries_per_s\t%.0f\n",
		r.DocsPerSecond, r.IndexBytes, r.PeakRSSBytes, r.QueryP50, r.QueryP99, r.QueriesPerSecond)
	return w.Flush()
}

// String is the share in per cent with its interval.
func (s Share) String() string {
	if s.Of == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %% [%.1f, %.1f]  %d/%d", 100*s.Value, 100*s.Low, 100*s.High, s.Count, s.Of)
}

// Print writes the score as a table for people, the wrong rows last.
func (s *Score) Print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(w, "问题\t%d\n全部答对\t%s\n", s.Rows, s.Right)
	for _, k := range s.Kinds {
		fmt.Fprintf(w, "  %s\t%s\n", k.Kind, k.Share)
	}
	fmt.Fprintf(w, "多轮\t%s\n即时解答率\t%s\n准确率\t%s\n误答\t%s\n", s.Turns, s.Instant, s.Precision, s.False)
	if err := w.Flush(); err != nil {
		return err
	}
	for _, x := range s.Wrong {
		got := strings.TrimSpace(fmt.Sprintf("%s %s %s", x.Kind, x.Reason, x.Title))
		if len(x.Options) > 0 {
			got += "（" + strings.Join(x.Options, "／") + "）"
		}
		if _, err := fmt.Fprintf(out, "第 %d 行  %s\n  要  %s\n  得  %s  %.2f\n", x.Line, x.Question, x.Want, got, x.Confidence); err != nil {
			return err
		}
	}
	return nil
}
