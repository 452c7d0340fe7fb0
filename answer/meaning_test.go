package answer

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"bangban/conversation/message"
	"bangban/knowledge"
)

// sense knows one entry that every question means; it may fail, or never answer, from a call on.
type sense struct {
	means string
	err   error
	hangs bool
	good  int  // calls that are answered all the same
	short bool // the likeness of one entry is missing
	asked int
	until []time.Time // the deadlines of the calls
}

func (s *sense) wait(ctx context.Context) error {
	s.asked++
	until, _ := ctx.Deadline()
	s.until = append(s.until, until)
	if s.asked <= s.good {
		return nil
	}
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
	if s.short {
		out = out[1:]
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

// The neighbours were found, their likeness was not: words alone decide, as if there had been no neighbours.
func TestHalfAMeaningIsNone(t *testing.T) {
	ask := message.Question{Text: "居民卡弄没了", Now: opened.UnixMicro()}
	plain, _, words, err := engine(t, town).Explain(t.Context(), ask, message.Context{})
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*sense{"fails": {means: "shop", good: 1, err: errors.New("being made")}, "falls short": {means: "shop", short: true}} {
		reply, _, trace, err := withSense(t, s).Explain(t.Context(), ask, message.Context{})
		if err != nil || s.asked != 2 || !reply.Degraded {
			t.Errorf("%s: asked %d times, degraded %v, %v", name, s.asked, reply.Degraded, err)
		}
		if reply.Kind != plain.Kind || reply.Text != plain.Text || reply.Confidence != plain.Confidence || len(trace.Candidates) != len(words.Candidates) {
			t.Errorf("%s: %s %q (%.3f), by words alone %s %q (%.3f)", name, reply.Kind, reply.Text, reply.Confidence, plain.Kind, plain.Text, plain.Confidence)
		}
	}
}

func TestATurnWaitsOnceForMeaning(t *testing.T) {
	s := &sense{means: "card"}
	e := withSense(t, s)
	_, talk, err := e.Answer(t.Context(), message.Question{Text: "居民卡怎么办", Now: opened.UnixMicro()}, message.Context{})
	if err != nil {
		t.Fatal(err)
	}
	s.until = nil
	if _, _, err = e.Answer(t.Context(), message.Question{Text: "那弄没了呢", Now: opened.UnixMicro()}, talk); err != nil {
		t.Fatal(err)
	}
	if len(s.until) < 4 {
		t.Fatalf("asked %d times: want a turn of several searches", len(s.until))
	}
	for _, until := range s.until {
		if until.IsZero() || !until.Equal(s.until[0]) {
			t.Fatalf("the calls of a turn may wait until %v", s.until)
		}
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
