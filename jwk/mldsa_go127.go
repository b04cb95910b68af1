//go:build go1.27

package jwk

import (
	"crypto/mldsa"
	"crypto/sha3"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

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

// generateMLDSA returns a new private key.
func generateMLDSA(alg jwt.Algorithm) (any, error) {
	if err := checkMLDSA(alg); err != nil {
		return nil, err
	}
	return mldsa.GenerateKey(mldsaSets[alg])
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

// parseMLDSA reads the private key of a PKCS #8 structure (RFC 9881 section 6): its
// seed, or its seed with the key expanded from it, as OpenSSL writes both.
func parseMLDSA(alg jwt.Algorithm, parameters, body cryptobyte.String) (parsedKey, error) {
	var content, seed, both, expanded cryptobyte.String
	if !parameters.Empty() || !body.ReadASN1(&content, tag.OCTET_STRING) {
		return parsedKey{}, errNoKind
	}
	ok := false
	switch {
	case content.PeekASN1Tag(tag.OCTET_STRING):
		return parsedKey{}, errors.New("an expanded ML-DSA key without the seed that it is made from, which is not supported")
	case content.PeekASN1Tag(tag.SEQUENCE):
		ok = content.ReadASN1(&both, tag.SEQUENCE) && both.ReadASN1(&seed, tag.OCTET_STRING) && both.ReadASN1(&expanded, tag.OCTET_STRING) && both.Empty()
	default:
		ok = content.ReadASN1(&seed, tag.Tag(0).ContextSpecific())
	}
	if !ok || len(seed) != mldsaSeedSize || !content.Empty() {
		return parsedKey{}, errNoKind
	}
	key, err := newMLDSA(alg, nil, seed)
	if err != nil {
		return parsedKey{}, err
	}
	if both != nil && !isExpanded(expanded, []byte(publicPart(key).(mldsaPublic).pub)) {
		return parsedKey{}, errMismatch
	}
	return parsedKey{key: key}, nil
}

// isExpanded reports whether an expanded private key, which is not used, is that of a
// public key: by the seed of their matrix and by the hash of the public key in it
// (FIPS 204 algorithms 22 and 24).
func isExpanded(key, public []byte) bool {
	const matrix, secret, hash = 32, 32, 64 // bytes
	return len(key) > matrix+secret+hash && string(key[:matrix]) == string(public[:matrix]) &&
		string(key[matrix+secret:][:hash]) == string(sha3.SumSHAKE256(public, hash))
}
