package nlu

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// slots fills the details: what is asked about, where, when, which situation, which number.
func (a *analysis) slots(out *Understanding, now time.Time) {
	s := &out.Slots
	a.attributes(s)
	a.situations(s)
	a.region(s)
	a.moment(s, now)
	s.Number = a.number()
}

type attributeHit struct {
	attribute Attribute
	score     float64
	at        int
}

// attributes are asked for, most certain first; of two that are as certain, the one named first.
func (a *analysis) attributes(s *Slots) {
	var hits []attributeHit
	a.each(topicAttribute, func(r *rule, m match) {
		if !overlaps(a.kept, m.span) {
			return
		}
		if r.score >= 40 {
			for _, w := range a.reading.words(m) {
				mark(a.detail, w)
			}
		}
		i := slices.IndexFunc(hits, func(h attributeHit) bool { return h.attribute == Attribute(r.value) })
		if i < 0 {
			hits = append(hits, attributeHit{Attribute(r.value), r.score, m.start})
		} else if r.score > hits[i].score {
			hits[i].score = r.score
		}
	})
	slices.SortStableFunc(hits, func(x, y attributeHit) int {
		return cmp.Or(cmp.Compare(y.score, x.score), x.at-y.at)
	})
	for _, h := range hits {
		if len(s.Attributes) < 4 && h.score >= 30 {
			s.Attributes = append(s.Attributes, h.attribute)
		}
	}
}

func (a *analysis) situations(s *Slots) {
	a.each(topicSituation, func(r *rule, m match) {
		if overlaps(a.kept, m.span) && !slices.Contains(s.Situation, r.value) {
			s.Situation = append(s.Situation, r.value)
		}
	})
	best := -1
	a.each(topicAct, func(r *rule, m match) {
		if overlaps(a.kept, m.span) && m.len() > best {
			s.Act, best = r.value, m.len()
		}
	})
}

// follow says whether the utterance is elliptic: it names a detail only, and needs what was said before.
func (a *analysis) follow(out *Understanding) {
	if len(a.runes) > 24 {
		out.FollowUp = false
		return
	}
	subject := 0
	for _, w := range a.spans {
		if a.weigh(w) >= 0.5 && w.len() >= 2 && overlaps(a.kept, w) && !overlaps(a.detail, w) {
			subject++
		}
	}
	detail := len(out.Slots.Attributes) > 0 || out.Slots.Region != "" || len(out.Slots.RegionChoices) > 0 || len(out.Slots.Situation) > 0 ||
		out.Slots.Point != "" || out.Slots.TimeText != ""
	what := strings.HasSuffix(strings.TrimRight(string(a.runes), "?!。"), "呢") && !a.asks(span{0, len(a.runes)}) // 护照呢
	if subject == 0 && (detail || len(out.Negated) > 0) || subject <= 1 && what {
		out.FollowUp = true
	}
}
