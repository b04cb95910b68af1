package revoke_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/revoke"
)

// newClients returns sessions of a service, by the clock of a bubble.
func newClients() *revoke.Sessions {
	return &revoke.Sessions{
		DenyList: &revoke.DenyList{Store: revoke.NewMemory(0), Lifetime: 30 * 24 * time.Hour},
		Sign:     func(context.Context, revoke.Claims, *revoke.Session) (string, error) { return "access", nil },
		Issuer:   login, AccessLifetime: 5 * time.Minute, SessionLifetime: 30 * 24 * time.Hour,
	}
}

// Two tabs of a browser share a refresh token, and both refresh when the access
// token is over. Whichever answer comes last is kept.
func TestTwoTabsLoseNoSession(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		sessions := newClients()
		var lost atomic.Int64
		var all sync.WaitGroup
		for i := range 1000 {
			all.Go(func() {
				r := rand.New(rand.NewPCG(uint64(i), 1))
				tokens, err := sessions.Begin(t.Context(), fmt.Sprint("user-", i), nil)
				assert.NoError(t, err)
				refresh := tokens.Refresh
				for range 4 {
					time.Sleep(5 * time.Minute)
					var tabs sync.WaitGroup
					shared, answers := refresh, make(chan string, 2)
					for range 2 {
						wait := time.Duration(r.Int64N(int64(9 * time.Second)))
						tabs.Go(func() {
							time.Sleep(wait)
							tokens, err := sessions.Refresh(t.Context(), shared)
							if err != nil {
								lost.Add(1)
							}
							answers <- tokens.Refresh
						})
					}
					tabs.Wait()
					<-answers
					refresh = <-answers
				}
			})
		}
		all.Wait()
		assert.Zero(t, lost.Load(), "refreshes were refused")
	})
}

// One answer in a thousand is lost, on the way to the client or from the store.
func TestLostAnswersLoseNoSession(t *testing.T) {
	fipstest.Bubble(t, func(t *testing.T) {
		sessions := newClients()
		r := rand.New(rand.NewPCG(1, 2))
		var lost, retried int
		tokens := make([]revoke.Tokens, 200)
		if revoke.RaceEnabled {
			tokens = tokens[:20]
		}
		for i := range tokens {
			var err error
			tokens[i], err = sessions.Begin(t.Context(), fmt.Sprint("user-", i), nil)
			require.NoError(t, err)
		}
		for range 24 * 12 {
			time.Sleep(5 * time.Minute)
			for i := range tokens {
				next, err := sessions.Refresh(t.Context(), tokens[i].Refresh)
				if r.IntN(1000) == 0 { // the client tries again
					retried++
					time.Sleep(3 * time.Second)
					next, err = sessions.Refresh(t.Context(), tokens[i].Refresh)
				}
				if errors.As(err, new(*jwt.VerifyError)) {
					lost++
				}
				require.NoError(t, err)
				tokens[i] = next
			}
		}
		assert.Zero(t, lost)
		assert.Greater(t, retried, len(tokens)/10)
	})
}

// The clock of a Memory is none that can be set: a caller's clock that is a month
// ahead for a moment makes it forget nothing, and refuse nothing that is good.
func TestAClockThatJumpsForAMoment(t *testing.T) {
	s := newSystem(t)
	good, bad := s.begin(), s.begin()
	require.NoError(t, s.sessions.End(t.Context(), bad.Refresh))
	s.now = noon.Add(31 * 24 * time.Hour)
	for range 1000 {
		ahead := s.begin()
		require.NoError(t, s.sessions.End(t.Context(), ahead.Refresh))
	}
	s.now = noon.Add(time.Second)
	assert.Equal(t, "accepted", s.verify(good.Access))
	assert.Equal(t, "revoked sid", s.verify(bad.Access))
	assert.Equal(t, "accepted", s.verify(s.begin().Access))
	s.refresh(good.Refresh)
}
