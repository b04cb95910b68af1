//go:build go1.27

package jwk

import (
	"crypto/mldsa"
	"fmt"
	"sync"

	"github.com/seed-b1f8f58c/jwt"
)

var mldsaSets = map[jwt.Algorithm]mldsa.Parameters{jwt.MLDSA44: mldsa.MLDSA44(), jwt.MLDSA65: mldsa.MLDSA65(), jwt.MLDSA87: mldsa.MLDSA87()}

// mldsaParts returns what an ML-DSA key of the standard library is made of: alg is ""
// for another key, seed nil for a public one.
func mldsaParts(key any) (alg jwt.Algorithm, pub, seed []byte) {
	switch key := key.(type) {
	case *mldsa.PublicKey:
		return jwt.Algorithm(key.Parameters().String()), key.Bytes(), nil
	case *mldsa.PrivateKey:
		alg, pub, _ := mldsaParts(key.PublicKey())
		return alg, pub, key.Bytes()
	}
	return "", nil, nil
}

// newMLDSA returns the key of its parts: without a seed the public one, without pub
// that of the seed.
func newMLDSA(alg jwt.Algorithm, pub, seed []byte) (any, error) {
	if err := checkMLDSA(alg); err != nil {
		return nil, err
	}
	if seed == nil {
		return mldsaPublic{alg, string(pub)}, nil
	}
	key, err := mldsa.NewPrivateKey(mldsaSets[alg], seed)
	if err != nil {
		return nil, err
	}
	if pub != nil && string(key.PublicKey().Bytes()) != string(pub) {
		return nil, errMismatch
	}
	return key, nil
}

func (p mldsaPublic) standard() any {
	key, _ := mldsa.NewPublicKey(mldsaSets[p.alg], []byte(p.pub)) // no error: the size has been checked
	return key
}

// checkMLDSA reports why there are no keys of ML-DSA: the FIPS 140-3 module v1.0.0
// has none.
func checkMLDSA(alg jwt.Algorithm) error {
	if err := mldsaMissing(); err != nil {
		return fmt.Errorf("%s: %w", alg, err)
	}
	return nil
}

var mldsaMissing = sync.OnceValue(func() error {
	_, err := mldsa.NewPrivateKey(mldsa.MLDSA44(), make([]byte, mldsaSeedSize))
	return err
})
