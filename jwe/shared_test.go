package jwe_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/jwe"
)

func TestSecretsHaveExactlyTheRightSize(t *testing.T) {
	for _, alg := range sharedAlgorithms {
		for _, enc := range encryptions {
			size := secretSize(alg, enc)
			for _, n := range []int{0, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65} {
				key, err := jwe.NewSharedKey(alg, enc, make([]byte, n), "")
				if n == size {
					assert.NoError(t, err)
					continue
				}
				assert.Nil(t, key)
				assert.EqualError(t, err, fmt.Sprintf("jwe: %s key for %s: got a secret of %d bytes, want %d", alg, enc, n, size))
			}
		}
	}
	_, err := jwe.NewSharedKey(jwe.A256KW, jwe.A128GCM, []byte("-----BEGIN PUBLIC KEY-----\nMFkwE"), "")
	assert.EqualError(t, err, "jwe: A256KW key for A128GCM: got a PEM file, want random bytes")
	_, err = jwe.NewSharedKey(jwe.ECDHES, jwe.A128GCM, make([]byte, 16), "")
	assert.EqualError(t, err, "jwe: ECDH-ES takes no secret, want dir, A128KW or A256KW; NewEncrypter and NewDecrypter take its keys")
	_, err = jwe.NewSharedKey("A192KW", jwe.A128GCM, make([]byte, 24), "")
	assert.EqualError(t, err, `jwe: unknown algorithm "A192KW", want one of the package's constants`)
	_, err = jwe.NewSharedKey(jwe.Dir, "A192GCM", make([]byte, 24), "")
	assert.EqualError(t, err, `jwe: unknown content encryption "A192GCM", want one of the package's constants`)
	_, err = jwe.NewSharedKey(jwe.A128KW, jwe.A128GCM, make([]byte, 16), "\xff")
	assert.ErrorContains(t, err, "jwe: key ID: ")
}

func TestSecretsAreCopied(t *testing.T) {
	for _, enc := range encryptions {
		secret := randomBytes(contentKeySize[enc])
		key, err := jwe.NewSharedKey(jwe.Dir, enc, secret, "")
		require.NoError(t, err)
		token, err := jwe.InsecureEncryptUnsigned(t.Context(), key, jwe.Header{}, []byte("secret"))
		require.NoError(t, err)
		clear(secret)
		cek, _, err := key.EncryptKey(t.Context(), &jwe.Header{})
		require.NoError(t, err)
		clear(cek)
		cek, err = key.DecryptKey(t.Context(), jwe.Header{}, nil)
		require.NoError(t, err)
		clear(cek)
		_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), key, token)
		assert.NoError(t, err, "%s", enc)
	}
}
