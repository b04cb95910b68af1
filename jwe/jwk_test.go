package jwe_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwe"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// newJWK returns a key with more members than New sets.
func newJWK(t *testing.T, key any, members string) *jwk.Key {
	t.Helper()
	k, err := jwk.New("", key, "")
	require.NoError(t, err)
	data, err := k.MarshalJSON()
	if _, symmetric := key.([]byte); symmetric || !strings.Contains(fmt.Sprintf("%T", key), "Public") {
		data, err = k.MarshalPrivateJSON()
	}
	require.NoError(t, err)
	k, err = jwk.Parse([]byte(strings.TrimSuffix(string(data), "}") + members + "}"))
	require.NoError(t, err)
	return k
}

// errorOf returns the text of an error, "" for none.
func errorOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestWhatAJWKSaysOfItsUseCounts(t *testing.T) {
	secret, ec := randomBytes(32), ecdhKey("P-256")
	const notPermitted = "jwe: use or key_ops of the key do not permit to "
	for _, row := range []struct {
		name, members              string
		key                        any
		encrypts, decrypts, shared string
	}{
		{"alg alone", `,"alg":"A256KW"`, secret, "", "", ""},
		{"use enc", `,"alg":"A256KW","use":"enc"`, secret, "", "", ""},
		{"both operations", `,"alg":"A256KW","key_ops":["wrapKey","unwrapKey"]`, secret, "", "", ""},
		{"one operation", `,"alg":"A256KW","key_ops":["wrapKey"]`, secret, "", notPermitted + "unwrapKey, which A256KW needs", notPermitted + "unwrapKey, which A256KW needs"},
		{"the other operation", `,"alg":"A256KW","key_ops":["unwrapKey"]`, secret, notPermitted + "wrapKey, which A256KW needs", "", notPermitted + "wrapKey, which A256KW needs"},
		{"operations of another algorithm", `,"alg":"A256KW","key_ops":["encrypt","decrypt"]`, secret,
			notPermitted + "wrapKey, which A256KW needs", notPermitted + "unwrapKey, which A256KW needs", notPermitted + "wrapKey, which A256KW needs"},
		{"dir", `,"alg":"dir","key_ops":["encrypt","decrypt"]`, secret, "", "", ""},
		{"dir to encrypt", `,"alg":"dir","key_ops":["encrypt"]`, secret, "", notPermitted + "decrypt, which dir needs", notPermitted + "decrypt, which dir needs"},
		{"dir with other operations", `,"alg":"dir","key_ops":["wrapKey","unwrapKey"]`, secret,
			notPermitted + "encrypt, which dir needs", notPermitted + "decrypt, which dir needs", notPermitted + "encrypt, which dir needs"},
		{"an enc as alg", `,"alg":"A256GCM"`, secret, "", "", ""},
		{"an agreement", `,"alg":"ECDH-ES","key_ops":["deriveKey"]`, ec, "", "", "jwe: got a key for ECDH-ES, want a symmetric one; EncrypterFrom and DecrypterFrom take any"},
		{"an agreement by bits", `,"alg":"ECDH-ES+A256KW","key_ops":["deriveBits"]`, ec, "", "", "jwe: got a key for ECDH-ES+A256KW, want a symmetric one; EncrypterFrom and DecrypterFrom take any"},
		{"an agreement with other operations", `,"alg":"ECDH-ES","key_ops":["wrapKey","unwrapKey"]`, ec,
			notPermitted + "deriveKey, which ECDH-ES needs", notPermitted + "deriveKey, which ECDH-ES needs", notPermitted + "deriveKey, which ECDH-ES needs"},
		{"an RSA key", `,"alg":"RSA-OAEP-256","key_ops":["wrapKey","unwrapKey"]`, rsaKey(), "", "", "jwe: got a key for RSA-OAEP-256, want a symmetric one; EncrypterFrom and DecrypterFrom take any"},
		{"an RSA key that only decrypts", `,"alg":"RSA-OAEP-256","key_ops":["unwrapKey"]`, rsaKey(),
			notPermitted + "wrapKey, which RSA-OAEP-256 needs", "", notPermitted + "wrapKey, which RSA-OAEP-256 needs"},

		{"no alg", `,"use":"enc"`, secret, "jwe: the key names no alg, want one for encryption; its method With sets it",
			"jwe: the key names no alg, want one for encryption; its method With sets it", "jwe: the key names no alg, want one for encryption; its method With sets it"},
		{"a signing secret", `,"alg":"HS256"`, secret, `jwe: the key is for "HS256", want an algorithm for encryption, one of the package's constants`,
			`jwe: the key is for "HS256", want an algorithm for encryption, one of the package's constants`, `jwe: the key is for "HS256", want an algorithm for encryption, one of the package's constants`},
		{"a signing key", `,"alg":"ES256","use":"sig"`, ec, `jwe: the key is for "ES256", want an algorithm for encryption, one of the package's constants`,
			`jwe: the key is for "ES256", want an algorithm for encryption, one of the package's constants`, `jwe: the key is for "ES256", want an algorithm for encryption, one of the package's constants`},
		{"another enc as alg", `,"alg":"A128CBC-HS256"`, secret, `jwe: the key is for enc A128CBC-HS256, not for "A256GCM"`,
			`jwe: the key is for enc A128CBC-HS256, not for "A256GCM"`, `jwe: the key is for enc A128CBC-HS256, not for "A256GCM"`},
		{"another use", `,"alg":"A256KW","use":"x"`, secret, notPermitted + "wrapKey, which A256KW needs",
			notPermitted + "unwrapKey, which A256KW needs", notPermitted + "wrapKey, which A256KW needs"},
	} {
		t.Run(row.name, func(t *testing.T) {
			key := newJWK(t, row.key, `,"kid":"k"`+row.members)
			encrypt, err := jwe.EncrypterFrom(key, jwe.A256GCM)
			assert.Equal(t, row.encrypts, errorOf(err))
			assert.Equal(t, err == nil, encrypt != nil)
			decrypt, err := jwe.DecrypterFrom(key, jwe.A256GCM)
			assert.Equal(t, row.decrypts, errorOf(err))
			assert.Equal(t, err == nil, decrypt != nil)
			shared, err := jwe.SharedKeyFrom(key, jwe.A256GCM)
			assert.Equal(t, row.shared, errorOf(err))
			assert.Equal(t, err == nil, shared != nil)
			if encrypt == nil || decrypt == nil {
				return
			}
			token, err := jwe.InsecureEncryptUnsigned(t.Context(), encrypt, jwe.Header{}, []byte("secret"))
			require.NoError(t, err)
			h, plaintext, err := jwe.InsecureDecryptUnsigned(t.Context(), decrypt, token)
			require.NoError(t, err)
			assert.Equal(t, "secret k", string(plaintext)+" "+h.KeyID)
			if shared != nil {
				_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), shared, token)
				assert.NoError(t, err)
			}
		})
	}
}

func TestAPublicJWKEncryptsAndDoesNotDecrypt(t *testing.T) {
	fipstest.SkipEnforced(t)
	for _, row := range []struct {
		alg jwe.Algorithm
		key *jwk.Key
	}{
		{jwe.RSAOAEP256, newJWK(t, rsaKey(), `,"alg":"RSA-OAEP-256"`)},
		{jwe.ECDHES, newJWK(t, ecdhKey("X25519"), `,"alg":"ECDH-ES"`)},
		{jwe.ECDHESA128KW, newJWK(t, ecdhKey("P-521"), `,"alg":"ECDH-ES+A128KW"`)},
	} {
		encrypt, err := jwe.EncrypterFrom(row.key.Public(), jwe.A128GCM)
		require.NoError(t, err)
		assert.Equal(t, row.alg, encrypt.Algorithm())
		assert.Equal(t, jwe.A128GCM, encrypt.Encryption())
		_, err = jwe.DecrypterFrom(row.key.Public(), jwe.A128GCM)
		assert.ErrorContains(t, err, "PublicKey, want ")
	}
}

func TestNoJWKIsNoKey(t *testing.T) {
	for _, key := range []jwe.JWK{nil, (*jwk.Key)(nil)} {
		_, err := jwe.EncrypterFrom(key, jwe.A128GCM)
		assert.EqualError(t, err, "jwe: got no key, want a *jwk.Key")
		_, err = jwe.DecrypterFrom(key, jwe.A128GCM)
		assert.EqualError(t, err, "jwe: got no key, want a *jwk.Key")
		_, err = jwe.SharedKeyFrom(key, jwe.A128GCM)
		assert.EqualError(t, err, "jwe: got no key, want a *jwk.Key")
	}
	key, err := jwk.New(jwt.Algorithm(jwe.RSAOAEP256), rsaKey(), "")
	require.NoError(t, err)
	_, err = jwe.EncrypterFrom(key, "A192GCM")
	assert.EqualError(t, err, `jwe: unknown content encryption "A192GCM", want one of the package's constants`)
	_, err = jwe.NewEncrypter(jwe.RSAOAEP256, jwe.A128GCM, key, "")
	assert.EqualError(t, err, "jwe: RSA-OAEP-256 key: got *jwk.Key, which EncrypterFrom and DecrypterFrom take")
	_, err = jwe.NewDecrypter(jwe.RSAOAEP256, jwe.A128GCM, key, "")
	assert.EqualError(t, err, "jwe: RSA-OAEP-256 key: got *jwk.Key, which EncrypterFrom and DecrypterFrom take")
	short, err := jwk.New("dir", randomBytes(16), "")
	require.NoError(t, err)
	for _, make := range []func() error{
		func() error { k, err := jwe.EncrypterFrom(short, jwe.A256GCM); assert.Nil(t, k); return err },
		func() error { k, err := jwe.DecrypterFrom(short, jwe.A256GCM); assert.Nil(t, k); return err },
		func() error { k, err := jwe.SharedKeyFrom(short, jwe.A256GCM); assert.Nil(t, k); return err },
	} {
		assert.EqualError(t, make(), "jwe: dir key for A256GCM: got a secret of 16 bytes, want 32")
	}
}

// A key of any text encrypts and decrypts for what it names and permits, or not at all.
func FuzzKeys(f *testing.F) {
	for _, text := range []string{
		`{"kty":"oct","alg":"dir","k":"AAECAwQFBgcICQoLDA0ODw"}`, `{"kty":"oct","alg":"A128KW","use":"enc","k":"AAECAwQFBgcICQoLDA0ODw"}`,
		`{"kty":"oct","alg":"A128GCM","key_ops":["encrypt"],"k":"AAECAwQFBgcICQoLDA0ODw"}`, `{"kty":"oct","alg":"HS256","k":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}`,
		`{"kty":"OKP","crv":"X25519","alg":"ECDH-ES","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}`, `{"kty":"OKP","crv":"X25519","alg":"ECDH-ES","use":"sig","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		key, err := jwk.Parse(text)
		if err != nil {
			return
		}
		for _, enc := range []jwe.Encryption{jwe.A128GCM, jwe.A256GCM, jwe.A128CBCHS256, jwe.A256CBCHS512} {
			encrypter, err := jwe.EncrypterFrom(key, enc)
			if err != nil {
				require.Nil(t, encrypter)
				continue
			}
			token, err := jwe.InsecureEncryptUnsigned(t.Context(), encrypter, jwe.Header{}, []byte("plaintext"))
			require.NoError(t, err)
			decrypter, err := jwe.DecrypterFrom(key, enc)
			if err != nil {
				require.Nil(t, decrypter)
				continue
			}
			_, plaintext, err := jwe.InsecureDecryptUnsigned(t.Context(), decrypter, token)
			require.NoError(t, err)
			require.Equal(t, "plaintext", string(plaintext))
		}
	})
}
