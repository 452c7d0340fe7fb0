package conversation

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"math/big"
)

// newPromiseNo draws the number of a promise: P, eight random digits, one check digit.
func newPromiseNo(random io.Reader) (string, error) {
	no, err := newAnswerNo(random)
	if err != nil {
		return "", err
	}
	return "P" + string(no[1:]), nil
}

// newQueryCode draws the six digits with which a promise is looked up.
func newQueryCode(random io.Reader) (string, error) {
	n, err := rand.Int(random, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("draw a query code: %w", err)
	}
	return fmt.Sprintf("%06d", n.Int64()), nil
}

// hashQueryCode is what is kept of a query code; the number is its salt.
func hashQueryCode(no, code string) []byte {
	sum := sha256.Sum256([]byte("promise\x00" + no + "\x00" + code))
	return sum[:]
}
