package jwk_test

import (
	"crypto/rsa"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// slowToMake are keys of 3072 bits where they take a minute. That of RS256 stands for all.
func slowToMake(alg jwt.Algorithm) bool {
	return runtime.GOARCH == "wasm" && (alg[:2] == "PS" || alg[:2] == "RS" && alg != jwt.RS256)
}

func TestGenerate(t *testing.T) {
	for _, alg := range []jwt.Algorithm{
		jwt.HS256, jwt.HS384, jwt.HS512, jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512,
		jwt.ES256, jwt.ES384, jwt.ES512, jwt.EdDSA, jwt.Ed25519,
	} {
		t.Run(string(alg), func(t *testing.T) {
			t.Parallel()
			if slowToMake(alg) {
				t.Skip("a key of 3072 bits takes a minute to make, and RS256 has one of the same kind")
			}
			k, err := jwk.Generate(alg)
			require.NoError(t, err)
			assert.Equal(t, alg, k.Algorithm())
			assert.Equal(t, "sig", k.Use())
			assert.Equal(t, k.Thumbprint(), k.KeyID())
			assert.Len(t, k.KeyID(), 43)
			s, err := k.Signer()
			require.NoError(t, err)
			v, err := k.Verifier()
			require.NoError(t, err)
			assert.NoError(t, accepts(t, jwt.Keys{v}, s))
			switch key := k.CryptoKey().(type) {
			case *rsa.PrivateKey:
				assert.Equal(t, 3072, key.N.BitLen())
				return // another one takes long to make
			case []byte:
				assert.Len(t, key, map[jwt.Algorithm]int{jwt.HS256: 32, jwt.HS384: 48, jwt.HS512: 64}[alg])
				assert.NotEqual(t, make([]byte, len(key)), key)
			}
			another, err := jwk.Generate(alg)
			require.NoError(t, err)
			assert.NotEqual(t, k.KeyID(), another.KeyID())
		})
	}
	for _, alg := range []jwt.Algorithm{"", "none", "RSA-OAEP", "ES256K"} {
		_, err := jwk.Generate(alg)
		assert.ErrorContains(t, err, "cannot generate a key for")
	}
	for _, alg := range []jwt.Algorithm{"ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW", "RSA-OAEP-256", "A128KW", "A256KW", "dir"} {
		_, err := jwk.Generate(alg)
		assert.ErrorContains(t, err, string(alg)+" is for encryption: make a key with")
	}
}
