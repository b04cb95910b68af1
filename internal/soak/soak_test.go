// Package soak has a test of everything at once, at full load: sessions and their
// tokens, an API with its middleware and deny list, keys that rotate, and a key
// server that fails.
//
//	go test -race ./internal/soak -soak 5m
package soak

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/seed-b1f8f58c/jwt/revoke"
)

var (
	duration = flag.Duration("soak", 2*time.Second, "how long the load lasts")
	clients  = flag.Int("clients", 32, "how many clients there are")
)

const (
	issuer = "https://login.example"
	api    = "https://api.example"

	accessLifetime = 30 * time.Second
	patience       = 20 * time.Second // for which a client repeats what could not be decided
)

// A system is an issuer, an API, and their clients.
type system struct {
	ring     *jwk.KeyRing
	sessions *revoke.Sessions
	protect  http.Handler
	faults   atomic.Int64 // of the key server

	accepted, undecided, ended, refreshed atomic.Int64
}

// TestSoak wants every good token accepted, at the latest when its client has
// repeated the request for a while, no token that has ended accepted once, and
// neither goroutines nor memory to grow.
func TestSoak(t *testing.T) {
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithTimeout(t.Context(), *duration)
	defer cancel()
	s := newSystem(t)
	var load sync.WaitGroup
	for range *clients {
		load.Go(func() {
			for ctx.Err() == nil {
				s.visit(t)
			}
		})
	}
	early := s.watch(ctx, t)
	load.Wait()
	late := memory()
	t.Logf("%s, %d clients: %d requests accepted, %d repeated as undecided, %d sessions ended, %d refreshes, %d faults of the key server; memory %d KiB in the middle, %d KiB at the end",
		*duration, *clients, s.accepted.Load(), s.undecided.Load(), s.ended.Load(), s.refreshed.Load(), s.faults.Load(), early>>10, late>>10)
	assert.Positive(t, s.accepted.Load())
	assert.Positive(t, s.ended.Load())
	assert.Less(t, late, early+early/2+8<<20, "memory grows")
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+2 }, 30*time.Second, 50*time.Millisecond, "goroutines are left: %d before, %d after", before, runtime.NumGoroutine())
}

func newSystem(t *testing.T) *system {
	s := &system{ring: &jwk.KeyRing{Algorithm: jwt.ES256, RotateEvery: 4 * time.Second, PublishAhead: 2 * time.Second, RetireAfter: accessLifetime + 5*time.Second}}
	metadata := &jwthttp.IssuerMetadata{URL: issuer, Keys: s.ring.Published, MaxAge: time.Second}
	keys, err := jwthttp.DiscoverKeys(issuer, jwthttp.RemoteOptions{
		Client:       &http.Client{Transport: faulty{s, metadata}},
		RefreshAfter: time.Second, CoolDown: time.Second, Timeout: 200 * time.Millisecond,
	})
	require.NoError(t, err)
	list := &revoke.DenyList{
		Tokens: &jwt.Policy{Keys: keys, Issuer: issuer, Audience: []string{api}, Leeway: 2 * time.Second},
		Store:  revoke.NewMemory(0), Lifetime: time.Minute,
	}
	s.sessions = &revoke.Sessions{
		DenyList: list, Issuer: issuer, Audience: jwt.Audience{api}, AccessLifetime: accessLifetime, SessionLifetime: 45 * time.Second,
		Sign: func(ctx context.Context, c revoke.Claims, _ *revoke.Session) (string, error) {
			signer, err := s.ring.Signer(ctx)
			if err != nil {
				return "", err
			}
			return jwt.Sign(ctx, signer, c)
		},
	}
	protect := &jwthttp.Middleware{Tokens: list}
	require.NoError(t, protect.Validate())
	s.protect = protect.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		claims, err := jwthttp.ClaimsFrom[jwt.Claims](r.Context())
		assert.NoError(t, err)
		_, _ = w.Write([]byte(claims.Subject))
	}))
	return s
}

// faulty is the network between the API and the issuer: one request in three fails,
// each in another way.
type faulty struct {
	*system
	issuer http.Handler
}

func (f faulty) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	f.issuer.ServeHTTP(w, r)
	if kind := rand.IntN(18); kind < 6 {
		f.faults.Add(1)
		switch kind {
		case 0:
			return nil, errors.New("connection reset")
		case 1:
			<-r.Context().Done()
			return nil, r.Context().Err()
		case 2:
			w = httptest.NewRecorder()
			w.WriteHeader(http.StatusBadGateway)
		case 3:
			w = httptest.NewRecorder()
			_, _ = w.WriteString("<html>")
		case 4:
			body := w.Body.String()
			w.Body.Reset()
			_, _ = w.WriteString(body[:len(body)/2])
		case 5:
			w = httptest.NewRecorder()
			_, _ = w.WriteString(`{"keys":[]}`)
		}
	}
	answer := w.Result()
	answer.Request = r
	return answer, nil
}

// watch waits for the end of the load, and returns the memory in use in the middle.
func (s *system) watch(ctx context.Context, t *testing.T) uint64 {
	select {
	case <-ctx.Done():
	case <-time.After(*duration / 2):
	}
	middle := memory()
	<-ctx.Done()
	_, err := s.ring.Published(t.Context())
	assert.NoError(t, err)
	return middle
}

func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// visit is what a client does: log in, call the API, refresh, call it again, log out,
// and try what no longer works.
func (s *system) visit(t *testing.T) {
	subject := []string{"alice", "bob", "carol", "dave"}[rand.IntN(4)]
	tokens, err := s.sessions.Begin(t.Context(), subject, nil)
	if !assert.NoError(t, err) {
		return
	}
	s.good(t, tokens.Access, subject)
	s.forged(t, tokens.Access)
	next, err := s.sessions.Refresh(t.Context(), tokens.Refresh)
	if !s.displaced(err) && assert.NoError(t, err) {
		s.refreshed.Add(1)
		s.good(t, next.Access, subject)
	}
	if err != nil {
		return
	}
	assert.NoError(t, s.sessions.End(t.Context(), next.Refresh))
	s.ended.Add(1)
	for _, dead := range []string{tokens.Access, next.Access} {
		s.dead(t, dead)
	}
	for _, dead := range []string{tokens.Refresh, next.Refresh} {
		_, err := s.sessions.Refresh(t.Context(), dead)
		assert.Error(t, err, "a refresh token of a session that has ended works")
	}
}

// displaced reports whether a session was ended since its subject has too many.
func (s *system) displaced(err error) bool { return errors.Is(err, revoke.ErrRevoked) }

func (s *system) call(token string) (status int, body string) {
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	s.protect.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// good wants a token to be accepted. A key that the API has not seen yet is one that
// it cannot decide upon (503), or does not know (401), until it has fetched it.
func (s *system) good(t *testing.T, token, subject string) {
	for start := time.Now(); ; {
		status, body := s.call(token)
		if status == http.StatusOK {
			assert.Equal(t, subject, body)
			s.accepted.Add(1)
			return
		}
		if time.Since(start) > patience {
			t.Errorf("a good token is refused for good: %d", status)
			return
		}
		s.undecided.Add(1)
		timer := time.NewTimer(20 * time.Millisecond)
		<-timer.C
	}
}

func (s *system) dead(t *testing.T, token string) {
	for range 3 {
		status, _ := s.call(token)
		assert.Contains(t, []int{http.StatusUnauthorized, http.StatusServiceUnavailable}, status, "a token that has ended is accepted")
	}
}

// forged tries a token with another subject, and one by another key.
func (s *system) forged(t *testing.T, token string) {
	parts := strings.Split(token, ".")
	_, payload, err := jwt.InsecureDecode(token)
	assert.NoError(t, err)
	other, err := jwk.Generate(jwt.ES256)
	assert.NoError(t, err)
	signer, err := other.Signer()
	assert.NoError(t, err)
	forged, err := jwt.Sign(t.Context(), signer, json.RawMessage(payload))
	assert.NoError(t, err)
	for _, text := range []string{forged, parts[0] + "." + parts[1] + "." + strings.Split(forged, ".")[2], parts[0] + "." + strings.Split(forged, ".")[1] + "A." + parts[2]} {
		status, _ := s.call(text)
		assert.Contains(t, []int{http.StatusUnauthorized, http.StatusServiceUnavailable}, status, "a forged token is accepted")
	}
}
