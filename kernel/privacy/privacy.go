// Package privacy is personal data that masks itself (个人信息): it can be printed, logged and encoded anywhere without showing.
// The whole value takes a visible call, Reveal, that a review can search for. It does not seal and does not store.
// Start at Phone; MaskText is for free text.
package privacy

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode/utf8"
)

// Phone is a telephone number; it shows as 138****8000.
type Phone string

// IDNumber is a 身份证号; it shows as 3301**********1234.
type IDNumber string

// Name is a person's name; it shows as 张* or 欧阳**.
type Name string

// Reveal gives the whole number. Whoever calls it answers for where it goes.
func (p Phone) Reveal() string { return string(p) }

// Reveal gives the whole number.
func (n IDNumber) Reveal() string { return string(n) }

// Reveal gives the whole name.
func (n Name) Reveal() string { return string(n) }

// Masked keeps the first three and last four digits of a mobile number, and the last two of a shorter one.
func (p Phone) Masked() string {
	switch n := utf8.RuneCountInString(string(p)); {
	case n >= 11:
		return keep(string(p), n-8, 4)
	default:
		return keep(string(p), 0, min(2, n/3))
	}
}

// Masked keeps the first four and the last four.
func (n IDNumber) Masked() string {
	if len(n) < 15 {
		return keep(string(n), 0, 0)
	}
	return keep(string(n), 4, 4)
}

// Masked keeps the surname.
func (n Name) Masked() string {
	r := []rune(strings.TrimSpace(string(n)))
	switch {
	case len(r) == 0:
		return ""
	case len(r) >= 3 && compound[string(r[:2])]:
		return keep(string(r), 2, 0)
	}
	return keep(string(r), min(1, len(r)-1), 0)
}

// compound are the double surnames in use.
var compound = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Fields("欧阳 上官 司马 诸葛 司徒 东方 皇甫 尉迟 公孙 慕容 令狐 夏侯 宇文 长孙 轩辕 端木 独孤 南宫 西门 百里 呼延 东郭 公羊 澹台 濮阳 淳于 单于 太史 申屠 钟离 闻人 赫连 鲜于 闾丘 司空 司寇 拓跋 第五") {
		m[s] = true
	}
	return m
}()

// keep stars everything but the first and last runes given.
func keep(s string, first, last int) string {
	r := []rune(s)
	first, last = max(first, 0), max(last, 0)
	if first+last >= len(r) {
		return strings.Repeat("*", len(r))
	}
	return string(r[:first]) + strings.Repeat("*", len(r)-first-last) + string(r[len(r)-last:])
}

func write(f fmt.State, masked string) { _, _ = io.WriteString(f, masked) }

// Format prints the masked form whatever the verb; %x, %q and %#v included.
func (p Phone) Format(f fmt.State, _ rune) { write(f, p.Masked()) }

// String is the masked form.
func (p Phone) String() string { return p.Masked() }

// LogValue is the masked form.
func (p Phone) LogValue() slog.Value { return slog.StringValue(p.Masked()) }

// MarshalText is the masked form, for JSON, XML and YAML alike.
func (p Phone) MarshalText() ([]byte, error) { return []byte(p.Masked()), nil }

// MarshalBinary is the masked form, for gob.
func (p Phone) MarshalBinary() ([]byte, error) { return []byte(p.Masked()), nil }

// Format prints the masked form whatever the verb.
func (n IDNumber) Format(f fmt.State, _ rune) { write(f, n.Masked()) }

// String is the masked form.
func (n IDNumber) String() string { return n.Masked() }

// LogValue is the masked form.
func (n IDNumber) LogValue() slog.Value { return slog.StringValue(n.Masked()) }

// MarshalText is the masked form.
func (n IDNumber) MarshalText() ([]byte, error) { return []byte(n.Masked()), nil }

// MarshalBinary is the masked form.
func (n IDNumber) MarshalBinary() ([]byte, error) { return []byte(n.Masked()), nil }

// Format prints the masked form whatever the verb.
func (n Name) Format(f fmt.State, _ rune) { write(f, n.Masked()) }

// String is the masked form.
func (n Name) String() string { return n.Masked() }

// LogValue is the masked form.
func (n Name) LogValue() slog.Value { return slog.StringValue(n.Masked()) }

// MarshalText is the masked form.
func (n Name) MarshalText() ([]byte, error) { return []byte(n.Masked()), nil }

// MarshalBinary is the masked form.
func (n Name) MarshalBinary() ([]byte, error) { return []byte(n.Masked()), nil }
