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
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// setOf returns a JWK Set of entries.
func setOf(entries ...string) []byte {
	return []byte(`{"keys":[` + strings.Join(entries, ",") + `]}`)
}

func parseSet(t testing.TB, entries ...string) *jwk.Set {
	t.Helper()
	s, err := jwk.ParseSet(setOf(entries...))
	require.NoError(t, err)
	return s
}

// public returns the public JWK of a kind with members set.
func public(t testing.TB, kind string, changes map[string]any) string {
	return string(changedPublic(t, kind, changes))
}

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

func TestProviderSetsLoad(t *testing.T) {
	fipstest.SkipEnforced(t)
	data, err := os.ReadFile("testdata/providers.json")
	require.NoError(t, err)
	var providers struct {
		Sets []struct {
			Source                 string
			Verifies, Skips, Notes []string
			Set                    json.RawMessage
		}
	}
	require.NoError(t, json.Unmarshal(data, &providers))
	require.Len(t, providers.Sets, 9)
	for _, p := range providers.Sets {
		t.Run(p.Source, func(t *testing.T) {
			s, err := jwk.ParseSet(p.Set)
			require.NoError(t, err)
			for _, want := range p.Verifies {
				keyID, alg, _ := strings.Cut(want, " ")
				assert.Equal(t, []string{want}, candidates(t, s, jwt.Header{KeyID: keyID, Algorithm: jwt.Algorithm(alg)}))
			}
			var skipped []string
			for _, k := range s.Skipped() {
				skipped = append(skipped, k.KeyID)
			}
			assert.Equal(t, p.Skips, skipped, "%v", s.Skipped())
			var noted []string
			for _, n := range s.Noted() {
				noted = append(noted, n.KeyID+" "+n.Member)
			}
			assert.Equal(t, p.Notes, noted, "%v", s.Noted())
			assert.Len(t, s.Keys(), bytes.Count(p.Set, []byte(`"kty"`))-len(p.Skips))
			again, err := jwk.ParseSet(marshal(t, s))
			require.NoError(t, err)
			assert.Equal(t, described(s), described(again))
		})
	}
}

func TestSetLeavesOutAlienEntries(t *testing.T) {
	kid := func(id string) map[string]any { return map[string]any{"kid": id} }
	s := parseSet(t,
		public(t, "RSA", kid("0")),
		`{"kty":"LMS","kid":"1","pub":"AAAA"}`,
		public(t, "P-256", kid("2")),
		public(t, "P-384", map[string]any{"kid": "3", "crv": "secp256k1"}),
		public(t, "P-384", kid("4")),
		public(t, "Ed25519", map[string]any{"kid": "5", "alg": "Ed448"}),
		public(t, "P-521", kid("6")),
		public(t, "RSA", map[string]any{"kid": "7", "e": "AQ"}),
		public(t, "Ed25519", kid("8")),
		public(t, "X25519", kid("9")),
	)
	type left struct {
		index int
		keyID string
		err   string
	}
	var skipped []left
	for _, k := range s.Skipped() {
		skipped = append(skipped, left{k.Index, k.KeyID, k.Err.Error()})
	}
	assert.Equal(t, []left{
		{1, "1", `jwk: unknown kty "LMS", want RSA, EC, OKP, AKP or oct`},
		{3, "3", `jwk: unknown crv "secp256k1", want P-256, P-384 or P-521`},
		{5, "5", `jwk: alg: unknown algorithm "Ed448", want one of the package's constants`},
		{7, "7", `jwk: RS256 key: got the RSA exponent 1, want an odd one from 3 to 2^31-1`},
	}, skipped)
	assert.Len(t, s.Keys(), 6)
	for kind, keyID := range map[string]string{"RSA": "0", "P-256": "2", "P-384": "4", "P-521": "6", "Ed25519": "8"} {
		signer, err := newKey(t, kind, "", keyID).Signer()
		require.NoError(t, err)
		assert.NoError(t, accepts(t, s, signer), kind)
	}
	signer, err := newKey(t, "Ed25519", jwt.Ed25519, "8").Signer()
	require.NoError(t, err)
	assert.NoError(t, accepts(t, s, signer), "Ed25519 under its other name")
}

func TestSetSkipsEntriesThatAreNoKeysAtAll(t *testing.T) {
	good := public(t, "P-256", map[string]any{"kid": "good"})
	for _, row := range []struct{ name, entry, keyID, want string }{
		{"null", `null`, "", "not a JSON object"},
		{"a number", `5`, "", "not a JSON object"},
		{"an array", `[{"kty":"EC"}]`, "", "not a JSON object"},
		{"an empty object", `{}`, "", "kty is absent"},
		{"a duplicate member", `{"kid":"a","kty":"EC","kty":"EC"}`, "a", `duplicate name "kty"`},
		{"broken UTF-8", `{"kid":"a","kty":"` + "\xff" + `"}`, "a", "invalid UTF-8"},
		{"a lone surrogate", `{"kid":"\ud800"}`, "", "bad escape"},
		{"a kid that is a number", `{"kid":5,"kty":"EC"}`, "", "kid: got a number, want a string"},
		{"deep nesting", `{"a":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + `}`, "", "nested too deep"},
		{"more than 64 KiB", `{"kty":"` + strings.Repeat("x", 64<<10) + `"}`, "", "want at most 65536"},
		{"a set", string(setOf(good)), "", "got a JWK Set, want one JWK"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := parseSet(t, good, row.entry, good)
			require.Len(t, s.Skipped(), 1)
			assert.Equal(t, 1, s.Skipped()[0].Index)
			assert.Equal(t, row.keyID, s.Skipped()[0].KeyID)
			assert.ErrorContains(t, s.Skipped()[0].Err, row.want)
			assert.Len(t, s.Keys(), 2)
			assert.Equal(t, []string{"good ES256"}, candidates(t, s, jwt.Header{KeyID: "good", Algorithm: jwt.ES256}))
		})
	}
}

func TestParseSetRefusesWhatIsNoSet(t *testing.T) {
	good := public(t, "P-256", nil)
	for _, row := range []struct{ name, data, want string }{
		{"nothing", ``, "not a JSON object"},
		{"null", `null`, "not a JSON object"},
		{"a list of keys", `[` + good + `]`, "not a JSON object"},
		{"one key", good, "keys is absent"},
		{"an empty object", `{}`, "keys is absent"},
		{"keys not an array", `{"keys":{}}`, "keys: got an object, want an array"},
		{"keys null", `{"keys":null}`, "keys: got null, want an array"},
		{"keys in upper case", `{"Keys":[]}`, "keys is absent"},
		{"keys twice", `{"keys":[],"keys":[]}`, `duplicate name "keys"`},
		{"another member twice", `{"a":1,"keys":[],"a":1}`, `duplicate name "a"`},
		{"many other members", `{"keys":[]` + manyMembers() + `}`, "too many members"},
		{"data after it", `{"keys":[]}{}`, "data after the JSON object"},
		{"a broken name", `{"keys`, "not JSON at byte"},
		{"a name without a value", `{"keys"}`, "not JSON at byte"},
		{"another name without a value", `{"a"}`, "not JSON at byte"},
		{"no end", `{"keys":[` + good, "not JSON at byte"},
		{"no end of the object", `{"keys":[` + good + `]`, "not JSON at byte"},
		{"a broken entry", `{"keys":[{"kty":}]}`, "not JSON at byte"},
		{"no comma", `{"keys":[{} {}]}`, "not JSON at byte"},
		{"a trailing comma", `{"keys":[{},]}`, "not JSON at byte"},
		{"10,001 entries", `{"keys":[0` + strings.Repeat(",0", 10_000) + `]}`, "more than 10000 keys"},
		{"16 MiB and one byte", `{"keys":[]}` + strings.Repeat(" ", 16<<20-10), "want at most 16777216"},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, parse := range []func([]byte) (*jwk.Set, error){jwk.ParseSet, jwk.ParsePrivateSet} {
				s, err := parse([]byte(row.data))
				assert.Nil(t, s)
				require.ErrorContains(t, err, row.want)
				assert.True(t, strings.HasPrefix(err.Error(), "jwk: "), err)
			}
		})
	}
	for _, row := range []struct {
		name, data string
		keys       int
	}{
		{"no keys", `{"keys":[]}`, 0},
		{"other members", `{"issuer":"x","keys":[` + good + `],"a":{"keys":1}}`, 1},
		{"spaces", " {\n\"keys\" : [ " + good + "\t] }\r\n", 1},
		{"64 members", `{"keys":[]` + strings.TrimSuffix(manyMembers(), `,"63":0`) + `}`, 0},
		{"16 MiB", `{"keys":[]}` + strings.Repeat(" ", 16<<20-11), 0},
		{"10,000 entries", `{"keys":[0` + strings.Repeat(",0", 9_999) + `]}`, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, err := jwk.ParseSet([]byte(row.data))
			require.NoError(t, err)
			assert.Len(t, s.Keys(), row.keys)
		})
	}
}

func manyMembers() (s string) {
	for i := range 64 {
		s += fmt.Sprintf(`,"%d":0`, i)
	}
	return s
}

func TestParseSetTakesNeitherPrivateNorSymmetricKeys(t *testing.T) {
	private := func(kind string) string { return string(changed(t, kind, map[string]any{"kid": kind})) }
	secret := string(changed(t, "oct", map[string]any{"kid": "oct", "alg": "HS256"}))
	onlyPrime := public(t, "RSA", map[string]any{"kid": "prime", "p": "AQAB"})
	entries := []string{private("RSA"), private("P-256"), private("Ed25519"), private("X25519"), onlyPrime, secret, public(t, "P-384", nil)}
	s := parseSet(t, entries...)
	require.Len(t, s.Skipped(), 6)
	for i, k := range s.Skipped() {
		want := "a private key among public keys"
		if k.KeyID == "oct" {
			want = "a symmetric key among public keys"
		}
		assert.Equal(t, i, k.Index)
		assert.ErrorContains(t, k.Err, want)
	}
	for _, kind := range []string{"RSA", "P-256", "Ed25519"} {
		signer, err := newKey(t, kind, "", kind).Signer()
		require.NoError(t, err)
		assert.ErrorIs(t, accepts(t, s, signer), jwt.ErrUnknownKey)
	}
	hmac, err := newKey(t, "oct", jwt.HS256, "oct").Signer()
	require.NoError(t, err)
	assert.ErrorIs(t, accepts(t, s, hmac), jwt.ErrUnknownKey)

	t.Run("ParsePrivateSet does", func(t *testing.T) {
		s, err := jwk.ParsePrivateSet(setOf(entries...))
		require.NoError(t, err)
		assert.Len(t, s.Keys(), 6)
		require.Len(t, s.Skipped(), 1)
		assert.Equal(t, "prime", s.Skipped()[0].KeyID)
		for _, k := range s.Keys() {
			if signer, err := k.Signer(); err == nil {
				assert.NoError(t, accepts(t, s, signer), k)
			}
		}
		assert.NoError(t, accepts(t, s, hmac))
		_, err = json.Marshal(s)
		assert.ErrorContains(t, err, "is symmetric, and no key to publish")
	})
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
