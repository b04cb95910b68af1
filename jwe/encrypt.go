package jwe

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"

	"github.com/seed-b1f8f58c/jwt/internal/base64url"
	"github.com/seed-b1f8f58c/jwt/internal/inspect"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// encrypt returns the token.
func encrypt(ctx context.Context, key Encrypter, h *Header, plaintext []byte) (string, error) {
	if inspect.IsNil(key) || key.Algorithm() == "" {
		return "", errors.New("jwe: no key to encrypt with")
	}
	if err := h.adopt(key); err != nil {
		return "", err
	}
	f, err := contentOf(h.Encryption)
	if err != nil {
		return "", err
	}
	content, encryptedKey, err := f.newCipher(ctx, key, h)
	if err != nil {
		return "", fmt.Errorf("jwe: encrypting the key: %w", err)
	}
	b := buffers.Get().(*buffer)
	defer b.free()
	if err := b.writeHeader(key, h); err != nil {
		return "", fmt.Errorf("jwe: header: %w", err)
	}
	b.sealed = content.Seal(b.sealed[:0], nil, plaintext, b.token)
	b.writeParts(encryptedKey, f)
	return string(b.token), nil
}

// adopt sets the parameters that are the key's, unless h has others.
func (h *Header) adopt(key Encrypter) error {
	alg, enc, keyID := key.Algorithm(), key.Encryption(), key.KeyID()
	if h.Algorithm != "" && h.Algorithm != alg || h.Encryption != "" && h.Encryption != enc || h.KeyID != "" && h.KeyID != keyID {
		wanted := Header{Algorithm: alg, Encryption: enc, KeyID: keyID}
		return fmt.Errorf("jwe: header: got %s, want the key's, %s", describe(*h), describe(wanted))
	}
	if (h.PartyUInfo != nil || h.PartyVInfo != nil) && !agrees(alg) {
		return fmt.Errorf("jwe: header: got party information, want none: %s agrees on no key", alg)
	}
	h.Algorithm, h.Encryption, h.KeyID = alg, enc, keyID
	return nil
}

// newCipher returns the cipher for one token, and its encrypted key.
func (f contentFacts) newCipher(ctx context.Context, key Encrypter, h *Header) (content cipher.AEAD, encryptedKey []byte, err error) {
	if shared, ok := key.(*SharedKey); ok && shared.content != nil {
		return shared.content(), nil, nil
	}
	given := *h
	cek, encryptedKey, err := key.EncryptKey(ctx, &given)
	h.EphemeralKey, h.PartyUInfo, h.PartyVInfo = given.EphemeralKey, given.PartyUInfo, given.PartyVInfo
	if err == nil && len(cek) != f.keySize {
		err = fmt.Errorf("got a content encryption key of %d bytes from the key, want %d", len(cek), f.keySize)
	}
	if err == nil {
		content, err = f.cipher(cek)
	}
	return content, encryptedKey, err
}

// writeHeader begins the token with the encoded header, if this package would
// read it.
func (b *buffer) writeHeader(key Encrypter, h *Header) (err error) {
	if h.isCommon() {
		if encoded, ok := b.written.Encoded(h.common()); ok {
			b.token = append(b.token[:0], encoded...)
			return nil
		}
	}
	if b.header, err = appendHeader(b.header[:0], h); err != nil {
		return err
	}
	switch key.(type) {
	case *encrypter, *SharedKey:
	default: // what a key from elsewhere adds may be anything
		if _, refusal := decodeHeader(b.header); refusal != nil {
			return fmt.Errorf("%s: %s", refusal.Claim, refusal.Detail)
		}
	}
	b.token = base64url.AppendEncode(b.token[:0], b.header)
	if len(b.token) > jose.MaxHeaderSize {
		return errors.New(jose.TooLarge(len(b.token), jose.MaxHeaderSize))
	}
	if h.isCommon() {
		b.written.Keep(b.token, h.common())
	}
	return nil
}

// describe shows what a header says of its key.
func describe(h Header) string {
	return "alg " + strictjson.Quote(string(h.Algorithm)) + ", enc " + strictjson.Quote(string(h.Encryption)) + ", kid " + strictjson.Quote(h.KeyID)
}
