package jwe

import (
	"context"
	"crypto"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-b1f8f58c/jwt/internal/inspect"
)

// An Encrypter is the key of one recipient, for one alg and one enc. [NewEncrypter],
// [NewSharedKey] and [EncrypterFrom] return one; implement it for another algorithm.
// It must be safe for concurrent use.
type Encrypter interface {
	Algorithm() Algorithm
	Encryption() Encryption
	KeyID() string // kid, "" for none

	// EncryptKey returns a content encryption key of the size that Encryption
	// needs, and the encrypted key for the token, which may be empty. A key
	// agreement sets h.EphemeralKey and may set the party information; other
	// changes of h have no effect.
	EncryptKey(ctx context.Context, h *Header) (cek, encryptedKey []byte, err error)
}

// A Decrypter is one private key, or shared key, for one alg and one enc.
// [NewDecrypter], [NewSharedKey] and [DecrypterFrom] return one; implement it for
// another algorithm. It must be safe for concurrent use.
type Decrypter interface {
	Algorithm() Algorithm
	Encryption() Encryption
	KeyID() string // if not "", only tokens with this kid, or with none, are tried

	// DecryptKey returns the content encryption key, or ErrDecrypt if
	// encryptedKey is not one for this key, or another error if that could not be
	// decided. An error that joins ErrDecrypt with another one, or that contains a
	// *jwt.VerifyError, counts as undecided.
	DecryptKey(ctx context.Context, h Header, encryptedKey []byte) (cek []byte, err error)
}

// NewEncrypter returns the Encrypter for the public key of a recipient: for
// RSA-OAEP-256 an *[rsa.PublicKey] with a modulus of 2048 to 8192 bits and an odd
// exponent from 3 to 2^31-1; for ECDH-ES an *[ecdh.PublicKey] or *[ecdsa.PublicKey]
// with a point on P-256, P-384 or P-521, or of large order on X25519. For shared
// keys see [NewSharedKey].
func NewEncrypter(alg Algorithm, enc Encryption, key crypto.PublicKey, keyID string) (Encrypter, error) {
	k := &encrypter{}
	err := k.names.set(alg, enc, keyID, key, func(f facts) (err error) {
		switch {
		case alg == LegacyRSAOAEP:
			err = errors.New("serves to read only, want RSA-OAEP-256 to encrypt")
		case f.family == familyRSA:
			k.encrypt, err = f.oaepEncrypt(key)
		case f.family == familyAgree:
			k.encrypt, err = f.agreeEncrypt(key)
		default:
			err = wantSecret(key)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return k, nil
}

// NewDecrypter returns the Decrypter for a private key, with the bounds of
// [NewEncrypter]: for RSA-OAEP-256 an *[rsa.PrivateKey] or any other
// [crypto.Decrypter], such as one in an HSM or KMS; for ECDH-ES an
// *[ecdh.PrivateKey], an *[ecdsa.PrivateKey], or any other [ecdh.KeyExchanger].
//
// A [ContextDecrypter] or [ContextKeyExchanger] gets the context. A remote
// crypto.Decrypter is given *[rsa.OAEPOptions]. It returns [rsa.ErrDecryption] or
// [ErrDecrypt] for what it cannot decrypt; with any other error of a remote key, the
// token is neither accepted nor refused.
func NewDecrypter(alg Algorithm, enc Encryption, key crypto.PrivateKey, keyID string) (Decrypter, error) {
	k := &decrypter{}
	err := k.names.set(alg, enc, keyID, key, func(f facts) (err error) {
		switch f.family {
		case familyRSA:
			k.decrypt, err = f.oaepDecrypt(key)
		case familyAgree:
			k.decrypt, err = f.agreeDecrypt(key)
		default:
			err = wantSecret(key)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return k, nil
}

func wantSecret(key any) error {
	return fmt.Errorf("got %s, want a secret given to NewSharedKey", inspect.TypeName(key))
}

type (
	encryptKey func(ctx context.Context, h *Header) (cek, encryptedKey []byte, err error)
	decryptKey func(ctx context.Context, h Header, encryptedKey []byte) (cek []byte, err error)
)

// names is what a key says of itself.
type names struct {
	alg   Algorithm
	enc   Encryption
	keyID string
}

func (n *names) Algorithm() Algorithm   { return n.alg }
func (n *names) Encryption() Encryption { return n.enc }
func (n *names) KeyID() string          { return n.keyID }

// newNames returns the names of a key, and what there is to know about them.
func newNames(alg Algorithm, enc Encryption, keyID string) (n names, f facts, err error) {
	if f, err = factsOf(alg, enc); err != nil {
		return names{}, facts{}, err
	}
	if _, err := jsontext.AppendQuote(nil, keyID); err != nil {
		return names{}, facts{}, fmt.Errorf("jwe: key ID: %w", err)
	}
	return names{alg, enc, keyID}, f, nil
}

// set sets the names of a key that check accepts.
func (n *names) set(alg Algorithm, enc Encryption, keyID string, key any, check func(facts) error) (err error) {
	var f facts
	if *n, f, err = newNames(alg, enc, keyID); err != nil {
		return err
	}
	if _, ok := key.(JWK); ok {
		err = fmt.Errorf("got %s, which EncrypterFrom and DecrypterFrom take", inspect.TypeName(key))
	} else {
		err = inspect.Complete(func() error { return check(f) })
	}
	if err != nil {
		return fmt.Errorf("jwe: %s key: %w", alg, err)
	}
	return nil
}

// encrypter is the Encrypter of NewEncrypter, and decrypter the Decrypter of
// NewDecrypter. The key is in the function only, where no formatting finds it.
type encrypter struct {
	names
	encrypt encryptKey
}

func (k *encrypter) EncryptKey(ctx context.Context, h *Header) (cek, encryptedKey []byte, err error) {
	return k.encrypt(ctx, h)
}

type decrypter struct {
	names
	decrypt decryptKey
}

func (k *decrypter) DecryptKey(ctx context.Context, h Header, encryptedKey []byte) (cek []byte, err error) {
	return k.decrypt(ctx, h, encryptedKey)
}
