package jwk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

func TestKeyRingStoresBeforeAChangeTakesEffect(t *testing.T) {
	var clock ringClock
	r := newRing(&clock)
	r.RotateEvery = 24 * time.Hour
	var stored []byte
	failing := errors.New("the disk is full")
	r.Store = func(_ context.Context, private []byte) error {
		if failing != nil {
			return failing
		}
		stored = private
		return nil
	}
	_, err := r.Signer(t.Context())
	assert.ErrorIs(t, err, failing, "the first key cannot be made")
	_, err = r.Published(t.Context())
	assert.ErrorIs(t, err, failing)
	_, err = r.Verifiers(t.Context(), jwt.Header{})
	assert.ErrorIs(t, err, failing)
	failing = nil
	a := signing(t, r)
	assert.NoError(t, r.Err())

	failing = errors.New("the disk is full again")
	clock.advance(24 * time.Hour)
	assert.Equal(t, a, signing(t, r), "the key at hand goes on")
	assert.Equal(t, []string{a}, published(t, r))
	assert.ErrorIs(t, r.Err(), failing)
	assert.ErrorIs(t, r.Rotate(t.Context()), failing)
	failing = nil
	assert.Len(t, published(t, r), 2, "each call tries again")
	assert.NoError(t, r.Err())

	var other jwk.KeyRing
	other.Now, other.PublishAhead = clock.now, time.Hour
	require.NoError(t, other.Load(stored))
	assert.Equal(t, published(t, r), published(t, &other))
	assert.Equal(t, a, signing(t, &other))
	clock.advance(time.Hour)
	assert.Equal(t, signing(t, r), signing(t, &other), "the same key at the same time")
	again, err := other.MarshalPrivateJSON()
	require.NoError(t, err)
	assert.Equal(t, string(stored), string(again))
	private, err := jwk.ParsePrivateSet(stored)
	require.NoError(t, err, "a JWK Set like any other")
	assert.Len(t, private.Keys(), 2)
}

func TestKeyRingLoadsKeysInTheOrderInWhichTheySign(t *testing.T) {
	var clock ringClock
	r := newRing(&clock)
	entry := func(keyID string, signs time.Duration) string {
		k, err := jwk.Generate(jwt.EdDSA)
		require.NoError(t, err)
		data, err := k.MarshalPrivateJSON()
		require.NoError(t, err)
		return string(changedJSON(t, data, map[string]any{"kid": keyID, "published_at": clock.at, "signs_from": clock.at.Add(signs)}))
	}
	require.NoError(t, r.Load(setOf(entry("next", time.Minute), entry("old", -2*time.Hour), entry("now", -time.Hour))))
	assert.Equal(t, []string{"now", "next", "old"}, published(t, r))
	assert.Equal(t, "now", signing(t, r))
	clock.advance(time.Minute)
	assert.Equal(t, "next", signing(t, r))

	many := make([]string, 100)
	for i := range many {
		many[i] = entry(fmt.Sprint(i), -time.Duration(i)*time.Second)
	}
	assert.NoError(t, r.Load(setOf(many...)))
}

func TestKeyRingShowsNothingPrivate(t *testing.T) {
	var clock ringClock
	r := newRing(&clock)
	require.NoError(t, r.Rotate(t.Context()))
	data, err := r.MarshalPrivateJSON()
	require.NoError(t, err)
	var stored struct{ Keys []struct{ D string } }
	require.NoError(t, json.Unmarshal(data, &stored))
	k, err := jwk.ParsePrivateSet(data)
	require.NoError(t, err)
	require.NotEmpty(t, stored.Keys[0].D)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		assertNoLeak(t, k.Keys()[0], format, fmt.Sprintf(format, r))
	}
	for how, text := range encodings(r) {
		assertNoLeak(t, k.Keys()[0], how, text)
	}
	r.Store = func(context.Context, []byte) error { return assert.AnError }
	clock.advance(2 * time.Hour)
	assertNoLeak(t, k.Keys()[0], "an error", fmt.Sprint(r.Rotate(t.Context()), r.Load(data[:len(data)-1])))
}
