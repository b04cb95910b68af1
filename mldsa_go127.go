//go:build go1.27

package jwt

import (
	"crypto"
	"crypto/mldsa"
	"fmt"
)

// mldsaVerify returns the verification by key, which must be of the parameter set
// that alg names. The context is empty (RFC 9964 section 5).
func mldsaVerify(alg Algorithm, key crypto.PublicKey) (func(input, sig []byte) bool, error) {
	given, ok := key.(*mldsa.PublicKey)
	if !ok || given == nil {
		return nil, wrongType(key, "*mldsa.PublicKey")
	}
	if set := given.Parameters().String(); set != string(alg) {
		return nil, fmt.Errorf("got a key of %s, want one of %s", set, alg)
	}
	public := *given
	return func(input, sig []byte) bool { return mldsa.Verify(&public, input, sig, nil) == nil }, nil
}

// isMLDSA reports whether key is an ML-DSA key of the standard library.
func isMLDSA(key crypto.Signer) bool {
	_, ok := key.(*mldsa.PrivateKey)
	return ok
}
