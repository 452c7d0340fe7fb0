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
	"unique"
)

// secret holds a value where neither fmt nor an encoder finds it: they see a pointer, even in unexported fields and as the key of
// a map, where Go does not call the methods of a string type. It stays comparable.
type secret struct{ handle unique.Handle[string] }

func hide(s string) secret {
	if s == "" {
		return secret{}
	}
	return secret{unique.Make(s)}
}

func (s secret) reveal() string {
	if s == (secret{}) {
		return ""
	}
	return s.handle.Value()
}

// Phone is a telephone number; it shows as 138****8000. The zero value is no number.
type Phone struct{ whole secret }

// IDNumber is a 身份证号; it shows as 3301**********1234.
type IDNumber struct{ whole secret }

// Name is a person's name; it shows as 张* or 欧阳**.
type Name struct{ whole secret }

// NewPhone hides a number.
func NewPhone(s string) Phone { return Phone{hide(s)} }

// NewIDNumber hides a number.
func NewIDNumber(s string) IDNumber { return IDNumber{hide(s)} }

// NewName hides a name.
func NewName(s string) Name { return Name{hide(s)} }

// Reveal gives the whole number. Whoever calls it answers for where it goes.
func (p Phone) Reveal() string { return p.whole.reveal() }

// Reveal gives the whole number.
func (n IDNumber) Reveal() string { return n.whole.reveal() }

// Reveal gives the whole name.
func (n Name) Reveal() string { return n.whole.reveal() }

// Masked keeps the first three and last four digits of a mobile number, and the last two of a shorter one.
func (p Phone) Masked() string {
	whole := p.Reveal()
	n := utf8.RuneCountInString(whole)
	if n >= 11 {
		return keep(whole, n-8, 4)
	}
	return keep(whole, 0, min(2, n/3))
}

// Masked keeps the first four and the last four.
func (n IDNumber) Masked() string {
	whole := n.Reveal()
	if len(whole) < 15 {
		return keep(whole, 0, 0)
	}
	return keep(whole, 4, 4)
}

// Masked keeps the surname.
func (n Name) Masked() string {
	r := []rune(strings.TrimSpace(n.Reveal()))
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

// UnmarshalText reads a whole value, from a form or a body.
func (p *Phone) UnmarshalText(b []byte) error { p.whole = hide(string(b)); return nil }

// UnmarshalText reads a whole value, from a form or a body.
func (n *IDNumber) UnmarshalText(b []byte) error { n.whole = hide(string(b)); return nil }

// UnmarshalText reads a whole value, from a form or a body.
func (n *Name) UnmarshalText(b []byte) error { n.whole = hide(string(b)); return nil }
