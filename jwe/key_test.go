package jwe_test

import (
	"context"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

var errOutOfReach = errors.New("out of reach")

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

// exchanger is an ecdh.KeyExchanger that is not the standard library's.
type exchanger struct {
	public   *ecdh.PublicKey
	exchange func(remote *ecdh.PublicKey) ([]byte, error)
}

func (k exchanger) PublicKey() *ecdh.PublicKey                  { return k.public }
func (k exchanger) Curve() ecdh.Curve                           { return k.public.Curve() }
func (k exchanger) ECDH(remote *ecdh.PublicKey) ([]byte, error) { return k.exchange(remote) }

// contextExchanger is one whose key is remote.
type contextExchanger struct{ exchanger }

func (k contextExchanger) ECDHContext(ctx context.Context, remote *ecdh.PublicKey) ([]byte, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return ecdhKey("X25519").ECDH(remote)
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

func TestRemoteECDHKeysDecrypt(t *testing.T) {
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
		smallOrder := craft{header: `{"alg":"` + string(alg) + `","enc":"A128GCM","epk":{"kty":"OKP","crv":"X25519","x":"` + b64(make([]byte, 32)) + `"}}`,
			enc: jwe.A128GCM, cek: agreedKey(make([]byte, 32), "A128GCM")}.token()
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

// foreign is a key that the package has not made.
type foreign struct {
	alg          jwe.Algorithm
	enc          jwe.Encryption
	keyID        string
	cek          []byte
	encryptedKey []byte
	change       func(h *jwe.Header)
	err          error
}

func (k *foreign) Algorithm() jwe.Algorithm   { return k.alg }
func (k *foreign) Encryption() jwe.Encryption { return k.enc }
func (k *foreign) KeyID() string              { return k.keyID }
func (k *foreign) EncryptKey(_ context.Context, h *jwe.Header) (cek, encryptedKey []byte, err error) {
	if k.change != nil {
		k.change(h)
	}
	return k.cek, k.encryptedKey, k.err
}
func (k *foreign) DecryptKey(_ context.Context, h jwe.Header, encryptedKey []byte) ([]byte, error) {
	if string(encryptedKey) != string(k.encryptedKey) {
		return nil, jwe.ErrDecrypt
	}
	return k.cek, k.err
}

func TestOtherAlgorithmsPlugIn(t *testing.T) {
	signer, signed := sender(t)
	cek := randomBytes(16)
	agreed := ecdhKey("P-256").PublicKey()
	for _, row := range []struct {
		name string
		key  *foreign
		want string // of encryption
	}{
		{"a name of its own", &foreign{alg: "X-1", enc: jwe.A128GCM, keyID: "x", cek: cek, encryptedKey: []byte("wrapped")}, ""},
		{"an agreement", &foreign{alg: "ECDH-1PU", enc: jwe.A128GCM, cek: cek, change: func(h *jwe.Header) { h.EphemeralKey = agreed }}, ""},
		{"an agreement without an ephemeral key", &foreign{alg: "ECDH-1PU", enc: jwe.A128GCM, cek: cek}, "jwe: header: epk: got nothing, want an object"},
		{"an ephemeral key that is none", &foreign{alg: "ECDH-1PU", enc: jwe.A128GCM, cek: cek, change: func(h *jwe.Header) { h.EphemeralKey = &ecdh.PublicKey{} }},
			`jwe: header: epk: got kty "", crv "", want EC with P-256, P-384 or P-521, or OKP with X25519`},
		{"a changed header", &foreign{alg: "X-1", enc: jwe.A128GCM, cek: cek, change: func(h *jwe.Header) { *h = jwe.Header{Algorithm: "Y", ContentType: "Z"} }}, ""},
		{"an unknown enc", &foreign{alg: "X-1", enc: "A192GCM", cek: cek}, `jwe: unknown content encryption "A192GCM", want one of the package's constants`},
		{"no key", &foreign{alg: "X-1", enc: jwe.A128GCM}, "jwe: encrypting the key: got a content encryption key of 0 bytes from the key, want 16"},
		{"a key of the wrong size", &foreign{alg: "X-1", enc: jwe.A256GCM, cek: cek}, "jwe: encrypting the key: got a content encryption key of 16 bytes from the key, want 32"},
		{"an error", &foreign{alg: "X-1", enc: jwe.A128GCM, cek: cek, err: errOutOfReach}, "jwe: encrypting the key: out of reach"},
		{"no algorithm", &foreign{enc: jwe.A128GCM, cek: cek}, "jwe: no key to encrypt with"},
	} {
		t.Run(row.name, func(t *testing.T) {
			token, err := jwe.SignAndEncrypt(t.Context(), signer, row.key, claims())
			if row.want != "" {
				require.EqualError(t, err, row.want)
				return
			}
			require.NoError(t, err)
			got, err := (&jwe.Policy{Keys: []jwe.Decrypter{row.key}, Signed: signed}).Verify(t.Context(), token)
			require.NoError(t, err)
			assert.Equal(t, "alice", got.Claims.Subject)
		})
	}
}

// What a key returns together with a refusal is not used, nor is a key that serves
// no content encryption.
func TestWhatADecrypterReturnsIsChecked(t *testing.T) {
	cek := randomBytes(16)
	token := craft{header: `{"alg":"X-1","enc":"A128GCM"}`, enc: jwe.A128GCM, cek: cek, plaintext: "secret"}.token()
	unknown := craft{header: `{"alg":"X-1","enc":"A192GCM"}`, enc: jwe.A128GCM, cek: cek, plaintext: "secret"}.token()
	for _, row := range []struct {
		name, token string
		key         *foreign
		want        string
	}{
		{"the key", token, &foreign{alg: "X-1", enc: jwe.A128GCM, cek: cek}, ""},
		{"a key and a refusal", token, &foreign{alg: "X-1", enc: jwe.A128GCM, cek: cek, err: jwe.ErrDecrypt}, notDecrypted},
		{"a key and an error", token, &foreign{alg: "X-1", enc: jwe.A128GCM, cek: cek, err: errOutOfReach}, "jwe: decrypting the key: out of reach"},
		{"nothing", token, &foreign{alg: "X-1", enc: jwe.A128GCM}, notDecrypted},
		{"the wrong size", token, &foreign{alg: "X-1", enc: jwe.A128GCM, cek: append(cek, cek...)}, notDecrypted},
		{"an unknown enc", unknown, &foreign{alg: "X-1", enc: "A192GCM", cek: cek}, `jwe: decrypting the key: jwe: unknown content encryption "A192GCM", want one of the package's constants`},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, _, err := jwe.InsecureDecryptUnsigned(t.Context(), row.key, row.token)
			if row.want == "" {
				require.NoError(t, err)
				return
			}
			assert.EqualError(t, err, row.want)
		})
	}
}

// One key that could not be asked leaves the matter open, unless another decrypts.
func TestAKeyOutOfReachLeavesItUndecided(t *testing.T) {
	signer, signed := sender(t)
	good := &foreign{alg: "X-1", enc: jwe.A128GCM, cek: randomBytes(16)}
	away := &foreign{alg: "X-1", enc: jwe.A128GCM, err: errOutOfReach}
	wrong := &foreign{alg: "X-1", enc: jwe.A128GCM, cek: randomBytes(16)}
	token, err := jwe.SignAndEncrypt(t.Context(), signer, good, claims())
	require.NoError(t, err)
	verify := func(keys ...jwe.Decrypter) error {
		_, err := (&jwe.Policy{Keys: keys, Signed: signed}).Verify(t.Context(), token)
		return err
	}
	assert.NoError(t, verify(wrong, away, good))
	assert.EqualError(t, verify(wrong), notDecrypted)
	other := &foreign{alg: "X-1", enc: jwe.A128GCM, err: fmt.Errorf("%w: asking with a token: %w", errOutOfReach, &jwt.VerifyError{Reason: jwt.ErrExpired})}
	for _, err := range []error{verify(away, wrong), verify(wrong, away), verify(away, away)} {
		var refusal *jwt.VerifyError
		assert.ErrorIs(t, err, errOutOfReach)
		assert.False(t, errors.As(err, &refusal))
	}
	for _, err := range []error{verify(other), verify(away, other)} {
		var refusal *jwt.VerifyError
		assert.ErrorContains(t, err, "out of reach: asking with a token: jwt: token expired")
		assert.False(t, errors.As(err, &refusal), "the refusal of another token")
	}
}

// What Verify checks before it asks a key, a key checks for itself as well.
func TestKeysDecryptNothingThatIsNotTheirs(t *testing.T) {
	for _, p := range allPairs(t, "") {
		for _, encryptedKey := range [][]byte{{}, {0}, make([]byte, 8), make([]byte, 24), make([]byte, 72), make([]byte, 256), make([]byte, 512)} {
			alg := p.decrypt.Algorithm()
			cek, err := p.decrypt.DecryptKey(t.Context(), jwe.Header{}, encryptedKey)
			if alg == jwe.Dir && len(encryptedKey) == 0 {
				assert.NoError(t, err)
				continue
			}
			assert.ErrorIs(t, err, jwe.ErrDecrypt, "%s, %d bytes", p.name, len(encryptedKey))
			assert.Nil(t, cek)
		}
	}
}

func TestZeroValuesAndNilAcceptNothing(t *testing.T) {
	signer, signed := sender(t)
	key := sharedKey(t, jwe.A256KW, jwe.A256GCM, "")
	token, err := jwe.SignAndEncrypt(t.Context(), signer, key, claims())
	require.NoError(t, err)
	rules := &jwt.Policy{}
	type verifier interface {
		Verify(ctx context.Context, token string) (*jwt.Token, error)
	}
	for _, row := range []struct {
		policy verifier
		want   string
	}{
		{(*jwe.Policy)(nil), "jwe: Policy is nil"},
		{&jwe.Policy{}, "jwe: Policy.Keys is empty, want the keys to decrypt with"},
		{&jwe.Policy{Signed: signed}, "jwe: Policy.Keys is empty, want the keys to decrypt with"},
		{&jwe.Policy{Keys: []jwe.Decrypter{key}}, "jwe: Policy.Signed is nil, want the policy for the signed token inside"},
		{&jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: (*jwt.Policy)(nil)}, "jwe: Policy.Signed is nil, want the policy for the signed token inside"},
		{&jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: &jwt.Policy{}}, "jwt: Policy.Keys is nil, want the keys to trust"},
		{&jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: signed, MaxSize: -1}, "jwe: Policy has a negative MaxSize"},
		{&jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: nothing{}}, "jwe: Policy.Signed returned no token"},
		{(*jwe.UnsignedPolicy)(nil), "jwe: UnsignedPolicy is nil"},
		{&jwe.UnsignedPolicy{}, "jwe: UnsignedPolicy.Keys is empty, want the keys to decrypt with"},
		{&jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}}, "jwe: UnsignedPolicy.Claims is nil, want the policy for the claims"},
		{&jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}, Claims: signed}, "jwe: UnsignedPolicy.Claims has Keys, want none: nothing is signed"},
		{&jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{key}, Claims: &jwt.Policy{MaxSize: -1}}, "jwe: UnsignedPolicy.Claims has a negative MaxSize"},
	} {
		got, err := row.policy.Verify(t.Context(), token)
		assert.Nil(t, got)
		assert.EqualError(t, err, row.want)
		var refusal *jwt.VerifyError
		assert.False(t, errors.As(err, &refusal))
	}
	for _, k := range []*jwe.SharedKey{nil, {}} {
		assert.Equal(t, "", string(k.Algorithm())+string(k.Encryption())+k.KeyID())
		_, _, err := k.EncryptKey(t.Context(), nil)
		assert.EqualError(t, err, "jwe: SharedKey without a secret, want one from NewSharedKey")
		_, err = k.DecryptKey(t.Context(), jwe.Header{}, nil)
		assert.EqualError(t, err, "jwe: SharedKey without a secret, want one from NewSharedKey")
		_, err = jwe.EncryptUnsigned(t.Context(), k, claims())
		assert.EqualError(t, err, "jwe: no key to encrypt with")
		_, err = (&jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{k}, Claims: rules}).Verify(t.Context(), token)
		assert.Error(t, err)
		_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), k, token)
		assert.EqualError(t, err, "jwe: no key to decrypt with")
	}
	_, err = jwe.SignAndEncrypt(t.Context(), nil, key, claims())
	assert.EqualError(t, err, "jwt: no key to sign with")
	_, err = jwe.SignAndEncrypt(t.Context(), signer, nil, claims())
	assert.EqualError(t, err, "jwe: no key to encrypt with")
	_, err = jwe.InsecureEncryptUnsigned(t.Context(), nil, jwe.Header{}, nil)
	assert.EqualError(t, err, "jwe: no key to encrypt with")
	_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), nil, token)
	assert.EqualError(t, err, "jwe: no key to decrypt with")
}

// nothing is a broken policy.
type nothing struct{}

func (nothing) Verify(context.Context, string) (*jwt.Token, error) { return nil, nil }

func TestOnlySignedTokensAndGoodClaimsAreEncrypted(t *testing.T) {
	signer, _ := sender(t)
	key := sharedKey(t, jwe.A256KW, jwe.A256GCM, "k")
	nested, err := jwe.SignAndEncrypt(t.Context(), signer, key, claims())
	require.NoError(t, err)
	for _, signed := range []string{"", "a", "a.b", "a.b.", "a..c", ".b.c", "a.b.c.d", nested} {
		_, err := jwe.Encrypt(t.Context(), key, signed)
		assert.EqualError(t, err, "jwe: got no signed token to encrypt, want three parts separated by two dots", signed)
	}
	for _, bad := range []any{nil, 1, "text", []int{1}, map[string]any{"exp": "soon"}} {
		_, err := jwe.EncryptUnsigned(t.Context(), key, bad)
		assert.ErrorContains(t, err, "jwt: claims: ")
		_, err = jwe.SignAndEncrypt(t.Context(), signer, key, bad)
		assert.ErrorContains(t, err, "jwt: claims: ")
	}
	for _, row := range []struct {
		h    jwe.Header
		want string
	}{
		{jwe.Header{}, ""},
		{jwe.Header{Algorithm: jwe.A256KW, Encryption: jwe.A256GCM, KeyID: "k"}, ""},
		{jwe.Header{Algorithm: jwe.Dir}, `jwe: header: got alg "dir", enc "", kid "", want the key's, alg "A256KW", enc "A256GCM", kid "k"`},
		{jwe.Header{Encryption: jwe.A128GCM}, `jwe: header: got alg "", enc "A128GCM", kid "", want the key's, alg "A256KW", enc "A256GCM", kid "k"`},
		{jwe.Header{KeyID: "j"}, `jwe: header: got alg "", enc "", kid "j", want the key's, alg "A256KW", enc "A256GCM", kid "k"`},
		{jwe.Header{EphemeralKey: ecdhKey("P-256").PublicKey()}, "jwe: header: got an ephemeral key, want none: the key makes one for each token"},
		{jwe.Header{PartyUInfo: []byte("a")}, "jwe: header: got party information, want none: A256KW agrees on no key"},
		{jwe.Header{PartyVInfo: []byte("b")}, "jwe: header: got party information, want none: A256KW agrees on no key"},
		{jwe.Header{Type: strings.Repeat("x", 12288)}, "jwe: header: 16452 bytes, want at most 16384"},
	} {
		_, err := jwe.InsecureEncryptUnsigned(t.Context(), key, row.h, nil)
		if row.want == "" {
			assert.NoError(t, err)
			continue
		}
		assert.EqualError(t, err, row.want)
	}
	_, err = jwe.InsecureEncryptUnsigned(t.Context(), key, jwe.Header{Type: "\xff"}, nil)
	assert.ErrorContains(t, err, "jwe: header: ")
}

func TestKeyIDsAreText(t *testing.T) {
	for _, make := range []func() error{
		func() error { _, err := jwe.NewSharedKey(jwe.A128KW, jwe.A128GCM, randomBytes(16), "\xff"); return err },
		func() error {
			_, err := jwe.NewEncrypter(jwe.RSAOAEP256, jwe.A128GCM, &rsaKey().PublicKey, "\xff")
			return err
		},
		func() error { _, err := jwe.NewDecrypter(jwe.RSAOAEP256, jwe.A128GCM, rsaKey(), "\xff"); return err },
	} {
		assert.ErrorContains(t, make(), "jwe: key ID: ")
	}
}

func TestKeysAreNotPrinted(t *testing.T) {
	secret := []byte("a secret of 32 bytes is not told")
	shared, err := jwe.NewSharedKey(jwe.Dir, jwe.A128CBCHS256, secret, "k")
	require.NoError(t, err)
	wrapping, err := jwe.NewSharedKey(jwe.A256KW, jwe.A128CBCHS256, secret, "k")
	require.NoError(t, err)
	private, err := ecdh.X25519().NewPrivateKey(secret)
	require.NoError(t, err)
	agreeing, err := jwe.NewDecrypter(jwe.ECDHES, jwe.A128GCM, private, "k")
	require.NoError(t, err)
	decrypting, err := jwe.NewDecrypter(jwe.RSAOAEP256, jwe.A128GCM, rsaKey(), "k")
	require.NoError(t, err)
	for _, v := range []any{
		shared, *shared, wrapping, *wrapping, agreeing, decrypting,
		jwe.Policy{Keys: []jwe.Decrypter{shared, wrapping, agreeing, decrypting}}, &jwe.UnsignedPolicy{Keys: []*jwe.SharedKey{shared}},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
			text := fmt.Sprintf(verb, v)
			for _, form := range []string{"%s", "%x", "%d", "% x", "%v"} {
				for _, key := range [][]byte{secret[:8], secret[16:24], rsaKey().D.Bytes()[:8]} {
					assert.NotContains(t, text, strings.Trim(fmt.Sprintf(form, key), "[]"))
				}
			}
			assert.NotContains(t, text, rsaKey().D.String()[:20])
		}
	}
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
