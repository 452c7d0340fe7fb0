package nlu

import "strings"

// core finds what is searched: the utterance without greetings, politeness, self-introduction and corrections; of a long
// story the sentences that ask.
func (a *analysis) core(out *Understanding) {
	for i := range a.kept {
		a.kept[i] = true
	}
	a.strip(out)
	if a.long() {
		a.choose()
	} else {
		a.negate(out)
	}
	out.Core = a.coreText()
	if out.Core == "" && len(out.Negated) == 0 { // nothing but politeness: better something to go on than nothing
		begin, end := a.reading.begin, a.reading.end
		mark(a.kept, span{begin, end})
		out.Core = a.coreText()
	}
}

// longStory is the length from which an utterance is a story: only the sentences that ask are searched.
const longStory = 80

func (a *analysis) strip(out *Understanding) {
	a.each(topicStrip, func(r *rule, m match) {
		switch r.value {
		case "correction":
			out.Correction = true
		case "follow":
			out.FollowUp = true
			return
		case "vague", "matter":
			return
		}
		for i := m.start; i < m.end; i++ {
			a.kept[i] = false
		}
	})
}

// coreText joins what is kept, without marks at its ends.
func (a *analysis) coreText() string {
	var b strings.Builder
	last := rune(' ')
	for i, r := range a.runes {
		if !a.kept[i] {
			continue
		}
		if (isMark(r) || r == ' ') && (isMark(last) || last == ' ') {
			continue
		}
		b.WriteRune(r)
		last = r
	}
	return strings.TrimFunc(b.String(), func(r rune) bool {
		return r == ' ' || isMark(r) && !strings.ContainsRune("《》()[]+", r)
	})
}

// sentences are the sentences of the text; commas part the clauses of a run without other marks.
func (a *analysis) sentences() []span {
	var out []span
	from := 0
	for i, r := range a.runes {
		if endsSentence(r) || (r == ',' || r == ' ') && i-from > 40 {
			out = append(out, span{from, i + 1})
			from = i + 1
		}
	}
	if from < len(a.runes) {
		out = append(out, span{from, len(a.runes)})
	}
	return out
}

// most characters and least content of the core of a long story.
const (
	coreMost  = 120
	coreLeast = 3
)

// story is a long text while its asking sentences are chosen.
type story struct {
	sentences []span
	scores    []float64
	content   []int // words that say something
	chosen    []bool
	length    int // characters and content of what is chosen
	words     int
}

// choose keeps the sentences of a long story that ask, with the sentences before them where they alone say too little.
func (a *analysis) choose() {
	s := a.story()
	for range 3 {
		best := -1
		for i := range s.sentences {
			if !s.chosen[i] && s.content[i] > 0 && s.scores[i] >= 2 && (best < 0 || s.scores[i] > s.scores[best]) {
				best = i
			}
		}
		if best < 0 || s.length > coreMost/2 {
			break
		}
		s.take(best)
		for back := best - 1; s.words < coreLeast && back >= 0; back-- {
			s.take(back)
		}
	}
	for i := 0; s.words < coreLeast && i < len(s.sentences); i++ {
		s.take(i)
	}
	kept := s.sentences[0]
	kept.end = min(kept.end, kept.start+coreMost) // one sentence without an end: its beginning
	for i, sentence := range s.sentences {
		for k := sentence.start; k < sentence.end; k++ {
			a.kept[k] = a.kept[k] && (s.chosen[i] || s.length == 0 && k < kept.end)
		}
	}
}

// story scores the sentences: those that ask, name a detail or begin with 请问, and the first one, which often is a title.
func (a *analysis) story() *story {
	s := &story{sentences: a.sentences()}
	n := len(s.sentences)
	s.scores, s.content, s.chosen = make([]float64, n), make([]int, n), make([]bool, n)
	for i, sentence := range s.sentences {
		s.content[i] = a.content(sentence)
	}
	s.scores[0] = 1
	add := func(at span, score float64) {
		for i, sentence := range s.sentences {
			if at.start >= sentence.start && at.start < sentence.end {
				s.scores[i] += score
			}
		}
	}
	a.each(topicIntent, func(r *rule, m match) {
		if r.score >= 55 {
			add(m.span, 2)
		}
	})
	a.each(topicAttribute, func(_ *rule, m match) { add(m.span, 1) })
	a.each(topicStrip, func(r *rule, m match) {
		if r.value == "polite" || r.value == "filler" {
			add(m.span, 2)
		}
	})
	return s
}

// take chooses a sentence where there is room for it.
func (s *story) take(i int) {
	if n := s.sentences[i].len(); !s.chosen[i] && s.length+n <= coreMost {
		s.chosen[i], s.length, s.words = true, s.length+n, s.words+s.content[i]
	}
}

// content counts the words of a span that say something.
func (a *analysis) content(s span) int {
	n := 0
	for _, w := range a.spans {
		if w.start >= s.start && w.end <= s.end && w.len() >= 2 && a.weigh(w) >= 0.5 && a.kept[w.start] {
			n++
		}
	}
	return n
}

// negate finds what the citizen excludes: 不是护照是身份证, 我问的不是护照. 是不是 and 不是杭州人 are no exclusions.
func (a *analysis) negate(out *Understanding) {
	text := a.runes
	for i := 0; i+3 < len(text); i++ {
		if text[i] != '不' || text[i+1] != '是' || i > 0 && (text[i-1] == '是' || text[i-1] == '都') {
			continue
		}
		start, said := a.said(i)
		from := i + 2
		if strings.ContainsRune("问说办要查指", text[from]) {
			from++
		}
		to, next := a.excluded(from)
		if to-from < 2 || to-from > 12 {
			continue
		}
		switch rest := a.turns(next); {
		case said, rest && !strings.ContainsRune("人户籍", text[to-1]):
		case next >= a.reading.end && start <= a.reading.begin+3 && !strings.ContainsRune("人的吗么嘛户籍", text[to-1]) && to-from <= 6:
		default:
			continue
		}
		out.Negated = append(out.Negated, string(text[from:to]))
		out.Correction = true
		for next < len(text) && strings.ContainsRune(",而是我问说要办的", text[next]) && next < to+8 {
			next++
		}
		for k := start; k < min(next, len(a.kept)); k++ {
			a.kept[k] = false
		}
	}
}

// said finds 我问的 and its like before 不是 and returns where the phrase begins.
func (a *analysis) said(i int) (int, bool) {
	before := string(a.runes[max(0, i-4):i])
	for _, w := range []string{"我问的", "我说的", "我要的", "我要办的", "我想问的", "我要问的", "我办的"} {
		if strings.HasSuffix(before, w) {
			return i - len([]rune(w)), true
		}
	}
	return i, false
}

// excluded returns where the excluded phrase ends and where the text goes on.
func (a *analysis) excluded(from int) (to, next int) {
	for to = from; to < len(a.runes); to++ {
		switch r := a.runes[to]; {
		case r == ',' || endsSentence(r) || r == ' ':
			return to, to + 1
		case r == '是' && to > from && a.runes[to-1] == '就': // 不是…就是…
			return from, to
		case (r == '是' || r == '而') && to > from+1:
			return to, to
		}
	}
	return to, to
}

// turns says that the text goes on with what is meant instead: 是, 而是, 我问的是.
func (a *analysis) turns(next int) bool {
	rest := string(a.runes[next:min(next+6, len(a.runes))])
	for _, w := range []string{"是", "而是", "我问", "我说", "我要", "我是说", "我想问"} {
		if strings.HasPrefix(rest, w) {
			return true
		}
	}
	return false
}

// parts are the separate questions of a message that asks several. What comes before a question belongs to it, and so does a
// question about an attribute only (要带什么?) that follows it.
func (a *analysis) parts(out *Understanding) {
	if len(a.runes) > 2*longStory {
		return
	}
	var parts []string
	before := ""
	join := func(x, y string) string {
		if x == "" {
			return y
		}
		return x + "," + y
	}
	for _, s := range a.clauses() {
		text := strings.TrimFunc(a.text(s), func(r rune) bool { return r == ' ' || isMark(r) || isDigit(r) })
		switch {
		case text == "" || !a.keptAny(s):
		case len(parts) > 0 && before == "" && a.subject(s) == 0:
			parts[len(parts)-1] = join(parts[len(parts)-1], text)
		case a.asks(s) || strings.ContainsRune(a.text(s), '?'):
			parts = append(parts, join(before, text))
			before = ""
		default:
			before = join(before, text)
		}
	}
	if len(parts) >= 2 && len(parts) <= 5 {
		out.Parts = parts
	}
}

func (a *analysis) keptAny(s span) bool { return overlaps(a.kept, s) }

// clauses are the sentences, also parted before 另外 and 还有.
func (a *analysis) clauses() []span {
	var out []span
	for _, s := range a.sentences() {
		from := s.start
		for i := s.start + 2; i+2 < s.end; i++ {
			if w := string(a.runes[i : i+2]); (w == "另外" || w == "还有" || w == "再问" || w == "顺便") && (isMark(a.runes[i-1]) || a.runes[i-1] == ' ') {
				out = append(out, span{from, i})
				from = i
			}
		}
		out = append(out, span{from, s.end})
	}
	return out
}

// subject counts the words of a span that name a matter, not only a detail of one.
func (a *analysis) subject(s span) int {
	n := 0
	for _, w := range a.spans {
		if w.start >= s.start && w.end <= s.end && w.len() >= 2 && a.weigh(w) >= 0.5 && a.kept[w.start] && !overlaps(a.detail, w) {
			n++
		}
	}
	return n
}

// asks says that a span holds a question.
func (a *analysis) asks(s span) bool {
	found := false
	a.each(topicIntent, func(r *rule, m match) {
		found = found || Intent(r.value) == Ask && r.score >= 58 && m.start >= s.start && m.end <= s.end
	})
	return found
}
