package jwt_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

// pair is a key of each kind for one algorithm.
func pair(t testing.TB, alg jwt.Algorithm, keyID string) (jwt.Signer, jwt.Verifier) {
	t.Helper()
	var key crypto.Signer
	var err error
	switch alg[:2] {
	case "HS":
		secret := make([]byte, 64)
		rand.Read(secret)
		k, err := jwt.NewHMAC(alg, secret, keyID)
		require.NoError(t, err)
		return k, k
	case "RS", "PS":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	case "ES":
		curve := map[jwt.Algorithm]elliptic.Curve{jwt.ES256: elliptic.P256(), jwt.ES384: elliptic.P384(), jwt.ES512: elliptic.P521()}[alg]
		key, err = ecdsa.GenerateKey(curve, rand.Reader)
	default:
		_, key, err = ed25519.GenerateKey(rand.Reader)
	}
	require.NoError(t, err)
	s, err := jwt.NewSigner(alg, key, keyID)
	require.NoError(t, err)
	v, err := jwt.NewVerifier(alg, key.Public(), keyID)
	require.NoError(t, err)
	return s, v
}

var allAlgorithms = []jwt.Algorithm{
	jwt.HS256, jwt.HS384, jwt.HS512, jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512,
	jwt.ES256, jwt.ES384, jwt.ES512, jwt.EdDSA, jwt.Ed25519,
}

func TestRoundTrip(t *testing.T) {
	for _, alg := range allAlgorithms {
		for _, keyID := range []string{"", "key-1"} {
			t.Run(string(alg)+"/"+keyID, func(t *testing.T) {
				s, v := pair(t, alg, keyID)
				want := jwt.Claims{
					Issuer: "iss", Subject: "sub", Audience: jwt.Audience{"a", "b"}, ID: "id",
					ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour)), NotBefore: 1, IssuedAt: 2,
				}
				token, err := jwt.Sign(t.Context(), s, want)
				require.NoError(t, err)
				p := &jwt.Policy{Keys: jwt.Keys{v}, Issuer: "iss", Audience: []string{"b"}, Subject: "sub"}
				got, err := p.Verify(t.Context(), token)
				require.NoError(t, err)
				assert.Equal(t, want, got.Claims)
				assert.Equal(t, jwt.Header{Algorithm: alg, KeyID: keyID, Type: "JWT"}, got.Header)
				read, err := jwt.ClaimsAs[jwt.Claims](got)
				require.NoError(t, err)
				assert.Equal(t, want, read)
			})
		}
	}
}
