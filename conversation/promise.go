package conversation

import "crypto/sha256"

// hashQueryCode is what is kept of a query code; the number is its salt (affairs/promise.HashCode is the same).
func hashQueryCode(no, code string) []byte {
	sum := sha256.Sum256([]byte("promise\x00" + no + "\x00" + code))
	return sum[:]
}
