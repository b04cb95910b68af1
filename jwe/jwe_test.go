package jwe_test

import (
	"crypto"
	"crypto/ecdh"
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
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
		if key, ok := keys.Load(crv); ok {
			return key.(*ecdh.PrivateKey)
		}
		var fresh *ecdh.PrivateKey
		var err error
		fips140.WithoutEnforcement(func() { fresh, err = ecdhCurves[crv].GenerateKey(rand.Reader) })
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
				if crv == "X25519" && fips140.Enforced() {
					continue
				}
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
