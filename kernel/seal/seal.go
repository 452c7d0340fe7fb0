// Package seal encrypts small pieces of personal data and secrets under the city's secret key (加密保存): AES-256-GCM, with what a piece is of bound
// to it, so that a sealed number copied to another row does not open. It keeps nothing. Start at New.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// ErrSealed is what does not open: another key, another row, or changed bytes.
var ErrSealed = errors.New("the seal does not open: the city's secret key has changed, or the bytes have")

// Box seals for one purpose. It is safe for concurrent use.
type Box struct{ gcm cipher.AEAD }

// New makes a box. Boxes of different purposes do not open each other's.
func New(secret []byte, purpose string) (*Box, error) {
	key := sha256.Sum256(append([]byte(purpose+"\x00"), secret...))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return &Box{gcm}, nil
}

// Seal encrypts; of names the row, such as promise:P123456789. The same words never look the same twice.
func (b *Box) Seal(plain []byte, of string) ([]byte, error) {
	nonce := make([]byte, b.gcm.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return b.gcm.Seal(nonce, nonce, plain, []byte(of)), nil
}

// Open decrypts what Seal made for the same row. Errors: ErrSealed.
func (b *Box) Open(sealed []byte, of string) ([]byte, error) {
	n := b.gcm.NonceSize()
	if len(sealed) < n {
		return nil, ErrSealed
	}
	plain, err := b.gcm.Open(nil, sealed[:n], sealed[n:], []byte(of))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}
