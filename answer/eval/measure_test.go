package eval

import (
	"math"
	"testing"
	"time"
)

func TestJudge(t *testing.T) {
	third := 1 / math.Log2(4)
	for _, tt := range []struct {
		name      string
		found     []string
		relevance map[string]int
		want      Quality
	}{
		{"first", []string{"a", "b"}, map[string]int{"a": 1}, Quality{1, 1, 1, 1}},
		{"third", []string{"x", "y", "a"}, map[string]int{"a": 1}, Quality{third, 1. / 3, 0, 1}},
		{"none", []string{"x"}, map[string]int{"a": 1}, Quality{}},
		{"nothing found", nil, map[string]int{"a": 1}, Quality{}},
		{"one of two", []string{"a", "x"}, map[string]int{"a": 1, "b": 1}, Quality{1 / (1 + 1/math.Log2(3)), 1, 1, .5}},
		{"the better one second", []string{"a", "b"}, map[string]int{"a": 1, "b": 3}, Quality{(1 + 3/math.Log2(3)) / (3 + 1/math.Log2(3)), 1, 1, 1}},
		{"judged as not relevant", []string{"n", "a"}, map[string]int{"n": 0, "a": 1}, Quality{1 / math.Log2(3), .5, 0, 1}},
		{"eleventh is too late", append(make([]string, 10), "a"), map[string]int{"a": 1}, Quality{}},
	} {
		got := judge(tt.found, tt.relevance)
		for _, p := range [][2]float64{{got.NDCG, tt.want.NDCG}, {got.MRR, tt.want.MRR}, {got.Hit1, tt.want.Hit1}, {got.Recall, tt.want.Recall}} {
			if math.Abs(p[0]-p[1]) > 1e-9 {
				t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
				break
			}
		}
	}
}

// The intervals are those of the formula in Wilson (1927), worked out elsewhere.
func TestShare(t *testing.T) {
	for _, tt := range []struct {
		count, of        int
		value, low, high float64
	}{
		{0, 0, 0, 0, 1},
		{0, 10, 0, 0, .2775},
		{10, 10, 1, .7225, 1},
		{5, 10, .5, .2366, .7634},
		{97, 100, .97, .9155, .9897},
	} {
		s := share(tt.count, tt.of)
		if math.Abs(s.Value-tt.value) > 1e-4 || math.Abs(s.Low-tt.low) > 1e-4 || math.Abs(s.High-tt.high) > 1e-4 {
			t.Errorf("%d of %d: got %+v, want %v [%v, %v]", tt.count, tt.of, s, tt.value, tt.low, tt.high)
		}
	}
}

func TestPercentile(t *testing.T) {
	var sorted []time.Duration
	for i := range 100 {
		sorted = append(sorted, time.Duration(i+1))
	}
	for p, want := range map[float64]time.Duration{.5: 50, .99: 99, 1: 100, 0: 1} {
		if got := percentile(sorted, p); got != want {
			t.Errorf("percentile %v: got %d, want %d", p, got, want)
		}
	}
	if got := percentile(nil, .5); got != 0 {
		t.Errorf("of nothing: got %d, want 0", got)
	}
}
