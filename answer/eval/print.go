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

// stageNames are the stages for people.
var stageNames = map[Stage]string{
	StageWords: "听错（意图、用词）", StageKnowledge: "没有知识", StageRetrieval: "没找到", StageRanking: "排错", StageDecision: "判错（该不该答、要不要反问）",
}

// Print writes the score as a table for people; Report adds the rows that are wrong.
func (s *Score) Print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(w, "问题\t%d\n全部答对\t%s\n", s.Rows, s.Right)
	for _, k := range s.Kinds {
		fmt.Fprintf(w, "  %s\t%s\n", k.Name, k.Share)
	}
	for _, k := range s.Tags {
		fmt.Fprintf(w, "  @%s\t%s\n", k.Name, k.Share)
	}
	for _, row := range []struct {
		name  string
		share Share
	}{
		{"即时解答率", s.Instant}, {"准确率", s.Precision}, {"误答", s.False}, {"  政务近题", s.Near}, {"  范围以外", s.Outside},
		{"该反问的", s.Clarify}, {"其他种类", s.Others}, {"该拒绝的", s.Refused}, {"多轮", s.Turns},
	} {
		if row.share.Of > 0 {
			fmt.Fprintf(w, "%s\t%s\n", row.name, row.share)
		}
	}
	for _, r := range s.Reliability {
		if r.Right.Of > 0 {
			fmt.Fprintf(w, "把握 ≥ %.2f 的答复里答对\t%s\n", r.Confidence, r.Right)
		}
	}
	for _, c := range s.Stages {
		fmt.Fprintf(w, "没答对：%s\t%d\n", stageNames[c.Stage], c.Count)
	}
	return w.Flush()
}

// Report writes for a curator every row that is wrong: what was wanted, what came, which stage failed, and what was weighed.
func (s *Score) Report(out io.Writer) error {
	for _, x := range s.Wrong {
		got := strings.TrimSpace(fmt.Sprintf("%s %s %s", x.Kind, x.Reason, x.Title))
		if len(x.Options) > 0 {
			got += "（" + strings.Join(x.Options, "／") + "）"
		}
		if _, err := fmt.Fprintf(out, "第 %d 行  %s\n  要  %s\n  得  %s  %.2f\n  环节  %s\n", x.Line, x.Question, x.Want, got, x.Confidence, stageNames[x.Stage]); err != nil {
			return err
		}
		for _, c := range x.Weighed {
			if _, err := fmt.Fprintf(out, "      %s\n", c); err != nil {
				return err
			}
		}
	}
	return nil
}
