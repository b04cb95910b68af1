package jwk

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// Generate returns a new private key or secret for a signature algorithm of
// package jwt. RSA keys have 3072 bits, secrets the size of the hash. The key ID
// is the thumbprint.
func Generate(alg jwt.Algorithm) (*Key, error) {
	var key any
	var err error
	switch alg {
	case jwt.HS256, jwt.HS384, jwt.HS512:
		secret := make([]byte, map[jwt.Algorithm]int{jwt.HS256: 32, jwt.HS384: 48, jwt.HS512: 64}[alg])
		_, err = rand.Read(secret)
		key = secret
	case jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512:
		key, err = rsa.GenerateKey(rand.Reader, 3072)
	case jwt.ES256, jwt.ES384, jwt.ES512:
		curve := map[jwt.Algorithm]elliptic.Curve{jwt.ES256: elliptic.P256(), jwt.ES384: elliptic.P384(), jwt.ES512: elliptic.P521()}[alg]
		key, err = ecdsa.GenerateKey(curve, rand.Reader)
	case jwt.EdDSA, jwt.Ed25519:
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87:
		key, err = generateMLDSA(alg)
	case "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW", "RSA-OAEP-256", "A128KW", "A256KW", "dir":
		return nil, fmt.Errorf("jwk: %s is for encryption: make a key with ecdh.P256().GenerateKey, rsa.GenerateKey or crypto/rand, and give it to New", alg)
	default:
		return nil, fmt.Errorf("jwk: cannot generate a key for %s, want a signature algorithm of package jwt", strictjson.Quote(string(alg)))
	}
	if err != nil {
		return nil, fmt.Errorf("jwk: generating a key for %s: %w", alg, err)
	}
	k, err := newKey(key, attributes{algorithm: alg, use: useSignature})
	if err != nil {
		return nil, fmt.Errorf("jwk: %w", err)
	}
	k.keyID = k.Thumbprint() // nobody else has it yet
	return k, nil
}
