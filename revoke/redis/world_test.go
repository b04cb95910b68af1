package redis_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

const issuer = "https://login.example"

// A world is a service over a store, by the real clock.
type world struct {
	list     *revoke.DenyList
	sessions *revoke.Sessions
}

func newWorld(t testing.TB, keep store.Store) *world {
	key, err := jwt.NewHMAC(jwt.HS256, []byte("a secret of thirty-two bytes ..."), "")
	check(t, err)
	list := &revoke.DenyList{Tokens: &jwt.Policy{Keys: jwt.Keys{key}, Issuer: issuer, AllowAnyAudience: true}, Store: keep, Lifetime: time.Hour}
	return &world{list, &revoke.Sessions{
		DenyList: list, Issuer: issuer, AccessLifetime: 10 * time.Minute, SessionLifetime: time.Hour, Grace: time.Minute,
		Sign: func(ctx context.Context, c revoke.Claims, _ *revoke.Session) (string, error) {
			return jwt.Sign(ctx, key, c)
		},
	}}
}

// verify says in a word what becomes of a token.
func (w *world) verify(ctx context.Context, token string) string {
	_, err := w.list.Verify(ctx, token)
	return outcome(err)
}

// refresh says in a word what becomes of a refresh token.
func (w *world) refresh(ctx context.Context, token string) string {
	_, err := w.sessions.Refresh(ctx, token)
	return outcome(err)
}

func outcome(err error) string {
	var refusal *jwt.VerifyError
	switch {
	case err == nil:
		return "accepted"
	case errors.As(err, &refusal) && refusal.Reason == revoke.ErrRevoked:
		return "revoked"
	case errors.As(err, &refusal) && refusal.Reason == revoke.ErrForgotten:
		return "forgotten"
	case errors.As(err, &refusal):
		return "refused: " + err.Error()
	}
	return "undecided"
}

// begin begins a session, as soon as the store can.
func (w *world) begin(t testing.TB, subject string) revoke.Tokens {
	t.Helper()
	var tokens revoke.Tokens
	eventually(t, "to begin a session", func() (ok bool) {
		var err error
		tokens, err = w.sessions.Begin(t.Context(), subject, nil)
		return err == nil
	})
	return tokens
}

func (w *world) end(t testing.TB, tokens revoke.Tokens) {
	t.Helper()
	check(t, w.sessions.End(t.Context(), tokens.Refresh))
}

func (w *world) want(t testing.TB, when, token, want string) {
	t.Helper()
	if got := w.verify(t.Context(), token); got != want {
		_, err := w.list.Verify(t.Context(), token)
		t.Errorf("%s: got %s, want %s: %v", when, got, want, err)
	}
}

// impatient is a client for a server that comes and goes, which tries everything once.
func impatient(o *redis.Options) { o.MaxRetries, o.DialerRetries = -1, 1 }
