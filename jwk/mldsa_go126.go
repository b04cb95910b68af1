//go:build !go1.27

package jwk

import (
	"fmt"
	"runtime"

	"golang.org/x/crypto/cryptobyte"

	"github.com/seed-b1f8f58c/jwt"
)

// The standard library has no ML-DSA yet: there is no key to read, make or write.

func mldsaParts(any) (alg jwt.Algorithm, pub, seed []byte) { return "", nil, nil }

func newMLDSA(alg jwt.Algorithm, _, _ []byte) (any, error) { return nil, checkMLDSA(alg) }

func generateMLDSA(alg jwt.Algorithm) (any, error) { return nil, checkMLDSA(alg) }

func parseMLDSA(alg jwt.Algorithm, _, _ cryptobyte.String) (parsedKey, error) {
	return parsedKey{}, checkMLDSA(alg)
}

func (p mldsaPublic) standard() any { return nil }

// checkMLDSA reports why there are no keys of ML-DSA.
func checkMLDSA(alg jwt.Algorithm) error {
	return fmt.Errorf("%s wants Go 1.27 or later; this program was built with %s", alg, runtime.Version())
}
