package eval

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"bangban/answer"
)

// drawn makes cases whose right candidate is drawn from known weights: two signs matter, the others are noise.
func drawn(n int, prior, title, missing float64) []Case {
	rng := rand.New(rand.NewPCG(1, 2))
	var cases []Case
	for range n {
		c := Case{}
		for range 5 {
			signs := make([]float64, len(answer.SignNames))
			signs[0], signs[9], signs[12] = rng.Float64(), rng.Float64(), rng.Float64()
			c.Signs, c.Right = append(c.Signs, signs), append(c.Right, false)
		}
		w := Weights{Prior: prior, By: make([]float64, len(answer.SignNames))}
		w.By[0], w.By[9] = title, missing
		c.None = true
		x := rng.Float64()
		for i, p := range chances(c, w) {
			if x -= p; x < 0 {
				c.Right[i], c.None = true, false
				break
			}
		}
		cases = append(cases, c)
	}
	return cases
}

func TestFitFindsTheWeights(t *testing.T) {
	cases := drawn(900, -2, 6, -3)
	o := DefaultFit()
	o.Unanswered, o.Steps, o.Rate = 1, 600, 0.1
	w := Fit(cases, o)
	for _, x := range []struct {
		name      string
		got, want float64
		within    float64
	}{
		{name: "prior", got: w.Prior, want: -2, within: 0.5},
		{name: "title", got: w.By[0], want: 6, within: 1.5},
		{name: "missing", got: w.By[9], want: -3, within: 0.7},
		{name: "meaning, which is noise", got: w.By[12], want: 0, within: 0.5},
	} {
		if math.Abs(x.got-x.want) > x.within {
			t.Errorf("%s: got %.2f, want %.2f", x.name, x.got, x.want)
		}
	}
	blank := Weights{By: make([]float64, len(answer.SignNames))}
	before, _, _ := Likelihood(cases, blank)
	after, hit, _ := Likelihood(cases, w)
	if after <= before || hit < 0.5 {
		t.Errorf("likelihood %.3f before, %.3f after, first choice right %.2f", before, after, hit)
	}
	if again := Fit(cases, o); again.Prior != w.Prior || again.By[0] != w.By[0] {
		t.Error("the same cases gave other weights")
	}
}

func TestFitKeepsSigns(t *testing.T) {
	cases := drawn(200, -1, -4, 3) // a title that speaks against, a missing word that speaks for: nothing to learn from
	o := DefaultFit()
	o.Steps = 300
	w := Fit(cases, o)
	if w.By[0] < 0 || w.By[9] > 0 {
		t.Errorf("title %.2f, missing %.2f pull the wrong way", w.By[0], w.By[9])
	}
	f := w.File()
	if len(f.Signs) != len(answer.SignNames) || math.Abs(f.Prior-w.Prior) > 0.001 {
		t.Errorf("file %+v", f)
	}
	if _, hit, _ := CrossValidate(cases, o, 5); hit <= 0 || hit > 1 {
		t.Errorf("hit %.2f", hit)
	}
}

func TestFitOfNextToNothing(t *testing.T) {
	o := DefaultFit()
	o.Steps = 50
	if w := Fit(nil, o); w.Prior != 0 || len(w.By) != len(answer.SignNames) || slices.ContainsFunc(w.By, func(v float64) bool { return v != 0 }) {
		t.Errorf("weights of nothing: %+v", w)
	}
	one := Case{Signs: [][]float64{make([]float64, len(answer.SignNames))}, Right: []bool{true}}
	none := Case{Signs: one.Signs, Right: []bool{false}, None: true}
	// The only case with an entry lies in one part of five: its share is over that case, not over the parts.
	if mean, _, first := CrossValidate([]Case{one, none, none, none, none}, o, 5); first != 1 || math.IsNaN(mean) {
		t.Errorf("first %.2f, mean %.2f", first, mean)
	}
}
