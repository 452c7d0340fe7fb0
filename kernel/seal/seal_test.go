package seal

import (
	"bytes"
	"errors"
	"testing"
)

func TestSeal(t *testing.T) {
	box := func(secret, purpose string) *Box {
		b, err := New([]byte(secret), purpose)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := box("secret", "promise")
	one, err := b.Seal([]byte("13800138000"), "promise:P1")
	if err != nil {
		t.Fatal(err)
	}
	two, _ := b.Seal([]byte("13800138000"), "promise:P1")
	if bytes.Equal(one, two) || bytes.Contains(one, []byte("138")) {
		t.Error("the same words look the same, or can be read")
	}
	if plain, err := b.Open(one, "promise:P1"); err != nil || string(plain) != "13800138000" {
		t.Errorf("opened %q, %v", plain, err)
	}
	changed := bytes.Clone(one)
	changed[len(changed)-1] ^= 1
	for _, c := range []struct {
		name   string
		box    *Box
		sealed []byte
		of     string
	}{
		{"另一行", b, one, "promise:P2"}, {"改了一位", b, changed, "promise:P1"}, {"截短", b, one[:5], "promise:P1"}, {"空", b, nil, "promise:P1"},
		{"别的密钥", box("other", "promise"), one, "promise:P1"}, {"别的用途", box("secret", "identity"), one, "promise:P1"},
	} {
		if plain, err := c.box.Open(c.sealed, c.of); !errors.Is(err, ErrSealed) {
			t.Errorf("%s: %q, %v", c.name, plain, err)
		}
	}
}
