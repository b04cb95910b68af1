package jwk

import (
	"crypto"

	"github.com/seed-b1f8f58c/jwt"
)

const mldsaSeedSize = 32 // bytes of priv (RFC 9964 section 4)

// mldsaSizes are the bytes of pub (RFC 9964 section 5).
var mldsaSizes = map[jwt.Algorithm]int{jwt.MLDSA44: 1312, jwt.MLDSA65: 1952, jwt.MLDSA87: 2592}

// An mldsaPublic is an ML-DSA public key as a JWK has it. The standard library's is
// many times as large, so that it is made when a key is used, not when a set of keys
// is read. Each text of the right size is a key (FIPS 204 section 7.2).
type mldsaPublic struct {
	alg jwt.Algorithm
	pub string
}

// Equal reports whether the key is the same as another one, of this package or of
// the standard library.
func (p mldsaPublic) Equal(other crypto.PublicKey) bool {
	if alg, pub, seed := mldsaParts(other); alg != "" && seed == nil {
		other = mldsaPublic{alg, string(pub)}
	}
	return p == other
}

// standard returns the key of the standard library for a key of this package.
func standard(key any) any {
	if key, ok := key.(mldsaPublic); ok {
		return key.standard()
	}
	return key
}
