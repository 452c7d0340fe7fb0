package nlu

// personal reports what kinds of personal numbers a text held.
type personal struct{ phone, idNumber bool }

func findPersonal(raw []rune) ([]personalSpan, personal) { return nil, personal{} }

type personalSpan struct {
	span
	label string
}

// Mask replaces personal numbers.
func Mask(s string) string {
	runes := []rune(s)
	spans, _ := findPersonal(runes)
	return replaceSpans(runes, spans, true)
}

func replaceSpans(runes []rune, spans []personalSpan, label bool) string {
	out := make([]rune, 0, len(runes))
	at := 0
	for _, p := range spans {
		out = append(out, runes[at:p.start]...)
		if label {
			out = append(out, []rune(p.label)...)
		} else {
			out = append(out, ' ')
		}
		at = p.end
	}
	return string(append(out, runes[at:]...))
}
