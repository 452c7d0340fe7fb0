package simulator

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"
)

// vector was made with openssl (enc -aes-256-cbc -nopad, then sha1): neither side of ours had a hand in it.
const (
	vector          = "Q3stYC6hdFzMh9T8HCvyDMwQK6xyeRZ7UnuZsYfP7/6Yf0piNuk7kxZYuxJFeZQQ6WWSSAGv9ZFJIKURndrGsw5RPbXXfGyVyFseI5o3ev1m69fZBO8OAhWGxTVIUBMN"
	vectorSignature = "0098b2cefbaa6e4aa94e4b388d6d1ad83c2b0553"
)

func TestAgainstAVectorFromElsewhere(t *testing.T) {
	got, err := Decrypt(testKey, testAccount().AppID, vector)
	if err != nil || string(got) != "<xml><Content><![CDATA[你好]]></Content></xml>" {
		t.Errorf("%q, %v", got, err)
	}
	if got := Sign("callback-token", "1790730000", "nonce", vector); got != vectorSignature {
		t.Errorf("signature %s", got)
	}
}

func TestSealAtEveryLength(t *testing.T) {
	for n := range 70 {
		text := []byte(strings.Repeat("x", n))
		e, err := Encrypt(testKey, "wx", text)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := base64.StdEncoding.DecodeString(e)
		if len(raw)%32 != 0 {
			t.Errorf("length %d: %d bytes of ciphertext, want whole blocks of 32", n, len(raw))
		}
		if got, err := Decrypt(testKey, "wx", e); err != nil || !bytes.Equal(got, text) {
			t.Errorf("length %d: %q, %v", n, got, err)
		}
	}
	a, _ := Encrypt(testKey, "wx", []byte("same"))
	b, _ := Encrypt(testKey, "wx", []byte("same"))
	if a == b {
		t.Error("the same text gave the same ciphertext: the 16 bytes are not random")
	}
}

// sealRaw encrypts a plaintext as it stands, padding included.
func sealRaw(plain []byte) string {
	key, _ := aesKey(testKey)
	c, _ := aes.NewCipher(key)
	out := make([]byte, len(plain))
	cipher.NewCBCEncrypter(c, key[:16]).CryptBlocks(out, plain)
	return base64.StdEncoding.EncodeToString(out)
}

func TestDecryptRefuses(t *testing.T) {
	plain := func(length uint32, tail string) []byte {
		p := binary.BigEndian.AppendUint32(make([]byte, 16), length)
		return append(p, tail...)
	}
	pad := func(p []byte) []byte {
		n := 32 - len(p)%32
		return append(p, bytes.Repeat([]byte{byte(n)}, n)...)
	}
	last := pad(plain(2, "hiwx"))
	last[len(last)-2]++ // the last byte is right, the one before it is not
	for name, row := range map[string]string{
		"no base64":             "***",
		"nothing":               "",
		"half a block":          base64.StdEncoding.EncodeToString(make([]byte, 15)),
		"padding in the middle": sealRaw(last),
		"padding of zero":       sealRaw(append(plain(2, "hiwx"), make([]byte, 8)...)),
		"padding of 33":         sealRaw(bytes.Repeat([]byte{33}, 64)),
		"too short":             sealRaw(pad(make([]byte, 10))),
		"length beyond":         sealRaw(pad(plain(1<<31, "hiwx"))),
		"another app":           sealRaw(pad(plain(2, "hiwy"))),
		"no app":                sealRaw(pad(plain(2, "hi"))),
	} {
		if got, err := Decrypt(testKey, "wx", row); err == nil {
			t.Errorf("%s: opened as %q", name, got)
		}
	}
	if got, err := Decrypt(testKey, "wx", sealRaw(pad(plain(2, "hiwx")))); err != nil || string(got) != "hi" {
		t.Errorf("the good one: %q, %v", got, err)
	}
}

func FuzzDecrypt(f *testing.F) {
	f.Add(vector)
	f.Add("")
	f.Fuzz(func(t *testing.T, e string) {
		if text, err := Decrypt(testKey, "wx", e); err == nil && len(text) > len(e) {
			t.Errorf("%d bytes out of %d", len(text), len(e))
		}
	})
}
