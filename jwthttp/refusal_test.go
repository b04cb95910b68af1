package jwthttp_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

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
	assert.Contains(t, get(unavailable{}), "level=WARN")
}

func TestZeroRequestErrorHasAText(t *testing.T) {
	assert.EqualError(t, &jwthttp.RequestError{}, "jwthttp: malformed request")
}
