package nlu

// danger says whether something dangerous is going on now. About one in ten texts with such a word tells of one
// (citizen messages, read): the rest is past, supposed, figurative, or asks about rules. So:
// a word of mode "always" counts wherever it stands; "live" tells by itself that it happens (着火了) and counts unless the
// sentence looks back, supposes, or asks about rules; "word" (火灾) needs a word of now beside it as well, and in a long story,
// which mostly tells of what has been, "live" does too.
func (a *analysis) danger() Danger {
	var now, not []span
	a.each(topicDanger, func(r *rule, m match) {
		switch r.value {
		case "now":
			now = append(now, m.span)
		case "not":
			not = append(not, m.span)
		}
	})
	best, rank := NoDanger, 0
	a.each(topicDanger, func(r *rule, m match) {
		if r.value == "now" || r.value == "not" {
			return
		}
		live := r.mode == "always" || !a.near(not, m.span) && (r.mode == "live" && !a.long() || a.near(now, m.span))
		if !live {
			return
		}
		if n := dangerRank[Danger(r.value)]; n > rank {
			best, rank = Danger(r.value), n
		}
	})
	return best
}

// dangerRank: which number to give first when several things go wrong at once.
var dangerRank = map[Danger]int{SelfHarm: 4, Fire119: 3, Sick120: 2, Crime110: 1}

// near says that one of the places lies in the same sentence as a span, or, in a short text, anywhere.
func (a *analysis) near(places []span, at span) bool {
	for _, p := range places {
		if len(a.runes) <= 40 {
			return true
		}
		from, to := min(p.start, at.start), max(p.end, at.end)
		if to-from <= 40 && !endsBetween(a.runes, from, to) {
			return true
		}
	}
	return false
}
