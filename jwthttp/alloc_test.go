//go:build !race

package jwthttp_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// With the race detector, pools drop what they are given.
func TestMiddlewareAllocatesLittle(t *testing.T) {
	key, policy := newHMAC(t)
	token := sign(t, key, jwt.Claims{Subject: "alice", ExpiresAt: inAnHour()})
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	handler := (&jwthttp.Middleware{Tokens: policy}).Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	w := httptest.NewRecorder()
	bare := testing.AllocsPerRun(200, func() { _, _ = policy.Verify(t.Context(), token) })
	protected := testing.AllocsPerRun(200, func() { handler.ServeHTTP(w, r) })
	assert.LessOrEqual(t, protected-bare, 1.0)
}

func TestKeysAtHandCostNoAllocation(t *testing.T) {
	key := newKey(t)
	_, keys := newServed(t, jwthttp.RemoteOptions{}, key)
	h := jwt.Header{Algorithm: jwt.EdDSA, KeyID: key.KeyID()}
	assert.NoError(t, keys.Refresh(t.Context()))
	assert.Zero(t, testing.AllocsPerRun(100, func() { _, _ = keys.Verifiers(t.Context(), h) }))
}
