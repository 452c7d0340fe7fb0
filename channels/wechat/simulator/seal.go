package simulator

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"sort"
	"strings"
)

// block is the size that the platform pads to: 32, not the 16 of AES.
const block = 32

// Sign is the platform's signature: SHA-1 over the parts, sorted and joined.
func Sign(parts ...string) string {
	sorted := append([]string(nil), parts...)
	sort.Strings(sorted)
	sum := sha1.Sum([]byte(strings.Join(sorted, "")))
	return hex.EncodeToString(sum[:])
}

// aesKey decodes an EncodingAESKey. Its 43 characters are base64 without the last "=", whose spare bits need not be zero.
func aesKey(encoding string) ([]byte, error) {
	if len(encoding) != 43 {
		return nil, fmt.Errorf("an EncodingAESKey has 43 characters, not %d", len(encoding))
	}
	key, err := base64.StdEncoding.DecodeString(encoding + "=")
	if err != nil {
		return nil, errors.New("the EncodingAESKey is not base64")
	}
	return key, nil
}

// Encrypt is the Encrypt element for a text: base64 of AES-256-CBC over 16 random bytes, the length, the text and the app id.
func Encrypt(encodingAESKey, appID string, text []byte) (string, error) {
	key, err := aesKey(encodingAESKey)
	if err != nil {
		return "", err
	}
	plain := make([]byte, 20, 20+len(text)+len(appID)+block)
	if _, err := rand.Read(plain[:16]); err != nil {
		return "", err
	}
	binary.BigEndian.PutUint32(plain[16:20], uint32(len(text)))
	plain = append(append(plain, text...), appID...)
	pad := block - len(plain)%block
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	c, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	cipher.NewCBCEncrypter(c, key[:16]).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain), nil
}

// Decrypt opens an Encrypt element and checks every byte of the padding, the length and the app id.
func Decrypt(encodingAESKey, appID, encrypt string) ([]byte, error) {
	key, err := aesKey(encodingAESKey)
	if err != nil {
		return nil, err
	}
	data, err := base64.StdEncoding.DecodeString(encrypt)
	if err != nil {
		return nil, errors.New("Encrypt is not base64")
	}
	if len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, errors.New("the ciphertext is not whole blocks")
	}
	c, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	cipher.NewCBCDecrypter(c, key[:16]).CryptBlocks(data, data)
	pad := int(data[len(data)-1])
	if pad < 1 || pad > block || pad > len(data) || !bytes.Equal(data[len(data)-pad:], bytes.Repeat([]byte{byte(pad)}, pad)) {
		return nil, errors.New("the padding is wrong")
	}
	data = data[:len(data)-pad]
	if len(data) < 20 {
		return nil, errors.New("the plaintext is too short")
	}
	n := int64(binary.BigEndian.Uint32(data[16:20]))
	if n > int64(len(data)-20) {
		return nil, errors.New("the length is wrong")
	}
	if string(data[20+n:]) != appID {
		return nil, errors.New("the app id is another")
	}
	return data[20 : 20+n], nil
}
