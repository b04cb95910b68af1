package jwthttp_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

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

func TestContextShowsNoToken(t *testing.T) {
	key, policy := newHMAC(t)
	token := sign(t, key, jwt.Claims{Subject: "alice", ExpiresAt: inAnHour()})
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	(&jwthttp.Middleware{Tokens: policy}).Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		for _, verb := range []string{"%v", "%+v", "%#v"} {
			assert.NotContains(t, fmt.Sprintf(verb, r.Context()), token)
		}
	})).ServeHTTP(httptest.NewRecorder(), r)
}
