package jwthttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
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

// keyServer publishes keys, counts the requests for them, and can be made to
// misbehave.
type keyServer struct {
	mu           sync.Mutex
	keys         []*jwk.Key
	cacheControl string
	age          string
	etag         string
	misbehave    http.HandlerFunc // in the place of an answer
	hits         atomic.Int64
}

func (s *keyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.hits.Add(1)
	s.mu.Lock()
	keys, cacheControl, age, etag, misbehave := s.keys, s.cacheControl, s.age, s.etag, s.misbehave
	s.mu.Unlock()
	if misbehave != nil {
		misbehave(w, r)
		return
	}
	if cacheControl != "" {
		w.Header().Set("Cache-Control", cacheControl)
	}
	if age != "" {
		w.Header().Set("Age", age)
	}
	if etag != "" {
		w.Header().Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	public := []*jwk.Key{}
	for _, k := range keys {
		public = append(public, k.Public())
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"keys": public})
}

func (s *keyServer) set(f func(s *keyServer)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

// RoundTrip answers without a network, for tests that own the clock.
func (s *keyServer) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}

func newKey(t testing.TB) *jwk.Key {
	t.Helper()
	k, err := jwk.Generate(jwt.EdDSA)
	require.NoError(t, err)
	return k
}

// tokenOf returns a token signed by a key.
func tokenOf(t testing.TB, k *jwk.Key) string {
	t.Helper()
	signer, err := k.Signer()
	require.NoError(t, err)
	return sign(t, signer, jwt.Claims{Subject: "alice", ExpiresAt: jwt.NewNumericDate(time.Now().Add(1000 * time.Hour))})
}

func newRemote(t testing.TB, url string, o jwthttp.RemoteOptions) *jwthttp.RemoteKeys {
	t.Helper()
	keys, err := jwthttp.NewRemoteKeys(url, o)
	require.NoError(t, err)
	return keys
}

func accept(t testing.TB, keys jwt.KeySet, token string) error {
	_, err := (&jwt.Policy{Keys: keys}).Verify(t.Context(), token)
	return err
}

// undecided reports whether an error is neither acceptance nor refusal.
func undecided(err error) bool {
	var refused *jwt.VerifyError
	return err != nil && !errors.As(err, &refused)
}

func TestRemoteKeysVerifyTokens(t *testing.T) {
	key := newKey(t)
	server := &keyServer{keys: []*jwk.Key{key}}
	web := httptest.NewServer(server)
	defer web.Close()
	keys := newRemote(t, web.URL, jwthttp.RemoteOptions{})
	assert.Zero(t, server.hits.Load(), "the constructor makes no request")
	assert.Equal(t, jwthttp.RemoteState{URL: web.URL}, keys.State())

	for range 3 {
		assert.NoError(t, accept(t, keys, tokenOf(t, key)))
	}
	assert.EqualValues(t, 1, server.hits.Load())
	assert.ErrorIs(t, accept(t, keys, tokenOf(t, newKey(t))), jwt.ErrUnknownKey)

	state := keys.State()
	assert.NoError(t, state.Err)
	assert.Equal(t, web.URL, state.URL)
	assert.WithinDuration(t, time.Now(), state.Fetched, time.Minute)
	require.Len(t, state.Set.Keys(), 1)
	assert.Equal(t, key.KeyID(), state.Set.Keys()[0].KeyID())
}

func TestRemoteKeysOverTLS(t *testing.T) {
	key := newKey(t)
	web := httptest.NewTLSServer(&keyServer{keys: []*jwk.Key{key}})
	defer web.Close()
	assert.NoError(t, accept(t, newRemote(t, web.URL, jwthttp.RemoteOptions{Client: web.Client()}), tokenOf(t, key)))
	err := accept(t, newRemote(t, web.URL, jwthttp.RemoteOptions{}), tokenOf(t, key))
	assert.True(t, undecided(err), "%v", err)
	assert.ErrorContains(t, err, "certificate")
}

func TestConcurrentCallersShareOneFetch(t *testing.T) {
	key := newKey(t)
	server := &keyServer{keys: []*jwk.Key{key}}
	web := httptest.NewServer(server)
	defer web.Close()
	keys, token := newRemote(t, web.URL, jwthttp.RemoteOptions{}), tokenOf(t, key)
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() { assert.NoError(t, accept(t, keys, token)) })
	}
	group.Wait()
	assert.EqualValues(t, 1, server.hits.Load())
}

func TestUnknownKeyIDsCostOneRequestInACoolDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &keyServer{keys: []*jwk.Key{newKey(t)}}
		keys := newRemote(t, "https://issuer.example/keys", jwthttp.RemoteOptions{Client: &http.Client{Transport: server}})
		flood := func() {
			var group sync.WaitGroup
			for worker := range 10 {
				group.Go(func() {
					for i := range 1000 {
						found, err := keys.Verifiers(t.Context(), jwt.Header{Algorithm: jwt.EdDSA, KeyID: fmt.Sprint(worker, i)})
						assert.NoError(t, err)
						assert.Empty(t, found)
					}
				})
			}
			group.Wait()
		}
		flood()
		assert.EqualValues(t, 1, server.hits.Load())
		time.Sleep(29 * time.Second)
		flood()
		assert.EqualValues(t, 1, server.hits.Load())
		time.Sleep(time.Second)
		flood()
		assert.EqualValues(t, 2, server.hits.Load())
	})
}

func TestRotationIsSeenWithinOneCoolDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second, third := newKey(t), newKey(t), newKey(t)
		server := &keyServer{keys: []*jwk.Key{first}}
		keys := newRemote(t, "https://issuer.example/keys", jwthttp.RemoteOptions{Client: &http.Client{Transport: server}})
		require.NoError(t, accept(t, keys, tokenOf(t, first)))
		time.Sleep(time.Minute)

		server.set(func(s *keyServer) { s.keys = []*jwk.Key{first, second} })
		assert.NoError(t, accept(t, keys, tokenOf(t, second)), "at once")
		time.Sleep(time.Second)

		// A rotation right after, and a flood of made-up key IDs.
		server.set(func(s *keyServer) { s.keys = []*jwk.Key{second, third} })
		for i := range 1000 {
			_, err := keys.Verifiers(t.Context(), jwt.Header{Algorithm: jwt.EdDSA, KeyID: fmt.Sprint(i)})
			assert.NoError(t, err)
		}
		assert.ErrorIs(t, accept(t, keys, tokenOf(t, third)), jwt.ErrUnknownKey)
		time.Sleep(29 * time.Second)
		assert.NoError(t, accept(t, keys, tokenOf(t, third)), "within one cool-down")
		assert.ErrorIs(t, accept(t, keys, tokenOf(t, first)), jwt.ErrUnknownKey, "withdrawn, and gone with the refresh")
	})
}

func TestOldKeysAreRefreshed(t *testing.T) {
	for _, test := range []struct {
		cacheControl string
		want         time.Duration
	}{
		{"", 10 * time.Minute},
		{"max-age=120", 2 * time.Minute},
		{"public, Max-Age=120, must-revalidate", 2 * time.Minute},
		{`max-age="120"`, 2 * time.Minute},
		{"max-age=1", 30 * time.Second},
		{"max-age=0", 30 * time.Second},
		{"no-store", 30 * time.Second},
		{"max-age=31536000", time.Hour},
		{"max-age=99999999999999999999", 10 * time.Minute},
		{"max-age=-1", 10 * time.Minute},
		{"s-maxage=5", 10 * time.Minute},
		{"no-cache", 30 * time.Second},
	} {
		t.Run(test.cacheControl, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				key := newKey(t)
				server := &keyServer{keys: []*jwk.Key{key}, cacheControl: test.cacheControl}
				keys := newRemote(t, "https://issuer.example/keys", jwthttp.RemoteOptions{Client: &http.Client{Transport: server}})
				require.NoError(t, accept(t, keys, tokenOf(t, key)))
				server.set(func(s *keyServer) { s.keys = nil }) // withdrawn
				time.Sleep(test.want - time.Nanosecond)
				assert.NoError(t, accept(t, keys, tokenOf(t, key)))
				assert.EqualValues(t, 1, server.hits.Load())
				time.Sleep(time.Nanosecond)
				assert.ErrorIs(t, accept(t, keys, tokenOf(t, key)), jwt.ErrUnknownKey)
				assert.EqualValues(t, 2, server.hits.Load())
			})
		})
	}
}

func TestTimeInCachesOnTheWayCounts(t *testing.T) {
	for age, want := range map[string]time.Duration{"100": 200 * time.Second, "290": 30 * time.Second, "9999999999": 30 * time.Second, "x": 300 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			key := newKey(t)
			server := &keyServer{keys: []*jwk.Key{key}, cacheControl: "max-age=300", age: age}
			keys := newRemote(t, "https://issuer.example/keys", jwthttp.RemoteOptions{Client: &http.Client{Transport: server}})
			require.NoError(t, accept(t, keys, tokenOf(t, key)))
			time.Sleep(want - time.Nanosecond)
			require.NoError(t, accept(t, keys, tokenOf(t, key)))
			assert.EqualValues(t, 1, server.hits.Load(), age)
			time.Sleep(time.Nanosecond)
			require.NoError(t, accept(t, keys, tokenOf(t, key)))
			assert.EqualValues(t, 2, server.hits.Load(), age)
		})
	}
}

func TestETagIsRevalidated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := newKey(t)
		server := &keyServer{keys: []*jwk.Key{key}, etag: `"1"`}
		keys := newRemote(t, "https://issuer.example/keys", jwthttp.RemoteOptions{Client: &http.Client{Transport: server}})
		require.NoError(t, accept(t, keys, tokenOf(t, key)))
		before := keys.State()
		server.set(func(s *keyServer) { s.keys = nil }) // but the ETag says nothing has changed
		for range 5 {
			time.Sleep(11 * time.Minute)
			assert.NoError(t, accept(t, keys, tokenOf(t, key)))
		}
		assert.Same(t, before.Set, keys.State().Set)
		assert.True(t, keys.State().Fetched.After(before.Fetched))
		assert.EqualValues(t, 6, server.hits.Load())
	})
}

func TestKeysServeOnWhileTheirServerIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := newKey(t)
		server := &keyServer{keys: []*jwk.Key{key}}
		keys := newRemote(t, "https://issuer.example/keys", jwthttp.RemoteOptions{Client: &http.Client{Transport: server}})
		require.NoError(t, accept(t, keys, tokenOf(t, key)))
		start := time.Now()
		server.set(func(s *keyServer) {
			s.misbehave = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() } // hangs
		})

		time.Sleep(15 * time.Minute)
		began := time.Now()
		assert.NoError(t, accept(t, keys, tokenOf(t, key)))
		assert.Equal(t, 5*time.Second, time.Since(began), "the first to find out waits for the time-out")
		for range 100 {
			time.Sleep(10 * time.Second)
			began := time.Now()
			assert.NoError(t, accept(t, keys, tokenOf(t, key)))
			assert.Zero(t, time.Since(began), "the others do not")
		}
		assert.Error(t, keys.State().Err)
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
		time.Sleep(time.Minute) // let the last fetch end
	})
}

func TestStartedWhileTheServerIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := newKey(t)
		server := &keyServer{keys: []*jwk.Key{key}}
		server.misbehave = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }
		keys := newRemote(t, "https://issuer.example/keys", jwthttp.RemoteOptions{Client: &http.Client{Transport: server}})
		assert.ErrorContains(t, keys.Warm(t.Context()), "got status 500, want 200")
		err := accept(t, keys, tokenOf(t, key))
		assert.True(t, undecided(err))
		var wait interface{ RetryAfter() time.Duration }
		require.ErrorAs(t, err, &wait)
		assert.Equal(t, 30*time.Second, wait.RetryAfter())
		assert.EqualValues(t, 1, server.hits.Load())

		time.Sleep(time.Second)
		server.set(func(s *keyServer) { s.misbehave = nil })
		assert.Error(t, keys.Warm(t.Context()))
		time.Sleep(29 * time.Second)
		assert.NoError(t, accept(t, keys, tokenOf(t, key)))
		time.Sleep(time.Minute)
		assert.NoError(t, keys.Warm(t.Context()), "with keys at hand, it has nothing to do")
		assert.EqualValues(t, 2, server.hits.Load())
	})
}

func TestWarmWantsAKeyThatVerifies(t *testing.T) {
	for _, body := range []string{`{"keys":[]}`, `{"keys":[{"kty":"AKP"}]}`} {
		web := httptest.NewServer(answerJSON(body))
		defer web.Close()
		err := newRemote(t, web.URL, jwthttp.RemoteOptions{}).Warm(t.Context())
		assert.ErrorContains(t, err, "has no key to verify with")
	}
}

func TestCallersWaitNoLongerThanTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := newKey(t)
		server := &keyServer{keys: []*jwk.Key{key}}
		server.misbehave = func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(3 * time.Second)
			server.set(func(s *keyServer) { s.misbehave = nil })
			server.ServeHTTP(w, r)
		}
		keys := newRemote(t, "https://issuer.example/keys", jwthttp.RemoteOptions{Client: &http.Client{Transport: server}})
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
		synctest.Wait() // the first caller, who started the fetch, gives up
		group.Go(func() { assert.NoError(t, accept(t, keys, token), "the others get their keys") })
		group.Wait()
	})
}

func TestFetchThatOutlastsTheCoolDownIsTheOnlyOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &keyServer{misbehave: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }}
		keys := newRemote(t, "https://issuer.example/keys", jwthttp.RemoteOptions{
			Client: &http.Client{Transport: server}, CoolDown: time.Second, Timeout: time.Minute,
		})
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() { assert.True(t, undecided(accept(t, keys, tokenOf(t, newKey(t))))) })
			time.Sleep(2 * time.Second)
		}
		group.Wait()
		assert.EqualValues(t, 1, server.hits.Load())
	})
}

func TestCallersWithADeadlineGetOldKeysFromAHangingServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := newKey(t)
		server := &keyServer{keys: []*jwk.Key{key}}
		keys := newRemote(t, "https://issuer.example/keys", jwthttp.RemoteOptions{Client: &http.Client{Transport: server}})
		require.NoError(t, accept(t, keys, tokenOf(t, key)))
		server.set(func(s *keyServer) {
			s.misbehave = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		})
		time.Sleep(11 * time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := (&jwt.Policy{Keys: keys}).Verify(ctx, tokenOf(t, key))
		assert.NoError(t, err)
		time.Sleep(time.Minute)
	})
}

func TestMisbehavingServers(t *testing.T) {
	key := newKey(t)
	body := func(contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			io.WriteString(w, body)
		}
	}
	elsewhere := httptest.NewServer(&keyServer{keys: []*jwk.Key{key}})
	defer elsewhere.Close()
	for _, test := range []struct {
		name, want string
		answer     http.HandlerFunc
	}{
		{"500", "got status 500", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }},
		{"204", "got status 204", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }},
		{"304 to no ETag", "got status 304", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(304) }},
		{"a page", `got the content type "text/html`, body("text/html; charset=utf-8", "<html>")},
		{"keys as text", `got the content type "text/plain"`, body("text/plain", `{"keys":[]}`)},
		{"no content type", `got the content type ""`, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			io.WriteString(w, `{"keys":[]}`)
		}},
		{"no JSON", "", body("application/json", "keys")},
		{"cut JSON", "", body("application/json", `{"keys":[`)},
		{"another object", "", body("application/json", `{"keyz":[]}`)},
		{"a huge body", "got more than 1048576 bytes", body("application/json", `{"keys":[],"x":"`+strings.Repeat("x", 2<<20)+`"}`)},
		{"a slow body", "context deadline exceeded", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for r.Context().Err() == nil {
				io.WriteString(w, " ")
				w.(http.Flusher).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		}},
		{"hanging", "context deadline exceeded", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		{"a redirect to another origin", "redirected to another origin", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		}},
		{"redirects without end", "redirected too often", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/again", http.StatusFound)
		}},
		{"a connection that ends", "EOF", func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				connection.Close()
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := &keyServer{keys: []*jwk.Key{key}}
			web := httptest.NewServer(server)
			defer web.Close()
			o := jwthttp.RemoteOptions{Timeout: 300 * time.Millisecond, CoolDown: time.Millisecond, RefreshAfter: time.Millisecond}

			cold := newRemote(t, web.URL, o)
			server.set(func(s *keyServer) { s.misbehave = test.answer })
			err := accept(t, cold, tokenOf(t, key))
			assert.True(t, undecided(err), "%v", err)
			assert.ErrorContains(t, err, test.want)
			assert.LessOrEqual(t, server.hits.Load(), int64(4), "one request and three redirects at most")

			warm := newRemote(t, web.URL, o)
			server.set(func(s *keyServer) { s.misbehave = nil })
			require.NoError(t, warm.Warm(t.Context()))
			server.set(func(s *keyServer) { s.misbehave = test.answer })
			time.Sleep(5 * time.Millisecond)
			assert.NoError(t, accept(t, warm, tokenOf(t, key)), "the keys at hand serve on")
			assert.Error(t, warm.State().Err)
		})
	}
}

func TestRedirectsWithinTheOriginAreFollowed(t *testing.T) {
	key := newKey(t)
	server := &keyServer{keys: []*jwk.Key{key}}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/keys" {
			http.Redirect(w, r, "/keys", http.StatusMovedPermanently)
			return
		}
		server.ServeHTTP(w, r)
	}))
	defer web.Close()
	assert.NoError(t, accept(t, newRemote(t, web.URL+"/old", jwthttp.RemoteOptions{}), tokenOf(t, key)))
}

func TestKilledAndRestartedServerRefusesNoValidToken(t *testing.T) {
	key := newKey(t)
	server := &keyServer{keys: []*jwk.Key{key}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	serve := func(l net.Listener) *http.Server {
		s := &http.Server{Handler: server}
		go s.Serve(l)
		return s
	}
	web := serve(listener)
	keys := newRemote(t, "http://"+address, jwthttp.RemoteOptions{
		CoolDown: 10 * time.Millisecond, RefreshAfter: 20 * time.Millisecond, Timeout: time.Second,
	})
	token := tokenOf(t, key)
	require.NoError(t, accept(t, keys, token))

	done := make(chan struct{})
	var verified atomic.Int64
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					assert.NoError(t, accept(t, keys, token))
					verified.Add(1)
					time.Sleep(time.Millisecond) // leaves a turn to the fetch
				}
			}
		})
	}
	for range 3 {
		time.Sleep(50 * time.Millisecond)
		web.Close()
		time.Sleep(100 * time.Millisecond)
		listener, err := net.Listen("tcp", address)
		require.NoError(t, err)
		web = serve(listener)
	}
	time.Sleep(50 * time.Millisecond)
	close(done)
	group.Wait()
	web.Close()
	assert.Greater(t, verified.Load(), int64(100))
	assert.Greater(t, server.hits.Load(), int64(3))
}

func TestFetchesLeaveNoGoroutine(t *testing.T) {
	key := newKey(t)
	server := &keyServer{keys: []*jwk.Key{key}}
	web := httptest.NewServer(server)
	defer web.Close()
	before := runtime.NumGoroutine()
	for range 20 {
		require.NoError(t, accept(t, newRemote(t, web.URL, jwthttp.RemoteOptions{}), tokenOf(t, key)))
	}
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 5*time.Second, 10*time.Millisecond)
}

func TestURLsThatKeysMayComeFrom(t *testing.T) {
	for url, ok := range map[string]bool{
		"https://issuer.example/keys":            true,
		"https://issuer.example":                 true,
		"http://localhost:8080/keys":             true,
		"http://127.0.0.1/keys":                  true,
		"http://127.8.9.10:1/keys":               true,
		"http://[::1]:8080/keys":                 true,
		"":                                       false,
		"issuer.example/keys":                    false,
		"/keys":                                  false,
		"http://issuer.example/keys":             false,
		"http://localhost.example/keys":          false,
		"http://127.0.0.1.example/keys":          false,
		"http://10.0.0.1/keys":                   false,
		"http://0.0.0.0/keys":                    false,
		"ftp://localhost/keys":                   false,
		"file:///etc/keys":                       false,
		"https:///keys":                          false,
		"https:keys":                             false,
		"https://a b/":                           false,
		"https://user:pw@issuer.example/keys":    false,
		"https://user:pw@issuer.example/%zz\x7f": false,
	} {
		_, err := jwthttp.NewRemoteKeys(url, jwthttp.RemoteOptions{})
		assert.Equal(t, ok, err == nil, "%q: %v", url, err)
		if err != nil {
			assert.NotContains(t, err.Error(), "pw")
		}
	}
	for _, issuer := range []string{"https://issuer.example/?a=b", "https://issuer.example/?", "https://issuer.example/#a"} {
		_, err := jwthttp.DiscoverKeys(issuer, jwthttp.RemoteOptions{})
		assert.ErrorContains(t, err, "query or fragment", issuer)
	}
}

func TestRemoteOptionsAreChecked(t *testing.T) {
	for _, o := range []jwthttp.RemoteOptions{
		{Timeout: -1}, {CoolDown: -1}, {RefreshAfter: -1}, {MaxAge: -1}, {MaxAge: time.Minute}, {CoolDown: 11 * time.Minute},
	} {
		_, err := jwthttp.NewRemoteKeys("https://issuer.example", o)
		assert.Error(t, err)
	}
}

func TestZeroRemoteKeysRefuse(t *testing.T) {
	for _, keys := range []*jwthttp.RemoteKeys{nil, {}} {
		_, err := keys.Verifiers(t.Context(), jwt.Header{Algorithm: jwt.EdDSA})
		assert.ErrorContains(t, err, "want one from NewRemoteKeys")
		assert.Error(t, keys.Warm(t.Context()))
		assert.Zero(t, keys.State())
	}
}

// An issuer's metadata are looked for where the two standards put them.
func TestDiscovery(t *testing.T) {
	key := newKey(t)
	for _, test := range []struct {
		name, path string // of the issuer
		at         string // of the metadata
		metadata   string // with ORIGIN and ISSUER in it
		want       string // error, or "" for none
	}{
		{"OpenID", "", "/.well-known/openid-configuration", `{"issuer":"ISSUER","jwks_uri":"ORIGIN/keys"}`, ""},
		{"OpenID, a slash at the end", "/", "/.well-known/openid-configuration", `{"issuer":"ISSUER","jwks_uri":"ORIGIN/keys"}`, ""},
		{"OpenID with a path", "/tenant", "/tenant/.well-known/openid-configuration", `{"issuer":"ISSUER","jwks_uri":"ORIGIN/keys"}`, ""},
		{"RFC 8414", "", "/.well-known/oauth-authorization-server", `{"issuer":"ISSUER","jwks_uri":"ORIGIN/keys"}`, ""},
		{"RFC 8414 with a path", "/tenant", "/.well-known/oauth-authorization-server/tenant", `{"issuer":"ISSUER","jwks_uri":"ORIGIN/keys"}`, ""},
		{"another issuer", "", "/.well-known/openid-configuration", `{"issuer":"https://other.example","jwks_uri":"ORIGIN/keys"}`, `got the issuer "https://other.example"`},
		{"a slash more", "", "/.well-known/openid-configuration", `{"issuer":"ISSUER/","jwks_uri":"ORIGIN/keys"}`, `got the issuer`},
		{"no issuer", "", "/.well-known/openid-configuration", `{"jwks_uri":"ORIGIN/keys"}`, `got the issuer ""`},
		{"issuer in capitals", "", "/.well-known/openid-configuration", `{"ISSUER":"ISSUER","jwks_uri":"ORIGIN/keys"}`, `got the issuer ""`},
		{"two issuers", "", "/.well-known/openid-configuration", `{"issuer":"ISSUER","issuer":"ISSUER","jwks_uri":"ORIGIN/keys"}`, `duplicate`},
		{"no keys", "", "/.well-known/openid-configuration", `{"issuer":"ISSUER"}`, "jwks_uri"},
		{"keys over http", "", "/.well-known/openid-configuration", `{"issuer":"ISSUER","jwks_uri":"http://issuer.example/keys"}`, "want https"},
		{"no metadata", "", "/elsewhere", `{}`, "got status 404"},
	} {
		t.Run(test.name, func(t *testing.T) {
			mux := http.NewServeMux()
			web := httptest.NewServer(mux)
			defer web.Close()
			issuer := web.URL + test.path
			mux.Handle("/keys", &keyServer{keys: []*jwk.Key{key}})
			mux.HandleFunc(test.at, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				io.WriteString(w, strings.NewReplacer("ORIGIN", web.URL, `"ISSUER":`, `"ISSUER":`, "ISSUER", issuer).Replace(test.metadata))
			})
			keys, err := jwthttp.DiscoverKeys(issuer, jwthttp.RemoteOptions{})
			require.NoError(t, err)
			err = accept(t, keys, tokenOf(t, key))
			if test.want == "" {
				assert.NoError(t, err)
				assert.Equal(t, web.URL+"/keys", keys.State().URL)
				return
			}
			assert.True(t, undecided(err), "%v", err)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestHTTPSIssuerMayNotNameLoopbackKeys(t *testing.T) {
	key := newKey(t)
	loopback := httptest.NewServer(&keyServer{keys: []*jwk.Key{key}})
	defer loopback.Close()
	var issuer string
	web := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, issuer, loopback.URL)
	}))
	defer web.Close()
	issuer = web.URL
	keys, err := jwthttp.DiscoverKeys(issuer, jwthttp.RemoteOptions{Client: web.Client()})
	require.NoError(t, err)
	assert.ErrorContains(t, accept(t, keys, tokenOf(t, key)), "want https")
}

func TestDiscoveryIsNotRepeatedForEveryFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := newKey(t)
		server := &keyServer{keys: []*jwk.Key{key}}
		var metadata atomic.Int64
		transport := transportFunc(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/keys" {
				return server.RoundTrip(r)
			}
			metadata.Add(1)
			w := httptest.NewRecorder()
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"issuer":"https://issuer.example","jwks_uri":"https://issuer.example/keys"}`)
			return w.Result(), nil
		})
		keys, err := jwthttp.DiscoverKeys("https://issuer.example", jwthttp.RemoteOptions{Client: &http.Client{Transport: transport}})
		require.NoError(t, err)
		for range 6 {
			require.NoError(t, accept(t, keys, tokenOf(t, key)))
			time.Sleep(10 * time.Minute)
		}
		assert.EqualValues(t, 6, server.hits.Load())
		assert.EqualValues(t, 1, metadata.Load())
		require.NoError(t, accept(t, keys, tokenOf(t, key)))
		assert.EqualValues(t, 2, metadata.Load(), "but after an hour")
	})
}

func TestKeysThatMoveAreFetchedWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Both places answer with the same ETag, which says nothing of each other.
		before, after := newKey(t), newKey(t)
		old := &keyServer{keys: []*jwk.Key{before}, etag: `"1"`}
		moved := &keyServer{keys: []*jwk.Key{after}, etag: `"1"`}
		var place atomic.Value
		place.Store("/old")
		transport := transportFunc(func(r *http.Request) (*http.Response, error) {
			switch r.URL.Path {
			case "/old":
				return old.RoundTrip(r)
			case "/moved":
				return moved.RoundTrip(r)
			}
			w := httptest.NewRecorder()
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"issuer":"https://issuer.example","jwks_uri":"https://issuer.example%s"}`, place.Load())
			return w.Result(), nil
		})
		keys, err := jwthttp.DiscoverKeys("https://issuer.example", jwthttp.RemoteOptions{Client: &http.Client{Transport: transport}})
		require.NoError(t, err)
		require.NoError(t, accept(t, keys, tokenOf(t, before)))
		place.Store("/moved")
		time.Sleep(time.Hour)
		assert.NoError(t, accept(t, keys, tokenOf(t, after)), "seen when the metadata are read again")
		assert.ErrorIs(t, accept(t, keys, tokenOf(t, before)), jwt.ErrUnknownKey)

		// Where the keys are gone, the metadata are read again at once.
		moved.set(func(s *keyServer) { s.misbehave = http.NotFound })
		place.Store("/old")
		time.Sleep(11 * time.Minute)
		assert.NoError(t, accept(t, keys, tokenOf(t, after)), "the keys at hand serve on")
		time.Sleep(time.Minute)
		assert.NoError(t, accept(t, keys, tokenOf(t, before)))
	})
}

// metadataServer answers for https://issuer.example in the place of a network.
type metadataServer struct {
	mu    sync.Mutex
	urls  map[string]http.Handler // by path
	count map[string]int
}

func (m *metadataServer) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	handler := m.urls[r.URL.Path]
	m.count[r.URL.Path]++
	m.mu.Unlock()
	w := httptest.NewRecorder()
	if handler == nil {
		handler = http.NotFoundHandler()
	}
	handler.ServeHTTP(w, r)
	return w.Result(), r.Context().Err()
}

func (m *metadataServer) set(path string, handler http.Handler) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.urls[path] = handler
}

func answerJSON(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, text)
	}
}

func answerPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	io.WriteString(w, "<html>")
}

func newMetadata(t testing.TB, keys string) (*metadataServer, *jwthttp.RemoteKeys) {
	m := &metadataServer{urls: map[string]http.Handler{}, count: map[string]int{}}
	m.set(openID, answerJSON(`{"issuer":"https://issuer.example","jwks_uri":"https://issuer.example`+keys+`"}`))
	remote, err := jwthttp.DiscoverKeys("https://issuer.example", jwthttp.RemoteOptions{Client: &http.Client{Transport: m}})
	require.NoError(t, err)
	return m, remote
}

const openID, oauth = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"

// The keys moved, and the first fetch from their new place fails: then the ETag
// of the old place is not sent to the new one.
func TestETagsAreNotTakenElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		withdrawn, fresh := newKey(t), newKey(t)
		m, keys := newMetadata(t, "/a")
		m.set("/a", &keyServer{keys: []*jwk.Key{withdrawn}, etag: `"1"`})
		require.NoError(t, accept(t, keys, tokenOf(t, withdrawn)))

		m.set("/a", nil)
		m.set("/b", http.HandlerFunc(answerPage))
		m.set(openID, answerJSON(`{"issuer":"https://issuer.example","jwks_uri":"https://issuer.example/b"}`))
		for range 3 {
			time.Sleep(11 * time.Minute)
			assert.NoError(t, accept(t, keys, tokenOf(t, withdrawn)), "the keys at hand serve on")
		}
		m.set("/b", &keyServer{keys: []*jwk.Key{fresh}, etag: `"1"`})
		time.Sleep(time.Minute)
		assert.NoError(t, accept(t, keys, tokenOf(t, fresh)))
		assert.ErrorIs(t, accept(t, keys, tokenOf(t, withdrawn)), jwt.ErrUnknownKey)
		time.Sleep(time.Minute)
	})
}

func TestKeysAreRefreshedWhileTheMetadataAreDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := newKey(t), newKey(t)
		m, keys := newMetadata(t, "/keys")
		server := &keyServer{keys: []*jwk.Key{first}}
		m.set("/keys", server)
		require.NoError(t, accept(t, keys, tokenOf(t, first)))
		m.set(openID, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }))
		server.set(func(s *keyServer) { s.keys = []*jwk.Key{second} })
		time.Sleep(2 * time.Hour)
		assert.NoError(t, accept(t, keys, tokenOf(t, second)))
		assert.ErrorIs(t, accept(t, keys, tokenOf(t, first)), jwt.ErrUnknownKey)
	})
}

func TestFailingKeyServerDoesNotCostMetadata(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, keys := newMetadata(t, "/keys")
		m.set("/keys", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }))
		for range 5 {
			assert.True(t, undecided(accept(t, keys, tokenOf(t, newKey(t)))))
			time.Sleep(time.Minute)
		}
		assert.Equal(t, map[string]int{openID: 1, "/keys": 5}, m.count)
	})
}

// A page where the metadata would be, as single-page applications answer, is
// as good as none.
func TestPageInThePlaceOfOpenIDMetadata(t *testing.T) {
	key := newKey(t)
	m, keys := newMetadata(t, "/keys")
	m.set(oauth, m.urls[openID])
	m.set(openID, http.HandlerFunc(answerPage))
	m.set("/keys", &keyServer{keys: []*jwk.Key{key}})
	assert.NoError(t, accept(t, keys, tokenOf(t, key)))
}

func TestErrorsAreShortAndShowNoQuery(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	for _, answer := range []http.HandlerFunc{
		answerJSON(`{"issuer":"` + long + `"}`),
		answerJSON(`{"issuer":"https://issuer.example","jwks_uri":"http://` + long + `"}`),
		answerJSON(`{"` + long + `":1,"` + long + `":2}`),
		func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/"+long) },
	} {
		m, keys := newMetadata(t, "/keys")
		m.set(openID, answer)
		err := accept(t, keys, tokenOf(t, newKey(t)))
		require.Error(t, err)
		assert.Less(t, len(err.Error()), 500)
	}
	for _, transport := range []transportFunc{
		func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") },
		func(*http.Request) (*http.Response, error) {
			return (&keyServer{misbehave: http.NotFound}).RoundTrip(httptest.NewRequest("GET", "/", nil))
		},
	} {
		keys := newRemote(t, "https://issuer.example/keys?apikey=secret", jwthttp.RemoteOptions{Client: &http.Client{Transport: transport}})
		err := accept(t, keys, tokenOf(t, newKey(t)))
		assert.ErrorContains(t, err, `"https://issuer.example/keys": `)
		assert.NotContains(t, err.Error(), "secret")
	}
}

func TestRedirectsFromHTTPSToHTTPAreNotFollowed(t *testing.T) {
	key := newKey(t)
	server := &keyServer{keys: []*jwk.Key{key}}
	transport := transportFunc(func(r *http.Request) (*http.Response, error) {
		if r.URL.Scheme == "http" {
			return server.RoundTrip(r)
		}
		w := httptest.NewRecorder()
		http.Redirect(w, r, "http://issuer.example/keys", http.StatusFound)
		return w.Result(), nil
	})
	keys := newRemote(t, "https://issuer.example/keys", jwthttp.RemoteOptions{Client: &http.Client{Transport: transport}})
	assert.ErrorContains(t, accept(t, keys, tokenOf(t, key)), "redirected to another origin")
	assert.Zero(t, server.hits.Load())
}

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
