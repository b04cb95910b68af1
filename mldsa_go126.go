//go:build !go1.27

package jwt

import (
	"crypto"
	"errors"
	"runtime"
)

// mldsaVerify refuses every key: the standard library has no ML-DSA yet.
func mldsaVerify(Algorithm, crypto.PublicKey) (func(input, sig []byte) bool, error) {
	return nil, errors.New("the algorithm wants Go 1.27 or later; this program was built with " + runtime.Version())
}

func isMLDSA(crypto.Signer) bool { return false }
