package migrate_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/examples/migrate/after"
	"github.com/seed-b1f8f58c/jwt/examples/migrate/before"
)

// Both services give the same answers to the same requests, and each takes the
// tokens of the other, so that they can run side by side.
func TestBothServicesAnswerAlike(t *testing.T) {
	now := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	secret := []byte("an example's secret, never a real one")
	moved, err := after.NewService(secret, clock)
	require.NoError(t, err)
	services := map[string]http.Handler{"before": (&before.Service{Secret: secret, Now: clock}).Handler(), "after": moved.Handler()}

	do := func(h http.Handler, method, path, authorization, body string) (int, string) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		text, err := io.ReadAll(w.Body)
		require.NoError(t, err)
		return w.Code, string(text)
	}
	login := func(h http.Handler, form string) string {
		code, token := do(h, "POST", "/login", "", form)
		require.Equal(t, http.StatusOK, code)
		return token
	}
	forged := func(method jwt.SigningMethod, key any, change func(jwt.MapClaims)) string {
		claims := jwt.MapClaims{"iss": "https://notes.example", "aud": "https://api.notes.example", "sub": "mallory", "exp": now.Add(time.Minute).Unix(), "tenant": 7, "roles": []string{"reader"}}
		change(claims)
		token := jwt.NewWithClaims(method, claims)
		token.Header["kid"] = "2026-11"
		text, err := token.SignedString(key)
		require.NoError(t, err)
		return text
	}

	for issuedBy, issuing := range services {
		for name, h := range services {
			reader := login(issuing, `{"User":"alice","Tenant":7,"Roles":["reader"]}`)
			nobody := login(issuing, `{"User":"bob","Tenant":7}`)
			homeless := login(issuing, `{"User":"carol","Roles":["reader"]}`)
			for _, row := range []struct {
				what, method, authorization string
				code                        int
			}{
				{"a good token", "GET", "Bearer " + reader, 200},
				{"a role that is missing", "POST", "Bearer " + reader, 403},
				{"no role", "GET", "Bearer " + nobody, 403},
				{"claims that are not valid", "GET", "Bearer " + homeless, 401},
				{"no token", "GET", "", 401},
				{"another audience", "GET", "Bearer " + forged(jwt.SigningMethodHS256, secret, func(c jwt.MapClaims) { c["aud"] = "x" }), 401},
				{"another issuer", "GET", "Bearer " + forged(jwt.SigningMethodHS256, secret, func(c jwt.MapClaims) { c["iss"] = "x" }), 401},
				{"no expiry", "GET", "Bearer " + forged(jwt.SigningMethodHS256, secret, func(c jwt.MapClaims) { delete(c, "exp") }), 401},
				{"an expired token", "GET", "Bearer " + forged(jwt.SigningMethodHS256, secret, func(c jwt.MapClaims) { c["exp"] = now.Add(-time.Minute).Unix() }), 401},
				{"another secret", "GET", "Bearer " + forged(jwt.SigningMethodHS256, []byte("another secret that is long enough"), func(jwt.MapClaims) {}), 401},
				{"another algorithm", "GET", "Bearer " + forged(jwt.SigningMethodHS512, secret, func(jwt.MapClaims) {}), 401},
				{"none", "GET", "Bearer " + forged(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, func(jwt.MapClaims) {}), 401},
				{"a changed token", "GET", "Bearer " + strings.Replace(reader, ".", "A.", 1), 401},
			} {
				code, body := do(h, row.method, "/notes", row.authorization, "")
				assert.Equal(t, row.code, code, "%s, issued %s, verified %s", row.what, issuedBy, name)
				if code == 200 {
					assert.Equal(t, "notes of alice, tenant 7", body)
				}
			}
		}
	}
}
