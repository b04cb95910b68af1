package jwk_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

func TestAKeyThatIsWithdrawnIsReplacedByOneOfItsAlgorithm(t *testing.T) {
	first := &jwk.KeyRing{Algorithm: jwt.ES384}
	require.NoError(t, first.Rotate(t.Context()))
	data, err := first.MarshalPrivateJSON()
	require.NoError(t, err)
	for chosen, want := range map[jwt.Algorithm]jwt.Algorithm{"": jwt.ES384, jwt.Ed25519: jwt.Ed25519} {
		r := &jwk.KeyRing{Algorithm: chosen}
		require.NoError(t, r.Load(data))
		stolen, err := r.Signer(t.Context())
		require.NoError(t, err)
		require.NoError(t, r.Withdraw(t.Context(), stolen.KeyID()))
		signer, err := r.Signer(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, signer.Algorithm())
		assert.NotEqual(t, stolen.KeyID(), signer.KeyID())
		published, err := r.Published(t.Context())
		require.NoError(t, err)
		assert.Len(t, published, 1)
	}
}

func TestKeyRingWithdraws(t *testing.T) {
	three := func(t *testing.T) (r *jwk.KeyRing, clock *ringClock, old, now, next string) {
		clock = new(ringClock)
		r = newRing(clock)
		for range 3 {
			clock.advance(time.Hour)
			require.NoError(t, r.Rotate(t.Context()))
		}
		ids := published(t, r)
		require.Len(t, ids, 3)
		return r, clock, ids[2], ids[0], ids[1]
	}
	t.Run("the key that signs, and the next one takes its place", func(t *testing.T) {
		r, _, old, now, next := three(t)
		require.NoError(t, r.Withdraw(t.Context(), now))
		assert.Equal(t, next, signing(t, r))
		assert.Equal(t, []string{next, old}, published(t, r))
		assert.Empty(t, verifying(t, r, now))
	})
	t.Run("the key that signs, and there is no next one", func(t *testing.T) {
		r, _, old, now, next := three(t)
		require.NoError(t, r.Withdraw(t.Context(), next))
		assert.Equal(t, []string{now, old}, published(t, r))
		require.NoError(t, r.Withdraw(t.Context(), now))
		fresh := signing(t, r)
		assert.NotContains(t, []string{old, now, next}, fresh)
		assert.Equal(t, []string{fresh, old}, published(t, r))
	})
	t.Run("an old key", func(t *testing.T) {
		r, _, old, now, next := three(t)
		require.NoError(t, r.Withdraw(t.Context(), old))
		assert.Equal(t, []string{now, next}, published(t, r))
		assert.Empty(t, verifying(t, r, old))
	})
	t.Run("the only key", func(t *testing.T) {
		var clock ringClock
		r := newRing(&clock)
		require.NoError(t, r.Rotate(t.Context()))
		a := signing(t, r)
		require.NoError(t, r.Withdraw(t.Context(), a))
		assert.NotEqual(t, a, signing(t, r))
		assert.Len(t, published(t, r), 1)
	})
	t.Run("no key of that name", func(t *testing.T) {
		r, _, _, _, _ := three(t)
		assert.ErrorContains(t, r.Withdraw(t.Context(), "other"), "no key of this key ID")
	})
	t.Run("nothing, if it cannot be stored", func(t *testing.T) {
		r, _, _, now, _ := three(t)
		r.Store = func(context.Context, []byte) error { return assert.AnError }
		assert.ErrorIs(t, r.Withdraw(t.Context(), now), assert.AnError)
		assert.Equal(t, now, signing(t, r))
	})
}

// Who found the keys before one of them was withdrawn does not keep it for others.
func TestAKeyThatIsWithdrawnMeanwhileIsNotRemembered(t *testing.T) {
	var clock ringClock
	r := newRing(&clock)
	require.NoError(t, r.Rotate(t.Context()))
	a := signing(t, r)
	withdraw := true
	r.Now = func() time.Time { // which is asked with the keys in hand
		if withdraw {
			withdraw = false
			require.NoError(t, r.Withdraw(t.Context(), a))
		}
		return clock.at
	}
	verifying(t, r, a)
	require.False(t, withdraw)
	assert.Empty(t, verifying(t, r, a))
	b := signing(t, r)
	assert.Equal(t, []string{b}, verifying(t, r, a, b))
}
