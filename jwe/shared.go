package jwe

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"

	"github.com/seed-b1f8f58c/jwt/internal/keyfile"
)

// SharedKey is a symmetric key: an [Encrypter] and a [Decrypter]. A token that it
// decrypts was made by a holder of the key. Make one with [NewSharedKey] or
// [SharedKeyFrom]; the zero value and nil encrypt and decrypt nothing.
type SharedKey struct {
	names   names
	encrypt encryptKey
	decrypt decryptKey
	content func() cipher.AEAD // of Dir, made once
}

// NewSharedKey returns the SharedKey for a secret of exactly the right size, from a
// random source and not a password: for Dir 16 bytes with A128GCM, 32 with A256GCM
// and A128CBC-HS256, 64 with A256CBC-HS512; for A128KW 16 bytes and for A256KW 32,
// with any enc. A key or certificate, in PEM, DER, base64, SSH or JWK form, is
// refused. The secret is copied.
//
// Encrypt at most 2^32 tokens with one secret, in all processes together, if it is
// used with Dir and GCM (NIST SP 800-38D section 8.3): the random 96-bit
// initialization vectors might repeat after that. A128KW and A256KW make a key for
// each token and have no such limit.
func NewSharedKey(alg Algorithm, enc Encryption, secret []byte, keyID string) (*SharedKey, error) {
	names, f, err := newNames(alg, enc, keyID)
	if err != nil {
		return nil, err
	}
	k := &SharedKey{names: names}
	if kind := keyfile.Kind(secret); kind != "" {
		return nil, fmt.Errorf("jwe: %s key for %s: got %s, want random bytes", alg, enc, kind)
	}
	size := f.kekSize
	switch f.family {
	case familyDirect:
		size = f.content.keySize
	case familyWrap:
	default:
		return nil, fmt.Errorf("jwe: %s takes no secret, want dir, A128KW or A256KW; NewEncrypter and NewDecrypter take its keys", alg)
	}
	if len(secret) != size {
		return nil, fmt.Errorf("jwe: %s key for %s: got a secret of %d bytes, want %d", alg, enc, len(secret), size)
	}
	if f.family == familyDirect {
		err = k.direct(f, bytes.Clone(secret))
	} else {
		err = k.wrap(f, secret)
	}
	if err != nil {
		return nil, fmt.Errorf("jwe: %s key: %w", alg, err)
	}
	return k, nil
}

func (k *SharedKey) direct(f facts, secret []byte) error {
	content, err := f.content.cipher(secret)
	if err != nil {
		return err
	}
	k.content = func() cipher.AEAD { return content }
	k.encrypt = func(context.Context, *Header) (cek, encryptedKey []byte, err error) {
		return bytes.Clone(secret), nil, nil
	}
	k.decrypt = func(_ context.Context, _ Header, encryptedKey []byte) (cek []byte, err error) {
		if len(encryptedKey) != 0 { // RFC 7516 section 5.2
			return nil, ErrDecrypt
		}
		return bytes.Clone(secret), nil
	}
	return nil
}

func (k *SharedKey) wrap(f facts, secret []byte) error {
	kek, err := aes.NewCipher(secret)
	if err != nil {
		return err
	}
	k.encrypt = func(context.Context, *Header) (cek, encryptedKey []byte, err error) {
		cek = f.content.newKey()
		return cek, wrapKey(kek, cek), nil
	}
	k.decrypt = func(_ context.Context, _ Header, encryptedKey []byte) (cek []byte, err error) {
		return unwrap(kek, encryptedKey, f.content.keySize)
	}
	return nil
}

func unwrap(kek cipher.Block, encryptedKey []byte, size int) (cek []byte, err error) {
	cek, ok := unwrapKey(kek, encryptedKey, size)
	if !ok {
		return nil, ErrDecrypt
	}
	return cek, nil
}

// Algorithm returns the algorithm, and "" for a SharedKey that is zero or nil.
func (k *SharedKey) Algorithm() Algorithm {
	if k == nil {
		return ""
	}
	return k.names.alg
}

// Encryption returns the content encryption.
func (k *SharedKey) Encryption() Encryption {
	if k == nil {
		return ""
	}
	return k.names.enc
}

// KeyID returns the key ID.
func (k *SharedKey) KeyID() string {
	if k == nil {
		return ""
	}
	return k.names.keyID
}

// EncryptKey returns a content encryption key and its wrapped form. For Dir it
// returns the secret and no wrapped form.
func (k *SharedKey) EncryptKey(ctx context.Context, h *Header) (cek, encryptedKey []byte, err error) {
	if k == nil || k.encrypt == nil {
		return nil, nil, errZeroSharedKey
	}
	return k.encrypt(ctx, h)
}

// DecryptKey returns the content encryption key of its wrapped form. For Dir it
// returns the secret.
func (k *SharedKey) DecryptKey(ctx context.Context, h Header, encryptedKey []byte) (cek []byte, err error) {
	if k == nil || k.decrypt == nil {
		return nil, errZeroSharedKey
	}
	return k.decrypt(ctx, h, encryptedKey)
}

var errZeroSharedKey = errors.New("jwe: SharedKey without a secret, want one from NewSharedKey")
