package jwe

import (
	"bytes"
	"context"
	"crypto/cipher"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/inspect"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// decrypt sets the plaintext by the first key that fits the header and decrypts
// the token.
func decrypt[K Decrypter](ctx context.Context, b *buffer, h *Header, keys []K) error {
	fit := func(key K) bool { return fits(key, h) }
	_, found, miss := jose.FirstKey[*jwt.VerifyError](keys, fit, func(key K) error {
		return b.open(ctx, key, h)
	}, ErrDecrypt)
	if !found {
		return noKey(*h, miss)
	}
	if h.isCommon() {
		b.decrypted.Keep(b.encodedHeader(), h.common())
	}
	return nil
}

// fits reports whether a token with header h may be tried with key.
func fits(key Decrypter, h *Header) bool {
	return !inspect.IsNil(key) && key.Algorithm() == h.Algorithm && key.Encryption() == h.Encryption && jose.FitsKeyID(key.KeyID(), h.KeyID)
}

// noKey is the error for a token that no key was found to decrypt.
func noKey(h Header, miss jose.Miss) error {
	switch {
	case miss.Failure() != nil:
		return jose.Undecided[*jwt.VerifyError]("jwe: decrypting the key", miss.Failure())
	case miss.None():
		return &jwt.VerifyError{Reason: jwt.ErrUnknownKey, Detail: describe(h)}
	}
	return &jwt.VerifyError{Reason: ErrDecrypt, Detail: miss.Detail()}
}

// open sets the plaintext, or returns ErrDecrypt. That the encrypted key could not
// be decrypted shows only together with the content, which is decrypted with a
// random key then, so that nobody can tell the two apart (RFC 7516 section 11.5).
func (b *buffer) open(ctx context.Context, key Decrypter, h *Header) error {
	f, err := contentOf(h.Encryption)
	if err != nil {
		return err
	}
	if b.ivSize != f.ivSize || b.tagSize != f.tagSize {
		return ErrDecrypt
	}
	content, genuine, err := b.content(ctx, key, f, h)
	if err != nil {
		return err
	}
	plaintext, err := content.Open(b.plaintext[:0], nil, b.sealed, b.encodedHeader())
	if err != nil || !genuine {
		return ErrDecrypt
	}
	b.plaintext = plaintext
	return nil
}

// content returns the cipher for the content of the token, and whether it is the
// one that the key says.
func (b *buffer) content(ctx context.Context, key Decrypter, f contentFacts, h *Header) (content cipher.AEAD, genuine bool, err error) {
	if shared, ok := key.(*SharedKey); ok && shared.content != nil {
		return shared.content(), len(b.encryptedKey) == 0, nil
	}
	random := f.newKey()
	cek, err := key.DecryptKey(ctx, *h, bytes.Clone(b.encryptedKey)) // which the key may hold on to
	if err != nil && !jose.Says[*jwt.VerifyError](err, ErrDecrypt) {
		return nil, false, err
	}
	genuine = err == nil && len(cek) == f.keySize
	if !genuine {
		cek = random
	}
	content, err = f.cipher(cek)
	return content, genuine, err
}
