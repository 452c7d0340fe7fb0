package statute

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"bangban/nlu"
)

// snippetLength is how many characters of an article a search shows.
const snippetLength = 110

// wordsOf are the words that are marked, the citizen's own and their synonyms, the longest first.
func wordsOf(u *nlu.Understanding) []string {
	var out []string
	add := func(w string) {
		if utf8.RuneCountInString(w) >= 2 && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	if u.Topic != "" {
		add(u.Topic)
	}
	for _, t := range u.Terms {
		add(t.Text)
	}
	for _, t := range u.Expanded {
		add(t.Text)
	}
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return out
}

// snippet is the sentences of a text that hold most of the words, and the words that stand in the text. The text is quoted as it is;
// … stands where it was cut.
func snippet(text string, words []string) (string, []string) {
	var matched []string
	for _, w := range words {
		if strings.Contains(text, w) {
			matched = append(matched, w)
		}
	}
	text = strings.Join(strings.Fields(text), " ")
	runes := []rune(text)
	if len(runes) <= snippetLength {
		return text, matched
	}
	best, most := 0, -1
	for _, from := range starts(runes) {
		window := string(runes[from:min(from+snippetLength, len(runes))])
		n := 0
		for _, w := range matched {
			if strings.Contains(window, w) {
				n += len(w)
			}
		}
		if n > most {
			best, most = from, n
		}
	}
	end := min(best+snippetLength, len(runes))
	out := string(runes[best:end])
	if best > 0 {
		out = "…" + out
	}
	if end < len(runes) {
		out += "…"
	}
	return out, matched
}

// starts are the beginnings of the sentences and clauses of a text.
func starts(runes []rune) []int {
	out := []int{0}
	for i, r := range runes[:len(runes)-1] {
		if strings.ContainsRune("。；，：、 ", r) {
			out = append(out, i+1)
		}
	}
	return out
}
