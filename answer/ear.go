package answer

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"bangban/knowledge"
	"bangban/nlu"
)

// longestSpoken is how many characters the ear gets: about half a minute.
const longestSpoken = 160

var (
	sentenceEnd = regexp.MustCompile(`[。！？!?]+`)
	unspeakable = regexp.MustCompile(`[（）()《》【】\[\]“”「」{}\n]|https?:|www\.|[a-z0-9-]+\.(?:cn|com|org|net)`)
	asAmount    = regexp.MustCompile(`(?:打|拨|拨打|电话是?|热线)[^，。0-9]{0,4}[0-9]{3,}`)
)

// EarFaults says in Chinese, for curators, what makes a voice form hard to hear: too many sentences, too long, brackets, addresses, a telephone number
// that would be read as an amount; nothing when it is fine.
func EarFaults(voice string) []string {
	var out []string
	n := 0
	for _, s := range sentenceEnd.Split(voice, -1) {
		if strings.TrimSpace(s) != "" {
			n++
		}
	}
	switch {
	case n == 0:
		out = append(out, "没有念出来的话")
	case n > maxSpoken:
		out = append(out, fmt.Sprintf("念出来有 %d 句，最多 %d 句：%s", n, maxSpoken, voice))
	}
	if n := utf8.RuneCountInString(voice); n > longestSpoken {
		out = append(out, fmt.Sprintf("念出来有 %d 个字，最多 %d 个：%s", n, longestSpoken, voice))
	}
	if s := unspeakable.FindString(voice); s != "" {
		out = append(out, fmt.Sprintf("“%s”念不出来：%s", s, voice))
	}
	if s := asAmount.FindString(voice); s != "" {
		out = append(out, fmt.Sprintf("“%s”里的电话会念成数目：%s", s, voice))
	}
	return out
}

// CheckVoices says every entry of a library aloud, whole and in each attribute and situation, and returns what a citizen on the phone
// could not follow.
func CheckVoices(lib *knowledge.Library) []knowledge.Problem {
	var out []knowledge.Problem
	say := func(id string, a nlu.Attribute, speak func(t *turn)) {
		t := &turn{ctx: context.Background(), Knowledge: Knowledge{Library: lib}, u: &nlu.Understanding{}, clarified: true}
		if a != nlu.Overview {
			t.attributes = []nlu.Attribute{a}
		}
		speak(t)
		for _, f := range EarFaults(t.reply.Voice) {
			out = append(out, knowledge.Problem{ID: id, Field: string(a), Rule: "voice", Text: f})
		}
	}
	for _, it := range lib.Items() {
		for _, a := range append([]nlu.Attribute{nlu.Overview, nlu.Steps, nlu.Visits, nlu.LegalBasis}, nlu.Attributes...) {
			say(string(it.ID), a, func(t *turn) { t.item(it, nil) })
			for i := range it.Situations {
				say(string(it.ID)+"#"+it.Situations[i].ID, a, func(t *turn) { t.item(it, &it.Situations[i]) })
			}
		}
	}
	for _, f := range lib.FAQs() {
		say(f.ID, nlu.Overview, func(t *turn) { t.faq(f) })
	}
	for _, e := range lib.Events() {
		say(e.ID, nlu.Overview, func(t *turn) { t.event(e) })
	}
	return out
}
