package jwt

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lax takes every signature, none included. It cannot be compared.
type lax struct{ _ []int }

func (lax) Algorithm() Algorithm                              { return "X" }
func (lax) KeyID() string                                     { return "" }
func (lax) Sign(context.Context, []byte) ([]byte, error)      { return []byte("x"), nil }
func (lax) Verify(_ context.Context, input, sig []byte) error { return nil }

// What a Cache holds is what may be found again, counted once.
func TestCacheHoldsNoMoreThanItMay(t *testing.T) {
	key, err := NewHMAC(HS256, make([]byte, 32), "")
	require.NoError(t, err)
	now := time.Unix(1000, 0)
	newCache := func(key Verifier) *Cache {
		return &Cache{Policies: Policies{{Keys: Keys{key}, Now: func() time.Time { return now }}}, MaxAge: time.Second}
	}
	cache := newCache(key)
	token, err := Sign(t.Context(), key, Claims{ExpiresAt: 1100})
	require.NoError(t, err)
	for range 5 { // each time it is too old, and remembered anew
		_, err = cache.Verify(t.Context(), token)
		require.NoError(t, err)
		now = now.Add(2 * time.Second)
	}
	require.Len(t, cache.held.young, 1)
	for _, r := range cache.held.young {
		assert.Equal(t, r.size(), cache.held.bytes)
	}
	now = time.Unix(1008, 0)
	cache.MaxAge = time.Hour
	_, err = cache.Verify(t.Context(), token)
	require.NoError(t, err)
	now = time.Unix(1100, 0)
	_, err = cache.Verify(t.Context(), token)
	require.ErrorIs(t, err, ErrExpired)
	assert.Empty(t, cache.held.young, "an expired token is gone")
	assert.Zero(t, cache.held.bytes)

	// Neither is a token that could not be found again.
	now = time.Unix(1000, 0)
	token, err = Sign(t.Context(), lax{}, Claims{ExpiresAt: 1100})
	require.NoError(t, err)
	cache = newCache(lax{})
	_, err = cache.Verify(t.Context(), token)
	require.NoError(t, err)
	if cache.held != nil {
		assert.Empty(t, cache.held.young)
	}
}

func TestEachCacheHasASecret(t *testing.T) {
	one, other := (&Cache{}).begin(), (&Cache{}).begin()
	assert.Len(t, one.secret, 32)
	assert.NotEqual(t, one.secret, other.secret)
}
