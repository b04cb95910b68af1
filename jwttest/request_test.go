package jwttest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/reported"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/seed-b1f8f58c/jwt/jwttest"
)

var hello = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	claims, err := jwthttp.ClaimsFrom[jwt.Claims](r.Context())
	if err != nil {
		http.Error(w, "nobody", http.StatusInternalServerError)
		return
	}
	io.WriteString(w, "hello "+claims.Subject)
})

func TestRequestsForHandlersAndForClients(t *testing.T) {
	t.Parallel()
	issuer := jwttest.NewIssuer(t)
	handler := (&jwthttp.Middleware{Tokens: issuer.Policy()}).Handler(hello)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, jwttest.Request(t, "GET", "/me", issuer.Token(t)))
	assert.Equal(t, "hello alice", w.Body.String())
	w = httptest.NewRecorder()
	none := jwttest.Request(t, "GET", "/me", "")
	assert.Empty(t, none.Header)
	handler.ServeHTTP(w, none)
	assert.Equal(t, http.StatusUnauthorized, w.Code)

	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	r := jwttest.Request(t, "GET", server.URL+"/me", issuer.Token(t))
	assert.Equal(t, t.Context(), r.Context())
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Equal(t, t.Context(), none.Context())
	assert.Contains(t, reported.By(t, func(t testing.TB) { jwttest.Request(t, "a b", "http://x", "") })[0], "jwttest: no request: ")
}

func TestAContextHasATokenThatNobodySigned(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	hello.ServeHTTP(w, jwttest.Request(t, "GET", "/", "").WithContext(jwttest.Context(t, jwt.Claims{Subject: "bob"})))
	assert.Equal(t, "hello bob", w.Body.String())
	assert.Contains(t, reported.By(t, func(t testing.TB) { jwttest.Context(t, "text") })[0], "jwttest: no token: ")
}
