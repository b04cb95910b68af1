package jwe_test

import (
	"crypto"
	"crypto/ecdh"
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

// What is approved works, and what is not is refused when the key is made. The test
// runs in a process of its own, unless this one is in the FIPS 140-only mode.
func TestFIPS140OnlyMode(t *testing.T) {
	if !fipstest.Enforced(t) {
		return
	}
	p256, err := ecdh.P256().GenerateKey(rand.Reader)
	require.NoError(t, err)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	for _, enc := range []jwe.Encryption{jwe.A128GCM, jwe.A256GCM, jwe.A128CBCHS256, jwe.A256CBCHS512} {
		for alg, key := range map[jwe.Algorithm]crypto.PrivateKey{jwe.ECDHES: p256, jwe.ECDHESA256KW: p256, jwe.RSAOAEP256: rsaKey} {
			encrypter, err := jwe.NewEncrypter(alg, enc, key.(interface{ Public() crypto.PublicKey }).Public(), "")
			require.NoError(t, err)
			decrypter, err := jwe.NewDecrypter(alg, enc, key, "")
			require.NoError(t, err)
			token, err := jwe.InsecureEncryptUnsigned(t.Context(), encrypter, jwe.Header{}, []byte("plaintext"))
			require.NoError(t, err, "%s %s", alg, enc)
			_, plaintext, err := jwe.InsecureDecryptUnsigned(t.Context(), decrypter, token)
			require.NoError(t, err, "%s %s", alg, enc)
			assert.Equal(t, "plaintext", string(plaintext))
		}
	}
	var x *ecdh.PrivateKey
	fips140.WithoutEnforcement(func() { x, err = ecdh.X25519().GenerateKey(rand.Reader) })
	require.NoError(t, err)
	const refused = "jwe: ECDH-ES key: X25519 is not approved (FIPS 140-only mode), want P-256, P-384 or P-521"
	_, err = jwe.NewEncrypter(jwe.ECDHES, jwe.A256GCM, x.PublicKey(), "")
	assert.EqualError(t, err, refused)
	_, err = jwe.NewDecrypter(jwe.ECDHES, jwe.A256GCM, x, "")
	assert.EqualError(t, err, refused)
	_, err = jwe.NewDecrypter(jwe.LegacyRSAOAEP, jwe.A256GCM, rsaKey, "")
	assert.EqualError(t, err, "jwe: RSA-OAEP key: its SHA-1 is not approved (FIPS 140-only mode), want RSA-OAEP-256")
	_, err = jwe.NewEncrypter(jwe.RSAOAEP256, jwe.A256GCM, &rsa.PublicKey{N: rsaKey.N, E: 3}, "")
	assert.ErrorContains(t, err, "got a key that is not approved")
}
