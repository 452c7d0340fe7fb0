package nlu

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

//go:embed simplified.tsv
var simplifiedTable string

// simplified maps a traditional character to its simplified form.
var simplified = parseSimplified(simplifiedTable)

func parseSimplified(table string) map[rune]rune {
	m := make(map[rune]rune, 4200)
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		from, to, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			continue
		}
		a, _ := utf8.DecodeRuneInString(from)
		b, _ := utf8.DecodeRuneInString(to)
		m[a] = b
	}
	return m
}

// Normalise gives the form of a text that all matching uses: half width, lower case, simplified characters, one kind of
// each punctuation mark, single spaces, no emoji, no control or invisible characters, no broken UTF-8. A line break becomes
// a full stop. Numerals stay as they are, since 一件事 and 三轮车 are words: what reads quantities and dates reads both kinds.
// Normalise(Normalise(s)) == Normalise(s), and the result is never longer than four times the input.
func Normalise(s string) string {
	for range 4 {
		n := arrange(foldRunes(s))
		if n == s {
			break
		}
		s = n
	}
	return s
}

// foldRunes maps every rune on its own.
func foldRunes(s string) []rune {
	out := make([]rune, 0, len(s)/2+8)
	for _, r := range s {
		switch {
		case r == utf8.RuneError:
			out = append(out, ' ')
		case r < utf8.RuneSelf || (r >= 0x4E00 && r <= 0x9FFF):
			if r = foldRune(r); r >= 0 {
				out = append(out, r)
			}
		default:
			out = foldRare(out, r)
		}
	}
	return out
}

// foldRare handles what is neither ASCII nor a common character: compatibility forms, symbols, marks.
func foldRare(out []rune, r rune) []rune {
	if f, ok := marks[r]; ok {
		return append(out, f)
	}
	n := []rune(norm.NFKC.String(string(r)))
	if len(n) > 4 { // ﷺ and its like: ligatures of whole phrases
		return append(out, ' ')
	}
	for _, c := range n {
		if f, ok := marks[c]; ok {
			c = f
		}
		if c = foldRune(c); c >= 0 {
			out = append(out, c)
		}
	}
	return out
}

// foldRune returns the form of one rune, or -1 when nothing is left of it.
func foldRune(r rune) rune {
	switch {
	case r >= 'A' && r <= 'Z':
		return r + ('a' - 'A')
	case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' || r == '\v' || r == '\f' || r == '\u0085':
		return '\n'
	case r == '\t' || r == ' ':
		return ' '
	case r == '\'' || r == '`':
		return '"'
	case r == '{':
		return '['
	case r == '}':
		return ']'
	case r < 0x20 || r == 0x7f:
		return -1
	case r < utf8.RuneSelf:
		return r
	case r >= 0x4E00 && r <= 0x9FFF:
		if s, ok := simplified[r]; ok {
			return s
		}
		return r
	}
	return foldOther(r)
}

func foldOther(r rune) rune {
	if s, ok := simplified[r]; ok {
		return s
	}
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc):
		return -1
	case unicode.In(r, unicode.Co, unicode.Cs, unicode.So, unicode.Sk), !unicode.IsPrint(r):
		return ' '
	}
	if l := unicode.ToLower(r); l != r {
		return l
	}
	return r
}

// marks unifies punctuation beyond what NFKC does.
var marks = func() map[rune]rune {
	m := map[rune]rune{'｡': '。', '．': '.', '﹒': '.', '﹑': '、', '､': '、'}
	for to, from := range map[rune]string{
		'"': "“”‘’「」『』〝〞′″´＇＂｀‛‟", '[': "【〔〖［｛", ']': "】〕〗］｝", '-': "‐‑‒–—―−─－﹣", '~': "～∼〜˜", '·': "•‧・●○◆◇■□▪▫★☆►▶",
		'《': "〈<", '》': "〉>",
	} {
		for _, r := range from {
			m[r] = to
		}
	}
	return m
}()

// arrange settles what depends on the neighbours: spaces, line breaks, repeats, characters spelled out with spaces.
func arrange(in []rune) string {
	out := make([]rune, 0, len(in))
	for i := 0; i < len(in); i++ {
		r := in[i]
		last := rune(' ')
		if len(out) > 0 {
			last = out[len(out)-1]
		}
		switch {
		case r == ' ' || r == '\n':
			j, broke := i, false
			for j < len(in) && (in[j] == ' ' || in[j] == '\n') {
				broke = broke || in[j] == '\n'
				j++
			}
			i = j - 1
			if len(out) == 0 || j == len(in) || isMark(last) || isMark(in[j]) {
				continue
			}
			if broke {
				out = append(out, '。')
			} else {
				out = append(out, ' ')
			}
		case isMark(r) && r == last:
		case !isMark(r) && !isDigit(r) && len(out) >= 3 && r == last && r == out[len(out)-2] && r == out[len(out)-3]:
		default:
			out = append(out, r)
		}
	}
	return string(joinSpelled(out))
}

// joinSpelled joins characters that were typed with a space after each: 身 份 证 → 身份证.
func joinSpelled(in []rune) []rune {
	lone := func(i int) bool {
		return i >= 0 && i < len(in) && isHan(in[i]) && (i == 0 || !isHan(in[i-1])) && (i+1 == len(in) || !isHan(in[i+1]))
	}
	out := in[:0:len(in)]
	for i := 0; i < len(in); {
		j := i
		for lone(j) && j+2 < len(in) && in[j+1] == ' ' && lone(j+2) {
			j += 2
		}
		if j-i < 4 { // fewer than three in a row
			if j > i {
				out = append(out, in[i:j+1]...)
			} else {
				out = append(out, in[i])
			}
			i = j + 1
			continue
		}
		word := make([]rune, 0, (j-i)/2+1)
		for k := i; k <= j; k += 2 {
			word = append(word, in[k])
		}
		out = append(out, word...)
		i = j + 1
	}
	return out
}

func isHan(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x3400 && r <= 0x4DBF || r >= 0x20000 && r <= 0x3FFFF || r == '〇'
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isAlnum(r rune) bool { return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' }

// isMark says that a rune of a normal text is punctuation: neither letter, number, space nor line break.
func isMark(r rune) bool {
	if r < utf8.RuneSelf {
		return !isAlnum(r) && r != ' ' && r != '\n' && (r < 'A' || r > 'Z')
	}
	if isHan(r) {
		return false
	}
	return !unicode.IsLetter(r) && !unicode.IsNumber(r)
}

// endsSentence says that a rune of a normal text ends a sentence.
func endsSentence(r rune) bool { return r == '。' || r == '?' || r == '!' || r == ';' }

// Bigrams returns the pairs of neighbouring characters of a normal text. Marks and spaces separate; a run of Latin letters
// or digits is one unit, and a unit that stands alone is returned by itself.
func Bigrams(normal string) []string {
	var out []string
	var before string
	alone := false
	flush := func() {
		if alone {
			out = append(out, before)
		}
		before, alone = "", false
	}
	units(normal, func(unit string) {
		if unit == "" {
			flush()
			return
		}
		if before != "" {
			out = append(out, before+unit)
			before, alone = unit, false
			return
		}
		before, alone = unit, true
	})
	flush()
	return out
}

// Characters returns the single characters of a normal text; a run of Latin letters or digits is one.
func Characters(normal string) []string {
	out := make([]string, 0, len(normal)/3+1)
	units(normal, func(unit string) {
		if unit != "" {
			out = append(out, unit)
		}
	})
	return out
}

// units calls f with each character or Latin run of a normal text, and with "" at marks and spaces.
func units(normal string, f func(string)) {
	for i := 0; i < len(normal); {
		r, size := utf8.DecodeRuneInString(normal[i:])
		switch {
		case isAlnum(r):
			j := i
			for j < len(normal) && isAlnum(rune(normal[j])) {
				j++
			}
			f(normal[i:j])
			i = j
			continue
		case r == ' ' || isMark(r):
			f("")
		default:
			f(normal[i : i+size])
		}
		i += size
	}
}
