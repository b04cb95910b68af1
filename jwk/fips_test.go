package jwk_test

import (
	"crypto/ecdh"
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// What is approved works, and what is not is refused when the key is made. The test
// runs in a process of its own, unless this one is in the FIPS 140-only mode.
func TestFIPS140OnlyMode(t *testing.T) {
	if !fipstest.Enforced(t) {
		return
	}
	keys := make(map[jwt.Algorithm]*jwk.Key)
	for _, alg := range []jwt.Algorithm{jwt.HS256, jwt.RS256, jwt.PS256, jwt.ES256, jwt.ES384, jwt.ES512, jwt.EdDSA} {
		if slowToMake(alg) {
			continue
		}
		k, err := jwk.Generate(alg)
		require.NoError(t, err, alg)
		keys[alg] = k
		data, err := k.MarshalPrivateJSON()
		require.NoError(t, err)
		again, err := jwk.Parse(data)
		require.NoError(t, err)
		s, err := again.Signer()
		require.NoError(t, err)
		assert.NoError(t, accepts(t, mustSet(t, k), s), alg)
	}

	const refused = "X25519 is not approved (FIPS 140-only mode), want P-256, P-384 or P-521"
	var x *jwk.Key
	var private, public, data []byte
	fips140.WithoutEnforcement(func() {
		standard, err := ecdh.X25519().GenerateKey(rand.Reader)
		require.NoError(t, err)
		x, err = jwk.New("", standard, "")
		require.NoError(t, err)
		private, err = x.MarshalPrivatePEM()
		require.NoError(t, err)
		public, err = x.MarshalPublicPEM()
		require.NoError(t, err)
		data, err = x.MarshalPrivateJSON()
		require.NoError(t, err)
	})
	_, err := jwk.Parse(data)
	assert.EqualError(t, err, "jwk: "+refused)
	_, err = jwk.Parse(marshal(t, x))
	assert.EqualError(t, err, "jwk: "+refused)
	_, err = jwk.ParsePEM(private)
	assert.EqualError(t, err, `jwk: PEM: "PRIVATE KEY": `+refused)
	_, err = jwk.ParsePEM(public)
	assert.EqualError(t, err, `jwk: PEM: "PUBLIC KEY": `+refused)

	// In a set such a key harms no other one.
	set := parseSet(t, string(marshal(t, x)), public256(t))
	assert.Len(t, set.Keys(), 1)
	assert.ErrorContains(t, set.Skipped()[0].Err, refused)

	_, err = jwk.New("", &rsa.PublicKey{N: keys[jwt.RS256].CryptoKey().(*rsa.PrivateKey).N, E: 3}, "")
	assert.ErrorContains(t, err, "got a key that is not approved: crypto/rsa: use of public exponent")
	_, err = jwk.New("", make([]byte, 13), "")
	assert.ErrorContains(t, err, "got a secret of 13 bytes, want at least 16")
}

// public256 is the JWK of a public key on P-256.
func public256(t testing.TB) string {
	t.Helper()
	k, err := jwk.Generate(jwt.ES256)
	require.NoError(t, err)
	return string(marshal(t, k))
}
