package jwthttp_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// oldAfter checks that keys are fetched again when they are so old, not earlier.
func oldAfter(t *testing.T, want time.Duration, o jwthttp.RemoteOptions, set func(s *keyServer)) {
	t.Helper()
	bubble(t, func(t *testing.T) {
		t.Helper()
		key := newKey(t)
		server, keys := newServed(t, o, key)
		server.set(set)
		require.NoError(t, accept(t, keys, tokenOf(t, key)))
		pass(want - time.Nanosecond)
		assert.NoError(t, accept(t, keys, tokenOf(t, key)))
		synctest.Wait()
		assert.EqualValues(t, 1, server.hits.Load())
		pass(time.Nanosecond)
		assert.NoError(t, accept(t, keys, tokenOf(t, key)))
		synctest.Wait()
		assert.EqualValues(t, 2, server.hits.Load())
	})
}

func TestOldKeysAreRefreshed(t *testing.T) {
	const minute = time.Minute
	for _, test := range []struct {
		cacheControl string
		refreshAfter time.Duration
		maxAge       time.Duration
		want         time.Duration
	}{
		{"", 0, 0, 10 * minute},
		{"max-age=120", 0, 0, 2 * minute},
		{"public, Max-Age=120, must-revalidate", 0, 0, 2 * minute},
		{`max-age="120"`, 0, 0, 2 * minute},
		{"max-age=1", 0, 0, 30 * time.Second},
		{"max-age=0", 0, 0, 30 * time.Second},
		{"no-store", 0, 0, 30 * time.Second},
		{"max-age=3599", 0, 0, time.Hour - time.Second},
		{"max-age=31536000", 0, 0, time.Hour},
		{"max-age=99999999999999999999", 0, 0, 10 * minute},
		{"max-age=-1", 0, 0, 10 * minute},
		{"s-maxage=5", 0, 0, 10 * minute},
		{"no-cache", 0, 0, 30 * time.Second},

		// What the operator says is the upper bound.
		{"", minute, 0, minute},
		{"max-age=86400", minute, 0, minute},
		{"max-age=59", minute, 0, 59 * time.Second},
		{"max-age=86400", 3 * time.Hour, 0, 3 * time.Hour},
		{"max-age=600", 3 * time.Hour, 0, 10 * minute},
		{"max-age=86400", time.Second, 0, time.Second},
		{"no-cache", time.Second, 0, time.Second},

		// Keys are old before they are too old.
		{"", 0, 2 * minute, minute},
		{"max-age=86400", 0, 2 * minute, minute},
		{"max-age=86400", 0, 30 * minute, 15 * minute},
		{"max-age=86400", 0, 24 * time.Hour, time.Hour},
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			o := jwthttp.RemoteOptions{RefreshAfter: test.refreshAfter, MaxAge: test.maxAge}
			oldAfter(t, test.want, o, func(s *keyServer) { s.cacheControl = test.cacheControl })
		})
	}
}

// Keys are not old before the cool-down is over, whatever else is said.
func TestCoolDownIsTheShortestTime(t *testing.T) {
	o := jwthttp.RemoteOptions{MaxAge: 90 * time.Minute, CoolDown: 80 * time.Minute}
	for _, cacheControl := range []string{"", "max-age=60", "no-cache"} {
		oldAfter(t, 80*time.Minute, o, func(s *keyServer) { s.cacheControl = cacheControl })
	}
}

func TestTimeInCachesOnTheWayCounts(t *testing.T) {
	for age, want := range map[string]time.Duration{"100": 200 * time.Second, "290": 30 * time.Second, "9999999999": 30 * time.Second, "x": 300 * time.Second, "0100": 200 * time.Second, "0x64": 300 * time.Second} {
		oldAfter(t, want, jwthttp.RemoteOptions{}, func(s *keyServer) { s.cacheControl, s.age = "max-age=300", age })
	}
}

func TestETagIsRevalidated(t *testing.T) {
	bubble(t, func(t *testing.T) {
		key := newKey(t)
		server, keys := newServed(t, jwthttp.RemoteOptions{}, key)
		server.set(func(s *keyServer) { s.etag = `"1"` })
		require.NoError(t, accept(t, keys, tokenOf(t, key)))
		before := keys.State()
		server.set(func(s *keyServer) { s.keys = nil }) // but the ETag says nothing has changed
		for range 5 {
			pass(11 * time.Minute)
			assert.NoError(t, accept(t, keys, tokenOf(t, key)))
		}
		synctest.Wait()
		assert.Same(t, before.Set, keys.State().Set)
		assert.True(t, keys.State().Fetched.After(before.Fetched))
		assert.EqualValues(t, 6, server.hits.Load())
	})
}
