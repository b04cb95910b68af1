package jwttest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// Request returns a request without a body and with a bearer token, or without any if
// it is "". A target that begins with a slash makes a request for a handler, a URL one
// for an [http.Client].
func Request(t testing.TB, method, target, token string) *http.Request {
	t.Helper()
	var r *http.Request
	if strings.HasPrefix(target, "/") {
		r = httptest.NewRequestWithContext(t.Context(), method, target, nil)
	} else {
		var err error
		if r, err = http.NewRequestWithContext(t.Context(), method, target, nil); err != nil {
			t.Fatal("jwttest: no request: ", err)
		}
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

// Context returns the context of the test with a token that has the claims and that
// nobody signed, for the test of a handler without its middleware. [jwthttp.TokenFrom]
// and [jwthttp.ClaimsFrom] return it, and a [jwthttp.Middleware] takes it. The claims
// are what [jwt.InsecureToken] takes.
func Context(t testing.TB, claims any) context.Context {
	t.Helper()
	token, err := jwt.InsecureToken(claims)
	if err != nil {
		t.Fatal("jwttest: no token: ", err)
	}
	return jwthttp.WithToken(t.Context(), token)
}
