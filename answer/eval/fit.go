package eval

import (
	"context"
	"math"
	"slices"
	"strings"

	"bangban/answer"
	"bangban/conversation/message"
)

// Case is one question to fit weights on: what was weighed, and which of it is right; none when the city has no entry.
type Case struct {
	Row   Row
	Signs [][]float64
	Right []bool
	// None says that "no entry" is right: it must not be answered.
	None bool
}

// Cases asks the rows that a search decides, in one turn, and keeps what was weighed: answerable ones whose entry is among the
// candidates, and those that must not be answered.
func Cases(ctx context.Context, rows []Row, engine Weigher, meaning bool, opts QuestionOptions) ([]Case, error) {
	var out []Case
	for _, row := range rows {
		unknown := slices.Contains(row.Kinds, message.Unknown) && !slices.Contains(row.Kinds, message.Clarify)
		if len(row.Turns) > 1 || slices.Contains(row.Tags, "several") || !row.answers() && !unknown {
			continue
		}
		reply, trace, err := talk(ctx, engine, row.Turns, opts.Now)
		if err != nil {
			return nil, err
		}
		if trace == nil || len(trace.Candidates) == 0 {
			continue
		}
		if trace, err = engine.Weigh(ctx, message.Question{Text: row.Turns[0], Channel: message.Command, Now: opts.Now}, meaning); err != nil {
			return nil, err
		}
		o := outcome{row, reply, trace, opts.Matter}
		c := Case{Row: row, None: !row.answers()}
		for _, cand := range trace.Candidates {
			if c.None && strings.HasPrefix(cand.Entry, "gap-") {
				continue // a gap that happens to be named would teach that others need not be feared
			}
			c.Signs = append(c.Signs, cand.Signs)
			c.Right = append(c.Right, !c.None && (o.fits(cand.Entry, cand.Name) || o.fits(cand.Best, cand.Name)))
		}
		if !c.None && !slices.Contains(c.Right, true) {
			continue // not found at all: nothing to learn for the weights
		}
		out = append(out, c)
	}
	return out, nil
}

// FitOptions are the knobs of Fit.
type FitOptions struct {
	Steps int     // of the descent
	Rate  float64 // of a step
	// Ridge pulls the weights towards zero: a few hundred cases, two dozen signs.
	Ridge float64
	// Unanswered is the weight of a case without an entry: the files hold far more of them than a real day.
	Unanswered float64
	// Sign says which way each sign may pull: +1, -1, or 0 for either. A weight of the wrong sign would be noise that nobody can explain.
	Sign [len(answer.SignNames)]int
}

// Weights are a prior and a weight for each sign, in the order of answer.SignNames.
type Weights struct {
	Prior float64
	By    []float64
}

// score is the log-odds of a candidate.
func (w Weights) score(signs []float64) float64 {
	sum := w.Prior
	for i, v := range signs {
		sum += w.By[i] * v
	}
	return sum
}

// Fit finds the weights under which the right matters, or "no entry", are likeliest: a conditional logit with the log-odds of "no
// entry" fixed at 0, by gradient descent with momentum of Adam's kind. The result depends on nothing but its arguments; without a
// case all weights are 0.
func Fit(cases []Case, o FitOptions) Weights {
	n := len(answer.SignNames)
	x := make([]float64, n+1) // the last is the prior
	if len(cases) == 0 {
		return Weights{By: x[:n]}
	}
	first, second := make([]float64, n+1), make([]float64, n+1)
	grad := make([]float64, n+1)
	for step := 1; step <= o.Steps; step++ {
		for i := range grad {
			grad[i] = 0
			if i < n {
				grad[i] = o.Ridge * x[i]
			}
		}
		for _, c := range cases {
			gradient(c, x, grad, o.Unanswered)
		}
		for i := range x {
			g := grad[i] / float64(len(cases))
			first[i] = 0.9*first[i] + 0.1*g
			second[i] = 0.999*second[i] + 0.001*g*g
			m := first[i] / (1 - math.Pow(0.9, float64(step)))
			v := second[i] / (1 - math.Pow(0.999, float64(step)))
			x[i] -= o.Rate * m / (math.Sqrt(v) + 1e-8)
			if i < n {
				switch s := o.Sign[i]; {
				case s > 0:
					x[i] = max(0, x[i])
				case s < 0:
					x[i] = min(0, x[i])
				}
			}
		}
	}
	return Weights{Prior: x[n], By: x[:n]}
}

// gradient adds the gradient of the negative log-likelihood of one case.
func gradient(c Case, x, grad []float64, unanswered float64) {
	n := len(x) - 1
	w := Weights{Prior: x[n], By: x[:n]}
	p := chances(c, w)
	rightSum, weight := 0.0, 1.0
	if c.None {
		rightSum, weight = 1, unanswered
		for _, v := range p {
			rightSum -= v
		}
	}
	for i, r := range c.Right {
		if r {
			rightSum += p[i]
		}
	}
	for i, signs := range c.Signs {
		d := p[i] // of the denominator
		if c.Right[i] {
			d -= p[i] / max(rightSum, 1e-12)
		}
		d *= weight
		for k, v := range signs {
			grad[k] += d * v
		}
		grad[n] += d
	}
}

// chances are the probabilities of the candidates; what is left to 1 is "no entry".
func chances(c Case, w Weights) []float64 {
	p := make([]float64, len(c.Signs))
	most := 0.0
	for i, signs := range c.Signs {
		p[i] = w.score(signs)
		most = max(most, p[i])
	}
	sum := math.Exp(-most)
	for i := range p {
		p[i] = math.Exp(p[i] - most)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// Likelihood is the mean log-likelihood of cases under weights, the share whose first choice (a matter, or none) is right, and of those
// with an entry the share whose first matter is right, answered or not.
func Likelihood(cases []Case, w Weights) (mean, hit, first float64) {
	answerable := 0
	for _, c := range cases {
		p := chances(c, w)
		none, right := 1.0, 0.0
		best, bestP := -1, 0.0
		for i, v := range p {
			none -= v
			if c.Right[i] {
				right += v
			}
			if v > bestP {
				best, bestP = i, v
			}
		}
		if !c.None {
			answerable++
			if c.Right[best] {
				first++
			}
		}
		if c.None {
			right += none
		}
		mean += math.Log(max(right, 1e-12))
		if bestP < none {
			best = -1
		}
		if best < 0 && c.None || best >= 0 && c.Right[best] {
			hit++
		}
	}
	n := float64(max(1, len(cases)))
	return mean / n, hit / n, first / float64(max(1, answerable))
}

// DefaultFit are the knobs that weights.json was fitted with.
func DefaultFit() FitOptions {
	o := FitOptions{Steps: 3000, Rate: 0.03, Ridge: 0.3, Unanswered: 0.6}
	for i, name := range answer.SignNames {
		switch name {
		case "missing", "untitled", "head", "only_bundle", "bundle_field":
			o.Sign[i] = -1
		default:
			o.Sign[i] = 1
		}
	}
	return o
}

// CrossValidate fits on all but one of k parts and measures on the part left out, for each; it returns what Likelihood does, over all
// cases.
func CrossValidate(cases []Case, o FitOptions, k int) (mean, hit, first float64) {
	answerable := 0
	for part := range k {
		var kept, left []Case
		for i, c := range cases {
			if i%k == part {
				left = append(left, c)
			} else {
				kept = append(kept, c)
			}
		}
		m, h, f := Likelihood(left, Fit(kept, o))
		of := 0
		for _, c := range left {
			if !c.None {
				of++
			}
		}
		answerable += of
		mean, hit, first = mean+m*float64(len(left)), hit+h*float64(len(left)), first+f*float64(of)
	}
	n := float64(max(1, len(cases)))
	return mean / n, hit / n, first / float64(max(1, answerable))
}

// File is the weights as weights.json holds them, to three digits.
func (w Weights) File() answer.FittedSigns {
	round := func(v float64) float64 { return math.Round(1000*v) / 1000 }
	f := answer.FittedSigns{Prior: round(w.Prior), Signs: make(map[string]float64, len(w.By))}
	for i, v := range w.By {
		f.Signs[answer.SignNames[i]] = round(v)
	}
	return f
}
