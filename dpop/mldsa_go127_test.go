//go:build go1.27

package dpop_test

import (
	"crypto"
	"crypto/mldsa"

	"github.com/seed-b1f8f58c/jwt"
)

var mldsaAlgorithms = []jwt.Algorithm{jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87} // for which there are keys

const mldsaNames = " ML-DSA-44 ML-DSA-65 ML-DSA-87"

func newMLDSA(alg jwt.Algorithm) (crypto.Signer, error) {
	return mldsa.GenerateKey(map[jwt.Algorithm]mldsa.Parameters{jwt.MLDSA44: mldsa.MLDSA44(), jwt.MLDSA65: mldsa.MLDSA65(), jwt.MLDSA87: mldsa.MLDSA87()}[alg])
}
