package jwthttp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func TestConcurrentCallersShareOneFetch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		key := newKey(t)
		server, keys := newServed(t, jwthttp.RemoteOptions{}, key)
		server.set(func(s *keyServer) { s.delay = time.Second })
		token := tokenOf(t, key)
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() { assert.NoError(t, accept(t, keys, token)) })
		}
		group.Wait()
		assert.EqualValues(t, 1, server.hits.Load())
	})
}

// flood asks for made-up key IDs, all of which are refused.
func flood(t *testing.T, keys *jwthttp.RemoteKeys, n int) {
	var group sync.WaitGroup
	for worker := range 10 {
		group.Go(func() {
			for i := range n / 10 {
				found, err := keys.Verifiers(t.Context(), jwt.Header{Algorithm: jwt.EdDSA, KeyID: fmt.Sprint(worker, i)})
				assert.NoError(t, err)
				assert.Empty(t, found)
			}
		})
	}
	group.Wait()
}

func TestUnknownKeyIDsCostAHandfulOfRequests(t *testing.T) {
	bubble(t, func(t *testing.T) {
		server, keys := newServed(t, jwthttp.RemoteOptions{RefreshAfter: time.Hour}, newKey(t))
		at := func(when time.Duration, want int64) {
			pass(when)
			flood(t, keys, 100)
			assert.EqualValues(t, want, server.hits.Load(), "after %v", when)
		}
		at(0, 1)
		at(time.Second-1, 1) // at most one a second
		at(1, 2)
		at(time.Second, 3)
		at(time.Second, 4)
		at(time.Second, 5)
		at(time.Second, 6)
		at(time.Second, 6) // five of them have found nothing
		at(25*time.Second-1, 6)
		at(1, 7) // 30 seconds after the first of the five
		at(time.Second, 7)
		at(29*time.Second-1, 7)
		at(1, 8)
		at(150*time.Second, 9) // five of them have passed
		for i := range int64(4) {
			at(time.Second, 10+i)
		}
		at(time.Second, 13)
	})
}

// A flood of made-up key IDs for as long as one likes costs six requests, and one
// more for each cool-down.
func TestLongFloodCostsOneRequestACoolDown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		server, keys := newServed(t, jwthttp.RemoteOptions{RefreshAfter: time.Hour}, newKey(t))
		for range 30 * 60 {
			found, err := keys.Verifiers(t.Context(), jwt.Header{Algorithm: jwt.EdDSA, KeyID: "made up"})
			assert.NoError(t, err)
			assert.Empty(t, found)
			pass(time.Second)
		}
		assert.EqualValues(t, 6+59, server.hits.Load())
	})
}

// A rotation is seen at once, however many there are: a fetch that finds the key
// it was made for does not count.
func TestRotationIsSeenWithinASecond(t *testing.T) {
	bubble(t, func(t *testing.T) {
		previous := newKey(t)
		server, keys := newServed(t, jwthttp.RemoteOptions{}, previous)
		require.NoError(t, accept(t, keys, tokenOf(t, previous)))
		for range 20 {
			next := newKey(t)
			server.set(func(s *keyServer) { s.keys = []*jwk.Key{next} })
			pass(time.Second)
			assert.NoError(t, accept(t, keys, tokenOf(t, next)))
			assert.ErrorIs(t, accept(t, keys, tokenOf(t, previous)), jwt.ErrUnknownKey, "withdrawn")
			previous = next
		}
		assert.EqualValues(t, 21, server.hits.Load())
	})
}

func TestRotationIsSeenWithinAShortCoolDown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		first, second := newKey(t), newKey(t)
		server, keys := newServed(t, jwthttp.RemoteOptions{CoolDown: 100 * time.Millisecond}, first)
		require.NoError(t, accept(t, keys, tokenOf(t, first)))
		server.set(func(s *keyServer) { s.keys = []*jwk.Key{second} })
		pass(100*time.Millisecond - 1)
		assert.ErrorIs(t, accept(t, keys, tokenOf(t, second)), jwt.ErrUnknownKey)
		pass(1)
		assert.NoError(t, accept(t, keys, tokenOf(t, second)))
	})
}

func TestRotationIsSeenInAFlood(t *testing.T) {
	bubble(t, func(t *testing.T) {
		first, second, third := newKey(t), newKey(t), newKey(t)
		server, keys := newServed(t, jwthttp.RemoteOptions{}, first)
		require.NoError(t, accept(t, keys, tokenOf(t, first)))
		pass(time.Second)
		flood(t, keys, 10_000)
		server.set(func(s *keyServer) { s.keys = []*jwk.Key{second} })
		assert.ErrorIs(t, accept(t, keys, tokenOf(t, second)), jwt.ErrUnknownKey)
		pass(time.Second)
		assert.NoError(t, accept(t, keys, tokenOf(t, second)))
		for range 10 {
			pass(time.Second)
			flood(t, keys, 100)
		}
		server.set(func(s *keyServer) { s.keys = []*jwk.Key{third} })
		pass(30 * time.Second)
		assert.NoError(t, accept(t, keys, tokenOf(t, third)), "within one cool-down")
	})
}

// Without keys, the pauses between attempts grow from half a second to the
// cool-down.
func TestStartedWhileTheServerIsDown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		key := newKey(t)
		server, keys := newServed(t, jwthttp.RemoteOptions{}, key)
		server.set(func(s *keyServer) { s.misbehave = status(500) })
		hits := int64(0)
		for _, pause := range []time.Duration{500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000} {
			pause *= time.Millisecond
			hits++
			err := accept(t, keys, tokenOf(t, key))
			assert.ErrorContains(t, err, "got status 500, want 200")
			assert.EqualValues(t, hits, server.hits.Load())
			pass(pause - time.Nanosecond)
			err = accept(t, keys, tokenOf(t, key))
			var wait interface{ RetryAfter() time.Duration }
			require.ErrorAs(t, err, &wait)
			assert.True(t, undecided(err))
			assert.Equal(t, time.Nanosecond, wait.RetryAfter())
			assert.EqualValues(t, hits, server.hits.Load())
			pass(time.Nanosecond)
		}
		server.set(func(s *keyServer) { s.misbehave = nil })
		assert.NoError(t, accept(t, keys, tokenOf(t, key)))
		assert.NoError(t, keys.State().Err)

		server.set(func(s *keyServer) { s.misbehave = status(500) })
		assert.Error(t, keys.Refresh(t.Context()))
		pass(500 * time.Millisecond)
		server.set(func(s *keyServer) { s.misbehave = nil })
		assert.ErrorIs(t, accept(t, keys, tokenOf(t, newKey(t))), jwt.ErrUnknownKey, "after a success the pauses begin anew")
	})
}

// A pause begins when the failed fetch ends.
func TestPauseFollowsATimeout(t *testing.T) {
	bubble(t, func(t *testing.T) {
		server, keys := newServed(t, jwthttp.RemoteOptions{})
		server.set(func(s *keyServer) { s.misbehave = hang })
		for _, pause := range []time.Duration{500 * time.Millisecond, time.Second} {
			began := time.Now()
			err := accept(t, keys, tokenOf(t, newKey(t)))
			assert.Equal(t, 5*time.Second, time.Since(began))
			var wait interface{ RetryAfter() time.Duration }
			require.ErrorAs(t, err, &wait)
			assert.Equal(t, pause, wait.RetryAfter())
			pass(pause)
		}
	})
}

func TestPausesAreNoLongerThanTheCoolDown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		server, keys := newServed(t, jwthttp.RemoteOptions{CoolDown: 10 * time.Millisecond})
		server.set(func(s *keyServer) { s.misbehave = status(500) })
		for range 100 {
			assert.Error(t, accept(t, keys, tokenOf(t, newKey(t))))
			pass(10 * time.Millisecond)
		}
		assert.EqualValues(t, 100, server.hits.Load())
	})
}

func TestFetchThatOutlastsTheCoolDownIsTheOnlyOne(t *testing.T) {
	bubble(t, func(t *testing.T) {
		server, keys := newServed(t, jwthttp.RemoteOptions{CoolDown: time.Second, Timeout: time.Minute})
		server.set(func(s *keyServer) { s.misbehave = hang })
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() { assert.True(t, undecided(accept(t, keys, tokenOf(t, newKey(t))))) })
			time.Sleep(2 * time.Second)
		}
		group.Wait()
		assert.EqualValues(t, 1, server.hits.Load())
	})
}

func TestRefreshFetchesNow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		first, second := newKey(t), newKey(t)
		server, keys := newServed(t, jwthttp.RemoteOptions{}, first)
		require.NoError(t, keys.Refresh(t.Context()))
		server.set(func(s *keyServer) { s.keys = []*jwk.Key{second} })
		assert.NoError(t, keys.Refresh(t.Context()))
		assert.NoError(t, accept(t, keys, tokenOf(t, second)))
		assert.ErrorIs(t, accept(t, keys, tokenOf(t, first)), jwt.ErrUnknownKey)

		server.set(func(s *keyServer) { s.misbehave = status(500) })
		for range 3 {
			assert.ErrorContains(t, keys.Refresh(t.Context()), "jwthttp: keys not fetched: \"https://issuer.example/keys\": got status 500")
		}
		assert.NoError(t, accept(t, keys, tokenOf(t, second)), "keys at hand stay as they are")
		server.set(func(s *keyServer) { s.misbehave = nil })
		assert.NoError(t, keys.Refresh(t.Context()), "without a pause")
	})
}

// What Refresh has fetched is not older than its call, and calls share it.
func TestRefreshDoesNotShareAnEarlierFetch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		before, after := newKey(t), newKey(t)
		server, keys := newServed(t, jwthttp.RemoteOptions{}, before)
		server.set(func(s *keyServer) { s.delay = 2 * time.Second })
		var group sync.WaitGroup
		group.Go(func() { assert.NoError(t, keys.Refresh(t.Context())) })
		pass(time.Second)
		server.set(func(s *keyServer) { s.keys = []*jwk.Key{after} })
		for range 10 {
			group.Go(func() {
				began := time.Now()
				assert.NoError(t, keys.Refresh(t.Context()))
				assert.Equal(t, 3*time.Second, time.Since(began))
			})
		}
		group.Wait()
		assert.NoError(t, accept(t, keys, tokenOf(t, after)))
		assert.EqualValues(t, 2, server.hits.Load())
	})
}

func TestRunFetchesKeysWheneverTheyAreOld(t *testing.T) {
	bubble(t, func(t *testing.T) {
		first, second := newKey(t), newKey(t)
		server, keys := newServed(t, jwthttp.RemoteOptions{}, first)
		ctx, cancel := context.WithCancelCause(t.Context())
		ended := make(chan error)
		go func() { ended <- keys.Run(ctx) }()
		synctest.Wait()
		assert.EqualValues(t, 1, server.hits.Load(), "at once")
		server.set(func(s *keyServer) { s.keys = []*jwk.Key{second} })
		pass(10*time.Minute - 1)
		assert.EqualValues(t, 1, server.hits.Load())
		pass(1)
		assert.EqualValues(t, 2, server.hits.Load())
		assert.NoError(t, accept(t, keys, tokenOf(t, second)))
		assert.EqualValues(t, 2, server.hits.Load(), "no request has to fetch them")

		server.set(func(s *keyServer) { s.misbehave = status(500) })
		pass(10 * time.Minute)
		assert.EqualValues(t, 3, server.hits.Load())
		pass(500 * time.Millisecond)
		assert.EqualValues(t, 4, server.hits.Load(), "with the pauses of failures")
		pass(time.Second - 1)
		assert.EqualValues(t, 4, server.hits.Load())
		pass(1)
		assert.EqualValues(t, 5, server.hits.Load())
		server.set(func(s *keyServer) { s.misbehave = nil })
		pass(24 * time.Hour)
		assert.EqualValues(t, 6+24*6-1, server.hits.Load())

		why := errors.New("shutting down")
		cancel(why)
		assert.Equal(t, why, <-ended)
		pass(time.Hour)
		assert.EqualValues(t, 6+24*6-1, server.hits.Load())
	})
}

func TestRunLeavesKeysAloneThatAreNotOld(t *testing.T) {
	bubble(t, func(t *testing.T) {
		server, keys := newServed(t, jwthttp.RemoteOptions{}, newKey(t))
		require.NoError(t, keys.Refresh(t.Context()))
		pass(5 * time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute-1)
		defer cancel()
		assert.ErrorIs(t, keys.Run(ctx), context.DeadlineExceeded)
		assert.EqualValues(t, 1, server.hits.Load())
	})
}

func TestRunEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		server, keys := newServed(t, jwthttp.RemoteOptions{})
		server.set(func(s *keyServer) { s.misbehave = hang })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		assert.ErrorIs(t, keys.Run(ctx), context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(began), "even while a fetch hangs")
		assert.ErrorIs(t, keys.Run(ctx), context.DeadlineExceeded)
		assert.EqualValues(t, 1, server.hits.Load())
	})
}

func TestFetchesLeaveNoGoroutine(t *testing.T) {
	key := newKey(t)
	web := httptest.NewServer(&keyServer{keys: []*jwk.Key{key}})
	defer web.Close()
	before := runtime.NumGoroutine()
	for range 20 {
		require.NoError(t, accept(t, newRemote(t, web.URL, jwthttp.RemoteOptions{Timeout: time.Minute}), tokenOf(t, key)))
	}
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 30*time.Second, time.Millisecond)
}

// The goroutines of a fetch end with its time-outs: those of the metadata and of
// the keys.
func TestFetchEndsWithItsTimeouts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var open atomic.Int64
		transport := transportFunc(func(r *http.Request) (*http.Response, error) {
			open.Add(1)
			defer open.Add(-1)
			if r.URL.Path == "/keys" {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			time.Sleep(5*time.Second - 1)
			w := httptest.NewRecorder()
			metadataOf("/keys")(w, r)
			return w.Result(), nil
		})
		keys, err := jwthttp.DiscoverKeys("https://issuer.example", jwthttp.RemoteOptions{Client: &http.Client{Transport: transport}})
		require.NoError(t, err)
		began := time.Now()
		assert.EqualError(t, keys.Refresh(t.Context()), `jwthttp: keys not fetched: "https://issuer.example/keys": no answer within 5s`)
		assert.Equal(t, 10*time.Second-1, time.Since(began), "the keys' request has its own time")
		synctest.Wait()
		assert.Zero(t, open.Load())
	})
}
