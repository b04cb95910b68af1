package dpop_test

import (
	"crypto"
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/dpop"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
)

func TestAProofHasWhatRFC9449AsksFor(t *testing.T) {
	key := newKey(t, jwt.ES256)
	prover, err := dpop.NewProver(jwt.ES256, key)
	require.NoError(t, err)
	assert.Equal(t, thumbprint(t, key.Public()), prover.Thumbprint())
	verifier, err := jwt.NewVerifier(jwt.ES256, key.Public(), "")
	require.NoError(t, err)
	policy := &jwt.Policy{Keys: jwt.Keys{verifier}, Types: []string{"dpop+jwt"}, AllowAnyIssuer: true, AllowAnyAudience: true, AllowNoExpiry: true}
	decode := func(r dpop.Request) (map[string]any, *jwt.Token) {
		text, err := prover.Proof(t.Context(), r)
		require.NoError(t, err)
		token, err := policy.Verify(t.Context(), text)
		require.NoError(t, err)
		claims, err := jwt.ClaimsAs[map[string]any](token)
		require.NoError(t, err)
		return claims, token
	}
	fipstest.Bubble(t, func(t *testing.T) {
		claims, token := decode(dpop.Request{Method: "POST", URL: "HTTPS://Server.example:443/token?q#f", AccessToken: rfcAccessToken, Nonce: "n"})
		assert.Equal(t, time.Now().Unix(), int64(token.Claims.IssuedAt))
		assert.Equal(t, map[string]any{
			"jti": token.Claims.ID, "iat": claims["iat"], "htm": "POST", "htu": "https://server.example/token", "ath": rfcHash, "nonce": "n",
		}, claims)
		header, err := jwt.HeaderAs[map[string]any](token)
		require.NoError(t, err)
		assert.Equal(t, map[string]any{"typ": "dpop+jwt", "alg": "ES256", "jwk": members(t, key.Public(), false)}, header)
	})
	claims, token := decode(dpop.Request{Method: "GET", URL: "http://localhost:8080"})
	assert.Equal(t, map[string]any{"jti": token.Claims.ID, "iat": claims["iat"], "htm": "GET", "htu": "http://localhost:8080/"}, claims)
	assert.GreaterOrEqual(t, len(token.Claims.ID), 26, "128 bits or more")
	_, second := decode(dpop.Request{Method: "GET", URL: "http://localhost:8080"})
	assert.NotEqual(t, token.Claims.ID, second.Claims.ID)
}

func TestAProofWantsAMethodAndAURL(t *testing.T) {
	prover, err := dpop.NewProver(jwt.Ed25519, newKey(t, jwt.Ed25519))
	require.NoError(t, err)
	_, err = prover.Proof(t.Context(), dpop.Request{URL: "https://api.example"})
	assert.EqualError(t, err, "dpop: Request.Method is empty")
	_, err = prover.Proof(t.Context(), dpop.Request{Method: "GET", URL: "/orders"})
	assert.EqualError(t, err, "dpop: Request.URL: not an absolute URL with a host")
	_, err = prover.Proof(t.Context(), dpop.Request{Method: "\xff", URL: "https://api.example"})
	assert.ErrorContains(t, err, "dpop: jwt: claims")
	for _, none := range []*dpop.Prover{nil, {}} {
		_, err = none.Proof(t.Context(), dpop.Request{Method: "GET", URL: "https://api.example"})
		assert.EqualError(t, err, "dpop: the Prover is nil or zero, want one from NewProver")
		assert.Empty(t, none.Thumbprint())
	}
}

func TestAProverWantsAKeyOfItsAlgorithm(t *testing.T) {
	_, err := dpop.NewProver(jwt.ES384, newKey(t, jwt.ES256))
	assert.ErrorContains(t, err, "dpop: jwt: ")
	_, err = dpop.NewProver(jwt.HS256, newKey(t, jwt.ES256))
	assert.ErrorContains(t, err, "dpop: jwt: ")
	_, err = dpop.NewProver(jwt.ES256, nil)
	assert.ErrorContains(t, err, "dpop: jwt: ")
}

// fickle is a key that loses its public part.
type fickle struct {
	crypto.Signer
	asked int
}

func (f *fickle) Public() crypto.PublicKey {
	if f.asked++; f.asked > 1 {
		return nil
	}
	return f.Signer.Public()
}

func TestAProverWantsAPublicKeyToShow(t *testing.T) {
	prover, err := dpop.NewProver(jwt.ES256, &fickle{Signer: newKey(t, jwt.ES256)})
	assert.EqualError(t, err, "dpop: jwk: got a key of type <nil>, want one of the standard library or a secret as []byte")
	assert.Nil(t, prover)
}

func TestAProverShowsNoPrivateKey(t *testing.T) {
	key := newKey(t, jwt.ES256).(*ecdsa.PrivateKey)
	scalar, err := key.Bytes()
	require.NoError(t, err)
	prover, err := dpop.NewProver(jwt.ES256, key)
	require.NoError(t, err)
	for _, v := range []any{prover, *prover, &dpop.Transport{Prover: prover}} {
		for _, format := range []string{"%v", "%+v", "%#v", "%x"} {
			shown := fmt.Sprintf(format, v)
			assert.NotContains(t, shown, fmt.Sprintf("%x", scalar))
			assert.NotContains(t, shown, new(big.Int).SetBytes(scalar).String())
		}
	}
}
