package jwe

import (
	"context"
	"crypto"
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // for LegacyRSAOAEP
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/inspect"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// A ContextDecrypter is a [crypto.Decrypter] whose key is remote. The Decrypters of
// [NewDecrypter] call DecryptContext instead of Decrypt, with the context given to
// Verify.
type ContextDecrypter interface {
	crypto.Decrypter
	DecryptContext(ctx context.Context, rand io.Reader, msg []byte, opts crypto.DecrypterOpts) (plaintext []byte, err error)
}

// rsaPublicKey returns a copy of an RSA key within the bounds of jwt.NewVerifier.
func rsaPublicKey(key crypto.PublicKey) (*rsa.PublicKey, error) {
	if _, err := jwt.NewVerifier(jwt.RS256, key, ""); err != nil {
		return nil, cause(err)
	}
	given := key.(*rsa.PublicKey)
	return &rsa.PublicKey{N: new(big.Int).Set(given.N), E: given.E}, nil
}

// cause returns what package jwt finds wrong with a key, without its prefix.
func cause(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

func (f facts) oaepEncrypt(key crypto.PublicKey) (encryptKey, error) {
	public, err := rsaPublicKey(key)
	if err != nil {
		return nil, err
	}
	return func(context.Context, *Header) (cek, encryptedKey []byte, err error) {
		cek = f.content.newKey()
		encryptedKey, err = rsa.EncryptOAEP(f.hash.New(), rand.Reader, public, cek, nil)
		return cek, encryptedKey, err
	}, nil
}

// oaepDecrypt returns the inverse of oaepEncrypt.
func (f facts) oaepDecrypt(key crypto.PrivateKey) (decryptKey, error) {
	if f.hash == crypto.SHA1 && fips140.Enforced() {
		return nil, errors.New("its SHA-1 is not approved (FIPS 140-only mode), want RSA-OAEP-256")
	}
	private, ok := key.(crypto.Decrypter)
	if !ok || inspect.IsNil(key) {
		return nil, fmt.Errorf("got %s, want *rsa.PrivateKey or another crypto.Decrypter", inspect.TypeName(key))
	}
	if local, ok := key.(*rsa.PrivateKey); ok {
		if _, err := jwt.NewSigner(jwt.RS256, local, ""); err != nil {
			return nil, cause(err)
		}
	}
	public, err := rsaPublicKey(private.Public())
	if err != nil {
		return nil, err
	}
	size, opts := public.Size(), &rsa.OAEPOptions{Hash: f.hash}
	return func(ctx context.Context, _ Header, encryptedKey []byte) (cek []byte, err error) {
		if len(encryptedKey) != size { // one spelling (RFC 8017 section 7.1.2)
			return nil, ErrDecrypt
		}
		if remote, ok := private.(ContextDecrypter); ok {
			cek, err = remote.DecryptContext(ctx, rand.Reader, encryptedKey, opts)
		} else {
			cek, err = private.Decrypt(rand.Reader, encryptedKey, opts)
		}
		if jose.Says[*jwt.VerifyError](err, rsa.ErrDecryption) {
			err = ErrDecrypt
		}
		return cek, err
	}, nil
}
