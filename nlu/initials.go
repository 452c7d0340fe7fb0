package nlu

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// Initials gives the first letters of the syllables of a name, as people type them to find it: 身份证 → sfz. Letters and digits
// stay, other signs fall away. A character with several readings is read in the most common way.
func Initials(s string) string {
	args := pinyin.NewArgs()
	args.Style = pinyin.FirstLetter
	var b strings.Builder
	for _, r := range Normalise(s) {
		if r < unicode.MaxASCII {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				b.WriteRune(r)
			}
			continue
		}
		if read := pinyin.SinglePinyin(r, args); len(read) > 0 {
			b.WriteString(read[0])
		}
	}
	return b.String()
}
