package jwk_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// candidates tells the verifiers for a header as "kid alg".
func candidates(t testing.TB, s *jwk.Set, h jwt.Header) []string {
	t.Helper()
	found, err := s.Verifiers(t.Context(), h)
	require.NoError(t, err)
	words := []string{}
	for _, v := range found {
		words = append(words, v.KeyID()+" "+string(v.Algorithm()))
	}
	return words
}

func TestSetWithPublicKeyAsSecretIsNoConfusion(t *testing.T) {
	// The public key of the set, used as an HMAC secret by somebody who has it.
	pem, err := newKey(t, "RSA", "", "1").MarshalPublicPEM()
	require.NoError(t, err)
	forger, err := jwt.NewHMAC(jwt.HS256, pem[1:], "1")
	require.NoError(t, err)
	for name, s := range map[string]*jwk.Set{
		"public":  parseSet(t, public(t, "RSA", map[string]any{"kid": "1"})),
		"private": mustSet(t, newKey(t, "RSA", "", "1")),
		"mixed":   mustSet(t, newKey(t, "RSA", "", "1"), newKey(t, "oct", jwt.HS384, "1")),
	} {
		assert.ErrorIs(t, accepts(t, s, forger), jwt.ErrUnknownKey, name)
	}
}

func mustSet(t testing.TB, keys ...*jwk.Key) *jwk.Set {
	t.Helper()
	s, err := jwk.NewSet(keys...)
	require.NoError(t, err)
	return s
}

// ecKey returns a new key on P-256.
func ecKey(t testing.TB, keyID string) *jwk.Key {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	k, err := jwk.New("", key, keyID)
	require.NoError(t, err)
	return k
}

func TestSetFindsKeys(t *testing.T) {
	b1, b2 := ecKey(t, "b"), ecKey(t, "b")
	s := mustSet(t,
		newKey(t, "RSA", jwt.RS256, "a"), newKey(t, "RSA", jwt.PS256, "a"), // one key, two algorithms
		b1, b2, b1, // two keys under one kid, one of them twice
		ecKey(t, ""), newKey(t, "Ed25519", "", ""), // no kid
		newKey(t, "P-384", "", "b"), // the kid again, with another algorithm
		newKey(t, "oct", jwt.HS256, "a"), newKey(t, "oct", "", "c"), newKey(t, "X25519", "", "a"), newKey(t, "RSA", "RSA-OAEP", "a"),
	)
	for _, row := range []struct {
		keyID string
		alg   jwt.Algorithm
		want  string
	}{
		{"a", jwt.RS256, "[a RS256]"},
		{"a", jwt.PS256, "[a PS256]"},
		{"a", jwt.RS512, "[]"},
		{"a", jwt.HS256, "[a HS256]"},
		{"c", jwt.HS256, "[]"},
		{"b", jwt.ES256, "[b ES256 b ES256  ES256]"},
		{"b", jwt.ES384, "[b ES384]"},
		{"other", jwt.ES256, "[ ES256]"},
		{"other", jwt.ES384, "[]"},
		{"", jwt.ES256, "[b ES256 b ES256  ES256]"},
		{"", jwt.RS256, "[a RS256]"},
		{"other", jwt.EdDSA, "[ EdDSA]"},
		{"other", jwt.Ed25519, "[ Ed25519]"},
		{"a", "RSA-OAEP", "[]"},
		{"a", "", "[]"},
		{"", "", "[]"},
		{"a", "none", "[]"},
	} {
		t.Run(row.keyID+"/"+string(row.alg), func(t *testing.T) {
			assert.Equal(t, row.want, fmt.Sprint(candidates(t, s, jwt.Header{KeyID: row.keyID, Algorithm: row.alg})))
		})
	}
	for _, k := range []*jwk.Key{b1, b2} {
		signer, err := k.Signer()
		require.NoError(t, err)
		assert.NoError(t, accepts(t, s, signer))
	}
	signer, err := ecKey(t, "b").Signer()
	require.NoError(t, err)
	assert.ErrorIs(t, accepts(t, s, signer), jwt.ErrSignature)
}

func TestSetTriesEachKeyOnce(t *testing.T) {
	fipstest.SkipEnforced(t)
	key := material()["RSA"].(*rsa.PrivateKey)
	n, e := key.PublicKey, key.PublicKey
	n.N, e.E = new(big.Int).Add(n.N, big.NewInt(2)), 3
	for _, row := range []struct {
		name     string
		one, two any
		want     int
	}{
		{"one RSA key", &key.PublicKey, key, 1},
		{"another modulus", &key.PublicKey, &n, 2},
		{"another exponent", &key.PublicKey, &e, 2},
		{"one EC key", material()["P-256"], material()["P-256"], 1},
		{"one Ed25519 key", material()["Ed25519"], material()["Ed25519"], 1},
		{"one secret", material()["oct"], material()["oct"], 1},
		{"another secret", material()["oct"], bytes.Repeat([]byte{1, 2, 3, 4}, 16), 2},
	} {
		one, err := jwk.New("", row.one, "a")
		require.NoError(t, err)
		two, err := jwk.New("", row.two, "a")
		require.NoError(t, err)
		alg := jwt.HS512
		if signer, err := one.Verifier(); err == nil {
			alg = signer.Algorithm()
		} else {
			one, err = one.With(alg, "")
			require.NoError(t, err)
			two, err = two.With(alg, "")
			require.NoError(t, err)
		}
		assert.Len(t, candidates(t, mustSet(t, one, two, one), jwt.Header{KeyID: "a", Algorithm: alg}), row.want, row.name)
	}
}

func TestSetGivesFewCandidates(t *testing.T) {
	for _, row := range []struct {
		name  string
		keyID func(i int) string
	}{
		{"each with a kid of its own", func(i int) string { return fmt.Sprint(i) }},
		{"all with one kid", func(int) string { return "7" }},
		{"none with a kid", func(int) string { return "" }},
	} {
		t.Run(row.name, func(t *testing.T) {
			var keys []*jwk.Key
			for i := range 100 {
				keys = append(keys, ecKey(t, row.keyID(i)))
			}
			s := mustSet(t, keys...)
			for _, keyID := range []string{"", "7", "other"} {
				assert.LessOrEqual(t, len(candidates(t, s, jwt.Header{KeyID: keyID, Algorithm: jwt.ES256})), 9)
			}
			last, err := keys[99].Signer()
			require.NoError(t, err)
			if last.KeyID() == "99" {
				assert.NoError(t, accepts(t, s, last))
			} else {
				assert.ErrorContains(t, accepts(t, s, last), "more keys fit the header than are tried")
			}
		})
	}
}

func TestSetDefaultForRSA(t *testing.T) {
	s := parseSet(t, public(t, "RSA", map[string]any{"kid": "open"}), public(t, "RSA", map[string]any{"kid": "fixed", "alg": "RS512"}), `{"kid":"left"}`)
	other, err := s.WithRSA(jwt.PS256)
	require.NoError(t, err)
	for _, row := range []struct {
		set       *jwk.Set
		name, kid string
		want      jwt.Algorithm
	}{
		{s, "as parsed", "open", jwt.RS256},
		{s, "as parsed", "fixed", jwt.RS512},
		{other, "WithRSA", "open", jwt.PS256},
		{other, "WithRSA", "fixed", jwt.RS512},
	} {
		for _, alg := range []jwt.Algorithm{jwt.RS256, jwt.RS384, jwt.RS512, jwt.PS256, jwt.PS384, jwt.PS512} {
			found := candidates(t, row.set, jwt.Header{KeyID: row.kid, Algorithm: alg})
			assert.Equal(t, alg == row.want, len(found) == 1, "%s %s %s", row.name, row.kid, alg)
		}
	}
	assert.Equal(t, s.Skipped(), other.Skipped())
	assert.Equal(t, string(marshal(t, s)), string(marshal(t, other)))
	for _, alg := range []jwt.Algorithm{"", "none", jwt.HS256, jwt.ES256, "RSA-OAEP"} {
		_, err := s.WithRSA(alg)
		assert.ErrorContains(t, err, "want one of the RS and PS algorithms")
	}
}

func TestNilAndZeroSetsRefuse(t *testing.T) {
	signer, err := newKey(t, "P-256", "", "").Signer()
	require.NoError(t, err)
	for name, s := range map[string]*jwk.Set{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			found, err := s.Verifiers(t.Context(), jwt.Header{Algorithm: jwt.ES256})
			assert.Nil(t, found)
			assert.EqualError(t, err, "jwk: the set is nil or zero, want one from ParseSet or NewSet")
			_, err = s.WithRSA(jwt.PS256)
			assert.ErrorContains(t, err, "nil or zero")
			_, err = s.MarshalJSON()
			assert.ErrorContains(t, err, "nil or zero")
			assert.Empty(t, s.Keys())
			assert.Empty(t, s.Skipped())
			assert.Equal(t, "no JWK Set", s.String())
			var refusal *jwt.VerifyError
			err = accepts(t, s, signer)
			require.Error(t, err)
			assert.NotErrorAs(t, err, &refusal, "could not be decided, rather than refused")
		})
	}
	t.Run("an empty set knows no key", func(t *testing.T) {
		assert.ErrorIs(t, accepts(t, mustSet(t), signer), jwt.ErrUnknownKey)
		assert.Equal(t, `{"keys":[]}`, string(marshal(t, mustSet(t))))
	})
}

func TestSetDoesNotShareItsSlices(t *testing.T) {
	keys := []*jwk.Key{ecKey(t, "1")}
	s := mustSet(t, keys...)
	keys[0] = nil
	s.Keys()[0] = nil
	assert.Equal(t, "1", s.Keys()[0].KeyID())
	skipping := parseSet(t, `{"kid":"x"}`)
	skipping.Skipped()[0] = jwk.Skipped{}
	assert.Equal(t, "x", skipping.Skipped()[0].KeyID)
}

func TestSetMayBeUsedConcurrently(t *testing.T) {
	s := mustSet(t, newKey(t, "P-256", "", "1"), newKey(t, "Ed25519", "", ""), newKey(t, "oct", jwt.HS256, "2"))
	var wait sync.WaitGroup
	for _, k := range s.Keys() {
		signer, err := k.Signer()
		require.NoError(t, err)
		for range 4 {
			wait.Go(func() {
				assert.NoError(t, accepts(t, s, signer))
				_ = s.String()
				s.Keys()
				json.Marshal(s)
				s.WithRSA(jwt.PS256)
			})
		}
	}
	wait.Wait()
}

// largeSet is a set of n different keys without the cost of making them: x
// coordinates that happen to be on the curve.
func largeSet(t testing.TB, n int) (*jwk.Set, []string) {
	t.Helper()
	entries, keyIDs := make([]string, 0, n), make([]string, 0, n)
	for i := 0; len(entries) < n; i++ {
		compressed := make([]byte, 33)
		compressed[0] = 2
		copy(compressed[1:], fmt.Sprintf("%032d", i))
		x, y := elliptic.UnmarshalCompressed(elliptic.P256(), compressed)
		if x == nil {
			continue
		}
		encode := base64.RawURLEncoding.EncodeToString
		keyIDs = append(keyIDs, fmt.Sprint("key-", i))
		entries = append(entries, fmt.Sprintf(`{"kty":"EC","crv":"P-256","kid":"key-%d","x":"%s","y":"%s"}`,
			i, encode(x.FillBytes(make([]byte, 32))), encode(y.FillBytes(make([]byte, 32)))))
	}
	s := parseSet(t, entries...)
	require.Len(t, s.Keys(), n)
	return s, keyIDs
}

func TestVerifiersAllocatesNothing(t *testing.T) {
	s, keyIDs := largeSet(t, 1000)
	for _, keyID := range []string{keyIDs[0], keyIDs[999], "unknown", ""} {
		h := jwt.Header{Algorithm: jwt.ES256, KeyID: keyID}
		assert.Zero(t, testing.AllocsPerRun(100, func() { s.Verifiers(t.Context(), h) }), keyID)
	}
}

func BenchmarkVerifiers(b *testing.B) {
	for _, n := range []int{10, 1000} {
		s, keyIDs := largeSet(b, n)
		for _, row := range []struct{ name, keyID string }{{"kid", keyIDs[n-1]}, {"unknown kid", "x"}, {"no kid", ""}} {
			b.Run(fmt.Sprintf("%d keys/%s", n, row.name), func(b *testing.B) {
				h := jwt.Header{Algorithm: jwt.ES256, KeyID: row.keyID}
				for b.Loop() {
					s.Verifiers(b.Context(), h)
				}
			})
		}
	}
}

func BenchmarkVerifyWithSet(b *testing.B) {
	for _, n := range []int{10, 1000} {
		s, _ := largeSet(b, n-1)
		k := ecKey(b, "mine")
		all := mustSet(b, append(slices.Clone(s.Keys()), k)...)
		signer, err := k.Signer()
		require.NoError(b, err)
		token, err := jwt.Sign(b.Context(), signer, map[string]any{"exp": int64(1) << 40})
		require.NoError(b, err)
		p := &jwt.Policy{Keys: all}
		b.Run(fmt.Sprintf("%d keys", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := p.Verify(b.Context(), token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParseSet(b *testing.B) {
	s, _ := largeSet(b, 1000)
	data := marshal(b, s)
	for b.Loop() {
		if _, err := jwk.ParseSet(data); err != nil {
			b.Fatal(err)
		}
	}
}

func TestOneKeyWithoutAKeyIDIsTriedForEachKeyID(t *testing.T) {
	named, err := jwk.New("", material()["P-256"], "a")
	require.NoError(t, err)
	unnamed, err := jwk.Generate(jwt.ES256)
	require.NoError(t, err)
	unnamed, err = jwk.New(jwt.ES256, unnamed.CryptoKey(), "")
	require.NoError(t, err)
	set, err := jwk.NewSet(unnamed.Public(), named.Public())
	require.NoError(t, err)
	verifiers, err := set.Verifiers(t.Context(), jwt.Header{Algorithm: jwt.ES256, KeyID: "a"})
	require.NoError(t, err)
	require.Len(t, verifiers, 2)
	assert.Equal(t, "a", verifiers[0].KeyID(), "the likeliest first")
}
