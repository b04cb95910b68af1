//go:build !go1.27

package jwk_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// mldsaKinds are those that this release of Go has keys for.
var mldsaKinds []string

func newMLDSA(string) any { return nil }

func TestMLDSAWantsALaterGo(t *testing.T) {
	want := " wants Go 1.27 or later; this program was built with " + runtime.Version()
	for alg, size := range map[jwt.Algorithm]int{jwt.MLDSA44: 1312, jwt.MLDSA65: 1952, jwt.MLDSA87: 2592} {
		_, err := jwk.Generate(alg)
		assert.ErrorContains(t, err, string(alg)+want)
		entry := `{"kty":"AKP","alg":"` + string(alg) + `","kid":"pq","pub":"` + b64(make([]byte, size)) + `"}`
		_, err = jwk.Parse([]byte(entry))
		assert.EqualError(t, err, "jwk: "+string(alg)+want)
		_, err = jwk.Parse([]byte(entry[:len(entry)-1] + `,"priv":"` + b64(make([]byte, 32)) + `"}`))
		assert.EqualError(t, err, "jwk: "+string(alg)+want)

		// In a set it harms no other key.
		set, err := jwk.ParseSet(setOf(entry, public(t, "P-256", nil)))
		require.NoError(t, err)
		assert.Len(t, set.Keys(), 1)
		assert.Contains(t, set.NoKey(jwt.Header{Algorithm: alg, KeyID: "pq"}), string(alg)+want)

		_, err = (&jwk.KeyRing{Algorithm: alg, RotateEvery: 1}).Signer(t.Context())
		assert.ErrorContains(t, err, want)
	}
	for alg, der := range mldsaSPKI {
		_, err := jwk.ParsePEM([]byte(block("PUBLIC KEY", der)))
		assert.ErrorContains(t, err, alg+want)
	}
}
