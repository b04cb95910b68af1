package jwthttp_test

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
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
	delay        time.Duration    // of an answer
	misbehave    http.HandlerFunc // in the place of an answer
	hits         atomic.Int64
}

func (s *keyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.hits.Add(1)
	s.mu.Lock()
	keys, cacheControl, age, etag, delay, misbehave := s.keys, s.cacheControl, s.age, s.etag, s.delay, s.misbehave
	s.mu.Unlock()
	time.Sleep(delay)
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

// hang answers nothing until the client gives up.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// newServed returns the keys of a server that answers without a network.
func newServed(t testing.TB, o jwthttp.RemoteOptions, keys ...*jwk.Key) (*keyServer, *jwthttp.RemoteKeys) {
	t.Helper()
	server := &keyServer{keys: keys}
	o.Client = &http.Client{Transport: server}
	return server, newRemote(t, "https://issuer.example/keys", o)
}

// quiet is a log that nobody reads.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// bubble runs a test with a clock of its own. All goroutines must have ended 15
// seconds after it: the three time-outs that the longest fetch has.
func bubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	fipstest.Bubble(t, func(t *testing.T) {
		test(t)
		pass(15 * time.Second)
	})
}

// pass lets time go by, and the fetches that it causes end.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
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
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
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

func (m *metadataServer) hits(path string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.count[path]
}

// metadataOf are those of https://issuer.example with its keys at a path.
func metadataOf(keys string) http.HandlerFunc {
	return answerJSON(`{"issuer":"https://issuer.example","jwks_uri":"https://issuer.example` + keys + `"}`)
}

func newMetadata(t testing.TB, keys string) (*metadataServer, *jwthttp.RemoteKeys) {
	m := &metadataServer{urls: map[string]http.Handler{}, count: map[string]int{}}
	m.set(openID, metadataOf(keys))
	remote, err := jwthttp.DiscoverKeys("https://issuer.example", jwthttp.RemoteOptions{Client: &http.Client{Transport: m}})
	require.NoError(t, err)
	return m, remote
}

const openID, oauth = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
