package jwthttp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func TestTokenAndClaimsComeFromTheContext(t *testing.T) {
	key, policy := newHMAC(t)
	protect := &jwthttp.Middleware{Tokens: policy, AllowAnonymous: true}
	handler := protect.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, ok := jwthttp.TokenFrom(r.Context())
		claims, err := jwthttp.ClaimsFrom[scoped](r.Context())
		if !ok {
			fmt.Fprint(w, "nobody ", errors.Is(err, jwthttp.ErrNoToken))
			return
		}
		fmt.Fprint(w, token.Claims.Subject, " ", claims.Scope)
	}))
	get := func(token string) string {
		r := httptest.NewRequest("GET", "/", nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Body.String()
	}
	assert.Equal(t, "alice read", get(sign(t, key, scoped{jwt.Claims{Subject: "alice", ExpiresAt: inAnHour()}, "read"})))
	assert.Equal(t, "nobody true", get(""))

	_, ok := jwthttp.TokenFrom(t.Context())
	assert.False(t, ok)
	_, err := jwthttp.ClaimsFrom[jwt.Claims](t.Context())
	assert.ErrorIs(t, err, jwthttp.ErrNoToken)
}

// What was verified for one request is not taken for another, though that has
// its context.
func TestRequestsMadeOfOthersAreVerifiedThemselves(t *testing.T) {
	key, policy := newHMAC(t)
	protect := &jwthttp.Middleware{Tokens: policy}
	alice := sign(t, key, jwt.Claims{Subject: "alice", ExpiresAt: inAnHour()})
	bob := sign(t, key, jwt.Claims{Subject: "bob", ExpiresAt: inAnHour()})
	inner := protect.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := jwthttp.TokenFrom(r.Context())
		fmt.Fprint(w, token.Claims.Subject)
	}))
	for _, test := range []struct {
		authorization string
		status        int
		body          string
	}{
		{"Bearer " + alice, 200, "alice"},
		{"Bearer " + bob, 200, "bob"},
		{"Bearer " + bob + "x", 401, "Unauthorized\n"},
		{"", 401, "Unauthorized\n"},
	} {
		outer := protect.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			part := httptest.NewRequest("GET", "/part", nil).WithContext(r.Context())
			if test.authorization != "" {
				part.Header.Set("Authorization", test.authorization)
			}
			inner.ServeHTTP(w, part)
		}))
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", "Bearer "+alice)
		w := httptest.NewRecorder()
		outer.ServeHTTP(w, r)
		assert.Equal(t, test.status, w.Code)
		assert.Equal(t, test.body, w.Body.String())
	}
}

// What the next handler gets is the request, and a copy of it: neither does the
// handler change the one that the server has, nor do two requests share anything.
func TestNextHandlerGetsARequestOfItsOwn(t *testing.T) {
	key, policy := newHMAC(t)
	var got []*http.Request
	handler := (&jwthttp.Middleware{Tokens: policy}).RequireScope()(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = append(got, r)
	}))
	for _, subject := range []string{"alice", "bob"} {
		r := httptest.NewRequest("POST", "/orders/7?a=b", strings.NewReader("body"))
		r.Header.Set("Authorization", "Bearer "+sign(t, key, jwt.Claims{Subject: subject, ExpiresAt: inAnHour()}))
		r.SetPathValue("id", "7")
		before := *r
		handler.ServeHTTP(httptest.NewRecorder(), r)
		assert.Equal(t, &before, r)
		next := got[len(got)-1]
		assert.NotSame(t, r, next)
		assert.Equal(t, r, next.WithContext(r.Context()))
		next.Method, next.Body = "", nil
		assert.Equal(t, &before, r)
		_, ok := jwthttp.TokenFrom(r.Context())
		assert.False(t, ok)
	}
	for i, subject := range []string{"alice", "bob"} {
		token, ok := jwthttp.TokenFrom(got[i].Context())
		require.True(t, ok)
		assert.Equal(t, subject, token.Claims.Subject)
	}
}

func TestContextShowsNoToken(t *testing.T) {
	key, policy := newHMAC(t)
	token := sign(t, key, jwt.Claims{Subject: "alice", ExpiresAt: inAnHour()})
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	(&jwthttp.Middleware{Tokens: policy}).Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
			assert.Equal(t, "jwthttp.tokenContext", fmt.Sprintf(verb, r.Context()))
		}
		under, cancel := context.WithCancel(r.Context())
		defer cancel()
		assert.NotContains(t, fmt.Sprintf("%v %+v", under, under), token)
	})).ServeHTTP(httptest.NewRecorder(), r)
}

// serve answers a request whose context has the token, with or without a token of
// its own.
func serve(h http.Handler, inContext *jwt.Token, authorization string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "/", nil)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(jwthttp.WithToken(r.Context(), inContext)))
	return w
}

func TestTokensFromOutsideAreTaken(t *testing.T) {
	key, policy := newHMAC(t)
	text := sign(t, key, scoped{jwt.Claims{Subject: "alice", ExpiresAt: inAnHour()}, "read"})
	other := sign(t, key, scoped{jwt.Claims{Subject: "bob", ExpiresAt: inAnHour()}, "read"})
	alice, err := policy.Verify(t.Context(), text)
	require.NoError(t, err)
	tokens := &counting{TokenVerifier: policy}
	protect := &jwthttp.Middleware{Tokens: tokens}
	name := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		claims, err := jwthttp.ClaimsFrom[scoped](r.Context())
		fmt.Fprint(w, claims.Subject, err)
	})
	for _, test := range []struct {
		name          string
		handler       http.Handler
		token         *jwt.Token
		authorization string
		status        int
		body          string
		verified      int
	}{
		{"no middleware", name, alice, "", 200, "alice<nil>", 0},
		{"no middleware and a nil token", name, nil, "", 200, jwthttp.ErrNoToken.Error(), 0},
		{"no token of its own", protect.Handler(name), alice, "", 200, "alice<nil>", 0},
		{"the same token", protect.Handler(name), alice, "Bearer " + text, 200, "alice<nil>", 0},
		{"the same token, twice", protect.Handler(protect.RequireScope("read")(name)), alice, "Bearer " + text, 200, "alice<nil>", 0},
		{"a scope that it has", protect.RequireScope("read")(name), alice, "", 200, "alice<nil>", 0},
		{"a scope that it lacks", protect.RequireScope("write")(name), alice, "", 403, "Forbidden\n", 0},
		{"another token", protect.Handler(name), alice, "Bearer " + other, 200, "bob<nil>", 1},
		{"another token, twice", protect.Handler(protect.RequireScope("read")(name)), alice, "Bearer " + other, 200, "bob<nil>", 1},
		{"a bad token", protect.Handler(name), alice, "Bearer " + other + "x", 401, "Unauthorized\n", 1},
		{"a token in two parts", protect.Handler(name), alice, "Bearer a.b", 401, "Unauthorized\n", 1},
		{"a token without payload", protect.Handler(name), alice, "Bearer a..b", 401, "Unauthorized\n", 1},
		{"a token with a payload that is none", protect.Handler(name), alice, "Bearer a.b.c", 401, "Unauthorized\n", 1},
		{"a malformed request", protect.Handler(name), alice, "Bearer", 400, "Bad Request\n", 0},
		{"a nil token", protect.Handler(name), nil, "", 401, "Unauthorized\n", 0},
		{"a nil token and one of its own", protect.Handler(name), nil, "Bearer " + text, 200, "alice<nil>", 1},
		{"a zero token and a scope", protect.RequireScope("read")(name), &jwt.Token{}, "", 403, "Forbidden\n", 0},
		{"a zero token and one without payload", protect.Handler(name), &jwt.Token{}, "Bearer a..b", 401, "Unauthorized\n", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			tokens.calls = 0
			w := serve(test.handler, test.token, test.authorization)
			assert.Equal(t, test.status, w.Code)
			assert.Equal(t, test.body, w.Body.String())
			assert.Equal(t, test.verified, tokens.calls)
		})
	}
}

func TestNilTokenHidesThatOfTheOuterContext(t *testing.T) {
	ctx := jwthttp.WithToken(t.Context(), &jwt.Token{})
	_, ok := jwthttp.TokenFrom(ctx)
	assert.True(t, ok)
	_, ok = jwthttp.TokenFrom(jwthttp.WithToken(ctx, nil))
	assert.False(t, ok)
}

func TestAuthenticatedRequestsAreVerifiedOnce(t *testing.T) {
	key, policy := newHMAC(t)
	tokens := &counting{TokenVerifier: policy}
	protect := &jwthttp.Middleware{Tokens: tokens}
	handler := protect.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+sign(t, key, jwt.Claims{Subject: "alice", ExpiresAt: inAnHour()}))
	token, err := protect.Authenticate(r)
	require.NoError(t, err)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r.WithContext(jwthttp.WithToken(r.Context(), token)))
	assert.Equal(t, 200, w.Code)
	assert.Equal(t, 1, tokens.calls)
}

func TestOtherValuesOfTheContextStay(t *testing.T) {
	type key struct{}
	ctx := jwthttp.WithToken(context.WithValue(t.Context(), key{}, 7), &jwt.Token{})
	assert.Equal(t, 7, ctx.Value(key{}))
	assert.Nil(t, ctx.Value("other"))
}
