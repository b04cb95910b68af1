package jwthttp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func TestLogHasTheReasonAndNoToken(t *testing.T) {
	key, policy := newHMAC(t)
	expired := sign(t, key, jwt.Claims{Subject: "alice", ExpiresAt: 1})
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	get := func(tokens jwt.TokenVerifier) string {
		out.Reset()
		r := httptest.NewRequest("GET", "/secret-path", nil)
		r.Header.Set("Authorization", "Bearer "+expired)
		(&jwthttp.Middleware{Tokens: tokens, Log: log}).Handler(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), r)
		return out.String()
	}
	refused := get(policy)
	assert.Contains(t, refused, "level=INFO")
	assert.Contains(t, refused, "status=401")
	assert.Contains(t, refused, "jwt: token expired: exp: got 1970-01-01T00:00:01Z")
	assert.NotContains(t, refused, expired)
	assert.Equal(t, 1, strings.Count(refused, "\n"))
	assert.Contains(t, refused, "sub=alice")
	assert.NotContains(t, refused, "panic")
	assert.Contains(t, get(unavailable{}), "level=WARN")
}

func TestZeroRequestErrorHasAText(t *testing.T) {
	for _, e := range []*jwthttp.RequestError{nil, {}} {
		assert.EqualError(t, e, "jwthttp: malformed request")
		assert.NoError(t, e.Unwrap())
	}
	cause := errors.New("two tokens")
	assert.ErrorIs(t, &jwthttp.RequestError{Err: cause}, cause)
}

func TestLogTellsWhoseGenuineTokenItWas(t *testing.T) {
	_, policy := newHMAC(t)
	var out bytes.Buffer
	protect := &jwthttp.Middleware{Tokens: policy, Log: slog.New(slog.NewTextHandler(&out, nil))}
	serve(protect.RequireScope("read")(http.HandlerFunc(ok)), rawToken(t, `{"iss":"https://login.example","sub":"alice","jti":"42","secret":"s3cret"}`), "")
	assert.Contains(t, out.String(), "iss=https://login.example sub=alice jti=42")
	assert.NotContains(t, out.String(), "s3cret")
}

func TestLogTellsNothingOfATokenThatIsNotGenuine(t *testing.T) {
	key, policy := newHMAC(t)
	var out bytes.Buffer
	protect := &jwthttp.Middleware{Tokens: policy, Log: slog.New(slog.NewTextHandler(&out, nil))}
	forged := sign(t, key, jwt.Claims{Subject: "mallory", ExpiresAt: inAnHour()})
	forged = forged[:len(forged)-4] + "AAAA"
	for _, authorization := range []string{"Bearer " + forged, "Bearer mallory", "Bearer mallory mallory"} {
		ask(protect.Handler(http.HandlerFunc(ok)), "GET", "/", "Authorization", authorization)
	}
	assert.NotContains(t, out.String(), "mallory")
	assert.NotContains(t, out.String(), "sub=")
	assert.Equal(t, 3, strings.Count(out.String(), "level=INFO"))

	protect.Tokens = refusesWith{&jwt.VerifyError{}}
	ask(protect.Handler(http.HandlerFunc(ok)), "GET", "/", "Authorization", "Bearer a.b.c")
	assert.Equal(t, 4, strings.Count(out.String(), "level=INFO"))
}

// refusesWith refuses every token with its error.
type refusesWith struct{ err error }

func (r refusesWith) Verify(context.Context, string) (*jwt.Token, error) { return nil, r.err }

// A client that has gone is no reason to look for a fault.
func TestClientsThatGoAwayAreNotAWarning(t *testing.T) {
	for _, test := range []struct {
		name  string
		end   func(context.Context) (context.Context, context.CancelFunc)
		level string
	}{
		{"cancelled", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx, cancel
		}, "level=INFO"},
		{"cancelled, with another cause", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			cancel(errors.New("gone"))
			return ctx, func() {}
		}, "level=INFO"},
		{"out of time", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithDeadline(ctx, time.Unix(1, 0))
		}, "level=WARN"},
		{"still there", context.WithCancel, "level=WARN"},
	} {
		var out bytes.Buffer
		ctx, cancel := test.end(t.Context())
		defer cancel()
		r := httptest.NewRequestWithContext(ctx, "GET", "/", nil)
		r.Header.Set("Authorization", "Bearer a.b.c")
		w := httptest.NewRecorder()
		protect := &jwthttp.Middleware{Tokens: unavailable{}, Log: slog.New(slog.NewTextHandler(&out, nil))}
		protect.Handler(http.HandlerFunc(ok)).ServeHTTP(w, r)
		assert.Equal(t, 503, w.Code)
		assert.Contains(t, out.String(), test.level, test.name)
	}
}

func TestRetryAfterIsInWholeSeconds(t *testing.T) {
	for wait, want := range map[time.Duration]string{
		-time.Second: "1", 0: "1", 1: "1", time.Second: "1", time.Second + 1: "2", 90 * time.Second: "90",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", "Bearer a.b.c")
		w := httptest.NewRecorder()
		(&jwthttp.Middleware{Tokens: unavailable{wait}}).Handler(http.HandlerFunc(ok)).ServeHTTP(w, r)
		assert.Equal(t, want, w.Header().Get("Retry-After"), wait)
	}
}

func TestErrorsSayWhatWasWanted(t *testing.T) {
	_, policy := newHMAC(t)
	protect := &jwthttp.Middleware{Tokens: policy, Proofs: []jwthttp.ProofVerifier{dpopLike()}}
	key, _ := newHMAC(t)
	token := func(payload string) string { return sign(t, key, rawJSON(payload)) }
	policy.AllowNoExpiry = true
	for _, test := range []struct{ authorization, want string }{
		{"Bearer " + token(`{}`), `jwthttp: want the scope "read", got ""`},
		{"Bearer " + token(`{"scope":"write \u0007"}`), `jwthttp: want the scope "read", got "write \a"`},
		{"Bearer " + token(`{"scope":7}`), `jwthttp: "scope": got a number, want a string or an array of strings`},
		{"Bearer " + token(`{"cnf":{"jkt":"a"}}`), `jwt: claim not acceptable: cnf: it is bound by "jkt" and comes as Bearer, want DPoP`},
		{"Bearer " + token(`{"cnf":{"new":"a","b":1}}`), `jwt: claim not acceptable: cnf: it is bound by "b", and none of Middleware.Proofs is for that; AllowUnproven accepts it without`},
		{"Bearer " + token(`{"cnf":7}`), `jwt: claim not acceptable: cnf: want an object with a member that names a key (RFC 7800)`},
		{"DPoP " + token(`{}`), `jwt: claim not acceptable: cnf: it comes as DPoP and is not bound to a key for that`},
		{"DPoP " + token(`{"cnf":{"jkt":"a"}}`), `jwthttp: proof of possession refused`},
		{"Bearer", `jwthttp: malformed request: got a malformed Authorization header, want a scheme, a space and one token`},
		{"", `jwthttp: malformed request: got an Authorization header without a scheme`},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", test.authorization)
		_, refusal := protect.Authorize(nil, r, []string{"read"})
		assert.EqualError(t, refusal.Err, test.want)
	}
}

// A nil pointer in an error is a mistake of a plug-in, and no reason to let anybody in.
func TestNilErrorsOfPlugInsRefuse(t *testing.T) {
	_, policy := newHMAC(t)
	for err, want := range map[error]int{
		(*jwthttp.RequestError)(nil): 400, (*jwthttp.ProofError)(nil): 401, (*jwt.VerifyError)(nil): 401,
	} {
		var out bytes.Buffer
		log := slog.New(slog.NewTextHandler(&out, nil))
		protect := &jwthttp.Middleware{Tokens: refusesWith{err}, Log: log}
		assert.Equal(t, want, ask(protect.Handler(http.HandlerFunc(ok)), "GET", "/", "Authorization", "Bearer a.b.c").Code)
		protect = &jwthttp.Middleware{Tokens: policy, Log: log, Extract: func(*http.Request) (string, error) { return "", err }}
		assert.Equal(t, 400, ask(protect.Handler(http.HandlerFunc(ok)), "GET", "/").Code)
		assert.Equal(t, 2, strings.Count(out.String(), "level=INFO"))
	}
}

// A verifier that joins a refusal with an error of the network has not decided.
func TestARefusalThatIsJoinedWithAnotherErrorIsNotDecided(t *testing.T) {
	refused, down := &jwt.VerifyError{Reason: jwt.ErrExpired}, errors.New("network down")
	for _, row := range []struct {
		err    error
		status int
	}{
		{refused, 401},
		{fmt.Errorf("token: %w", refused), 401},
		{errors.Join(refused, &jwt.VerifyError{Reason: jwt.ErrClaim}), 401},
		{errors.Join(refused, down), 503},
		{errors.Join(down, refused), 503},
		{down, 503},
	} {
		protect := &jwthttp.Middleware{Tokens: refusesWith{row.err}}
		w := ask(protect.Handler(http.HandlerFunc(ok)), "GET", "/", "Authorization", "Bearer a.b.c")
		assert.Equal(t, row.status, w.Code, "%v", row.err)
	}
}
