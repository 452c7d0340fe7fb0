package privacy

import (
	"strings"
	"unicode"
)

// MaskText hides in free text what points at one person: mobile numbers, 身份证号 (18 and 15 digits), bank cards and e-mail
// addresses, also with wide or Chinese digits and with spaces or dashes between groups. Names can't be told from other words and
// stay. It would rather hide a figure too many than show a number.
func MaskText(s string) string {
	r := []rune(s)
	if !worthMasking(r) {
		return s
	}
	for i := 0; i < len(r); {
		if digit(r[i]) < 0 {
			i++
			continue
		}
		i = maskNumber(r, i)
	}
	return maskMail(string(r))
}

// worthMasking is the quick no for most sentences.
func worthMasking(r []rune) bool {
	digits := 0
	for _, c := range r {
		if c == '@' || c == '＠' {
			return true
		}
		if digit(c) >= 0 {
			digits++
		}
	}
	return digits >= 11
}

const chineseDigits = "零一二三四五六七八九"

// digit returns the value of a digit in any of the forms people type, or -1.
func digit(r rune) int {
	switch {
	case r >= '0' && r <= '9':
		return int(r - '0')
	case r >= '０' && r <= '９':
		return int(r - '０')
	case r == '〇' || r == 'Ｏ':
		return 0
	case r == '幺':
		return 1
	case r > unicode.MaxLatin1:
		if i := strings.IndexRune(chineseDigits, r); i >= 0 {
			return i / 3
		}
	}
	return -1
}

func separator(r rune) bool { return strings.ContainsRune(" -\t\u3000\u00a0－–—·._", r) }

// maskNumber masks the number that begins at r[i], if it is a personal one, and returns where to go on. Groups of digits with one
// separator between them are tried alone first, then together with those that follow; a card, which has no form but its length,
// takes as many groups as it can.
func maskNumber(r []rune, i int) int {
	alone := groupEnd(r, i)
	end, rest := alone, alone
	var at, hidden []int // the places of the digits so far, and of those to star
	for j := i; ; {
		for ; j < end; j++ {
			at = append(at, j)
		}
		first, last, kind := personal(r, at)
		if kind != ordinary && (hidden == nil || kind == card) {
			hidden, rest = at[first:len(at)-last:len(at)-last], end
		}
		if kind == form || len(at) > 19 || end+1 >= len(r) || !separator(r[end]) || digit(r[end+1]) < 0 {
			break
		}
		j = end + 1
		end = groupEnd(r, j)
	}
	for _, p := range hidden {
		r[p] = '*'
	}
	return rest
}

// groupEnd is the end of the digits from i, with the X that closes an 身份证号.
func groupEnd(r []rune, i int) int {
	for i < len(r) && digit(r[i]) >= 0 {
		i++
	}
	if i < len(r) && (r[i] == 'x' || r[i] == 'X' || r[i] == 'Ｘ' || r[i] == 'ｘ') {
		i++
	}
	return i
}

// kind is what a number looks like.
type kind int

const (
	ordinary kind = iota
	form          // has the form of a personal number
	card          // has the length of a bank card's
)

// personal says what the number at these places looks like and how many digits may stay at each end.
func personal(r []rune, at []int) (first, last int, k kind) {
	d := make([]int, len(at))
	for i, p := range at {
		d[i] = digit(r[p]) // -1 for the X
	}
	n := len(d)
	closed := d[n-1] < 0
	body := d
	if closed {
		body = d[:n-1]
	}
	for _, v := range body {
		if v < 0 {
			return 0, 0, ordinary
		}
	}
	mobile := func(d []int) bool { return d[0] == 1 && d[1] >= 3 }
	switch {
	case n == 18 && d[0] >= 1 && d[0] <= 8 && (d[6] == 1 || d[6] == 2) && d[10]*10+d[11] <= 12:
		return 4, 4, form
	case closed:
		return 0, 0, ordinary
	case n == 11 && mobile(d):
		return 3, 4, form
	case n == 13 && d[0] == 8 && d[1] == 6 && mobile(d[2:]), n == 14 && d[0] == 0 && d[1] == 8 && d[2] == 6 && mobile(d[3:]):
		return n - 8, 4, form
	case n == 15 && d[0] >= 1 && d[0] <= 8:
		return 4, 4, form
	case n >= 16: // also what is too long for a card: several numbers written as one
		return 0, 4, card
	}
	return 0, 0, ordinary
}

// maskMail keeps the first letter and the host of an address.
func maskMail(s string) string {
	if !strings.ContainsAny(s, "@＠") {
		return s
	}
	r := []rune(s)
	for i, c := range r {
		if (c != '@' && c != '＠') || i+1 >= len(r) || !hostRune(r[i+1]) {
			continue
		}
		start := i
		for start > 0 && localRune(r[start-1]) {
			start--
		}
		for j := start + 1; j < i; j++ {
			r[j] = '*'
		}
	}
	return string(r)
}

func hostRune(r rune) bool {
	return r <= unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
func localRune(r rune) bool { return hostRune(r) || strings.ContainsRune("._%+-*", r) }
