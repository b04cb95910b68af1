package jwe_test

import (
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

// With its encrypted key left empty, so that the content is encrypted with what is
// agreed on.
func TestAnAgreedKeyComesWithoutAnEncryptedKey(t *testing.T) {
	p := newPair(t, jwe.ECDHES, jwe.A128GCM, ecdhKey("P-256").PublicKey(), ecdhKey("P-256"), "")
	token, err := jwe.InsecureEncryptUnsigned(t.Context(), p.encrypt, jwe.Header{}, []byte("secret"))
	require.NoError(t, err)
	_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), p.decrypt, strings.Replace(token, "..", ".AA.", 1))
	assert.EqualError(t, err, notDecrypted)
}

// exchanger is an ecdh.KeyExchanger that is not the standard library's.
type exchanger struct {
	public   *ecdh.PublicKey
	exchange func(remote *ecdh.PublicKey) ([]byte, error)
}

func (k exchanger) PublicKey() *ecdh.PublicKey { return k.public }

func (k exchanger) Curve() ecdh.Curve { return k.public.Curve() }

func (k exchanger) ECDH(remote *ecdh.PublicKey) ([]byte, error) { return k.exchange(remote) }

// contextExchanger is one whose key is remote.
type contextExchanger struct{ exchanger }

func (k contextExchanger) ECDHContext(ctx context.Context, remote *ecdh.PublicKey) ([]byte, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return ecdhKey("X25519").ECDH(remote)
}

func TestRemoteECDHKeysDecrypt(t *testing.T) {
	fipstest.SkipEnforced(t)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	never := func(*ecdh.PublicKey) ([]byte, error) { panic("ECDH was called") }
	local := ecdhKey("X25519")
	returns := func(b []byte, err error) exchanger {
		return exchanger{local.PublicKey(), func(*ecdh.PublicKey) ([]byte, error) { return b, err }}
	}
	for _, alg := range agreeAlgorithms {
		encrypt, err := jwe.NewEncrypter(alg, jwe.A128GCM, local.PublicKey(), "")
		require.NoError(t, err)
		token, err := jwe.InsecureEncryptUnsigned(t.Context(), encrypt, jwe.Header{}, []byte("secret"))
		require.NoError(t, err)
		ofSecret := func(secret []byte) string { // what a point of small order comes to
			return craft{header: `{"alg":"` + string(alg) + `","enc":"A128GCM","epk":{"kty":"OKP","crv":"X25519","x":"` + b64(make([]byte, 32)) + `"}}`,
				enc: jwe.A128GCM, cek: agreedKey(secret, "A128GCM")}.token()
		}
		smallOrder := ofSecret(make([]byte, 32))
		onP256, err := jwe.NewEncrypter(alg, jwe.A128GCM, ecdhKey("P-256").PublicKey(), "")
		require.NoError(t, err)
		otherCurve, err := jwe.InsecureEncryptUnsigned(t.Context(), onP256, jwe.Header{}, nil)
		require.NoError(t, err)
		for _, row := range []struct {
			name  string
			ctx   context.Context
			key   ecdh.KeyExchanger
			token string
			want  string
		}{
			{"an ecdh.KeyExchanger", canceled, exchanger{local.PublicKey(), local.ECDH}, token, ""},
			{"a ContextKeyExchanger", t.Context(), contextExchanger{exchanger{local.PublicKey(), never}}, token, ""},
			{"a ContextKeyExchanger, too late", canceled, contextExchanger{exchanger{local.PublicKey(), never}}, token, "jwe: decrypting the key: context canceled"},
			{"out of reach", t.Context(), returns(nil, errOutOfReach), token, "jwe: decrypting the key: out of reach"},
			{"not decrypted, says the key", t.Context(), returns(nil, jwe.ErrDecrypt), token, notDecrypted},
			{"the wrong secret", t.Context(), returns(make([]byte, 32), nil), token, notDecrypted},
			{"nothing", t.Context(), returns(nil, nil), token, "jwe: decrypting the key: the key returned a shared secret of 0 bytes, want 32"},
			{"a secret of another size", t.Context(), returns(make([]byte, 33), nil), token, "jwe: decrypting the key: the key returned a shared secret of 33 bytes, want 32"},
			{"a point of small order is not shown to it", t.Context(), exchanger{local.PublicKey(), never}, smallOrder, notDecrypted},
			{"nor does it come to nothing", t.Context(), exchanger{local.PublicKey(), never}, ofSecret(nil), notDecrypted},
			{"nor is a point of another curve", t.Context(), exchanger{local.PublicKey(), never}, otherCurve, notDecrypted},
			{"even if it would take that", t.Context(), returns(make([]byte, 32), nil), smallOrder, notDecrypted},
		} {
			t.Run(string(alg)+"/"+row.name, func(t *testing.T) {
				key, err := jwe.NewDecrypter(alg, jwe.A128GCM, row.key, "")
				require.NoError(t, err)
				_, plaintext, err := jwe.InsecureDecryptUnsigned(row.ctx, key, row.token)
				if row.want == "" {
					require.NoError(t, err)
					assert.Equal(t, "secret", string(plaintext))
					return
				}
				assert.EqualError(t, err, row.want)
			})
		}
	}
	_, err := jwe.NewDecrypter(jwe.ECDHES, jwe.A128GCM, exchanger{&ecdh.PublicKey{}, never}, "")
	assert.EqualError(t, err, "jwe: ECDH-ES key: got no key on P-256, P-384, P-521 or X25519")
}

func TestECDSAKeysAreConverted(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		require.NoError(t, err)
		p := newPair(t, jwe.ECDHESA256KW, jwe.A256GCM, &key.PublicKey, key, "")
		token, err := jwe.InsecureEncryptUnsigned(t.Context(), p.encrypt, jwe.Header{}, []byte("secret"))
		require.NoError(t, err)
		_, plaintext, err := jwe.InsecureDecryptUnsigned(t.Context(), p.decrypt, token)
		require.NoError(t, err)
		assert.Equal(t, "secret", string(plaintext))
	}
}
