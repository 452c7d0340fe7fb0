package answer

import (
	"context"
	"errors"
	"slices"
	"testing"

	"bangban/conversation/message"
	"bangban/knowledge"
)

// sense knows one entry that every question means; it may fail, or never answer.
type sense struct {
	means string
	err   error
	hangs bool
	asked int
}

func (s *sense) wait(ctx context.Context) error {
	s.asked++
	if s.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return s.err
}

func (s *sense) Scores(ctx context.Context, _ []string, ids []string) ([]knowledge.Likeness, error) {
	out := make([]knowledge.Likeness, len(ids))
	for i, id := range ids {
		if out[i].Best = 0.82; id == s.means {
			out[i].Best = 0.995
		}
	}
	return out, s.wait(ctx)
}

func (s *sense) Nearest(ctx context.Context, _ []string, _ int) ([]knowledge.Near, error) {
	return []knowledge.Near{{ID: s.means, Cosine: 0.94}}, s.wait(ctx)
}

func withSense(t testing.TB, s *sense) *Engine {
	k := *engine(t, town).current()
	k.Meaning = s
	return New(func() *Knowledge { return &k })
}

func TestMeaningIsAskedWhereWordsDoNotDecide(t *testing.T) {
	s := &sense{means: "card"}
	e := withSense(t, s)
	_, _, trace, err := e.Explain(t.Context(), message.Question{Text: "弄没了怎么搞", Now: opened.UnixMicro()}, message.Context{})
	if err != nil || s.asked == 0 {
		t.Fatalf("asked %d times, %v", s.asked, err)
	}
	i := slices.IndexFunc(trace.Candidates, func(c TracedCandidate) bool { return c.Entry == "card" })
	if i >= 0 && trace.Candidates[i].Signs[signMeaning] < 0.9 {
		t.Errorf("card is weighed with meaning %.2f", trace.Candidates[i].Signs[signMeaning])
	}
	s.asked = 0
	if _, _, err := e.Answer(t.Context(), message.Question{Text: "着火了", Now: opened.UnixMicro()}, message.Context{}); err != nil || s.asked != 0 {
		t.Errorf("a danger waited for the meaning stage (%d), %v", s.asked, err)
	}
}

func TestLateMeaningDegrades(t *testing.T) {
	for name, s := range map[string]*sense{"hangs": {means: "card", hangs: true}, "fails": {means: "card", err: errors.New("not there")}} {
		e := withSense(t, s)
		reply, _, err := e.Answer(t.Context(), message.Question{Text: "居民卡弄没了", Now: opened.UnixMicro()}, message.Context{})
		if err != nil || !reply.Degraded || s.asked != 1 {
			t.Errorf("%s: degraded %v, asked %d times, %v", name, reply.Degraded, s.asked, err)
		}
		if _, err := e.Weigh(t.Context(), message.Question{Text: "居民卡弄没了", Now: opened.UnixMicro()}, true); err == nil {
			t.Errorf("%s: weighed with meaning although there is none", name)
		}
	}
	e := engine(t, town)
	reply, _, err := e.Answer(t.Context(), message.Question{Text: "居民卡弄没了", Now: opened.UnixMicro()}, message.Context{})
	if err != nil || reply.Degraded {
		t.Errorf("without a stage: degraded %v, %v", reply.Degraded, err)
	}
	if _, err := e.Weigh(t.Context(), message.Question{Text: "居民卡弄没了"}, true); err == nil {
		t.Error("weighed with meaning although there is no stage")
	}
	if trace, err := e.Weigh(t.Context(), message.Question{Text: "居民卡弄没了"}, false); err != nil || len(trace.Candidates) == 0 {
		t.Errorf("weighed %+v, %v", trace, err)
	}
}

func TestWeightsAreWhole(t *testing.T) {
	signs := map[string]float64{}
	for _, name := range SignNames {
		signs[name] = 1
	}
	if w, err := (FittedSigns{Prior: -1, Signs: signs}).byNumber(); err != nil || w.logOdds(new([len(SignNames)]float64)) != -1 {
		t.Errorf("%+v, %v", w, err)
	}
	signs["tilte"] = 1
	if _, err := (FittedSigns{Signs: signs}).byNumber(); err == nil {
		t.Error("a weight for no sign was taken")
	}
	delete(signs, "tilte")
	delete(signs, "title")
	if _, err := (FittedSigns{Signs: signs}).byNumber(); err == nil {
		t.Error("a sign without a weight was taken")
	}
}
