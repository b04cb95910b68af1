package jwe_test

import (
	"context"
	"crypto"
	"crypto/ecdh"
	"crypto/rsa"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

func TestKeysAreFoundByAlgorithmEncryptionAndKeyID(t *testing.T) {
	fipstest.SkipEnforced(t)
	signer, signed := sender(t)
	old, now := sharedKey(t, jwe.A256KW, jwe.A256GCM, "old"), sharedKey(t, jwe.A256KW, jwe.A256GCM, "now")
	unnamed := sharedKey(t, jwe.A256KW, jwe.A256GCM, "")
	p256 := newPair(t, jwe.ECDHES, jwe.A256GCM, ecdhKey("P-256").PublicKey(), ecdhKey("P-256"), "")
	x25519 := newPair(t, jwe.ECDHES, jwe.A256GCM, ecdhKey("X25519").PublicKey(), ecdhKey("X25519"), "")
	for _, row := range []struct {
		name    string
		encrypt jwe.Encrypter
		keys    []jwe.Decrypter
		want    error
	}{
		{"each by its key ID", old, []jwe.Decrypter{now, old}, nil},
		{"a key without an ID is tried", unnamed, []jwe.Decrypter{old, now, unnamed}, nil},
		{"a key with another ID is not tried", old, []jwe.Decrypter{now}, jwt.ErrUnknownKey},
		{"one of the same algorithm on another curve", x25519.encrypt, []jwe.Decrypter{p256.decrypt, x25519.decrypt}, nil},
		{"nil keys are passed over", old, []jwe.Decrypter{nil, (*jwe.SharedKey)(nil), &jwe.SharedKey{}, old}, nil},
		{"none but nil keys", old, []jwe.Decrypter{nil, (*jwe.SharedKey)(nil), &jwe.SharedKey{}}, jwt.ErrUnknownKey},
	} {
		t.Run(row.name, func(t *testing.T) {
			token, err := jwe.SignAndEncrypt(t.Context(), signer, row.encrypt, claims())
			require.NoError(t, err)
			_, err = (&jwe.Policy{Keys: row.keys, Signed: signed}).Verify(t.Context(), token)
			assert.ErrorIs(t, err, row.want)
			assert.Equal(t, row.want == nil, err == nil)
		})
	}
}

func TestOnlyAFewKeysAreTried(t *testing.T) {
	signer, signed := sender(t)
	key := sharedKey(t, jwe.A256KW, jwe.A256GCM, "")
	token, err := jwe.SignAndEncrypt(t.Context(), signer, key, claims())
	require.NoError(t, err)
	var keys []jwe.Decrypter
	for range 8 {
		_, err = (&jwe.Policy{Keys: append(keys, key), Signed: signed}).Verify(t.Context(), token)
		require.NoError(t, err)
		keys = append(keys, sharedKey(t, jwe.A256KW, jwe.A256GCM, ""))
	}
	_, err = (&jwe.Policy{Keys: append(keys, key), Signed: signed}).Verify(t.Context(), token)
	assert.EqualError(t, err, "jwe: token cannot be decrypted: more keys fit the header than are tried, want a kid that tells them apart")
}

var errOutOfReach = errors.New("out of reach")

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

// Each way in which a key can fail, for a plug-in and for a remote private key.
func TestOnlyACleanNoRefusesAToken(t *testing.T) {
	rsaEncrypter, err := jwe.NewEncrypter(jwe.RSAOAEP256, jwe.A128GCM, &rsaKey().PublicKey, "")
	require.NoError(t, err)
	ecdhEncrypter, err := jwe.NewEncrypter(jwe.ECDHES, jwe.A128GCM, ecdhKey("P-256").PublicKey(), "")
	require.NoError(t, err)
	var answer error
	remote := remoteRSA{&rsaKey().PublicKey, func([]byte, crypto.DecrypterOpts) ([]byte, error) { return nil, answer }}
	rsaDecrypter, err := jwe.NewDecrypter(jwe.RSAOAEP256, jwe.A128GCM, remote, "")
	require.NoError(t, err)
	ecdhDecrypter, err := jwe.NewDecrypter(jwe.ECDHES, jwe.A128GCM, exchanger{ecdhKey("P-256").PublicKey(), func(*ecdh.PublicKey) ([]byte, error) { return nil, answer }}, "")
	require.NoError(t, err)
	plugIn := &foreign{alg: "X-1", enc: jwe.A128GCM, cek: randomBytes(16)}
	refusal := &jwt.VerifyError{Reason: jwe.ErrDecrypt}
	for name, p := range map[string]pair{
		"a plug-in": {"", plugIn, plugIn}, "a remote RSA key": {"", rsaEncrypter, rsaDecrypter}, "a remote ECDH key": {"", ecdhEncrypter, ecdhDecrypter},
	} {
		plugIn.err = nil
		token, err := jwe.InsecureEncryptUnsigned(t.Context(), p.encrypt, jwe.Header{}, nil)
		require.NoError(t, err)
		for _, row := range []struct {
			answer  error
			refused bool
		}{
			{jwe.ErrDecrypt, true},
			{fmt.Errorf("HSM: %w", jwe.ErrDecrypt), true},
			{errors.Join(jwe.ErrDecrypt, fmt.Errorf("HSM: %w", jwe.ErrDecrypt)), true},
			{errOutOfReach, false},
			{errors.Join(jwe.ErrDecrypt, errOutOfReach), false},
			{fmt.Errorf("%w: %w", errOutOfReach, jwe.ErrDecrypt), false},
			{errors.Join(rsa.ErrDecryption, errOutOfReach), false},
			{context.DeadlineExceeded, false},
			{refusal, false},
			{fmt.Errorf("HSM: %w", refusal), false},
			{&jwt.VerifyError{Reason: jwt.ErrExpired}, false},
			{jwt.ErrSignature, false},
			{jwt.ErrExpired, false},
		} {
			answer, plugIn.err = row.answer, row.answer
			_, _, err := jwe.InsecureDecryptUnsigned(t.Context(), p.decrypt, token)
			var found *jwt.VerifyError
			assert.Equal(t, row.refused, errors.As(err, &found), "%s: %v", name, row.answer)
			if row.refused {
				assert.EqualError(t, err, notDecrypted)
				continue
			}
			assert.ErrorContains(t, err, "jwe: decrypting the key: ")
			for _, reason := range []error{jwe.ErrDecrypt, jwt.ErrExpired, jwt.ErrSignature} {
				assert.NotErrorIs(t, err, reason, "%s: %v", name, row.answer)
			}
			for _, cause := range []error{errOutOfReach, context.DeadlineExceeded} {
				assert.Equal(t, errors.Is(row.answer, cause), errors.Is(err, cause), "%s: %v", name, row.answer)
			}
		}
	}
}

// A key from elsewhere may hold on to what it is given.
func TestKeysFromElsewhereGetTheirOwnInput(t *testing.T) {
	key := &holder{foreign: foreign{alg: "X-1", enc: jwe.A128GCM, cek: randomBytes(16), encryptedKey: []byte("wrapped by X-1")}}
	token, err := jwe.InsecureEncryptUnsigned(t.Context(), key, jwe.Header{}, []byte("secret"))
	require.NoError(t, err)
	other := sharedKey(t, jwe.A256KW, jwe.A128GCM, "")
	for range 20 {
		_, plaintext, err := jwe.InsecureDecryptUnsigned(t.Context(), key, token)
		require.NoError(t, err)
		assert.Equal(t, "secret", string(plaintext))
		another, err := jwe.InsecureEncryptUnsigned(t.Context(), other, jwe.Header{}, make([]byte, 100))
		require.NoError(t, err)
		_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), other, another)
		require.NoError(t, err)
		assert.Equal(t, "secret", string(plaintext), "the caller's own")
		plaintext[0]++
	}
	for _, held := range key.held {
		assert.Equal(t, "wrapped by X-1", string(held))
	}
}

type holder struct {
	foreign
	held [][]byte
}

func (k *holder) DecryptKey(ctx context.Context, h jwe.Header, encryptedKey []byte) ([]byte, error) {
	k.held = append(k.held, encryptedKey)
	return k.foreign.DecryptKey(ctx, h, encryptedKey)
}
