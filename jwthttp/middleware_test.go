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
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// newHMAC returns a key and a policy that trusts it.
func newHMAC(t testing.TB) (*jwt.HMAC, *jwt.Policy) {
	t.Helper()
	key, err := jwt.NewHMAC(jwt.HS256, bytes.Repeat([]byte{7}, 32), "")
	require.NoError(t, err)
	return key, &jwt.Policy{Keys: jwt.Keys{key}}
}

type scoped struct {
	jwt.Claims
	Scope any `json:"scope,omitempty"`
}

func sign(t testing.TB, key jwt.Signer, claims any) string {
	t.Helper()
	token, err := jwt.Sign(t.Context(), key, claims)
	require.NoError(t, err)
	return token
}

func inAnHour() jwt.NumericDate { return jwt.NewNumericDate(time.Now().Add(time.Hour)) }

// unavailable could not decide, and says when to try again.
type unavailable struct{ wait time.Duration }

func (unavailable) Error() string               { return "keys not available" }
func (u unavailable) RetryAfter() time.Duration { return u.wait }
func (u unavailable) Verify(context.Context, string) (*jwt.Token, error) {
	return nil, fmt.Errorf("wrapped: %w", u)
}

func TestMiddlewareAnswers(t *testing.T) {
	key, policy := newHMAC(t)
	good := sign(t, key, scoped{jwt.Claims{Subject: "alice", ExpiresAt: inAnHour()}, "read write"})
	unscoped := sign(t, key, jwt.Claims{Subject: "alice", ExpiresAt: inAnHour()})
	expired := sign(t, key, jwt.Claims{Subject: "alice", ExpiresAt: 1})

	plain := &jwthttp.Middleware{Tokens: policy}
	realm := &jwthttp.Middleware{Tokens: policy, Realm: `a "b" \c`}
	anonymous := &jwthttp.Middleware{Tokens: policy, AllowAnonymous: true}
	cookie := &jwthttp.Middleware{Tokens: policy, Extract: jwthttp.CookieToken("__Host-token")}
	down := &jwthttp.Middleware{Tokens: unavailable{1500 * time.Millisecond}}
	metadata := &jwthttp.Middleware{Tokens: policy, Metadata: &jwthttp.ResourceMetadata{Resource: "https://api.example/v1"}}

	for _, test := range []struct {
		name       string
		middleware *jwthttp.Middleware
		scopes     []string
		header     []string // Name: value
		status     int
		challenge  string
	}{
		{"a good token", plain, nil, []string{"Authorization: Bearer " + good}, 200, ""},
		{"the scheme in another case", plain, nil, []string{"Authorization: bEARER " + good}, 200, ""},
		{"more spaces after the scheme", plain, nil, []string{"Authorization: Bearer   " + good}, 200, ""},
		{"no header", plain, nil, nil, 401, `Bearer realm="api"`},
		{"no header, with a realm", realm, nil, nil, 401, `Bearer realm="a \"b\" \\c"`},
		{"no header, with metadata", metadata, nil, nil, 401, `Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1"`},
		{"no header, with metadata and a scope", metadata, []string{"a", "b"}, nil, 401,
			`Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1", scope="a b"`},
		{"an expired token, with metadata", metadata, nil, []string{"Authorization: Bearer " + expired}, 401,
			`Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1", error="invalid_token"`},
		{"another scheme", plain, nil, []string{"Authorization: Basic QWxhZGRpbjpvcGVu"}, 401, `Bearer realm="api"`},
		{"a scheme that only begins alike", plain, nil, []string{"Authorization: Bearerx " + good}, 401, `Bearer realm="api"`},
		{"DPoP, without proofs", plain, nil, []string{"Authorization: DPoP " + good}, 401, `Bearer realm="api"`},
		{"two headers", plain, nil, []string{"Authorization: Bearer " + good, "Authorization: Bearer " + good}, 400, `Bearer error="invalid_request"`},
		{"a good token and another scheme", plain, nil, []string{"Authorization: Bearer " + good, "Authorization: Basic eA=="}, 400, `Bearer error="invalid_request"`},
		{"an empty header", plain, nil, []string{"Authorization: "}, 400, `Bearer error="invalid_request"`},
		{"no scheme before the token", plain, nil, []string{"Authorization:  " + good}, 400, `Bearer error="invalid_request"`},
		{"no token after the scheme", plain, nil, []string{"Authorization: Bearer"}, 400, `Bearer error="invalid_request"`},
		{"only spaces after the scheme", plain, nil, []string{"Authorization: Bearer   "}, 400, `Bearer error="invalid_request"`},
		{"only padding", plain, nil, []string{"Authorization: Bearer =="}, 400, `Bearer error="invalid_request"`},
		{"two tokens", plain, nil, []string{"Authorization: Bearer " + good + " " + good}, 400, `Bearer error="invalid_request"`},
		{"two tokens with a comma", plain, nil, []string{"Authorization: Bearer " + good + "," + good}, 400, `Bearer error="invalid_request"`},
		{"a quoted token", plain, nil, []string{`Authorization: Bearer "` + good + `"`}, 400, `Bearer error="invalid_request"`},
		{"a tab for the space", plain, nil, []string{"Authorization: Bearer\t" + good}, 400, `Bearer error="invalid_request"`},
		{"a tab before the token", plain, nil, []string{"Authorization: Bearer \t" + good}, 400, `Bearer error="invalid_request"`},
		{"a colon after the scheme", plain, nil, []string{"Authorization: Bearer: " + good}, 400, `Bearer error="invalid_request"`},
		{"a no-break space after the scheme", plain, nil, []string{"Authorization: Bearer\u00a0" + good}, 400, `Bearer error="invalid_request"`},
		{"not a token at all", plain, nil, []string{"Authorization: Bearer abc"}, 401, `Bearer error="invalid_token"`},
		{"an expired token", plain, nil, []string{"Authorization: Bearer " + expired}, 401, `Bearer error="invalid_token"`},
		{"a padded token", plain, nil, []string{"Authorization: Bearer " + good + "="}, 401, `Bearer error="invalid_token"`},
		{"a tampered token", realm, nil, []string{"Authorization: Bearer x" + good}, 401, `Bearer realm="a \"b\" \\c", error="invalid_token"`},

		{"one scope of two", plain, []string{"write"}, []string{"Authorization: Bearer " + good}, 200, ""},
		{"both scopes", plain, []string{"write", "read"}, []string{"Authorization: Bearer " + good}, 200, ""},
		{"a missing scope", plain, []string{"read", "admin"}, []string{"Authorization: Bearer " + good}, 403, `Bearer scope="read admin", error="insufficient_scope"`},
		{"a scope but no token", plain, []string{"write"}, nil, 401, `Bearer scope="write"`},
		{"a scope and a token without scopes", plain, []string{"read"}, []string{"Authorization: Bearer " + unscoped}, 403, `Bearer scope="read", error="insufficient_scope"`},

		{"anonymous", anonymous, nil, nil, 200, ""},
		{"anonymous with another scheme", anonymous, nil, []string{"Authorization: Basic eA=="}, 200, ""},
		{"anonymous with a bad token", anonymous, nil, []string{"Authorization: Bearer " + expired}, 401, `Bearer error="invalid_token"`},
		{"anonymous with a malformed header", anonymous, nil, []string{"Authorization: Bearer"}, 400, `Bearer error="invalid_request"`},
		{"anonymous with a tab for the space", anonymous, nil, []string{"Authorization: Bearer\t" + good}, 400, `Bearer error="invalid_request"`},
		{"anonymous with an empty header", anonymous, nil, []string{"Authorization: "}, 400, `Bearer error="invalid_request"`},
		{"anonymous with a token but no scheme", anonymous, nil, []string{"Authorization: \t" + good}, 400, `Bearer error="invalid_request"`},
		{"anonymous where a token is needed, whatever its scopes", anonymous, []string{}, nil, 401, `Bearer realm="api"`},
		{"a token whatever its scopes", anonymous, []string{}, []string{"Authorization: Bearer " + unscoped}, 200, ""},
		{"anonymous where a scope is needed", anonymous, []string{"read"}, nil, 401, `Bearer scope="read"`},

		{"a cookie", cookie, nil, []string{"Cookie: a=b; __Host-token=" + good}, 200, ""},
		{"no cookie", cookie, nil, []string{"Cookie: a=b"}, 401, `Bearer realm="api"`},
		{"two cookies", cookie, nil, []string{"Cookie: __Host-token=" + good + "; __Host-token=" + good}, 400, `Bearer error="invalid_request"`},
		{"a header where a cookie is wanted", cookie, nil, []string{"Authorization: Bearer " + good}, 401, `Bearer realm="api"`},
		{"a cookie that is no token", cookie, nil, []string{"Cookie: __Host-token=a:b"}, 401, `Bearer error="invalid_token"`},

		{"keys out of reach", down, nil, []string{"Authorization: Bearer " + good}, 503, ""},
		{"no token while keys are out of reach", down, nil, nil, 401, `Bearer realm="api"`},
		{"two tokens while keys are out of reach", down, nil, []string{"Authorization: Bearer a b"}, 400, `Bearer error="invalid_request"`},
		{"a zero Middleware", &jwthttp.Middleware{}, nil, []string{"Authorization: Bearer " + good}, 503, ""},
		{"a zero Middleware and no token", &jwthttp.Middleware{AllowAnonymous: true}, nil, nil, 503, ""},
		{"a nil Middleware", nil, nil, nil, 503, ""},
		{"a zero Policy", &jwthttp.Middleware{Tokens: &jwt.Policy{}}, nil, []string{"Authorization: Bearer " + good}, 503, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			for _, h := range test.header {
				name, value, _ := strings.Cut(h, ": ")
				r.Header.Add(name, value)
			}
			reached := false
			next := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true })
			handler := test.middleware.Handler(next)
			if test.scopes != nil {
				handler = test.middleware.RequireScope(test.scopes...)(next)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			assert.Equal(t, test.status, w.Code)
			assert.Equal(t, test.status == 200, reached)
			assert.Equal(t, test.challenge, w.Header().Get("WWW-Authenticate"))
			if test.status != 200 {
				assert.Equal(t, http.StatusText(test.status)+"\n", w.Body.String(), "nothing of the reason")
				assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			}
			if test.middleware == down && test.status == 503 {
				assert.Equal(t, "2", w.Header().Get("Retry-After"), "rounded up")
			} else {
				assert.Empty(t, w.Header().Get("Retry-After"))
			}
		})
	}
}

// neither returns what no verifier should.
type neither struct{}

func (neither) Verify(context.Context, string) (*jwt.Token, error) { return nil, nil }

func TestVerifierWithoutAnAnswerLetsNobodyThrough(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer x")
	w := httptest.NewRecorder()
	(&jwthttp.Middleware{Tokens: neither{}}).Handler(http.NotFoundHandler()).ServeHTTP(w, r)
	assert.Equal(t, 503, w.Code)
}

// counting counts the verifications.
type counting struct {
	jwt.TokenVerifier
	calls int
}

func (c *counting) Verify(ctx context.Context, token string) (*jwt.Token, error) {
	c.calls++
	return c.TokenVerifier.Verify(ctx, token)
}

func TestNestedMiddlewaresVerifyForThemselves(t *testing.T) {
	key, policy := newHMAC(t)
	tokens := &counting{TokenVerifier: policy}
	protect := &jwthttp.Middleware{Tokens: tokens}
	strict := *policy
	strict.Subject = "bob"
	other := &jwthttp.Middleware{Tokens: &strict}
	ok := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {})

	// A chain like that of chi's Use: plain func(http.Handler) http.Handler.
	chain := func(h http.Handler, middleware ...func(http.Handler) http.Handler) http.Handler {
		for i := len(middleware) - 1; i >= 0; i-- {
			h = middleware[i](h)
		}
		return h
	}
	answer := func(h http.Handler) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", "Bearer "+sign(t, key, scoped{jwt.Claims{Subject: "alice", ExpiresAt: inAnHour()}, "read"}))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	get := func(h http.Handler) int { return answer(h).Code }
	assert.Equal(t, 200, get(chain(ok, protect.Handler, protect.RequireScope("read"))))
	assert.Equal(t, 1, tokens.calls, "the same Middleware verifies once")
	assert.Equal(t, 403, get(chain(ok, protect.Handler, protect.RequireScope("write"))))
	assert.Equal(t, 401, get(chain(ok, protect.Handler, other.Handler)), "another one does not trust it")
	for _, demanded := range []struct{ outer, inner, all string }{{"read", "write", "read write"}, {"read", "read", "read"}} {
		w := answer(chain(ok, protect.RequireScope(demanded.outer), protect.RequireScope(demanded.inner), protect.RequireScope("admin")))
		assert.Equal(t, 403, w.Code)
		assert.Contains(t, w.Header().Get("WWW-Authenticate"), `scope="`+demanded.all, "what the outer ones demand is told, too")
	}
}

func TestAuthenticateServesHandlersOfTheirOwn(t *testing.T) {
	key, policy := newHMAC(t)
	protect := &jwthttp.Middleware{Tokens: policy}
	r := httptest.NewRequest("GET", "/", nil)
	_, err := protect.Authenticate(r)
	assert.ErrorIs(t, err, jwthttp.ErrNoToken)
	r.Header.Set("Authorization", "Bearer ?")
	_, err = protect.Authenticate(r)
	var malformed *jwthttp.RequestError
	assert.ErrorAs(t, err, &malformed)
	r.Header.Set("Authorization", "Bearer "+sign(t, key, jwt.Claims{Subject: "alice", ExpiresAt: inAnHour()}))
	token, err := protect.Authenticate(r)
	require.NoError(t, err)
	assert.Equal(t, "alice", token.Claims.Subject)
}

func BenchmarkMiddleware(b *testing.B) {
	key, policy := newHMAC(b)
	token := sign(b, key, jwt.Claims{Subject: "alice", ExpiresAt: inAnHour()})
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	handler := (&jwthttp.Middleware{Tokens: policy}).Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	w := httptest.NewRecorder()
	b.Run("policy", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = policy.Verify(b.Context(), token)
		}
	})
	b.Run("middleware", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			handler.ServeHTTP(w, r)
		}
	})
}

func TestPreflightsPassIfAllowed(t *testing.T) {
	_, policy := newHMAC(t)
	asking := []string{"Origin", "https://page.example", "Access-Control-Request-Method", "POST"}
	for _, test := range []struct {
		name   string
		method string
		header []string
		status int
	}{
		{"a preflight", "OPTIONS", asking, 200},
		{"another method", "POST", asking, 401},
		{"no origin", "OPTIONS", asking[2:], 401},
		{"no method that is asked for", "OPTIONS", asking[:2], 401},
		{"a bad token", "OPTIONS", append(asking, "Authorization", "Bearer a.b.c"), 401},
		{"another scheme", "OPTIONS", append(asking, "Authorization", "Basic eA=="), 401},
	} {
		allowed := &jwthttp.Middleware{Tokens: policy, AllowPreflight: true}
		handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, found := jwthttp.TokenFrom(r.Context())
			assert.False(t, found)
		})
		for _, h := range []http.Handler{allowed.Handler(handler), allowed.RequireScope("write")(handler)} {
			assert.Equal(t, test.status, ask(h, test.method, "/", test.header...).Code, test.name)
		}
		assert.Equal(t, 401, ask((&jwthttp.Middleware{Tokens: policy}).Handler(handler), test.method, "/", test.header...).Code, test.name)
		assert.Equal(t, 503, ask((&jwthttp.Middleware{AllowPreflight: true}).Handler(handler), test.method, "/", test.header...).Code, test.name)
	}
}

// That a preflight needs no token does not hold for a request made with its context.
func TestRequestsMadeOfPreflightsNeedTheirToken(t *testing.T) {
	_, policy := newHMAC(t)
	protect := &jwthttp.Middleware{Tokens: policy, AllowPreflight: true}
	var inner *httptest.ResponseRecorder
	outer := protect.Handler(protect.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		inner = httptest.NewRecorder()
		protect.Handler(http.HandlerFunc(ok)).ServeHTTP(inner, httptest.NewRequestWithContext(r.Context(), "GET", "/", nil))
	})))
	assert.Equal(t, 200, ask(outer, "OPTIONS", "/", "Origin", "https://page.example", "Access-Control-Request-Method", "GET").Code)
	assert.Equal(t, 401, inner.Code)
}

// An anonymous handler inside another middleware's does not know that one's token.
func TestAnonymousRequestsHideTheTokenOfOuterMiddleware(t *testing.T) {
	key, policy := newHMAC(t)
	outer := &jwthttp.Middleware{Tokens: policy}
	inner := &jwthttp.Middleware{Tokens: policy, AllowAnonymous: true, Extract: jwthttp.CookieToken("t")}
	handler := outer.Handler(inner.Handler(inner.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, found := jwthttp.TokenFrom(r.Context())
		assert.False(t, found)
	}))))
	assert.Equal(t, 200, ask(handler, "GET", "/", "Authorization", "Bearer "+sign(t, key, jwt.Claims{ExpiresAt: inAnHour()})).Code)
}

func TestAuthorizeDecidesLikeTheHandlers(t *testing.T) {
	key, policy := newHMAC(t)
	var out bytes.Buffer
	protect := &jwthttp.Middleware{Tokens: policy, AllowAnonymous: true, Log: slog.New(slog.NewTextHandler(&out, nil)),
		Metadata: &jwthttp.ResourceMetadata{Resource: "https://api.example"}}
	r := &http.Request{Header: http.Header{"Authorization": {"Bearer " + sign(t, key, scoped{jwt.Claims{Subject: "alice", ExpiresAt: inAnHour()}, "read"})}}}
	token, refusal := protect.Authorize(nil, r, []string{"read"})
	require.Nil(t, refusal)
	assert.Equal(t, "alice", token.Claims.Subject)
	assert.Empty(t, out.String())

	token, refusal = protect.Authorize(nil, r, []string{"write"})
	assert.Nil(t, token)
	assert.Equal(t, 403, refusal.Status)
	assert.Equal(t, "insufficient_scope", refusal.Code)
	assert.Equal(t, []string{"write"}, refusal.Scopes)
	assert.Equal(t, http.Header{"Cache-Control": {"no-store"}, "Www-Authenticate": {
		`Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource", scope="write", error="insufficient_scope"`}}, refusal.Header)
	assert.Equal(t, 1, strings.Count(out.String(), "status=403"))

	anonymous := &http.Request{}
	token, refusal = protect.Authorize(nil, anonymous, nil)
	assert.Nil(t, token)
	assert.Nil(t, refusal)
	_, refusal = protect.Authorize(nil, anonymous, []string{})
	assert.ErrorIs(t, refusal.Err, jwthttp.ErrNoToken)
	_, refusal = (*jwthttp.Middleware)(nil).Authorize(nil, anonymous, nil)
	assert.Equal(t, 503, refusal.Status)
}

func TestMiddlewareMaySetUpLaterThanItsHandlers(t *testing.T) {
	_, policy := newHMAC(t)
	protect := &jwthttp.Middleware{}
	assert.Error(t, protect.Validate())
	handler := protect.Handler(http.HandlerFunc(ok))
	protect.Tokens = policy
	assert.NoError(t, protect.Validate())
	assert.Equal(t, 401, ask(handler, "GET", "/").Code)
}

// What is wrong with the policy is found at the start, without a request for keys.
func TestValidateFindsAnIncompletePolicy(t *testing.T) {
	_, policy := newHMAC(t)
	unreachable, err := jwthttp.NewRemoteKeys("http://127.0.0.1:1/keys", jwthttp.RemoteOptions{})
	require.NoError(t, err)
	for name, row := range map[string]struct {
		tokens jwt.TokenVerifier
		want   string // "": complete
	}{
		"a policy":                    {policy, ""},
		"keys that are not there yet": {&jwt.Policy{Keys: unreachable, Issuer: "https://login.example"}, ""},
		"a verifier that may ask":     {verifierFunc(func() error { return errors.New("down") }), ""},
		"a policy without keys":       {&jwt.Policy{}, "jwthttp: Middleware.Tokens: jwt: Policy.Keys is nil, want the keys to trust"},
		"a nil policy":                {(*jwt.Policy)(nil), "jwthttp: Middleware.Tokens: jwt: Policy is nil"},
		"a policy that contradicts":   {&jwt.Policy{Keys: unreachable, Issuer: "a", AllowAnyIssuer: true}, "jwthttp: Middleware.Tokens: jwt: Policy has both Issuer and AllowAnyIssuer"},
		"no policies":                 {jwt.Policies{}, "jwthttp: Middleware.Tokens: jwt: "},
		"a function that is nil":      {jwt.PolicyFunc(nil), "jwthttp: Middleware.Tokens: jwt: "},
	} {
		t.Run(name, func(t *testing.T) {
			err := (&jwthttp.Middleware{Tokens: row.tokens}).Validate()
			if row.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, row.want)
		})
	}
	assert.Zero(t, unreachable.State().Attempt)
	assert.EqualError(t, (&jwthttp.Middleware{Tokens: careless{policy}}).Validate(), "jwthttp: Middleware.Tokens accepts an empty token")
}

// A careless verifier accepts everything.
type careless struct{ *jwt.Policy }

func (careless) Verify(context.Context, string) (*jwt.Token, error) { return &jwt.Token{}, nil }

func TestAVerifierMaySayThatThereIsNoToken(t *testing.T) {
	protect := &jwthttp.Middleware{Tokens: verifierFunc(func() error { return fmt.Errorf("behind a gateway: %w", jwthttp.ErrNoToken) })}
	answer := ask(protect.Handler(http.HandlerFunc(ok)), "GET", "/", "Authorization", "Bearer a.b.c")
	assert.Equal(t, 401, answer.Code)
	assert.Equal(t, `Bearer realm="api"`, answer.Header().Get("WWW-Authenticate"), "without an error")
}

type verifierFunc func() error

func (f verifierFunc) Verify(context.Context, string) (*jwt.Token, error) { return nil, f() }
