package jwthttp_test

import (
	"context"
	"fmt"
	"net"
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
	"github.com/seed-b1f8f58c/jwt/internal/program"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func TestRemoteKeysVerifyTokens(t *testing.T) {
	key := newKey(t)
	server := &keyServer{keys: []*jwk.Key{key}}
	web := httptest.NewServer(server)
	defer web.Close()
	keys := newRemote(t, web.URL, jwthttp.RemoteOptions{Timeout: time.Minute})
	assert.Zero(t, server.hits.Load(), "the constructor makes no request")
	assert.Equal(t, jwthttp.RemoteState{URL: web.URL}, keys.State())
	assert.Equal(t, `remote keys at "`+web.URL+`": no JWK Set`, fmt.Sprint(keys))

	for range 3 {
		assert.NoError(t, accept(t, keys, tokenOf(t, key)))
	}
	assert.EqualValues(t, 1, server.hits.Load())

	state := keys.State()
	assert.NoError(t, state.Err)
	assert.Equal(t, web.URL, state.URL)
	assert.WithinDuration(t, time.Now(), state.Fetched, time.Minute)
	assert.WithinDuration(t, state.Attempt, state.Fetched, time.Minute)
	require.Len(t, state.Set.Keys(), 1)
	assert.Equal(t, key.KeyID(), state.Set.Keys()[0].KeyID())
	assert.Equal(t, fmt.Sprintf("remote keys at %q: %v", web.URL, state.Set), fmt.Sprint(keys))
}

func TestNoKeySaysWhichKeysThereAre(t *testing.T) {
	key := newKey(t)
	_, keys := newServed(t, jwthttp.RemoteOptions{}, key)
	h := jwt.Header{Algorithm: jwt.EdDSA, KeyID: "another"}
	assert.Equal(t, "no keys were fetched yet", keys.NoKey(h))
	require.NoError(t, keys.Refresh(t.Context()))
	assert.Contains(t, keys.NoKey(h), key.KeyID())
}

// Up to MaxAge, nobody who has a token of a known key waits for a server that
// hangs.
func TestKeysServeOnWhileTheirServerHangs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		key := newKey(t)
		server, keys := newServed(t, jwthttp.RemoteOptions{}, key)
		require.NoError(t, accept(t, keys, tokenOf(t, key)))
		start := time.Now()
		server.set(func(s *keyServer) { s.misbehave = hang })

		time.Sleep(15 * time.Minute)
		for range 100 {
			began := time.Now()
			assert.NoError(t, accept(t, keys, tokenOf(t, key)))
			assert.Zero(t, time.Since(began))
			time.Sleep(10 * time.Second)
		}
		assert.ErrorContains(t, keys.State().Err, "no answer within 5s")
		assert.True(t, undecided(accept(t, keys, tokenOf(t, newKey(t)))), "a new key may have been published")

		time.Sleep(2*time.Hour - time.Since(start) - time.Nanosecond)
		assert.NoError(t, accept(t, keys, tokenOf(t, key)))
		time.Sleep(time.Nanosecond)
		assert.True(t, undecided(accept(t, keys, tokenOf(t, key))), "too old")
		time.Sleep(time.Hour)
		hits := server.hits.Load()
		for range 1000 {
			err := accept(t, keys, tokenOf(t, key))
			assert.True(t, undecided(err), "%v", err)
		}
		assert.LessOrEqual(t, server.hits.Load()-hits, int64(1))

		server.set(func(s *keyServer) { s.misbehave = nil })
		time.Sleep(30 * time.Second)
		assert.NoError(t, accept(t, keys, tokenOf(t, key)), "within one cool-down")
		synctest.Wait()
		assert.NoError(t, keys.State().Err)
		assert.NoError(t, keys.State().MetadataErr, "there are none to read")
	})
}

// A server that takes almost as long as the time-out delays nobody either, and
// what it answers counts from when it was asked.
func TestKeysServeOnWhileASlowServerAnswers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		old, next := newKey(t), newKey(t)
		server, keys := newServed(t, jwthttp.RemoteOptions{}, old)
		require.NoError(t, accept(t, keys, tokenOf(t, old)))
		server.set(func(s *keyServer) { s.keys = []*jwk.Key{next}; s.delay = 4900 * time.Millisecond })
		time.Sleep(10 * time.Minute)
		asked := time.Now()
		for range 10 {
			began := time.Now()
			assert.NoError(t, accept(t, keys, tokenOf(t, old)))
			assert.Zero(t, time.Since(began))
		}
		pass(4900 * time.Millisecond)
		assert.NoError(t, accept(t, keys, tokenOf(t, next)))
		assert.Equal(t, asked, keys.State().Fetched)
		assert.EqualValues(t, 2, server.hits.Load())
		assert.ErrorIs(t, accept(t, keys, tokenOf(t, old)), jwt.ErrUnknownKey, "replaced whole")
	})
}

// A failed fetch for an unknown key ID, or a failed Refresh, is not repeated for tokens
// of keys that are at hand and not old.
func TestKnownKeysThatAreNotOldCauseNoFetch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		key := newKey(t)
		server, keys := newServed(t, jwthttp.RemoteOptions{}, key)
		require.NoError(t, keys.Refresh(t.Context()))
		server.set(func(s *keyServer) { s.misbehave = status(500) })
		assert.Error(t, keys.Refresh(t.Context()))
		pass(10*time.Minute - 1)
		assert.NoError(t, accept(t, keys, tokenOf(t, key)))
		synctest.Wait()
		assert.EqualValues(t, 2, server.hits.Load())
		pass(1)
		assert.NoError(t, accept(t, keys, tokenOf(t, key)))
		synctest.Wait()
		assert.EqualValues(t, 3, server.hits.Load())
	})
}

func TestKeysThatAreTooOldAreFetchedBeforeTheyServe(t *testing.T) {
	bubble(t, func(t *testing.T) {
		old, next := newKey(t), newKey(t)
		server, keys := newServed(t, jwthttp.RemoteOptions{MaxAge: time.Hour}, old)
		require.NoError(t, accept(t, keys, tokenOf(t, old)))
		server.set(func(s *keyServer) { s.keys = []*jwk.Key{next} })
		pass(time.Hour)
		assert.ErrorIs(t, accept(t, keys, tokenOf(t, old)), jwt.ErrUnknownKey)
		assert.NoError(t, accept(t, keys, tokenOf(t, next)))
		assert.EqualValues(t, 2, server.hits.Load())
	})
}

func TestCallersWaitNoLongerThanTheirContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		key := newKey(t)
		server, keys := newServed(t, jwthttp.RemoteOptions{}, key)
		server.set(func(s *keyServer) { s.delay = 3 * time.Second })
		token := tokenOf(t, key)
		var group sync.WaitGroup
		group.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start := time.Now()
			_, err := (&jwt.Policy{Keys: keys}).Verify(ctx, token)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, time.Second, time.Since(start))
		})
		group.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start := time.Now()
			assert.ErrorIs(t, keys.Refresh(ctx), context.DeadlineExceeded)
			assert.Equal(t, time.Second, time.Since(start))
		})
		synctest.Wait() // the first caller, who started the fetch, gives up
		group.Go(func() { assert.NoError(t, accept(t, keys, token), "the others get their keys") })
		group.Wait()
		assert.EqualValues(t, 1, server.hits.Load())
	})
}

// The time-out of a fetch is not that of the caller, who has all the time.
func TestTimeoutOfAFetchIsNotTheCallers(t *testing.T) {
	slowClient := &http.Client{Timeout: time.Second, Transport: transportFunc(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})}
	for _, o := range []jwthttp.RemoteOptions{
		{Client: &http.Client{Transport: &keyServer{misbehave: hang}}},
		{Client: slowClient},
	} {
		bubble(t, func(t *testing.T) {
			keys := newRemote(t, "https://issuer.example/keys", o)
			for _, err := range []error{accept(t, keys, tokenOf(t, newKey(t))), keys.Refresh(t.Context()), keys.State().Err} {
				require.Error(t, err)
				assert.NotErrorIs(t, err, context.DeadlineExceeded)
				assert.NotErrorIs(t, err, context.Canceled)
			}
		})
	}
}

// Those who verify all the time notice nothing when the server is killed, and
// nothing when it comes back.
func TestKilledAndRestartedServerRefusesNoValidToken(t *testing.T) {
	key := newKey(t)
	server := &keyServer{keys: []*jwk.Key{key}}
	address := "127.0.0.1:" + program.FreePort() // which nobody else gets while the server is away
	serve := func() *http.Server {
		listener, err := net.Listen("tcp", address)
		require.NoError(t, err)
		s := &http.Server{Handler: server}
		go s.Serve(listener)
		return s
	}
	web := serve()
	keys := newRemote(t, "http://"+address, jwthttp.RemoteOptions{Timeout: time.Minute})
	token := tokenOf(t, key)
	require.NoError(t, accept(t, keys, token))

	done := make(chan struct{})
	var verified atomic.Int64
	var group sync.WaitGroup
	stop := sync.OnceFunc(func() { close(done); group.Wait() })
	defer stop()
	for range 2 {
		group.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					assert.NoError(t, accept(t, keys, token))
					verified.Add(1)
					runtime.Gosched()
				}
			}
		})
	}
	for range 3 {
		require.NoError(t, web.Close())
		before := verified.Load()
		assert.Error(t, keys.Refresh(t.Context()))
		assert.Error(t, keys.State().Err)
		for verified.Load() < before+10 {
			assert.NoError(t, accept(t, keys, token))
		}
		web = serve()
		assert.NoError(t, keys.Refresh(t.Context()))
		assert.NoError(t, keys.State().Err)
	}
	stop()
	require.NoError(t, web.Close())
	assert.EqualValues(t, 4, server.hits.Load())
}

func TestRemoteOptionsAreChecked(t *testing.T) {
	for _, o := range []jwthttp.RemoteOptions{
		{Timeout: -1}, {CoolDown: -1}, {RefreshAfter: -1}, {MaxAge: -1},
		{CoolDown: time.Minute, RefreshAfter: time.Minute - 1},
		{RefreshAfter: time.Minute, MaxAge: time.Minute - 1},
		{CoolDown: time.Minute, MaxAge: time.Minute - 1},
		{MetadataURL: "https://issuer.example/metadata"},
		{RSAAlgorithm: jwt.ES256}, {AllowUse: []string{"enc"}},
	} {
		_, err := jwthttp.NewRemoteKeys("https://issuer.example", o)
		assert.Error(t, err, "%+v", o)
	}
	for _, o := range []jwthttp.RemoteOptions{
		{CoolDown: time.Minute, RefreshAfter: time.Minute, MaxAge: time.Minute},
		{CoolDown: 11 * time.Minute}, {RefreshAfter: time.Second}, {RefreshAfter: 3 * time.Hour}, {MaxAge: time.Second}, {MaxAge: time.Hour, CoolDown: time.Hour},
	} {
		_, err := jwthttp.NewRemoteKeys("https://issuer.example", o)
		assert.NoError(t, err, "%+v", o)
	}
}

// The shortest durations are durations, too.
func TestShortestMaxAge(t *testing.T) {
	bubble(t, func(t *testing.T) {
		key := newKey(t)
		server, keys := newServed(t, jwthttp.RemoteOptions{MaxAge: 1}, key)
		server.set(func(s *keyServer) { s.delay = 1 })
		for range 10 {
			err := accept(t, keys, tokenOf(t, key))
			assert.True(t, undecided(err))
			assert.ErrorContains(t, err, "too old", "when they come")
		}
		server.set(func(s *keyServer) { s.delay = 0 })
		pass(time.Second)
		assert.NoError(t, accept(t, keys, tokenOf(t, key)))
		assert.ErrorIs(t, accept(t, keys, tokenOf(t, newKey(t))), jwt.ErrUnknownKey)
	})
}

func TestZeroRemoteKeysRefuse(t *testing.T) {
	for _, keys := range []*jwthttp.RemoteKeys{nil, {}} {
		_, err := keys.Verifiers(t.Context(), jwt.Header{Algorithm: jwt.EdDSA})
		assert.ErrorContains(t, err, "want one from NewRemoteKeys")
		assert.ErrorContains(t, keys.Refresh(t.Context()), "want one from NewRemoteKeys")
		assert.ErrorContains(t, keys.Run(t.Context()), "want one from NewRemoteKeys")
		assert.Zero(t, keys.State())
		assert.Equal(t, "no remote keys", keys.String())
		assert.Contains(t, keys.NoKey(jwt.Header{}), "want one from NewRemoteKeys")
	}
}
