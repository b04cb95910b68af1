package jwe

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json/jsontext"
)

// An Encrypter is the key of one recipient, for one alg and one enc. The
// package's own come from [NewEncrypter] and [NewSharedKey]; implement it to
// bring another algorithm. It must be safe for concurrent use.
type Encrypter interface {
	Algorithm() Algorithm
	Encryption() Encryption
	KeyID() string // kid, "" for none

	// EncryptKey returns a content encryption key of the size that Encryption
	// asks for, and the encrypted key that goes into the token, which may be
	// empty. A key agreement sets h.EphemeralKey, and may set the party
	// information; other changes of h have no effect.
	EncryptKey(ctx context.Context, h *Header) (cek, encryptedKey []byte, err error)
}

// A Decrypter is one private key, or shared key, for one alg and one enc. The
// package's own come from [NewDecrypter] and [NewSharedKey]; implement it to
// bring another algorithm. It must be safe for concurrent use.
type Decrypter interface {
	Algorithm() Algorithm
	Encryption() Encryption
	KeyID() string // if not "", only tokens with this kid, or with none, are tried

	// DecryptKey returns the content encryption key; [ErrDecrypt] if
	// encryptedKey is none for this key; any other error if that could not be
	// decided. It does not modify encryptedKey.
	DecryptKey(ctx context.Context, h Header, encryptedKey []byte) (cek []byte, err error)
}

// NewEncrypter returns the Encrypter for the public key of a recipient: for
// RSA-OAEP-256 an *[rsa.PublicKey] with a modulus of 2048 to 8192 bits and an odd
// exponent from 3 to 2^31-1; for ECDH-ES an *[ecdh.PublicKey] or *[ecdsa.PublicKey]
// with a point on P-256, P-384 or P-521, or of large order on X25519. For shared
// keys see [NewSharedKey].
func NewEncrypter(alg Algorithm, enc Encryption, key crypto.PublicKey, keyID string) (Encrypter, error) {
	f, err := factsOf(alg, enc)
	if err != nil {
		return nil, err
	}
	k := &encrypter{}
	if k.names, err = newNames(alg, enc, keyID); err != nil {
		return nil, err
	}
	if err := whole(func() (err error) {
		switch {
		case alg == LegacyRSAOAEP:
			err = errors.New("serves to read only, want RSA-OAEP-256 to encrypt")
		case f.family == familyRSA:
			k.encrypt, err = f.oaepEncrypt(key)
		case f.family == familyAgree:
			k.encrypt, err = f.agreeEncrypt(key)
		default:
			err = fmt.Errorf("got %s, want a secret given to NewSharedKey", typeName(key))
		}
		return err
	}); err != nil {
		return nil, fmt.Errorf("jwe: %s key: %w", alg, err)
	}
	return k, nil
}

// NewDecrypter returns the Decrypter for a private key, with the bounds of
// [NewEncrypter]: for RSA-OAEP-256 an *[rsa.PrivateKey] or any other
// [crypto.Decrypter], such as one in an HSM or KMS; for ECDH-ES an
// *[ecdh.PrivateKey], an *[ecdsa.PrivateKey], or any other [ecdh.KeyExchanger].
//
// A [ContextDecrypter] or [ContextKeyExchanger] gets the context. A remote
// crypto.Decrypter is given *[rsa.OAEPOptions], and returns [rsa.ErrDecryption] or
// [ErrDecrypt] for what it cannot decrypt: any other error, of either kind of
// key, counts as a key out of reach.
func NewDecrypter(alg Algorithm, enc Encryption, key crypto.PrivateKey, keyID string) (Decrypter, error) {
	f, err := factsOf(alg, enc)
	if err != nil {
		return nil, err
	}
	k := &decrypter{}
	if k.names, err = newNames(alg, enc, keyID); err != nil {
		return nil, err
	}
	if err := whole(func() (err error) {
		switch f.family {
		case familyRSA:
			k.decrypt, err = f.oaepDecrypt(key)
		case familyAgree:
			k.decrypt, err = f.agreeDecrypt(key)
		default:
			err = fmt.Errorf("got %s, want a secret given to NewSharedKey", typeName(key))
		}
		return err
	}); err != nil {
		return nil, fmt.Errorf("jwe: %s key: %w", alg, err)
	}
	return k, nil
}

type family int

const (
	familyDirect family = iota + 1
	familyWrap
	familyRSA
	familyAgree
)

// facts is what there is to know about an alg, and the content encryption of the
// key that has it.
type facts struct {
	family  family
	hash    crypto.Hash // of OAEP
	kekSize int         // bytes of the key that wraps; 0 if none does
	content contentFacts
}

// algorithms is the one table of algorithms; it is never changed.
var algorithms = map[Algorithm]facts{
	Dir:           {family: familyDirect},
	A128KW:        {family: familyWrap, kekSize: 16},
	A256KW:        {family: familyWrap, kekSize: 32},
	RSAOAEP256:    {family: familyRSA, hash: crypto.SHA256},
	LegacyRSAOAEP: {family: familyRSA, hash: crypto.SHA1},
	ECDHES:        {family: familyAgree},
	ECDHESA128KW:  {family: familyAgree, kekSize: 16},
	ECDHESA256KW:  {family: familyAgree, kekSize: 32},
}

func factsOf(alg Algorithm, enc Encryption) (f facts, err error) {
	f, ok := algorithms[alg]
	if !ok {
		return facts{}, fmt.Errorf("jwe: unknown algorithm %q, want one of the package's constants", string(alg))
	}
	f.content, err = contentOf(enc)
	return f, err
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

func newNames(alg Algorithm, enc Encryption, keyID string) (names, error) {
	if _, err := jsontext.AppendQuote(nil, keyID); err != nil {
		return names{}, fmt.Errorf("jwe: key ID: %w", err)
	}
	return names{alg, enc, keyID}, nil
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

// whole returns the error of the check of a key, and one for a key with parts
// missing, on which the methods of keys panic.
func whole(check func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("got one that is not complete")
		}
	}()
	return check()
}

// isNil reports whether v is nil or holds a nil pointer or the like.
func isNil(v any) bool {
	if v == nil {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Func:
		return r.IsNil()
	}
	return false
}

func typeName(v any) string {
	if isNil(v) {
		return "nil"
	}
	return fmt.Sprintf("%T", v)
}
