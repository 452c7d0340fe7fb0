// Package number makes and reads the numbers that people say on the phone (编号): a letter, eight random digits, one check digit, and query codes of six
// digits. It keeps nothing and knows no matter. Start at Draw and Parse.
package number

import (
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Draw makes a number with a letter (A answer, P promise, G work order, B case, Y appointment, J payment). Whether it is free only its store can tell.
func Draw(random io.Reader, letter byte) (string, error) {
	n, err := rand.Int(random, big.NewInt(100_000_000))
	if err != nil {
		return "", fmt.Errorf("draw a number: %w", err)
	}
	digits := fmt.Sprintf("%08d", n.Int64())
	return string(letter) + digits + string(rune('0'+damm(digits))), nil
}

// Parse reads a number as people type it: small letters, wide digits, spaces and dashes between the groups. It reports false for another letter, a
// wrong form or a wrong check digit.
func Parse(letter byte, typed string) (string, bool) {
	no := squeeze(typed)
	if len(no) != 10 || no[0] != letter {
		return "", false
	}
	for i := 1; i < len(no); i++ {
		if no[i] < '0' || no[i] > '9' {
			return "", false
		}
	}
	return no, damm(no[1:]) == 0
}

func squeeze(typed string) string {
	var b strings.Builder
	if len(typed) <= 64 {
		for _, r := range width.Narrow.String(typed) {
			if !unicode.IsSpace(r) && !unicode.Is(unicode.Pd, r) {
				b.WriteRune(unicode.ToUpper(r))
			}
		}
	}
	return b.String()
}

// DrawCode makes a query code (查询码).
func DrawCode(random io.Reader) (string, error) {
	n, err := rand.Int(random, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("draw a query code: %w", err)
	}
	return fmt.Sprintf("%06d", n.Int64()), nil
}

// Code reads a query code as people type it.
func Code(typed string) (string, bool) {
	code := squeeze(typed)
	if len(code) != 6 {
		return "", false
	}
	for i := range len(code) {
		if code[i] < '0' || code[i] > '9' {
			return "", false
		}
	}
	return code, true
}

// Grouped writes a number in groups of three digits, as it is read aloud: P 123 456 789.
func Grouped(no string) string {
	if len(no) != 10 {
		return no
	}
	return no[:1] + " " + no[1:4] + " " + no[4:7] + " " + no[7:]
}

// dammTable is the quasigroup of order 10 in H. M. Damm, Total anti-symmetrische Quasigruppen, 2004: it finds every single wrong
// digit and every pair of neighbours changed about, the two mistakes people make when they pass a number on.
var dammTable = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
	{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
	{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

// damm returns the check digit of digits; 0 for a number that ends in its own.
func damm(digits string) byte {
	var interim byte
	for i := range len(digits) {
		interim = dammTable[interim][digits[i]-'0']
	}
	return interim
}
