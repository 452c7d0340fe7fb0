package conversation

import (
	"crypto/rand"
	"io"
	"math/big"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"bangban/kernel/fault"
)

// AnswerNo is the number of an answer (答复编号) that can be said on the phone: A, eight random digits, one check digit.
type AnswerNo string

// newAnswerNo draws a number; whether it is free only the store can tell.
func newAnswerNo(random io.Reader) (AnswerNo, error) {
	n, err := rand.Int(random, big.NewInt(100_000_000))
	if err != nil {
		return "", err
	}
	digits := []byte("00000000")
	for i, v := 7, n.Int64(); i >= 0; i, v = i-1, v/10 {
		digits[i] = byte('0' + v%10)
	}
	return AnswerNo("A" + string(digits) + string(rune('0'+damm(string(digits))))), nil
}

// ParseAnswerNo reads a number as people type it: small letters, wide digits, spaces and dashes between the groups. It fails with
// fault.NotFound, answer.bad_number, when the form or the check digit is wrong.
func ParseAnswerNo(typed string) (AnswerNo, error) {
	var b strings.Builder
	if len(typed) <= 64 {
		for _, r := range width.Narrow.String(typed) {
			if !unicode.IsSpace(r) && !unicode.Is(unicode.Pd, r) {
				b.WriteRune(unicode.ToUpper(r))
			}
		}
	}
	no := b.String()
	ok := len(no) == 10 && no[0] == 'A'
	for i := 1; ok && i < len(no); i++ {
		ok = no[i] >= '0' && no[i] <= '9'
	}
	if !ok || damm(no[1:]) != 0 {
		return "", fault.New(fault.NotFound, "answer.bad_number")
	}
	return AnswerNo(no), nil
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
