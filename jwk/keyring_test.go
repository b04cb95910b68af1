package jwk_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// ringClock is a clock that stands still.
type ringClock struct{ at time.Time }

func (c *ringClock) now() time.Time          { return c.at }
func (c *ringClock) advance(d time.Duration) { c.at = c.at.Add(d) }

func newRing(clock *ringClock) *jwk.KeyRing {
	clock.at = time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	return &jwk.KeyRing{Algorithm: jwt.EdDSA, PublishAhead: time.Hour, RetireAfter: 10 * time.Hour, Now: clock.now}
}

// signing returns the key ID that signs now.
func signing(t testing.TB, r *jwk.KeyRing) string {
	t.Helper()
	s, err := r.Signer(t.Context())
	require.NoError(t, err)
	return s.KeyID()
}

// published returns the key IDs that are published now, of which the keys are
// public.
func published(t testing.TB, r *jwk.KeyRing) (keyIDs []string) {
	t.Helper()
	keys, err := r.Published(t.Context())
	require.NoError(t, err)
	for _, k := range keys {
		assert.Same(t, k, k.Public())
		keyIDs = append(keyIDs, k.KeyID())
	}
	return keyIDs
}

// verifying returns the key IDs that the ring verifies tokens of.
func verifying(t testing.TB, r *jwk.KeyRing, keyIDs ...string) (found []string) {
	t.Helper()
	for _, keyID := range keyIDs {
		verifiers, err := r.Verifiers(t.Context(), jwt.Header{Algorithm: jwt.EdDSA, KeyID: keyID})
		require.NoError(t, err)
		if len(verifiers) == 1 && verifiers[0].KeyID() == keyID {
			found = append(found, keyID)
		}
	}
	return found
}

func TestKeyRingPublishesBeforeItSignsAndWithdrawsAfterTokensExpired(t *testing.T) {
	var clock ringClock
	r := newRing(&clock)
	require.NoError(t, r.Rotate(t.Context()))
	a := signing(t, r)
	assert.Equal(t, []string{a}, published(t, r), "the first key signs at once")

	clock.advance(time.Minute)
	require.NoError(t, r.Rotate(t.Context()))
	require.Len(t, published(t, r), 2)
	b := published(t, r)[1]
	require.NoError(t, r.Rotate(t.Context()))
	assert.Equal(t, []string{a, b}, published(t, r), "one that waits is enough")

	clock.advance(time.Hour - 1)
	assert.Equal(t, a, signing(t, r), "until it has been published for long enough")
	clock.advance(1)
	assert.Equal(t, b, signing(t, r))
	assert.Equal(t, []string{b, a}, published(t, r))
	assert.Equal(t, []string{a, b}, verifying(t, r, a, b))

	clock.advance(10*time.Hour - 1)
	assert.Equal(t, []string{b, a}, published(t, r), "while tokens of it may be valid")
	assert.Equal(t, []string{a, b}, verifying(t, r, a, b))
	clock.advance(1)
	assert.Equal(t, []string{b}, published(t, r))
	assert.Equal(t, []string{b}, verifying(t, r, a, b))
	assert.Contains(t, r.NoKey(jwt.Header{Algorithm: jwt.EdDSA, KeyID: a}), "the set has kid")

	data, err := r.MarshalPrivateJSON()
	require.NoError(t, err)
	assert.Contains(t, string(data), a)
	require.NoError(t, r.Rotate(t.Context()))
	data, err = r.MarshalPrivateJSON()
	require.NoError(t, err)
	assert.NotContains(t, string(data), a, "a retired key is forgotten")
}

func TestKeyRingDefaultsAreAnHourAndADay(t *testing.T) {
	var clock ringClock
	r := newRing(&clock)
	r.PublishAhead, r.RetireAfter = 0, 0
	require.NoError(t, r.Rotate(t.Context()))
	a := signing(t, r)
	require.NoError(t, r.Rotate(t.Context()))
	clock.advance(time.Hour - 1)
	assert.Equal(t, a, signing(t, r))
	clock.advance(1)
	assert.NotEqual(t, a, signing(t, r))
	clock.advance(24*time.Hour - 1)
	assert.Len(t, published(t, r), 2)
	clock.advance(1)
	assert.Len(t, published(t, r), 1)
}

func TestKeyRingRotatesByItself(t *testing.T) {
	var clock ringClock
	r := newRing(&clock)
	r.RotateEvery = 24 * time.Hour
	a := signing(t, r)
	clock.advance(24*time.Hour - 1)
	assert.Equal(t, []string{a}, published(t, r))
	clock.advance(1)
	require.Len(t, published(t, r), 2, "the newest is a day old")
	assert.Equal(t, a, signing(t, r))
	clock.advance(time.Hour)
	b := signing(t, r)
	assert.NotEqual(t, a, b)
	clock.advance(23 * time.Hour)
	assert.Equal(t, b, signing(t, r))
	assert.Len(t, published(t, r), 2, "b, and one that waits; a is retired")

	clock.advance(1000 * time.Hour) // nobody called
	c := signing(t, r)
	assert.NotEqual(t, b, c, "the one that waited")
	assert.Len(t, published(t, r), 2, "c, and one that is published only now, so that c goes on to sign")
	clock.advance(time.Hour - 1)
	assert.Equal(t, c, signing(t, r))
	clock.advance(1)
	assert.NotEqual(t, c, signing(t, r))
}

func TestKeyRingThatRotatesFasterThanItPublishesKeepsOneKeyWaiting(t *testing.T) {
	var clock ringClock
	r := newRing(&clock)
	r.RotateEvery = time.Minute
	for range 200 {
		signing(t, r)
		assert.LessOrEqual(t, len(published(t, r)), 13, "one an hour")
		clock.advance(10 * time.Minute)
	}
}

func TestKeyRingSignsWhileANewKeyIsStored(t *testing.T) {
	var clock ringClock
	r := newRing(&clock)
	r.RotateEvery = 24 * time.Hour
	a := signing(t, r)
	clock.advance(24 * time.Hour)
	storing, stored := make(chan struct{}), make(chan struct{})
	r.Store = func(context.Context, []byte) error {
		close(storing)
		<-stored
		return nil
	}
	var wait sync.WaitGroup
	wait.Go(func() { r.Signer(t.Context()) }) // finds that a key is due
	<-storing
	assert.Equal(t, a, signing(t, r), "nobody else waits")
	assert.Equal(t, []string{a}, published(t, r), "and what is not stored is not published")
	assert.Equal(t, []string{a}, verifying(t, r, a))
	close(stored)
	wait.Wait()
	assert.Len(t, published(t, r), 2)
}

func TestKeyRingMakesOneFirstKeyForAll(t *testing.T) {
	var clock ringClock
	r := newRing(&clock)
	r.RotateEvery = time.Hour
	var calls atomic.Int32
	r.Store = func(context.Context, []byte) error { calls.Add(1); return nil }
	var wait sync.WaitGroup
	keyIDs := make([]string, 8)
	for i := range keyIDs {
		wait.Go(func() {
			if s, err := r.Signer(t.Context()); assert.NoError(t, err) {
				keyIDs[i] = s.KeyID()
			}
		})
	}
	wait.Wait()
	assert.Len(t, slices.Compact(keyIDs), 1)
	assert.Equal(t, int32(1), calls.Load())
}

func TestKeyRingVerifiesItsTokens(t *testing.T) {
	r := &jwk.KeyRing{Algorithm: jwt.ES256, RotateEvery: time.Hour}
	s, err := r.Signer(t.Context())
	require.NoError(t, err)
	assert.NoError(t, accepts(t, r, s))
	before, err := r.Verifiers(t.Context(), jwt.Header{Algorithm: jwt.ES256, KeyID: s.KeyID()})
	require.NoError(t, err)
	after, err := r.Verifiers(t.Context(), jwt.Header{Algorithm: jwt.ES256, KeyID: s.KeyID()})
	require.NoError(t, err)
	assert.Same(t, before[0], after[0], "the same key as long as nothing changes")
	forger, err := ecKey(t, s.KeyID()).Signer()
	require.NoError(t, err)
	assert.ErrorIs(t, accepts(t, r, forger), jwt.ErrSignature)
}

func TestKeyRingWhoseClockIsPutBackStillSigns(t *testing.T) {
	var clock ringClock
	r := newRing(&clock)
	require.NoError(t, r.Rotate(t.Context()))
	a := signing(t, r)
	clock.advance(-1000 * time.Hour)
	assert.Equal(t, a, signing(t, r))
	assert.Equal(t, []string{a}, published(t, r))
}

func TestKeyRingRefuses(t *testing.T) {
	var clock ringClock
	calls := func(r *jwk.KeyRing) map[string]error {
		_, signErr := r.Signer(t.Context())
		_, publishErr := r.Published(t.Context())
		_, verifyErr := r.Verifiers(t.Context(), jwt.Header{})
		_, marshalErr := r.MarshalPrivateJSON()
		return map[string]error{"Signer": signErr, "Published": publishErr, "Verifiers": verifyErr, "MarshalPrivateJSON": marshalErr}
	}
	for _, row := range []struct {
		name   string
		ring   *jwk.KeyRing
		want   string
		change string // what Rotate says
	}{
		{"nil", nil, "KeyRing is nil", "KeyRing is nil"},
		{"zero", &jwk.KeyRing{}, "KeyRing has no key, want Load or Rotate to be called first", "KeyRing.Algorithm is empty"},
		{"a negative duration", &jwk.KeyRing{Algorithm: jwt.ES256, PublishAhead: -1}, "negative duration", "negative duration"},
		{"a negative duration", &jwk.KeyRing{Algorithm: jwt.ES256, RetireAfter: -1}, "negative duration", "negative duration"},
		{"a negative duration", &jwk.KeyRing{Algorithm: jwt.ES256, RotateEvery: -1}, "negative duration", "negative duration"},
		{"an unknown algorithm", &jwk.KeyRing{Algorithm: "none"}, "KeyRing has no key", `cannot generate a key for "none"`},
		{"secrets", &jwk.KeyRing{Algorithm: jwt.HS256}, "KeyRing has no key", "no secret, which cannot be published"},
		{"a clock of the year 10000", &jwk.KeyRing{
			Algorithm: jwt.EdDSA,
			Now:       func() time.Time { return time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
			Store:     func(context.Context, []byte) error { return nil },
		}, "KeyRing has no key", "the clock is wrong"},
	} {
		t.Run(row.name, func(t *testing.T) {
			for name, err := range calls(row.ring) {
				assert.ErrorContains(t, err, row.want, name)
			}
			assert.ErrorContains(t, row.ring.Rotate(t.Context()), row.change)
			if row.ring != nil {
				assert.NoError(t, row.ring.Err())
				assert.Equal(t, "the key ring has no key", row.ring.NoKey(jwt.Header{}))
			}
		})
	}
	r := newRing(&clock)
	require.NoError(t, r.Rotate(t.Context()))
	require.NoError(t, r.Rotate(t.Context()))
	good, err := r.MarshalPrivateJSON()
	require.NoError(t, err)
	keys := published(t, r)
	for _, row := range []struct{ name, data, want string }{
		{"nothing", "", "KeyRing.Load got no data, want what Store was given last"},
		{"no keys", `{"keys":[]}`, "key ring of 0 keys, want 1 to 100"},
		{"a public key", string(setOf(public(t, "P-256", map[string]any{"kid": "1", "published_at": time.Now(), "signs_from": time.Now()}))), "want a private one to sign"},
		{"a key for encryption", string(setOf(string(changed(t, "P-256", map[string]any{"use": "enc", "kid": "1", "published_at": time.Now(), "signs_from": time.Now()})))), "do not permit to sign"},
		{"a secret", string(setOf(string(changed(t, "oct", map[string]any{"alg": "HS256", "kid": "1", "published_at": time.Now(), "signs_from": time.Now()})))), "no secret"},
		{"a key without kid", string(setOf(string(changed(t, "P-256", map[string]any{"published_at": time.Now(), "signs_from": time.Now()})))), "a private key with a kid"},
		{"no date of publication", strings.Replace(string(good), "published_at", "published", 1), "published_at or signs_from is no date (entry 0"},
		{"no date of signing", strings.Replace(string(good), "signs_from", "signs", 1), "published_at or signs_from is no date (entry 0"},
		{"a date that is none", strings.Replace(string(good), "2026-11-26", "26.11.2026", 1), "is no date"},
		{"one kid twice", strings.ReplaceAll(string(good), keys[1], keys[0]), "two keys of one kid (entry 1"},
		{"a broken key", strings.Replace(string(good), `"kty":"OKP"`, `"kty":"OK"`, 1), `unknown kty "OK"`},
		{"101 keys", `{"keys":[` + strings.Repeat(string(changed(t, "Ed25519", nil))+",", 100) + string(changed(t, "Ed25519", nil)) + `]}`, "key ring of 101 keys"},
	} {
		t.Run("to load "+row.name, func(t *testing.T) {
			assert.ErrorContains(t, r.Load([]byte(row.data)), row.want)
			assert.Equal(t, keys, published(t, r), "as before")
		})
	}
	assert.NoError(t, r.Load(good))
	assert.ErrorContains(t, (*jwk.KeyRing)(nil).Load(good), "KeyRing is nil")
	assert.ErrorContains(t, (*jwk.KeyRing)(nil).Withdraw(t.Context(), "a"), "KeyRing is nil")
}

func TestKeyRingHasABound(t *testing.T) {
	var clock ringClock
	r := newRing(&clock)
	r.RetireAfter = 10_000 * time.Hour
	for range 100 {
		require.NoError(t, r.Rotate(t.Context()))
		clock.advance(time.Hour)
	}
	assert.ErrorContains(t, r.Rotate(t.Context()), "KeyRing has 101 keys, want at most 100")
	assert.Len(t, published(t, r), 100)
}

func TestKeyRingIsForConcurrentUse(t *testing.T) {
	var mu sync.Mutex
	at := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	r := &jwk.KeyRing{Algorithm: jwt.EdDSA, PublishAhead: time.Minute, RetireAfter: 5 * time.Minute, RotateEvery: 2 * time.Minute}
	r.Now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(time.Second)
		return at
	}
	r.Store = func(context.Context, []byte) error { return nil }
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for range 200 {
				s, err := r.Signer(t.Context())
				if !assert.NoError(t, err) {
					return
				}
				keys, err := r.Published(t.Context())
				assert.NoError(t, err)
				assert.NotEmpty(t, keys)
				_, err = r.Verifiers(t.Context(), jwt.Header{Algorithm: jwt.EdDSA, KeyID: s.KeyID()})
				assert.NoError(t, err)
				r.NoKey(jwt.Header{})
				r.Err()
				if i == 0 {
					data, err := r.MarshalPrivateJSON()
					assert.NoError(t, err)
					assert.NoError(t, r.Load(data))
					r.Rotate(t.Context())
				}
			}
		})
	}
	wait.Wait()
}
