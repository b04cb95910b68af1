package jwt

import (
	"bytes"
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"hash"
	"sync"

	"github.com/seed-b1f8f58c/jwt/internal/keyfile"
)

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
// a password. A key, a certificate or a key file of another kind is refused (PEM,
// DER, OpenSSH, JWK), since a public key is no secret. The secret is copied.
//
// A provider's fixed secret that is shorter takes a [Verifier] of your own.
func NewHMAC(alg Algorithm, secret []byte, keyID string) (*HMAC, error) {
	f, err := factsOf(alg, familyHMAC)
	if err != nil {
		return nil, err
	}
	if kind := keyfile.Kind(secret); kind != "" {
		return nil, fmt.Errorf("jwt: %s secret: got %s, want random bytes; jwk.ParsePEM, jwk.Parse and jwk/openssh read keys, for RS256, ES256 and others", alg, kind)
	}
	if len(secret) < f.hash.Size() {
		return nil, fmt.Errorf("jwt: %s secret: got %d bytes, want at least %d, such as from crypto/rand or openssl rand -base64 %d; a provider's shorter one takes a Verifier of your own",
			alg, len(secret), f.hash.Size(), f.hash.Size())
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
