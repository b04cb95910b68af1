package jwe_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

// A holder of the public key may encrypt anything as the content encryption key.
func TestOAEPIsReadStrictly(t *testing.T) {
	fipstest.SkipEnforced(t)
	key := rsaKey()
	decrypter, err := jwe.NewDecrypter(jwe.RSAOAEP256, jwe.A128GCM, key, "")
	require.NoError(t, err)
	legacy, err := jwe.NewDecrypter(jwe.LegacyRSAOAEP, jwe.A128GCM, key, "")
	require.NoError(t, err)
	cek := randomBytes(16)
	oaep256 := func(cek []byte, label string) []byte {
		b, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, &key.PublicKey, cek, []byte(label))
		require.NoError(t, err)
		return b
	}
	oaep1, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, &key.PublicKey, cek, nil)
	require.NoError(t, err)
	mixed, err := rsa.EncryptOAEPWithOptions(rand.Reader, &key.PublicKey, cek, &rsa.OAEPOptions{Hash: 5, MGFHash: 3})
	require.NoError(t, err)
	//lint:ignore SA1019 an attacker may send it
	pkcs1, err := rsa.EncryptPKCS1v15(rand.Reader, &key.PublicKey, cek)
	require.NoError(t, err)
	good := oaep256(cek, "")
	plusN := new(big.Int).Add(new(big.Int).SetBytes(good), key.N).Bytes()
	for _, row := range []struct {
		name         string
		key          jwe.Decrypter
		alg          string
		encryptedKey []byte
		cek          []byte
		ok           bool
	}{
		{"as it should be", decrypter, "RSA-OAEP-256", good, cek, true},
		{"SHA-1 by its own name", legacy, "RSA-OAEP", oaep1, cek, true},
		{"SHA-1 under the other name", decrypter, "RSA-OAEP-256", oaep1, cek, false},
		{"SHA-256 under the name of SHA-1", legacy, "RSA-OAEP", good, cek, false},
		{"SHA-256 with SHA-1 inside", decrypter, "RSA-OAEP-256", mixed, cek, false},
		{"a label", decrypter, "RSA-OAEP-256", oaep256(cek, "x"), cek, false},
		{"PKCS #1 v1.5", decrypter, "RSA-OAEP-256", pkcs1, cek, false},
		{"nothing", decrypter, "RSA-OAEP-256", nil, cek, false},
		{"zero", decrypter, "RSA-OAEP-256", make([]byte, 256), cek, false},
		{"a zero before it", decrypter, "RSA-OAEP-256", append([]byte{0}, good...), cek, false},
		{"a byte less", decrypter, "RSA-OAEP-256", good[:255], cek, false},
		{"the modulus", decrypter, "RSA-OAEP-256", key.N.Bytes(), cek, false},
		{"the modulus added", decrypter, "RSA-OAEP-256", plusN, cek, false},
		{"the key itself", decrypter, "RSA-OAEP-256", cek, cek, false},
		{"a key of another size", decrypter, "RSA-OAEP-256", oaep256(append(cek, cek...), ""), append(cek, cek...), false},
		{"an empty key", decrypter, "RSA-OAEP-256", oaep256(nil, ""), make([]byte, 16), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			token := craft{header: `{"alg":"` + row.alg + `","enc":"A128GCM"}`, encryptedKey: row.encryptedKey, enc: jwe.A128GCM, cek: row.cek, plaintext: "secret"}.token()
			_, _, err := jwe.InsecureDecryptUnsigned(t.Context(), row.key, token)
			if row.ok {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, notDecrypted)
		})
	}
}

// An RSA ciphertext with a zero in front is another spelling of a shorter one.
func TestOAEPCiphertextsHaveOneLength(t *testing.T) {
	key := rsaKey()
	decrypter, err := jwe.NewDecrypter(jwe.RSAOAEP256, jwe.A128GCM, key, "")
	require.NoError(t, err)
	cek := randomBytes(16)
	var encrypted []byte
	for encrypted == nil || encrypted[0] != 0 {
		encrypted, err = rsa.EncryptOAEP(sha256.New(), rand.Reader, &key.PublicKey, cek, nil)
		require.NoError(t, err)
	}
	for _, row := range []struct {
		encryptedKey []byte
		want         string
	}{{encrypted, ""}, {encrypted[1:], notDecrypted}} {
		token := craft{header: `{"alg":"RSA-OAEP-256","enc":"A128GCM"}`, encryptedKey: row.encryptedKey, enc: jwe.A128GCM, cek: cek, plaintext: "secret"}.token()
		_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), decrypter, token)
		if row.want == "" {
			require.NoError(t, err)
			continue
		}
		assert.EqualError(t, err, row.want)
	}
}

// remoteRSA is a crypto.Decrypter that is not the standard library's.
type remoteRSA struct {
	public  crypto.PublicKey
	decrypt func(msg []byte, opts crypto.DecrypterOpts) ([]byte, error)
}

func (k remoteRSA) Public() crypto.PublicKey { return k.public }

func (k remoteRSA) Decrypt(_ io.Reader, msg []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	return k.decrypt(msg, opts)
}

// contextRSA is one whose key is remote.
type contextRSA struct{ remoteRSA }

func (k contextRSA) DecryptContext(ctx context.Context, rand io.Reader, msg []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return rsaKey().Decrypt(rand, msg, opts)
}

func TestRemoteRSAKeysDecrypt(t *testing.T) {
	local := rsaKey()
	encrypt, err := jwe.NewEncrypter(jwe.RSAOAEP256, jwe.A128GCM, &local.PublicKey, "")
	require.NoError(t, err)
	token, err := jwe.InsecureEncryptUnsigned(t.Context(), encrypt, jwe.Header{}, []byte("secret"))
	require.NoError(t, err)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	never := func([]byte, crypto.DecrypterOpts) ([]byte, error) { panic("Decrypt of a ContextDecrypter was called") }
	returns := func(b []byte, err error) remoteRSA {
		return remoteRSA{&local.PublicKey, func([]byte, crypto.DecrypterOpts) ([]byte, error) { return b, err }}
	}
	for _, row := range []struct {
		name string
		ctx  context.Context
		key  crypto.Decrypter
		want string
	}{
		{"a crypto.Decrypter", canceled, remoteRSA{&local.PublicKey, func(msg []byte, opts crypto.DecrypterOpts) ([]byte, error) {
			return local.Decrypt(rand.Reader, msg, opts)
		}}, ""},
		{"a ContextDecrypter", t.Context(), contextRSA{remoteRSA{&local.PublicKey, never}}, ""},
		{"a ContextDecrypter, too late", canceled, contextRSA{remoteRSA{&local.PublicKey, never}}, "jwe: decrypting the key: context canceled"},
		{"out of reach", t.Context(), returns(nil, errOutOfReach), "jwe: decrypting the key: out of reach"},
		{"not decrypted, says RSA", t.Context(), returns(nil, fmt.Errorf("hsm: %w", rsa.ErrDecryption)), notDecrypted},
		{"not decrypted, says the key", t.Context(), returns(nil, fmt.Errorf("hsm: %w", jwe.ErrDecrypt)), notDecrypted},
		{"not decrypted, but something returned", t.Context(), returns(make([]byte, 16), jwe.ErrDecrypt), notDecrypted},
		{"nothing", t.Context(), returns(nil, nil), notDecrypted},
		{"the wrong size", t.Context(), returns(make([]byte, 32), nil), notDecrypted},
		{"the wrong key", t.Context(), returns(make([]byte, 16), nil), notDecrypted},
	} {
		t.Run(row.name, func(t *testing.T) {
			key, err := jwe.NewDecrypter(jwe.RSAOAEP256, jwe.A128GCM, row.key, "")
			require.NoError(t, err)
			_, plaintext, err := jwe.InsecureDecryptUnsigned(row.ctx, key, token)
			if row.want == "" {
				require.NoError(t, err)
				assert.Equal(t, "secret", string(plaintext))
				return
			}
			assert.EqualError(t, err, row.want)
			var refusal *jwt.VerifyError
			assert.Equal(t, row.want == notDecrypted, errors.As(err, &refusal), "refused, or not decided")
		})
	}
	for _, public := range []crypto.PublicKey{nil, (*rsa.PublicKey)(nil), &rsa.PublicKey{}, ecdhKey("P-256").PublicKey()} {
		_, err := jwe.NewDecrypter(jwe.RSAOAEP256, jwe.A128GCM, remoteRSA{public, never}, "")
		assert.Error(t, err)
	}
}
