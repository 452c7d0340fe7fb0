package conversation

import (
	"io"

	"bangban/kernel/fault"
	"bangban/kernel/number"
)

// AnswerNo is the number of an answer (答复编号) that can be said on the phone: A, eight random digits, one check digit.
type AnswerNo string

// newAnswerNo draws a number; whether it is free only the store can tell.
func newAnswerNo(random io.Reader) (AnswerNo, error) {
	no, err := number.Draw(random, 'A')
	return AnswerNo(no), err
}

// ParseAnswerNo reads a number as people type it: small letters, wide digits, spaces and dashes between the groups. It fails with
// fault.NotFound, answer.bad_number, when the form or the check digit is wrong.
func ParseAnswerNo(typed string) (AnswerNo, error) {
	no, ok := number.Parse('A', typed)
	if !ok {
		return "", fault.New(fault.NotFound, "answer.bad_number")
	}
	return AnswerNo(no), nil
}
