package jwe_test

import (
	"context"
	"crypto"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

var ecdhCurves = map[string]ecdh.Curve{"P-256": ecdh.P256(), "P-384": ecdh.P384(), "P-521": ecdh.P521(), "X25519": ecdh.X25519()}

var ecdhKey = func() func(crv string) *ecdh.PrivateKey {
	var keys sync.Map
	return func(crv string) *ecdh.PrivateKey {
		fresh, err := ecdhCurves[crv].GenerateKey(rand.Reader)
		if err != nil {
			panic(err)
		}
		key, _ := keys.LoadOrStore(crv, fresh)
		return key.(*ecdh.PrivateKey)
	}
}()

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// A pair is both sides of one key.
type pair struct {
	name    string
	encrypt jwe.Encrypter
	decrypt jwe.Decrypter
}

var (
	sharedAlgorithms = []jwe.Algorithm{jwe.Dir, jwe.A128KW, jwe.A256KW}
	agreeAlgorithms  = []jwe.Algorithm{jwe.ECDHES, jwe.ECDHESA128KW, jwe.ECDHESA256KW}
	encryptions      = []jwe.Encryption{jwe.A128GCM, jwe.A256GCM, jwe.A128CBCHS256, jwe.A256CBCHS512}
	contentKeySize   = map[jwe.Encryption]int{jwe.A128GCM: 16, jwe.A256GCM: 32, jwe.A128CBCHS256: 32, jwe.A256CBCHS512: 64}
)

func secretSize(alg jwe.Algorithm, enc jwe.Encryption) int {
	return map[jwe.Algorithm]int{jwe.Dir: contentKeySize[enc], jwe.A128KW: 16, jwe.A256KW: 32}[alg]
}

func sharedKey(t testing.TB, alg jwe.Algorithm, enc jwe.Encryption, keyID string) *jwe.SharedKey {
	t.Helper()
	key, err := jwe.NewSharedKey(alg, enc, randomBytes(secretSize(alg, enc)), keyID)
	require.NoError(t, err)
	return key
}

func newPair(t testing.TB, alg jwe.Algorithm, enc jwe.Encryption, public crypto.PublicKey, private crypto.PrivateKey, keyID string) pair {
	t.Helper()
	e, err := jwe.NewEncrypter(alg, enc, public, keyID)
	require.NoError(t, err)
	d, err := jwe.NewDecrypter(alg, enc, private, keyID)
	require.NoError(t, err)
	return pair{string(alg) + " " + string(enc), e, d}
}

// allPairs has every alg with every enc, on every curve.
func allPairs(t testing.TB, keyID string) (pairs []pair) {
	t.Helper()
	for _, enc := range encryptions {
		for _, alg := range sharedAlgorithms {
			key := sharedKey(t, alg, enc, keyID)
			pairs = append(pairs, pair{string(alg) + " " + string(enc), key, key})
		}
		pairs = append(pairs, newPair(t, jwe.RSAOAEP256, enc, &rsaKey().PublicKey, rsaKey(), keyID))
		for _, alg := range agreeAlgorithms {
			for _, crv := range []string{"P-256", "P-384", "P-521", "X25519"} {
				p := newPair(t, alg, enc, ecdhKey(crv).PublicKey(), ecdhKey(crv), keyID)
				p.name += " " + crv
				pairs = append(pairs, p)
			}
		}
	}
	return pairs
}

// sender returns a signer, and the policy for what it signs.
func sender(t testing.TB) (jwt.Signer, *jwt.Policy) {
	t.Helper()
	key, err := jwt.NewHMAC(jwt.HS256, randomBytes(32), "sender")
	require.NoError(t, err)
	return key, &jwt.Policy{Keys: jwt.Keys{key}, Issuer: "https://a.example", Audience: []string{"https://b.example"}}
}

func claims() jwt.Claims {
	return jwt.Claims{
		Issuer: "https://a.example", Audience: jwt.Audience{"https://b.example"}, Subject: "alice",
		ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour)),
	}
}

func TestNestedTokensMakeTheRoundTrip(t *testing.T) {
	signer, signed := sender(t)
	for _, keyID := range []string{"", "b-2026"} {
		for _, p := range allPairs(t, keyID) {
			token, err := jwe.SignAndEncrypt(t.Context(), signer, p.encrypt, claims())
			require.NoError(t, err, p.name)
			policy := &jwe.Policy{Keys: []jwe.Decrypter{p.decrypt}, Signed: signed}
			got, err := policy.Verify(t.Context(), token)
			require.NoError(t, err, p.name)
			assert.Equal(t, "alice", got.Claims.Subject, p.name)
			assert.Equal(t, jwt.Header{Algorithm: jwt.HS256, KeyID: "sender", Type: "JWT"}, got.Header, p.name)
		}
	}
}

func TestAnyPlaintextMakesTheRoundTrip(t *testing.T) {
	for _, p := range allPairs(t, "b-2026") {
		for _, size := range []int{0, 1, 15, 16, 17, 1000} {
			plaintext := randomBytes(size)
			token, err := jwe.InsecureEncryptUnsigned(t.Context(), p.encrypt, jwe.Header{Type: "x+y", ContentType: "octets"}, plaintext)
			require.NoError(t, err, p.name)
			h, got, err := jwe.InsecureDecryptUnsigned(t.Context(), p.decrypt, token)
			require.NoError(t, err, "%s, %d bytes", p.name, size)
			assert.Equal(t, string(plaintext), string(got), p.name)
			assert.Equal(t, "b-2026 x+y octets", h.KeyID+" "+h.Type+" "+h.ContentType, p.name)
			assert.Equal(t, p.encrypt.Algorithm(), h.Algorithm, p.name)
			assert.Equal(t, p.encrypt.Encryption(), h.Encryption, p.name)
		}
	}
}

func TestUnsignedClaimsMakeTheRoundTrip(t *testing.T) {
	for _, enc := range encryptions {
		for _, alg := range sharedAlgorithms {
			key := sharedKey(t, alg, enc, "shared")
			token, err := jwe.EncryptUnsigned(t.Context(), key, claims())
			require.NoError(t, err)
			policy := &jwe.UnsignedPolicy{
				Keys:   []*jwe.SharedKey{sharedKey(t, alg, enc, "shared"), key}, // the first decrypts nothing
				Claims: &jwt.Policy{Issuer: "https://a.example", Audience: []string{"https://b.example"}},
			}
			got, err := policy.Verify(t.Context(), token)
			require.NoError(t, err, "%s %s", alg, enc)
			assert.Equal(t, "alice", got.Claims.Subject)
			assert.Equal(t, jwt.Header{Algorithm: jwt.Algorithm(alg), KeyID: "shared", Type: "JWT"}, got.Header)
		}
	}
}

func TestPartyInformationIsPartOfTheAgreement(t *testing.T) {
	for _, alg := range agreeAlgorithms {
		p := newPair(t, alg, jwe.A256CBCHS512, ecdhKey("P-256").PublicKey(), ecdhKey("P-256"), "")
		in := jwe.Header{PartyUInfo: []byte("Alice"), PartyVInfo: []byte("Bob")}
		token, err := jwe.InsecureEncryptUnsigned(t.Context(), p.encrypt, in, []byte("secret"))
		require.NoError(t, err)
		h, got, err := jwe.InsecureDecryptUnsigned(t.Context(), p.decrypt, token)
		require.NoError(t, err)
		assert.Equal(t, "secret Alice Bob", string(got)+" "+string(h.PartyUInfo)+" "+string(h.PartyVInfo))
	}
}

func TestNoTwoTokensAreAlike(t *testing.T) {
	for _, p := range allPairs(t, "") {
		seen := [5]map[string]bool{}
		for range 3 {
			token, err := jwe.InsecureEncryptUnsigned(t.Context(), p.encrypt, jwe.Header{}, []byte("the same content"))
			require.NoError(t, err)
			for i, part := range strings.Split(token, ".") {
				if seen[i] == nil {
					seen[i] = map[string]bool{}
				}
				seen[i][part] = true
			}
		}
		alg := p.encrypt.Algorithm()
		agreed := strings.HasPrefix(string(alg), "ECDH-ES")
		assert.Equal(t, agreed, len(seen[0]) == 3, "%s: the ephemeral key is fresh", p.name)
		assert.Equal(t, alg != jwe.Dir && alg != jwe.ECDHES, len(seen[1]) == 3, "%s: the content encryption key is fresh", p.name)
		for i, part := range []string{"initialization vector", "ciphertext", "tag"} {
			assert.Len(t, seen[2+i], 3, "%s: the %s is fresh", p.name, part)
		}
	}
}

func TestPoliciesStandWhereAJWTPolicyCan(t *testing.T) {
	type verifier interface {
		Verify(ctx context.Context, token string) (*jwt.Token, error)
	}
	signer, signed := sender(t)
	key := sharedKey(t, jwe.A256KW, jwe.A256GCM, "")
	token, err := jwe.SignAndEncrypt(t.Context(), signer, key, claims())
	require.NoError(t, err)
	for _, inner := range []verifier{signed, jwt.Policies{signed}} {
		var v verifier = &jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: inner}
		got, err := v.Verify(t.Context(), token)
		require.NoError(t, err)
		assert.Equal(t, "alice", got.Claims.Subject)
	}
}

func TestSignedTokensOfEveryTypeCanBeEncrypted(t *testing.T) {
	signer, signed := sender(t)
	signed.Types = []string{"at+jwt"}
	inner, err := jwt.SignHeader(t.Context(), signer, jwt.Header{Type: "at+jwt"}, claims())
	require.NoError(t, err)
	key := sharedKey(t, jwe.A256KW, jwe.A256GCM, "")
	token, err := jwe.Encrypt(t.Context(), key, inner)
	require.NoError(t, err)
	got, err := (&jwe.Policy{Keys: []jwe.Decrypter{key}, Signed: signed}).Verify(t.Context(), token)
	require.NoError(t, err)
	assert.Equal(t, "at+jwt", got.Header.Type)
}

func TestKeysAreFoundByAlgorithmEncryptionAndKeyID(t *testing.T) {
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

func TestEverythingIsSafeForConcurrentUse(t *testing.T) {
	signer, signed := sender(t)
	policy := &jwe.Policy{Signed: signed}
	pairs := allPairs(t, "b-2026")
	var group sync.WaitGroup
	for _, p := range pairs[:16] {
		policy.Keys = append(policy.Keys, p.decrypt)
	}
	for _, p := range pairs[:16] {
		for range 4 {
			group.Go(func() {
				token, err := jwe.SignAndEncrypt(t.Context(), signer, p.encrypt, claims())
				assert.NoError(t, err)
				_, err = policy.Verify(t.Context(), token)
				assert.NoError(t, err, p.name)
			})
		}
	}
	group.Wait()
}
