package portal

import (
	"sort"
	"strings"
)

// Mark cuts text into pieces so that the words can be marked. Overlapping and touching marks become one; matching ignores case.
func Mark(text string, words []string) []Piece {
	if text == "" {
		return nil
	}
	lower := strings.ToLower(text)
	if len(lower) != len(text) { // a letter whose lower case is longer: no byte position would fit
		lower = text
	}
	type span struct{ from, to int }
	var spans []span
	for _, w := range words {
		if w = strings.ToLower(strings.TrimSpace(w)); w == "" {
			continue
		}
		for from := 0; ; {
			i := strings.Index(lower[from:], w)
			if i < 0 {
				break
			}
			spans = append(spans, span{from + i, from + i + len(w)})
			from += i + len(w)
		}
	}
	sort.Slice(spans, func(i, j int) bool { return spans[i].from < spans[j].from })
	var out []Piece
	at := 0
	for i := 0; i < len(spans); {
		from, to := spans[i].from, spans[i].to
		for i++; i < len(spans) && spans[i].from <= to; i++ {
			to = max(to, spans[i].to)
		}
		if from > at {
			out = append(out, Piece{Text: text[at:from]})
		}
		out = append(out, Piece{Text: text[from:to], Mark: true})
		at = to
	}
	if at < len(text) {
		out = append(out, Piece{Text: text[at:]})
	}
	return out
}

// Excerpt cuts a long text to about width characters around the first of the words.
func Excerpt(text string, words []string, width int) string {
	runes := []rune(text)
	if len(runes) <= width {
		return text
	}
	at := 0
	for _, w := range words {
		if i := strings.Index(text, w); w != "" && i >= 0 {
			at = max(0, len([]rune(text[:i]))-width/4)
			break
		}
	}
	end := min(len(runes), at+width)
	out := string(runes[at:end])
	if at > 0 {
		out = "…" + out
	}
	if end < len(runes) {
		out += "…"
	}
	return out
}
