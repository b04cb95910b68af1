package jwttest_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// A brokenSigner cannot sign, for an algorithm that nobody knows.
type brokenSigner struct{}

func (brokenSigner) Algorithm() jwt.Algorithm { return "X1" }
func (brokenSigner) KeyID() string            { return "" }
func (brokenSigner) Sign(context.Context, []byte) ([]byte, error) {
	return nil, errors.New("out of reach")
}

// pair returns a signer and a verifier of one new key.
func pair(t testing.TB, alg jwt.Algorithm, keyID string) (jwt.Signer, jwt.Verifier) {
	t.Helper()
	var key *jwk.Key
	if alg == jwt.RS256 { // for which jwk.Generate makes a larger one, which takes long
		private, err := rsa.GenerateKey(rand.Reader, 2048)
		require.NoError(t, err)
		key, err = jwk.New(alg, private, keyID)
		require.NoError(t, err)
	} else {
		generated, err := jwk.Generate(alg)
		require.NoError(t, err)
		key, err = jwk.New(alg, generated.CryptoKey(), keyID)
		require.NoError(t, err)
	}
	signer, err := key.Signer()
	require.NoError(t, err)
	verifier, err := key.Verifier()
	require.NoError(t, err)
	return signer, verifier
}

// oddKey is a key of which some things are otherwise.
type oddKey struct {
	jwt.Signer
	jwt.Verifier
	algorithm func() jwt.Algorithm
	keyID     func() string
	sign      func(ctx context.Context, input []byte) ([]byte, error)
	verify    func(ctx context.Context, input, sig []byte) error
}

func (k oddKey) Algorithm() jwt.Algorithm {
	if k.algorithm != nil {
		return k.algorithm()
	}
	return k.Signer.Algorithm()
}

func (k oddKey) KeyID() string {
	if k.keyID != nil {
		return k.keyID()
	}
	return k.Signer.KeyID()
}

func (k oddKey) Sign(ctx context.Context, input []byte) ([]byte, error) {
	if k.sign != nil {
		return k.sign(ctx, input)
	}
	return k.Signer.Sign(ctx, input)
}

func (k oddKey) Verify(ctx context.Context, input, sig []byte) error {
	if k.verify != nil {
		return k.verify(ctx, input, sig)
	}
	return k.Verifier.Verify(ctx, input, sig)
}
