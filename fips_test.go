package jwt_test

import (
	"crypto/fips140"
	"crypto/rsa"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
)

// enforced runs a test in the FIPS 140-only mode: in a process of its own, unless
// this one is in that mode.
func enforced(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	if fipstest.Enforced(t) {
		test(t)
	}
}

// What is approved works, and what is not is refused when the key is made.
func TestFIPS140OnlyMode(t *testing.T) {
	enforced(t, func(t *testing.T) {
		for _, alg := range allAlgorithms {
			s, v := pair(t, alg, "")
			assert.NoError(t, v.Verify(t.Context(), []byte("input"), must(s.Sign(t.Context(), []byte("input")))), alg)
		}
		for _, alg := range rsaFamily {
			_, err := jwt.NewVerifier(alg, &rsa.PublicKey{N: rsaKey().N, E: 3}, "")
			assert.ErrorContains(t, err, "jwt: "+string(alg)+" key: got a key that is not approved: crypto/rsa: use of public exponent")
			_, err = jwt.NewVerifier(alg, &rsa.PublicKey{N: modulus(2049), E: 65537}, "")
			assert.ErrorContains(t, err, "jwt: "+string(alg)+" key: got a key that is not approved: crypto/rsa: use of keys with odd size")
			var small *rsa.PrivateKey
			fips140.WithoutEnforcement(func() { small = otherRSA() })
			small.E = 3
			_, err = jwt.NewSigner(alg, small, "")
			small.E = 65537
			assert.ErrorContains(t, err, "got a key that is not approved")
		}
		_, err := jwt.NewHMAC(jwt.HS256, secret[:13], "")
		assert.ErrorContains(t, err, "got 13 bytes, want at least 32")
	})
}
