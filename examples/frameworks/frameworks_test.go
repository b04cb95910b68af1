package frameworks_test

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/examples/frameworks"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func TestChi(t *testing.T)  { testRouter(t, frameworks.Chi) }
func TestGin(t *testing.T)  { testRouter(t, frameworks.Gin) }
func TestEcho(t *testing.T) { testRouter(t, frameworks.Echo) }

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode) // which prints less
	m.Run()
}

func testRouter(t *testing.T, router func(*jwthttp.Middleware) http.Handler) {
	key, err := jwt.NewHMAC(jwt.HS256, []byte(rand.Text()+rand.Text()), "")
	require.NoError(t, err)
	template := &jwt.Template{Key: key, Issuer: "https://login.example", Audience: []string{"https://api.example"}, Lifetime: time.Hour}
	policy := &jwt.Policy{Keys: jwt.Keys{key}, Issuer: "https://login.example", Audience: []string{"https://api.example"}}
	web := httptest.NewServer(router(&jwthttp.Middleware{Tokens: policy, Refused: problem}))
	defer web.Close()
	sign := func(scope string) string {
		token, err := template.Sign(t.Context(), map[string]any{"sub": "alice", "scope": scope})
		require.NoError(t, err)
		return "Bearer " + token
	}
	for _, test := range []struct {
		method, path, authorization string
		status                      int
		body, challenge             string
	}{
		{"GET", "/health", "", 200, "up", ""},
		{"GET", "/me", sign(""), 200, "alice", ""},
		{"GET", "/me", "", 401, `{"code":"","status":401}`, `Bearer realm="api"`},
		{"GET", "/me", sign("") + "x", 401, `{"code":"invalid_token","status":401}`, `Bearer error="invalid_token"`},
		{"GET", "/me", "Bearer", 400, `{"code":"invalid_request","status":400}`, `Bearer error="invalid_request"`},
		{"POST", "/orders/7", sign("orders:read"), 403, `{"code":"insufficient_scope","status":403}`, `Bearer scope="orders:write", error="insufficient_scope"`},
		{"POST", "/orders/7", sign("orders:write"), 200, "order 7 of alice", ""},
		{"POST", "/orders/7", "", 401, `{"code":"","status":401}`, `Bearer realm="api"`},
	} {
		r, err := http.NewRequestWithContext(t.Context(), test.method, web.URL+test.path, nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", test.authorization)
		if test.authorization == "" {
			r.Header.Del("Authorization")
		}
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, test.status, response.StatusCode, test.path)
		assert.Equal(t, test.body, strings.TrimSpace(string(body)), test.path)
		assert.Equal(t, test.challenge, response.Header.Get("WWW-Authenticate"), test.path)
	}
}

func problem(w http.ResponseWriter, _ *http.Request, refusal jwthttp.Refusal) {
	w.Header().Set("Content-Type", "application/problem+json")
	json.NewEncoder(w).Encode(map[string]any{"status": refusal.Status, "code": refusal.Code})
}
