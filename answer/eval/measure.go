package eval

import (
	"math"
	"slices"
)

// depth is how many hits are judged.
const depth = 10

// Quality are the means over the queries of a set.
type Quality struct {
	NDCG   float64 `json:"ndcg_at_10"`
	MRR    float64 `json:"mrr_at_10"`
	Hit1   float64 `json:"hit_at_1"`
	Recall float64 `json:"recall_at_10"`
}

func (q *Quality) add(o Quality) {
	q.NDCG += o.NDCG
	q.MRR += o.MRR
	q.Hit1 += o.Hit1
	q.Recall += o.Recall
}

func (q *Quality) divide(n int) {
	d := float64(max(n, 1))
	q.NDCG, q.MRR, q.Hit1, q.Recall = q.NDCG/d, q.MRR/d, q.Hit1/d, q.Recall/d
}

// judge measures one ranked list, as trec_eval does: the gain of a document is its relevance, discounted by log2(rank + 1).
func judge(found []string, relevance map[string]int) Quality {
	var ideal []float64
	for _, r := range relevance {
		if r > 0 {
			ideal = append(ideal, float64(r))
		}
	}
	if len(ideal) == 0 {
		return Quality{}
	}
	slices.SortFunc(ideal, func(a, b float64) int {
		switch {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	var best, have float64
	for i, gain := range ideal[:min(depth, len(ideal))] {
		best += gain / math.Log2(float64(i)+2)
	}
	var q Quality
	right := 0
	for i, id := range found[:min(depth, len(found))] {
		r := relevance[id]
		if r <= 0 {
			continue
		}
		right++
		have += float64(r) / math.Log2(float64(i)+2)
		if q.MRR == 0 {
			q.MRR = 1 / float64(i+1)
		}
		if i == 0 {
			q.Hit1 = 1
		}
	}
	q.NDCG = have / best
	q.Recall = float64(right) / float64(len(ideal))
	return q
}

// Share is a proportion with its 95 % interval by Wilson's score method, which holds for few cases and for shares near 0 and 1.
type Share struct {
	Count int     `json:"count"` // cases that have the property
	Of    int     `json:"of"`
	Value float64 `json:"value"` // Count / Of; 0 where Of is 0
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// share computes count/of with its interval.
func share(count, of int) Share {
	s := Share{Count: count, Of: of}
	if of == 0 {
		s.High = 1
		return s
	}
	const z = 1.959963984540054 // 97.5 % of the normal distribution
	n, p := float64(of), float64(count)/float64(of)
	centre := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	s.Value, s.Low, s.High = p, max(0, centre-half), min(1, centre+half)
	return s
}
