//go:build !go1.27

package jwt_test

import (
	"crypto"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt"
)

// mldsaAlgorithms are those that this release of Go has keys for.
var mldsaAlgorithms []jwt.Algorithm

func mldsaKey(jwt.Algorithm) crypto.Signer { return nil }

func TestMLDSAWantsALaterGo(t *testing.T) {
	for _, alg := range []jwt.Algorithm{jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87} {
		want := "jwt: " + string(alg) + " key: the algorithm wants Go 1.27 or later; this program was built with " + runtime.Version()
		v, err := jwt.NewVerifier(alg, ed25519Key().Public(), "")
		assert.EqualError(t, err, want)
		assert.Nil(t, v)
		s, err := jwt.NewSigner(alg, ed25519Key(), "")
		assert.ErrorContains(t, err, want)
		assert.Nil(t, s)
		_, err = jwt.NewHMAC(alg, secret, "")
		assert.ErrorContains(t, err, "takes no secret")
	}
}
