package jwe

import (
	"crypto"
	"errors"
	"fmt"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/inspect"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A JWK is a key that says what it is for (RFC 7517 section 4). A *jwk.Key is one.
type JWK interface {
	Algorithm() jwt.Algorithm      // alg, "" if absent
	KeyID() string                 // kid, "" if absent
	Permits(operation string) bool // whether use and key_ops permit an operation of RFC 7517 section 4.3
	CryptoKey() any                // the key as one of the standard library, or a secret as []byte
}

// EncrypterFrom returns the Encrypter for a key with its own alg and key ID, as
// [NewEncrypter] and [NewSharedKey] return it. It takes the public part of a private
// key.
//
// The key must name an alg for encryption; give it one with its method With. Its use
// and key_ops must permit to encrypt with that alg: encrypt for dir, wrapKey for
// RSA-OAEP-256, A128KW and A256KW, deriveKey or deriveBits for ECDH-ES. So a key for
// signatures never encrypts. A key whose alg is a content encryption, as A256GCM,
// serves [Dir] with that enc.
func EncrypterFrom(key JWK, enc Encryption) (Encrypter, error) {
	alg, err := permitted(key, enc, encrypts)
	if err != nil {
		return nil, err
	}
	switch cryptoKey := key.CryptoKey().(type) {
	case []byte:
		k, err := NewSharedKey(alg, enc, cryptoKey, key.KeyID())
		if err != nil {
			return nil, err
		}
		return k, nil
	case interface{ Public() crypto.PublicKey }:
		return NewEncrypter(alg, enc, cryptoKey.Public(), key.KeyID())
	default:
		return NewEncrypter(alg, enc, cryptoKey, key.KeyID())
	}
}

// DecrypterFrom returns the Decrypter for a private or shared key with its own alg
// and key ID, as [NewDecrypter] and [NewSharedKey] return it. The key is checked as
// by [EncrypterFrom], for the operations decrypt, unwrapKey, and deriveKey or
// deriveBits.
func DecrypterFrom(key JWK, enc Encryption) (Decrypter, error) {
	alg, err := permitted(key, enc, decrypts)
	if err != nil {
		return nil, err
	}
	if secret, ok := key.CryptoKey().([]byte); ok {
		k, err := NewSharedKey(alg, enc, secret, key.KeyID())
		if err != nil {
			return nil, err
		}
		return k, nil
	}
	return NewDecrypter(alg, enc, key.CryptoKey(), key.KeyID())
}

// SharedKeyFrom returns the SharedKey for a symmetric key with its own alg and key
// ID. The key is checked as by [EncrypterFrom] and [DecrypterFrom].
func SharedKeyFrom(key JWK, enc Encryption) (*SharedKey, error) {
	if _, err := permitted(key, enc, encrypts); err != nil {
		return nil, err
	}
	alg, err := permitted(key, enc, decrypts)
	if err != nil {
		return nil, err
	}
	secret, ok := key.CryptoKey().([]byte)
	if !ok {
		return nil, fmt.Errorf("jwe: got a key for %s, want a symmetric one; EncrypterFrom and DecrypterFrom take any", alg)
	}
	return NewSharedKey(alg, enc, secret, key.KeyID())
}

// A side is which of the two operations of an algorithm a key is wanted for.
type side int

const (
	encrypts side = iota
	decrypts
)

// operations are those that a key must permit, one of them, on each side.
var operations = map[family][2][]string{
	familyDirect: {{"encrypt"}, {"decrypt"}},
	familyWrap:   {{"wrapKey"}, {"unwrapKey"}},
	familyRSA:    {{"wrapKey"}, {"unwrapKey"}},
	familyAgree:  {{"deriveKey", "deriveBits"}, {"deriveKey", "deriveBits"}},
}

// permitted returns the algorithm of a key that may be used for it.
func permitted(key JWK, enc Encryption, on side) (Algorithm, error) {
	if inspect.IsNil(key) {
		return "", errors.New("jwe: got no key, want a *jwk.Key")
	}
	alg := Algorithm(key.Algorithm())
	if _, ok := contents[Encryption(alg)]; ok { // of a secret that encrypts the content
		if Encryption(alg) != enc {
			return "", fmt.Errorf("jwe: the key is for enc %s, not for %s", alg, strictjson.Quote(string(enc)))
		}
		alg = Dir
	}
	f, ok := algorithms[alg]
	switch {
	case alg == "":
		return "", errors.New("jwe: the key names no alg, want one for encryption; its method With sets it")
	case !ok:
		return "", fmt.Errorf("jwe: the key is for %s, want an algorithm for encryption, one of the package's constants", strictjson.Quote(string(alg)))
	}
	for _, operation := range operations[f.family][on] {
		if key.Permits(operation) {
			return alg, nil
		}
	}
	return "", fmt.Errorf("jwe: use or key_ops of the key do not permit to %s, which %s needs", operations[f.family][on][0], alg)
}
