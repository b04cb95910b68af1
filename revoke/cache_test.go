package revoke_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
)

func TestCacheIsLateByNoMoreThanItSays(t *testing.T) {
	now, store := noon, &fake{answer: revoke.Answer{Since: 1}}
	cache := &revoke.Cache{Store: store, For: time.Second, Now: func() time.Time { return now }}
	q := revoke.Query{Issuer: login, ID: "id"}
	lookup := func() revoke.Answer {
		a, err := cache.Lookup(t.Context(), q)
		require.NoError(t, err)
		return a
	}
	assert.False(t, lookup().ID)
	store.answer.ID = true // elsewhere
	for _, row := range []struct {
		after time.Duration
		want  bool
		asked int
	}{
		{0, false, 1},
		{time.Second - 1, false, 1},
		{time.Second, true, 2},
		{time.Second * 2, true, 3},
	} {
		now = noon.Add(row.after)
		assert.Equal(t, row.want, lookup().ID, row.after)
		assert.Len(t, store.asked, row.asked, row.after)
	}
	now = noon.Add(-time.Hour)
	lookup()
	assert.Len(t, store.asked, 4, "what was asked in the future is not trusted")
}

// The time counts from before the store was asked, for it may have been revoked
// while the answer was on its way.
func TestCacheCountsTheTimeOfTheAnswer(t *testing.T) {
	now := noon
	store := &slow{fake: fake{answer: revoke.Answer{Since: 1}}, f: func() { now = now.Add(time.Second) }}
	cache := &revoke.Cache{Store: store, For: time.Second, Now: func() time.Time { return now }}
	for range 2 {
		_, err := cache.Lookup(t.Context(), revoke.Query{ID: "id"})
		require.NoError(t, err)
	}
	assert.Len(t, store.asked, 2)
}

// A slow store calls f while it makes up its answer.
type slow struct {
	fake
	f func()
}

func (s *slow) Lookup(ctx context.Context, q revoke.Query) (revoke.Answer, error) {
	a, err := s.fake.Lookup(ctx, q)
	s.f()
	return a, err
}

func (s *slow) Revoke(ctx context.Context, now jwt.NumericDate, entries ...revoke.Entry) error {
	s.f()
	return s.fake.Revoke(ctx, now, entries...)
}

func TestCacheForgetsWhatItRevokesItself(t *testing.T) {
	ctx, memory := t.Context(), revoke.NewMemory(noon, 0)
	q, e := revoke.Query{Issuer: login, ID: "id"}, revoke.Entry{Issuer: login, ID: "id", Until: 1e10}
	revokedNow := func(cache *revoke.Cache) bool {
		a, err := cache.Lookup(ctx, q)
		require.NoError(t, err)
		return a.ID
	}
	t.Run("before", func(t *testing.T) {
		cache := &revoke.Cache{Store: memory, For: time.Hour}
		assert.False(t, revokedNow(cache))
		require.NoError(t, cache.Revoke(ctx, 1, e))
		assert.True(t, revokedNow(cache))
	})
	t.Run("while the store is asked", func(t *testing.T) {
		store := &slow{fake: fake{answer: revoke.Answer{Since: 1}}}
		cache := &revoke.Cache{Store: store, For: time.Hour}
		store.f = func() {
			store.f = func() {}
			require.NoError(t, cache.Revoke(ctx, 1, e))
		}
		assert.False(t, revokedNow(cache), "the answer was made up before")
		store.answer.ID = true
		assert.True(t, revokedNow(cache), "but it is not remembered")
	})
	t.Run("while it is being revoked", func(t *testing.T) {
		store := &slow{fake: fake{answer: revoke.Answer{Since: 1}}}
		cache := &revoke.Cache{Store: store, For: time.Hour}
		store.f = func() {
			store.f = func() {}
			assert.False(t, revokedNow(cache))
		}
		require.NoError(t, cache.Revoke(ctx, 1, e))
		store.answer.ID = true
		assert.True(t, revokedNow(cache))
	})
	t.Run("though the store fails, which may have done it", func(t *testing.T) {
		store := &fake{answer: revoke.Answer{Since: 1}}
		cache := &revoke.Cache{Store: store, For: time.Hour}
		assert.False(t, revokedNow(cache))
		store.answer.ID, store.err = true, errors.New("lost")
		assert.ErrorIs(t, cache.Revoke(ctx, 1, e), store.err)
		store.err = nil
		assert.True(t, revokedNow(cache))
	})
}

func TestCacheNeverAnswersForAStoreThatFails(t *testing.T) {
	store := &fake{answer: revoke.Answer{Since: 1}, err: errors.New("down")}
	cache := &revoke.Cache{Store: store, For: time.Hour}
	list := newList(t, cache)
	for range 2 {
		_, err := list.Verify(t.Context(), sign(t, whole))
		assert.Equal(t, "undecided", outcome(err))
		assert.ErrorIs(t, err, store.err)
	}
	assert.Len(t, store.asked, 2, "an error is not remembered")
	store.err = nil
	_, err := list.Verify(t.Context(), sign(t, whole))
	assert.NoError(t, err)
}

func TestCacheKeepsQuestionsApart(t *testing.T) {
	memory := revoke.NewMemory(noon, 0)
	cache := &revoke.Cache{Store: memory, For: time.Hour}
	require.NoError(t, memory.Revoke(t.Context(), 1, revoke.Entry{Issuer: "i", ID: "a", Until: 1e10}))
	for _, q := range []revoke.Query{
		{Issuer: "i", ID: "a"}, {Issuer: "ia"}, {ID: "ia"}, {Issuer: "i", SessionID: "a"}, {Issuer: "i", Subject: "a"}, {Issuer: "i", ID: "a", Subject: "b"}, {Issuer: "", ID: "a"},
	} {
		a, err := cache.Lookup(t.Context(), q)
		require.NoError(t, err)
		assert.Equal(t, q.Issuer == "i" && q.ID == "a", a.ID, q)
	}
}

func TestCacheIsBounded(t *testing.T) {
	now, store := noon, &fake{answer: revoke.Answer{Since: 1}}
	cache := &revoke.Cache{Store: store, For: time.Hour, Size: 100, Now: func() time.Time { return now }}
	ask := func(i int) (asked bool) {
		before := len(store.asked)
		_, err := cache.Lookup(t.Context(), revoke.Query{ID: fmt.Sprint(i)})
		require.NoError(t, err)
		return len(store.asked) > before
	}
	for i := range 1000 {
		assert.True(t, ask(i))
	}
	kept := 0
	for i := 999; i >= 0 && !ask(i); i-- {
		kept++
	}
	assert.LessOrEqual(t, kept, 100)
	assert.GreaterOrEqual(t, kept, 50)
}

func TestIncompleteCachesRefuse(t *testing.T) {
	store := &fake{answer: revoke.Answer{Since: 1}}
	for name, cache := range map[string]*revoke.Cache{
		"nil":           nil,
		"zero":          {},
		"no store":      {For: time.Second},
		"no time":       {Store: store},
		"negative time": {Store: store, For: -1},
		"negative size": {Store: store, For: time.Second, Size: -1},
	} {
		_, err := cache.Lookup(t.Context(), revoke.Query{})
		assert.ErrorContains(t, err, "revoke: Cache", name)
		assert.ErrorContains(t, cache.Revoke(t.Context(), 1, revoke.Entry{ID: "a"}), "revoke: Cache", name)
	}
	assert.Empty(t, store.asked)
	assert.Empty(t, store.entries)
	var any any = &revoke.Cache{}
	_, sessions := any.(revoke.SessionStore)
	assert.False(t, sessions, "a Rotation must not ask a Cache")
}

// Once Revoke has returned, no reader is given an answer from before.
func TestCacheUnderLoadSeesItsOwnRevocations(t *testing.T) {
	ctx := t.Context()
	cache := &revoke.Cache{Store: revoke.NewMemory(noon, 0), For: time.Hour, Size: 64}
	var done atomic.Int64
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := done.Load(); i < 1000; i = done.Load() {
				for _, back := range []int64{0, 1, 5} {
					a, err := cache.Lookup(ctx, revoke.Query{ID: fmt.Sprint(i - back)})
					assert.NoError(t, err)
					assert.True(t, a.ID || i-back <= 0)
				}
				_, err := cache.Lookup(ctx, revoke.Query{ID: fmt.Sprint(i + 1)})
				assert.NoError(t, err)
			}
		})
	}
	for i := range int64(1000) {
		require.NoError(t, cache.Revoke(ctx, 1, revoke.Entry{ID: fmt.Sprint(i + 1), Until: 1e10}))
		done.Store(i + 1)
	}
	all.Wait()
}
