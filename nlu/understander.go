package nlu

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Understander turns utterances into meaning. It never changes after New, so that many goroutines may use it at once; a new
// lexicon or new names of items make a new one.
type Understander struct {
	lexicon *Lexicon
	words   *segmenter
	places  *gazetteer
	sounds  *sounds
	repair  *strings.Replacer
	heard   *talkModel // nil without examples
}

// New makes an Understander from a lexicon, the names of the city's places, and words that are kept whole in segmentation:
// names of items, certificates, offices. The first call of a process reads gse's dictionary (about half a second).
// With what to learn talk from, it also hears talk that no pattern has foreseen.
func New(lexicon *Lexicon, places Places, words []string, talk ...Talk) (*Understander, error) {
	whole := make([]string, 0, len(lexicon.whole)+len(words)+512)
	whole = append(whole, lexicon.whole...)
	for _, w := range words {
		if w = Normalise(w); w != "" {
			whole = append(whole, w)
		}
	}
	dictionary, err := base()
	if err != nil {
		return nil, fmt.Errorf("make an understander: %w", err)
	}
	slices.Sort(whole)
	whole = slices.Compact(whole)
	g := newGazetteer(places, lexicon, dictionary)
	seg := newSegmenter(dictionary, slices.Concat(whole, g.names, slices.Sorted(maps.Keys(lexicon.stop))), lexicon.particles())
	u := &Understander{lexicon: lexicon, words: seg, places: g, repair: strings.NewReplacer(lexicon.repairs...)}
	u.sounds = newSounds(u, whole)
	for _, t := range talk {
		u.heard = learn(lexicon.talk, t)
	}
	return u, nil
}

// longest is how much of a text is read, in characters: a question may have 2,000.
const longest = 4000

// Understand reads one utterance. now is the moment of asking, to which 明天 and 下周五 refer.
func (u *Understander) Understand(text string, now time.Time) *Understanding {
	raw := readableRunes(text)
	masked, normal, personal := u.take(raw)
	out := &Understanding{Raw: string(raw), Masked: masked, Normal: normal}
	out.Slots.Phone, out.Slots.IDNumber = personal.phone, personal.idNumber
	out.Readable = readable(normal)
	if !out.Readable {
		out.Intent = Ask
		return out
	}
	if spoken, ok := u.sounds.decode(normal); ok {
		out.Normal = spoken
	}
	a := u.analyse(out.Normal)
	a.core(out)
	a.slots(out, now.In(china))
	a.terms(out)
	a.follow(out)
	a.topic(out)
	out.Emotion = a.emotion(text)
	a.intent(out)
	a.talk(out)
	a.vague(out)
	out.Danger = a.danger()
	a.parts(out)
	return out
}

// take masks what is personal and normalises the rest.
func (u *Understander) take(raw []rune) (masked, normal string, p personal) {
	spans, p := findPersonal(raw)
	masked = replaceSpans(raw, spans, true)
	normal = Normalise(replaceSpans(raw, spans, false))
	if repaired := u.repair.Replace(normal); repaired != normal {
		normal = Normalise(repaired)
	}
	return masked, normal, p
}

// Words returns the words of a text for the index and for queries alike: each word of the cut, and the known words of two to
// four characters inside a longer one. The text is normalised here.
func (u *Understander) Words(text string) []string {
	return u.words.search(Normalise(text))
}

// readableRunes cuts a text to what is read.
func readableRunes(text string) []rune {
	out := make([]rune, 0, min(len(text), longest))
	for _, r := range text {
		if len(out) == longest {
			break
		}
		if r != utf8.RuneError {
			out = append(out, r)
		}
	}
	return out
}

// readable says whether a normal text holds language: a Chinese character, two letters, or a digit.
func readable(normal string) bool {
	letters, han, other := 0, 0, 0
	for _, r := range normal {
		switch {
		case isHan(r):
			han++
		case isAlnum(r):
			letters++
		case r != ' ' && !isMark(r):
			other++
		}
	}
	if han == 0 && letters < 2 {
		return letters == 1 && other == 0 && utf8.RuneCountInString(normal) <= 2
	}
	return true
}

// analysis is one utterance while it is being understood. Positions are runes of the normal text.
type analysis struct {
	*Understander
	runes   []rune
	reading *reading
	matches []match
	seen    map[int32]bool // patterns that were found
	spans   []span         // the words
	kept    []bool         // what belongs to the core
	detail  []bool         // attributes, places, times: what narrows the question, but is not its subject
	// elsewhere says that the matter lies outside the city.
	elsewhere bool
}

func (u *Understander) analyse(normal string) *analysis {
	a := &analysis{Understander: u, runes: []rune(normal)}
	a.reading = u.lexicon.book.read(a.runes)
	a.reading.begin, a.reading.end = utterance(a.runes)
	a.matches = a.reading.matches()
	a.seen = make(map[int32]bool, len(a.matches))
	for _, m := range a.matches {
		a.seen[m.pattern] = true
	}
	a.spans = u.words.cut(a.runes)
	a.kept = make([]bool, len(a.runes))
	a.detail = make([]bool, len(a.runes))
	return a
}

// utterance returns where an utterance begins and ends when marks and closing particles are left out.
func utterance(runes []rune) (begin, end int) {
	end = len(runes)
	for begin < end && (isMark(runes[begin]) || runes[begin] == ' ') {
		begin++
	}
	for end > begin {
		r := runes[end-1]
		if !isMark(r) && r != ' ' && (!strings.ContainsRune("啊呀哦嗯呢啦哈嘛哟噢喔咯", r) || end == begin+1) {
			break
		}
		end--
	}
	return begin, end
}

// each calls f with every match of a topic whose rule is not forbidden and has what it needs.
func (a *analysis) each(t topic, f func(r *rule, m match)) {
	for _, m := range a.matches {
		r := &a.lexicon.rules[m.pattern]
		found := func(p int32) bool { return a.seen[p] }
		lacks := func(p int32) bool { return !a.seen[p] }
		if r.topic == t && !slices.ContainsFunc(r.unless, found) && !slices.ContainsFunc(r.needs, lacks) {
			f(r, m)
		}
	}
}

func (a *analysis) text(s span) string { return string(a.runes[s.start:s.end]) }

func mark(flags []bool, s span) {
	for i := s.start; i < s.end; i++ {
		flags[i] = true
	}
}

func overlaps(flags []bool, s span) bool { return slices.Contains(flags[s.start:s.end], true) }

func inside(flags []bool, s span) bool { return !slices.Contains(flags[s.start:s.end], false) }

// sortTerms puts the heaviest first, else in order.
func sortTerms(terms []Term) {
	slices.SortStableFunc(terms, func(a, b Term) int { return cmp.Compare(b.Weight, a.Weight) })
}
