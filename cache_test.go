package jwt_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

// tallied counts what it is asked to verify. It is comparable as a pointer.
type tallied struct {
	jwt.Verifier
	calls atomic.Int64
}

func (k *tallied) Verify(ctx context.Context, input, sig []byte) error {
	k.calls.Add(1)
	return k.Verifier.Verify(ctx, input, sig)
}

// cached returns a key, a policy that trusts it at a time of the test's choice,
// and a Cache in front of that.
func cached(t testing.TB) (jwt.Signer, *tallied, *time.Time, *jwt.Cache) {
	t.Helper()
	signer, verifier := pair(t, jwt.EdDSA, "k")
	key := &tallied{Verifier: verifier}
	now := time.Unix(1_000_000, 0)
	policy := &jwt.Policy{Keys: jwt.Keys{key}, Now: func() time.Time { return now }}
	return signer, key, &now, &jwt.Cache{Policies: jwt.Policies{policy}}
}

func signClaims(t testing.TB, key jwt.Signer, claims any) string {
	t.Helper()
	token, err := jwt.Sign(t.Context(), key, claims)
	require.NoError(t, err)
	return token
}

func TestCacheVerifiesASignatureOnce(t *testing.T) {
	signer, key, _, cache := cached(t)
	claims := jwt.Claims{Subject: "alice", ExpiresAt: 1_000_100, ID: "1"}
	token := signClaims(t, signer, claims)
	for range 10 {
		got, err := cache.Verify(t.Context(), token)
		require.NoError(t, err)
		assert.Equal(t, claims, got.Claims)
		assert.Equal(t, jwt.Header{Algorithm: jwt.EdDSA, KeyID: "k", Type: "JWT"}, got.Header)
		read, err := jwt.ClaimsAs[jwt.Claims](got)
		require.NoError(t, err)
		assert.Equal(t, claims, read)
	}
	assert.EqualValues(t, 1, key.calls.Load())
}

func TestCacheAsksTheRulesEveryTime(t *testing.T) {
	signer, key, now, cache := cached(t)
	token := signClaims(t, signer, jwt.Claims{NotBefore: 1_000_000, ExpiresAt: 1_000_100})
	verify := func(at int64) error {
		*now = time.Unix(at, 0)
		_, err := cache.Verify(t.Context(), token)
		return err
	}
	require.NoError(t, verify(1_000_000))
	assert.NoError(t, verify(1_000_099))
	assert.EqualValues(t, 1, key.calls.Load())
	assert.ErrorIs(t, verify(1_000_100), jwt.ErrExpired)
	assert.EqualValues(t, 2, key.calls.Load(), "an expired token is forgotten")

	require.NoError(t, verify(1_000_050))
	cache.Policies[0].Subject = "bob" // not allowed while in use, but shows that rules are asked
	assert.ErrorIs(t, verify(1_000_050), jwt.ErrClaim)
}

func TestCacheDoesNotOutliveTheClock(t *testing.T) {
	signer, key, now, cache := cached(t)
	token := signClaims(t, signer, jwt.Claims{ExpiresAt: 2_000_000})
	for _, step := range []struct {
		at    time.Time
		calls int64
	}{
		{time.Unix(1_000_000, 0), 1},
		{time.Unix(1_000_299, 999_999_999), 1},
		{time.Unix(1_000_300, 0), 2}, // the default MaxAge
		{time.Unix(1_000_299, 0), 3}, // set back
	} {
		*now = step.at
		_, err := cache.Verify(t.Context(), token)
		require.NoError(t, err)
		assert.Equal(t, step.calls, key.calls.Load(), "%v", step.at)
	}
}

// changing is a key set that changes.
type changing struct {
	keys jwt.Keys
	err  error
}

func (c *changing) Verifiers(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error) {
	keys, _ := c.keys.Verifiers(ctx, h)
	return keys, c.err // which counts, though there are keys
}

func TestCacheEndsWithTheKey(t *testing.T) {
	signer, verifier := pair(t, jwt.EdDSA, "k")
	public, _, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	other, err := jwt.NewVerifier(jwt.EdDSA, public, "k")
	require.NoError(t, err)
	set := &changing{keys: jwt.Keys{verifier}}
	cache := &jwt.Cache{Policies: jwt.Policies{{Keys: set, AllowNoExpiry: true}}}
	token := signClaims(t, signer, jwt.Claims{})
	verify := func() error {
		_, err := cache.Verify(t.Context(), token)
		return err
	}
	require.NoError(t, verify())
	set.keys = jwt.Keys{other}
	assert.ErrorIs(t, verify(), jwt.ErrSignature, "another key under the same ID")
	set.keys = jwt.Keys{}
	assert.ErrorIs(t, verify(), jwt.ErrUnknownKey, "withdrawn")
	set.keys = jwt.Keys{verifier}
	assert.NoError(t, verify())
	set.err = errors.New("out of reach")
	assert.ErrorIs(t, verify(), set.err, "it cannot be decided whether the key is still trusted")
}

func TestCacheTellsTokensApart(t *testing.T) {
	signer, _, _, cache := cached(t)
	token := signClaims(t, signer, jwt.Claims{ExpiresAt: 1_000_100})
	_, err := cache.Verify(t.Context(), token)
	require.NoError(t, err)
	for i := range token {
		_, err := cache.Verify(t.Context(), token[:i]+string(token[i]^1)+token[i+1:])
		assert.Error(t, err)
		_, err = cache.Verify(t.Context(), token[:i])
		assert.Error(t, err)
	}
	_, err = cache.Verify(t.Context(), token+"A")
	assert.Error(t, err)
}

func TestCacheHandsOutTokensOfTheirOwn(t *testing.T) {
	signer, _, _, cache := cached(t)
	cache.Policies[0].AllowAnyAudience = true
	for _, audience := range []jwt.Audience{{"a"}, {"a", "b"}} {
		token := signClaims(t, signer, jwt.Claims{Subject: "alice", Audience: audience, ExpiresAt: 1_000_100})
		for range 3 {
			got, err := cache.Verify(t.Context(), token)
			require.NoError(t, err)
			assert.Equal(t, "alice", got.Claims.Subject)
			assert.Equal(t, audience, got.Claims.Audience)
			got.Claims.Subject, got.Claims.Audience[0] = "mallory", "mallory"
			got.Payload()[0] = '!'
		}
	}
}

// VerifyAs reads the token that is remembered, and shares nothing of it.
func TestCacheHandsOutClaimsOfTheirOwn(t *testing.T) {
	type claims struct {
		jwt.Claims
		Scopes []string          `json:"scopes"`
		Limits map[string]string `json:"limits"`
	}
	signer, _, _, cache := cached(t)
	cache.Policies[0].AllowAnyAudience = true
	for _, audience := range []jwt.Audience{{"a"}, {"a", "b"}, {"a", "b", "c", "d", "e", "f"}} {
		token := signClaims(t, signer, claims{
			jwt.Claims{Subject: "alice", Audience: audience, ExpiresAt: 1_000_100}, []string{"read"}, map[string]string{"seats": "2"},
		})
		for range 3 {
			got, err := jwt.VerifyAs[claims](t.Context(), cache, token)
			require.NoError(t, err)
			assert.Equal(t, claims{jwt.Claims{Subject: "alice", Audience: audience, ExpiresAt: 1_000_100}, []string{"read"}, map[string]string{"seats": "2"}}, got)
			got.Subject, got.Audience[0], got.Scopes[0], got.Limits["seats"] = "mallory", "mallory", "admin", "1000"
			alone, err := jwt.VerifyAs[jwt.Claims](t.Context(), cache, token)
			require.NoError(t, err)
			assert.Equal(t, audience, alone.Audience)
			alone.Audience[0] = "mallory"
		}
	}
}

func TestCacheRemembersNoRefusal(t *testing.T) {
	signer, verifier := pair(t, jwt.EdDSA, "")
	set := &changing{}
	cache := &jwt.Cache{Policies: jwt.Policies{{Keys: set, AllowNoExpiry: true}}}
	token := signClaims(t, signer, jwt.Claims{})
	_, err := cache.Verify(t.Context(), token)
	assert.ErrorIs(t, err, jwt.ErrUnknownKey)
	set.keys = jwt.Keys{verifier}
	_, err = cache.Verify(t.Context(), token)
	assert.NoError(t, err)
}

func TestCacheIsBounded(t *testing.T) {
	signer, key, _, cache := cached(t)
	cache.MaxEntries = 100
	tokens := make([]string, 1000)
	for i := range tokens {
		tokens[i] = signClaims(t, signer, jwt.Claims{ID: fmt.Sprint(i), ExpiresAt: 1_000_100})
	}
	verify := func(tokens []string) int64 {
		before := key.calls.Load()
		for _, token := range tokens {
			_, err := cache.Verify(t.Context(), token)
			require.NoError(t, err)
		}
		return key.calls.Load() - before
	}
	assert.EqualValues(t, 1000, verify(tokens))
	remembered := 0
	for _, token := range tokens {
		if verify([]string{token}) == 0 {
			remembered++
		}
	}
	assert.LessOrEqual(t, remembered, 100)

	// What is in use stays, whatever comes in between.
	often := tokens[:10]
	verify(often)
	for i := 10; i < 990; i += 10 {
		verify(tokens[i : i+10])
		assert.Zero(t, verify(often))
	}
}

func TestCacheIsBoundedInBytes(t *testing.T) {
	signer, key, _, cache := cached(t)
	cache.MaxBytes, cache.MaxEntries = 200_000, 1_000_000
	long := strings.Repeat("x", 10_000)
	var tokens []string
	for i := range 100 {
		tokens = append(tokens, signClaims(t, signer, jwt.Claims{ID: fmt.Sprint(i), Subject: long, ExpiresAt: 1_000_100}))
	}
	for _, token := range tokens {
		_, err := cache.Verify(t.Context(), token)
		require.NoError(t, err)
	}
	before := key.calls.Load()
	for i := len(tokens) - 1; i >= 0; i-- {
		_, err := cache.Verify(t.Context(), tokens[i])
		require.NoError(t, err)
	}
	hits := 100 - (key.calls.Load() - before)
	assert.Positive(t, hits)
	assert.LessOrEqual(t, hits, int64(20))

	// One that is larger than half of everything is verified each time.
	cache = &jwt.Cache{Policies: cache.Policies, MaxBytes: 10_000}
	for range 2 {
		before := key.calls.Load()
		_, err := cache.Verify(t.Context(), tokens[0])
		require.NoError(t, err)
		assert.EqualValues(t, 1, key.calls.Load()-before)
	}
}

// The bound on bytes is near the truth.
func TestCacheKnowsItsSize(t *testing.T) {
	signer := hs256(t)
	policy := &jwt.Policy{Keys: jwt.Keys{signer}, AllowNoExpiry: true}
	cache := &jwt.Cache{Policies: jwt.Policies{policy}, MaxEntries: 1 << 30, MaxBytes: 16 << 20}
	tokens := make([]string, 5000)
	for i := range tokens {
		tokens[i] = signClaims(t, signer, jwt.Claims{Subject: rand.Text(), ID: rand.Text()})
	}
	size := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := size()
	for _, token := range tokens {
		_, err := cache.Verify(t.Context(), token)
		require.NoError(t, err)
	}
	each := (size() - before) / uint64(len(tokens))
	assert.Less(t, each, uint64(1200))
	runtime.KeepAlive(cache)
	runtime.KeepAlive(tokens)
}

func TestCacheOfSeveralPolicies(t *testing.T) {
	signer, _, _, cache := cached(t)
	one := *cache.Policies[0]
	one.Issuer = "one"
	two := one
	two.Issuer, two.Subject = "two", "alice"
	cache.Policies = jwt.Policies{&one, &two}
	for range 2 {
		_, err := cache.Verify(t.Context(), signClaims(t, signer, jwt.Claims{Issuer: "one", Subject: "bob", ExpiresAt: 1_000_100}))
		assert.NoError(t, err)
		_, err = cache.Verify(t.Context(), signClaims(t, signer, jwt.Claims{Issuer: "two", Subject: "bob", ExpiresAt: 1_000_100}))
		assert.ErrorIs(t, err, jwt.ErrClaim)
		_, err = cache.Verify(t.Context(), signClaims(t, signer, jwt.Claims{Issuer: "three", ExpiresAt: 1_000_100}))
		assert.ErrorIs(t, err, jwt.ErrUnknownKey)
	}
}

// uncomparable is a Verifier that == panics for.
type uncomparable struct {
	jwt.Verifier
	_ []int
}

func TestCacheOfAKeyThatCannotBeCompared(t *testing.T) {
	signer, verifier := pair(t, jwt.EdDSA, "")
	counted := &tallied{Verifier: verifier}
	for _, key := range []jwt.Verifier{uncomparable{Verifier: counted}, struct{ jwt.Verifier }{uncomparable{Verifier: counted}}} {
		cache := &jwt.Cache{Policies: jwt.Policies{{Keys: jwt.Keys{key}, AllowNoExpiry: true}}}
		counted.calls.Store(0)
		for range 3 {
			_, err := cache.Verify(t.Context(), signClaims(t, signer, jwt.Claims{}))
			assert.NoError(t, err)
		}
		assert.EqualValues(t, 3, counted.calls.Load())
	}
}

// A token that is refused by the policy that accepted it before may be accepted
// by another.
func TestCacheDecidesAsItsPoliciesDo(t *testing.T) {
	signer, _, now, cache := cached(t)
	strict := *cache.Policies[0]
	lenient := strict
	strict.MaxAge, lenient.Leeway = 10*time.Second, time.Minute
	cache.Policies = jwt.Policies{&strict, &lenient}
	token := signClaims(t, signer, jwt.Claims{IssuedAt: 1_000_000, ExpiresAt: 1_000_100})
	for _, at := range []int64{1_000_000, 1_000_005, 1_000_050, 1_000_051, 1_000_120, 1_000_200} {
		*now = time.Unix(at, 0)
		_, want := cache.Policies.Verify(t.Context(), token)
		_, got := cache.Verify(t.Context(), token)
		assert.Equal(t, want, got, at)
	}
}

// slowKeys takes its time, in which the clock goes on.
type slowKeys struct {
	jwt.Keys
	wait func()
}

func (s *slowKeys) Verifiers(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error) {
	s.wait()
	return s.Keys.Verifiers(ctx, h)
}

func TestCacheReadsTheClockAfterTheKeySet(t *testing.T) {
	signer, key, now, cache := cached(t)
	wait := time.Duration(0)
	cache.Policies[0].Keys = &slowKeys{jwt.Keys{key}, func() { *now = now.Add(wait) }}
	token := signClaims(t, signer, jwt.Claims{ExpiresAt: 1_000_100})
	_, err := cache.Verify(t.Context(), token)
	require.NoError(t, err)
	wait = 200 * time.Second
	_, err = cache.Verify(t.Context(), token)
	assert.ErrorIs(t, err, jwt.ErrExpired)
}

func TestCacheShowsNothingOfWhatItHolds(t *testing.T) {
	signer, _, _, cache := cached(t)
	_, err := cache.Verify(t.Context(), signClaims(t, signer, jwt.Claims{Subject: "alice", ExpiresAt: 1_000_100}))
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		shown := fmt.Sprintf(verb, cache)
		assert.NotContains(t, shown, "alice")
		assert.NotContains(t, shown, "map[")
		assert.Less(t, len(shown), 1000, shown)
	}
}

func TestIncompleteCacheRefuses(t *testing.T) {
	signer, _, _, good := cached(t)
	token := signClaims(t, signer, jwt.Claims{ExpiresAt: 1_000_100})
	for _, cache := range []*jwt.Cache{
		nil, {}, {Policies: jwt.Policies{}}, {Policies: jwt.Policies{nil}}, {Policies: jwt.Policies{{}}},
		{Policies: good.Policies, MaxAge: -1}, {Policies: good.Policies, MaxEntries: -1}, {Policies: good.Policies, MaxBytes: -1},
	} {
		_, err := cache.Verify(t.Context(), token)
		var refused *jwt.VerifyError
		assert.Error(t, err)
		assert.NotErrorAs(t, err, &refused)
	}
	_, err := good.Verify(t.Context(), strings.Repeat(".", 1<<20))
	assert.ErrorIs(t, err, jwt.ErrMalformed)
}

func TestCacheIsSafeForConcurrentUse(t *testing.T) {
	signer, _, _, cache := cached(t)
	cache.MaxEntries = 8
	tokens := make([]string, 16)
	for i := range tokens {
		tokens[i] = signClaims(t, signer, jwt.Claims{ID: fmt.Sprint(i), ExpiresAt: 1_000_100})
	}
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 200 {
				n := (i*7 + worker) % len(tokens)
				got, err := cache.Verify(t.Context(), tokens[n])
				if assert.NoError(t, err) {
					assert.Equal(t, fmt.Sprint(n), got.Claims.ID)
				}
			}
		})
	}
	group.Wait()
}
