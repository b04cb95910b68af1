package jwe_test

import (
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

const notDecrypted = "jwe: token cannot be decrypted"

func TestEveryChangeOfATokenIsRefused(t *testing.T) {
	signer, signed := sender(t)
	for _, p := range allPairs(t, "b-2026") {
		token, err := jwe.SignAndEncrypt(t.Context(), signer, p.encrypt, claims())
		require.NoError(t, err)
		policy := &jwe.Policy{Keys: []jwe.Decrypter{p.decrypt}, Signed: signed}
		t.Run(p.name, func(t *testing.T) {
			places := 512
			if _, shared := p.decrypt.(*jwe.SharedKey); !shared {
				places = 24 // each is an operation with a private key
			}
			mangle(t, token, places, func(token string) error {
				_, err := policy.Verify(t.Context(), token)
				return err
			})
		})
	}
}

func TestAnotherKeyDecryptsNothing(t *testing.T) {
	mine, others := allPairs(t, ""), allPairs(t, "")
	otherRSA, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	for i, p := range mine {
		other := others[i].decrypt
		switch alg := p.encrypt.Algorithm(); alg {
		case jwe.RSAOAEP256:
			other, err = jwe.NewDecrypter(alg, p.encrypt.Encryption(), otherRSA, "")
			require.NoError(t, err)
		case jwe.ECDHES, jwe.ECDHESA128KW, jwe.ECDHESA256KW:
			crv := p.name[strings.LastIndex(p.name, " ")+1:]
			key, err := ecdhCurves[crv].GenerateKey(rand.Reader)
			require.NoError(t, err)
			other, err = jwe.NewDecrypter(alg, p.encrypt.Encryption(), key, "")
			require.NoError(t, err)
		}
		token, err := jwe.InsecureEncryptUnsigned(t.Context(), p.encrypt, jwe.Header{}, []byte("secret"))
		require.NoError(t, err)
		_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), other, token)
		assert.EqualError(t, err, notDecrypted, p.name)
	}
}

func TestKeysAreTriedWithTheirOwnAlgorithmAndEncryptionOnly(t *testing.T) {
	pairs := allPairs(t, "")
	for _, p := range pairs {
		token, err := jwe.InsecureEncryptUnsigned(t.Context(), p.encrypt, jwe.Header{}, []byte("secret"))
		require.NoError(t, err)
		for _, other := range pairs {
			if other.encrypt.Algorithm() == p.encrypt.Algorithm() && other.encrypt.Encryption() == p.encrypt.Encryption() {
				continue
			}
			_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), other.decrypt, token)
			assert.ErrorIs(t, err, jwt.ErrUnknownKey, "%s with the key for %s", p.name, other.name)
		}
	}
}

// One secret has the right size for several algorithms and encryptions; what a
// token says it was used for is not believed.
func TestOneSecretForTwoUsesIsNotConfused(t *testing.T) {
	secret := randomBytes(32)
	for _, row := range []struct {
		alg, tokenAlg jwe.Algorithm
		enc, tokenEnc jwe.Encryption
	}{
		{jwe.A256KW, jwe.Dir, jwe.A256GCM, jwe.A256GCM},
		{jwe.Dir, jwe.A256KW, jwe.A256GCM, jwe.A256GCM},
		{jwe.Dir, jwe.Dir, jwe.A256GCM, jwe.A128CBCHS256},
		{jwe.Dir, jwe.Dir, jwe.A128CBCHS256, jwe.A256GCM},
	} {
		sending, err := jwe.NewSharedKey(row.tokenAlg, row.tokenEnc, secret, "")
		require.NoError(t, err)
		key, err := jwe.NewSharedKey(row.alg, row.enc, secret, "")
		require.NoError(t, err)
		token, err := jwe.InsecureEncryptUnsigned(t.Context(), sending, jwe.Header{}, []byte("secret"))
		require.NoError(t, err)
		_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), key, token)
		assert.ErrorIs(t, err, jwt.ErrUnknownKey)
	}
}
