package jwk

import (
	"crypto"
	"crypto/sha3"
	"errors"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

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
