package nlu

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
)

// Talk is what the model of talk learns from besides the examples of talk.tsv.
type Talk struct {
	Asks    []string // ways of asking for entries: plain questions
	Matters []string // short names of matters, put into the examples
}

// example is a way of saying what is no plain question; {m}, {t} and {r} stand for a matter, a time, a district.
type example struct {
	intent   Intent
	template string
}

// vagueTalk is the class of what names no matter; it is no intent of its own.
const vagueTalk Intent = "vague"

func readTalk(l *Lexicon, cells []string) error {
	intent := Intent(cells[0])
	if intent != vagueTalk && (!slices.Contains(intents, intent) || intent == Ask) {
		return fmt.Errorf("no intent %q to give examples of", cells[0])
	}
	if len(cells) < 2 {
		return fmt.Errorf("an intent without an example")
	}
	for _, c := range cells[1:] {
		if c != "" {
			l.talk = append(l.talk, example{intent, c})
		}
	}
	return nil
}

// The size of the model and of its learning.
const (
	talkBits   = 15 // of the hash of a feature
	talkRounds = 6
	talkRate   = 0.25
	talkFill   = 8    // examples that a template with a matter becomes
	talkAsks   = 9000 // plain questions that are learnt, where there are more; up to twice as many, for every n-th is taken
	talkMost   = 60   // characters that are looked at: the beginning of a story says what it is
)

// talkModel tells talk from plain questions, and the intents of talk from each other: a multinomial logistic regression over the
// pieces of one to three characters. It learns in a fraction of a second when an Understander is made, always the same from the same.
type talkModel struct {
	classes []Intent
	weights []float32 // class after class
}

// learn makes the model; nil without examples or without questions to tell them from.
func learn(examples []example, talk Talk) *talkModel {
	if len(examples) == 0 || len(talk.Asks) == 0 || len(talk.Matters) == 0 {
		return nil
	}
	m := &talkModel{classes: []Intent{Ask}}
	for _, e := range examples {
		if !slices.Contains(m.classes, e.intent) {
			m.classes = append(m.classes, e.intent)
		}
	}
	m.weights = make([]float32, len(m.classes)<<talkBits)
	lessons := m.lessons(examples, talk)
	order := uint64(1)
	for round := range talkRounds {
		rate := float32(talkRate / (1 + float64(round)))
		for i := len(lessons) - 1; i > 0; i-- { // the same shuffle each time
			order = order*6364136223846793005 + 1442695040888963407
			j := int(order>>33) % (i + 1)
			lessons[i], lessons[j] = lessons[j], lessons[i]
		}
		for _, l := range lessons {
			m.step(l, rate)
		}
	}
	return m
}

// lesson is one example with its features.
type lesson struct {
	class    int
	features []uint32
	weight   float32
}

var (
	talkTimes   = []string{"明天", "下周三", "周五下午", "后天上午", "这周六", "月底", "上周", "前几天", "十月份", "下礼拜"}
	talkRegions = []string{"西湖区", "萧山", "滨江", "余杭", "拱墅", "上城", "临平", "富阳", "桐庐"}
)

func (m *talkModel) lessons(examples []example, talk Talk) []lesson {
	var out []lesson
	n := 0
	perClass := make([]int, len(m.classes))
	add := func(class int, text string) {
		out = append(out, lesson{class, pieces(Normalise(text)), 1})
		perClass[class]++
	}
	for _, e := range examples {
		class := slices.Index(m.classes, e.intent)
		times := 1
		if strings.Contains(e.template, "{") {
			times = talkFill
		}
		for range times {
			n++
			add(class, strings.NewReplacer("{m}", talk.Matters[n*7%len(talk.Matters)], "{t}", talkTimes[n%len(talkTimes)],
				"{r}", talkRegions[n%len(talkRegions)]).Replace(e.template))
		}
	}
	step := max(1, len(talk.Asks)/talkAsks)
	for i := 0; i < len(talk.Asks); i += step {
		add(0, talk.Asks[i])
	}
	for i := range out { // a rare kind of talk is not drowned by questions
		out[i].weight = float32(math.Sqrt(float64(perClass[0]) / float64(perClass[out[i].class]) / 4))
	}
	return out
}

// pieces are the features of a text: its runs of one to three characters, with its ends.
func pieces(normal string) []uint32 {
	runes := []rune("^" + clipRunes(normal, talkMost) + "$")
	out := make([]uint32, 0, 3*len(runes))
	for i := range runes {
		for n := 1; n <= 3 && i+n <= len(runes); n++ {
			h := fnv.New32a()
			h.Write([]byte(string(runes[i : i+n])))
			out = append(out, h.Sum32()&(1<<talkBits-1))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func clipRunes(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

// chances are the probabilities of the classes.
func (m *talkModel) chances(features []uint32) []float64 {
	out := make([]float64, len(m.classes))
	norm := 1 / math.Sqrt(float64(max(1, len(features))))
	most := math.Inf(-1)
	for c := range m.classes {
		w := m.weights[c<<talkBits : (c+1)<<talkBits]
		sum := float32(0)
		for _, f := range features {
			sum += w[f]
		}
		out[c] = float64(sum) * norm
		most = max(most, out[c])
	}
	total := 0.0
	for c := range out {
		out[c] = math.Exp(out[c] - most)
		total += out[c]
	}
	for c := range out {
		out[c] /= total
	}
	return out
}

// step moves the weights towards a lesson.
func (m *talkModel) step(l lesson, rate float32) {
	norm := float32(1 / math.Sqrt(float64(max(1, len(l.features)))))
	for c, p := range m.chances(l.features) {
		g := -float32(p)
		if c == l.class {
			g++
		}
		g *= rate * l.weight * norm * 4
		w := m.weights[c<<talkBits : (c+1)<<talkBits]
		for _, f := range l.features {
			w[f] += g
		}
	}
}

// hear returns the likeliest class of a normal text with its probability.
func (m *talkModel) hear(normal string) (Intent, float64) {
	p := m.chances(pieces(normal))
	best := 0
	for c := range p {
		if p[c] > p[best] {
			best = c
		}
	}
	return m.classes[best], p[best]
}

// talkSure is the probability from which the model's word is taken where no pattern spoke.
const talkSure = 0.7

// talk takes the model's word for what no pattern has heard: a plain question stays one.
func (a *analysis) talk(out *Understanding) {
	if a.heard == nil || out.Intent != Ask || a.long() || len(out.Negated) > 0 || out.Correction {
		return
	}
	if intent, p := a.heard.hear(out.Normal); p >= talkSure && intent != Ask && intent != vagueTalk {
		out.Intent, out.Second = intent, Ask
	}
}
