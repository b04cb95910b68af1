package jwt

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"hash"
	"io"
	"reflect"
	"sync"

	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// A Signer is one private key, or shared secret, that signs with one algorithm.
// The package's own come from [NewSigner] and [NewHMAC]; implement it for another
// algorithm, or for a secret that is elsewhere, such as an HMAC in a KMS. It must
// be safe for concurrent use.
type Signer interface {
	Algorithm() Algorithm
	KeyID() string // kid, "" for none

	// Sign returns the signature of input in the form that the algorithm has in
	// a token (RFC 7518 section 3; for ES256, r and s of 32 bytes each). It does
	// not modify input.
	Sign(ctx context.Context, input []byte) (sig []byte, err error)
}

// A ContextSigner is a [crypto.Signer] whose key is remote. NewSigner's Signers
// call SignContext, with the context given to [Sign], in the place of Sign.
type ContextSigner interface {
	crypto.Signer
	SignContext(ctx context.Context, rand io.Reader, digest []byte, opts crypto.SignerOpts) (signature []byte, err error)
}

// NewSigner returns the Signer for a private key: of the standard library, or
// any other [crypto.Signer], such as one in an HSM or KMS. It is an error if the
// key is not of the type, curve or size that alg asks for (RFC 7518 section 3;
// see [NewVerifier] for the bounds).
//
// ECDSA signatures by standard library keys are deterministic (RFC 6979). Those
// of any other key are verified before they are returned. If it is a
// [ContextSigner], SignContext is called; if it is a [crypto.MessageSigner], it
// gets the whole message; otherwise its digest, or for Ed25519 the message.
func NewSigner(alg Algorithm, key crypto.Signer, keyID string) (Signer, error) {
	if isNil(key) {
		return nil, fmt.Errorf("jwt: %s key: got nil, want a crypto.Signer", alg)
	}
	var public crypto.PublicKey
	if err := whole(func() error { public = key.Public(); return nil }); err != nil {
		return nil, fmt.Errorf("jwt: %s key: %w", alg, err)
	}
	verifier, err := newPublicKey(alg, public, keyID)
	if err != nil {
		return nil, err
	}
	var local bool
	if err := whole(func() (err error) { local, err = checkLocal(key); return err }); err != nil {
		return nil, fmt.Errorf("jwt: %s key: %w", alg, err)
	}
	header, err := encodePlainHeader(alg, keyID)
	if err != nil {
		return nil, err
	}
	s := &privateKey{alg: alg, keyID: keyID, header: header}
	if local, ok := key.(ed25519.PrivateKey); ok {
		key = ed25519.PrivateKey(bytes.Clone(local))
	}
	f := algorithms[alg]
	s.sign = func(ctx context.Context, dst, input []byte) ([]byte, error) {
		return f.appendSignature(ctx, dst, key, input)
	}
	if !local {
		s.sign = func(ctx context.Context, dst, input []byte) ([]byte, error) {
			input = bytes.Clone(input) // the key may hold on to it
			sig, err := f.appendSignature(ctx, nil, key, input)
			if err == nil && !verifier.verify(input, sig) {
				err = errors.New("the key returned a signature that does not verify with its public key")
			}
			if err != nil {
				return nil, err
			}
			return append(dst, sig...), nil
		}
	}
	return s, nil
}

// own returns the key if it is one of this package, and not one that embeds one
// and has a Sign of its own; otherwise nil.
func own(key Signer) ownSigner {
	switch key := key.(type) {
	case *HMAC:
		return key
	case *privateKey:
		return key
	}
	return nil
}

// ownSigner is a Signer of this package.
type ownSigner interface {
	plainHeader() string // the encoded header of a token of type "JWT"
	appendSignature(ctx context.Context, dst, input []byte) ([]byte, error)
}

// privateKey is the Signer of NewSigner. The key is in its function only, where
// no formatting finds it.
type privateKey struct {
	alg    Algorithm
	keyID  string
	header string
	sign   func(ctx context.Context, dst, input []byte) ([]byte, error)
}

func (k *privateKey) Algorithm() Algorithm { return k.alg }
func (k *privateKey) KeyID() string        { return k.keyID }
func (k *privateKey) plainHeader() string  { return k.header }

func (k *privateKey) Sign(ctx context.Context, input []byte) ([]byte, error) {
	return k.sign(ctx, nil, input)
}

func (k *privateKey) appendSignature(ctx context.Context, dst, input []byte) ([]byte, error) {
	return k.sign(ctx, dst, input)
}

// checkLocal reports whether key is one of the standard library's, and if so
// whether its private part is right for its public part.
func checkLocal(key crypto.Signer) (local bool, err error) {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return true, key.Validate()
	case *ecdsa.PrivateKey:
		scalar, err := key.Bytes()
		if err != nil {
			return true, err
		}
		again, err := ecdsa.ParseRawPrivateKey(key.Curve, scalar)
		if err == nil && !again.PublicKey.Equal(&key.PublicKey) {
			err = errors.New("private and public part do not belong together")
		}
		return true, err
	case ed25519.PrivateKey:
		if !ed25519.NewKeyFromSeed(key.Seed()).Equal(key) {
			return true, errors.New("private and public part do not belong together")
		}
		return true, nil
	}
	return false, nil
}

// appendSignature appends the signature of input in the form it has in a token.
func (f facts) appendSignature(ctx context.Context, dst []byte, key crypto.Signer, input []byte) ([]byte, error) {
	var opts crypto.SignerOpts = f.hash
	if f.family == familyPSS {
		opts = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: f.hash}
	}
	random := rand.Reader
	if _, ok := key.(*ecdsa.PrivateKey); ok {
		random = nil // asks for RFC 6979
	}
	digest := input
	if f.hash != 0 {
		digest = f.digest(new(digestBuffer), input)
	}
	var sig []byte
	var err error
	switch key := key.(type) {
	case ed25519.PrivateKey: // by its function, which needs no memory
		return append(dst, ed25519.Sign(key, input)...), nil
	case ContextSigner:
		sig, err = key.SignContext(ctx, random, digest, opts)
	case crypto.MessageSigner:
		sig, err = key.SignMessage(random, input, opts)
	default:
		sig, err = key.Sign(random, digest, opts)
	}
	switch {
	case err != nil:
		return nil, err
	case f.family == familyECDSA:
		return appendFixedWidth(dst, sig, f.coordinateSize())
	}
	return append(dst, sig...), nil
}

// appendFixedWidth turns the ASN.1 form of an ECDSA signature into that of RFC
// 7518 section 3.4: r and s in size bytes each.
func appendFixedWidth(dst, der []byte, size int) ([]byte, error) {
	input, seq := cryptobyte.String(der), cryptobyte.String(nil)
	var r, s []byte
	if !input.ReadASN1(&seq, asn1.SEQUENCE) || !input.Empty() ||
		!seq.ReadASN1Integer(&r) || !seq.ReadASN1Integer(&s) || !seq.Empty() || len(r) > size || len(s) > size {
		return nil, errors.New("the key returned a malformed ECDSA signature, want ASN.1 with two integers of the curve's size")
	}
	for _, n := range [...][]byte{r, s} {
		dst = append(append(dst, make([]byte, size-len(n))...), n...)
	}
	return dst, nil
}

func encodePlainHeader(alg Algorithm, keyID string) (string, error) {
	h, err := appendHeader(nil, Header{Algorithm: alg, KeyID: keyID, Type: plainType})
	if err != nil {
		return "", fmt.Errorf("jwt: key ID: %w", err)
	}
	encoded := string(encodeBase64URL(nil, h))
	return encoded, checkHeaderSize(len(encoded))
}

// checkHeaderSize refuses to make a header that no verifier would read.
func checkHeaderSize(size int) error {
	if size > jose.MaxHeaderSize {
		return errors.New("jwt: header: " + tooLarge(size, jose.MaxHeaderSize))
	}
	return nil
}

// isNil reports whether v is nil or holds a nil pointer or slice.
func isNil(v any) bool {
	switch v := v.(type) { // the usual ones, for speed
	case nil:
		return true
	case *HMAC:
		return v == nil
	case *publicKey:
		return v == nil
	case *privateKey:
		return v == nil
	case Keys:
		return v == nil
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Func:
		return r.IsNil()
	}
	return false
}

// HMAC is a shared secret (RFC 7518 section 3.2): a [Signer] and a [Verifier].
// Make one with [NewHMAC]; the zero value and nil sign and verify nothing.
type HMAC struct {
	alg    Algorithm
	keyID  string
	header string
	states *sync.Pool // of *mac
}

// A mac is a hash with the secret in it, used for one token after another.
type mac struct {
	hash.Hash
	sum [64]byte
}

// NewHMAC returns the HMAC with a secret of at least the size of the hash: 32
// bytes for HS256, 48 for HS384, 64 for HS512, from a random source rather than
// a password. A PEM file is refused, since a public key is no secret. The secret
// is copied.
func NewHMAC(alg Algorithm, secret []byte, keyID string) (*HMAC, error) {
	f, err := factsOf(alg, familyHMAC)
	if err != nil {
		return nil, err
	}
	if len(secret) < f.hash.Size() {
		return nil, fmt.Errorf("jwt: %s secret: got %d bytes, want at least %d", alg, len(secret), f.hash.Size())
	}
	if bytes.HasPrefix(bytes.TrimSpace(secret), []byte("-----BEGIN ")) {
		return nil, fmt.Errorf("jwt: %s secret: got a PEM file, want random bytes", alg)
	}
	header, err := encodePlainHeader(alg, keyID)
	if err != nil {
		return nil, err
	}
	secret = bytes.Clone(secret)
	states := &sync.Pool{New: func() any { return &mac{Hash: hmac.New(f.hash.New, secret)} }}
	return &HMAC{alg, keyID, header, states}, nil
}

// Algorithm returns the algorithm, and "" for an HMAC that is zero or nil.
func (k *HMAC) Algorithm() Algorithm {
	if k == nil {
		return ""
	}
	return k.alg
}

// KeyID returns the key ID.
func (k *HMAC) KeyID() string {
	if k == nil {
		return ""
	}
	return k.keyID
}

// Sign returns the HMAC of input.
func (k *HMAC) Sign(ctx context.Context, input []byte) ([]byte, error) {
	return k.appendSignature(ctx, nil, input)
}

// Verify reports whether sig is the HMAC of input, in constant time.
func (k *HMAC) Verify(_ context.Context, input, sig []byte) error {
	if k == nil || k.states == nil {
		return errZeroHMAC
	}
	m := k.states.Get().(*mac)
	equal := hmac.Equal(m.of(input), sig)
	k.states.Put(m)
	if !equal {
		return ErrSignature
	}
	return nil
}

func (k *HMAC) plainHeader() string { return k.header }

func (k *HMAC) appendSignature(_ context.Context, dst, input []byte) ([]byte, error) {
	if k == nil || k.states == nil {
		return nil, errZeroHMAC
	}
	m := k.states.Get().(*mac)
	dst = append(dst, m.of(input)...)
	k.states.Put(m)
	return dst, nil
}

// of returns the HMAC of input, good until the next call.
func (m *mac) of(input []byte) []byte {
	m.Reset()
	m.Write(input)
	return m.Sum(m.sum[:0])
}

var errZeroHMAC = errors.New("jwt: HMAC without a secret, want one from NewHMAC")
