package migrate_test

import (
	"encoding/json"
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

var secrets = map[string][]byte{
	"2026-05": []byte("an example's first secret, never a real one"),
	"2026-11": []byte("an example's second secret, never a real one"),
}

// do sends a request with an Authorization header and a cookie, if they are not "".
func do(h http.Handler, method, path, authorization, cookie, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-access", Value: cookie})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// login returns the tokens of a login or a refresh.
func login(t *testing.T, h http.Handler, path, body string) (access, refresh string) {
	t.Helper()
	w := do(h, "POST", path, "", "", body)
	require.Equal(t, http.StatusOK, w.Code)
	var answer struct{ Access, Refresh string }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
	cookies := w.Result().Cookies()
	require.Len(t, cookies, 1)
	assert.Equal(t, answer.Access, cookies[0].Value)
	assert.True(t, cookies[0].Secure && cookies[0].HttpOnly)
	return answer.Access, answer.Refresh
}

// Both services give the same answers to the same requests, and each takes the
// tokens of the other, so that they can run side by side.
func TestBothServicesAnswerAlike(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	services := map[string]http.Handler{}
	earlier := map[string]http.Handler{} // with the first secret as the current one
	old, err := before.NewService(secrets, "2026-11", clock)
	require.NoError(t, err)
	moved, err := after.NewService(secrets, "2026-11", clock)
	require.NoError(t, err)
	services["before"], services["after"] = old.Handler(), moved.Handler()
	old, err = before.NewService(secrets, "2026-05", clock)
	require.NoError(t, err)
	moved, err = after.NewService(secrets, "2026-05", clock)
	require.NoError(t, err)
	earlier["before"], earlier["after"] = old.Handler(), moved.Handler()

	forged := func(method jwt.SigningMethod, key any, change func(header, claims map[string]any)) string {
		claims := jwt.MapClaims{"iss": "https://notes.example", "aud": "https://api.notes.example", "sub": "mallory", "exp": now.Add(time.Minute).Unix(), "tenant": 7, "roles": []string{"reader"}}
		token := jwt.NewWithClaims(method, claims)
		token.Header["kid"] = "2026-11"
		change(token.Header, claims)
		text, err := token.SignedString(key)
		require.NoError(t, err)
		return text
	}
	hs256 := func(change func(header, claims map[string]any)) string {
		return forged(jwt.SigningMethodHS256, secrets["2026-11"], change)
	}
	none := func(header, claims map[string]any) {}

	for issuedBy, issuing := range services {
		access, refresh := login(t, issuing, "/login", `{"User":"alice","Tenant":7,"Roles":["reader"]}`)
		nobody, _ := login(t, issuing, "/login", `{"User":"bob","Tenant":7}`)
		homeless, _ := login(t, issuing, "/login", `{"User":"carol","Roles":["reader"]}`)
		first, _ := login(t, earlier[issuedBy], "/login", `{"User":"alice","Tenant":7,"Roles":["reader"]}`)
		for name, h := range services {
			refreshed, _ := login(t, h, "/refresh", `{"Refresh":"`+refresh+`"}`)
			for _, row := range []struct {
				what, method, token string
				code                int
			}{
				{"a good token", "GET", access, 200},
				{"a token of the first secret", "GET", first, 200},
				{"a refreshed token", "GET", refreshed, 200},
				{"a role that is missing", "POST", access, 403},
				{"no role", "GET", nobody, 403},
				{"claims that are not valid", "GET", homeless, 401},
				{"a refresh token", "GET", refresh, 401},
				{"no token", "GET", "", 401},
				{"another audience", "GET", hs256(func(_, c map[string]any) { c["aud"] = "x" }), 401},
				{"another issuer", "GET", hs256(func(_, c map[string]any) { c["iss"] = "x" }), 401},
				{"no expiry", "GET", hs256(func(_, c map[string]any) { delete(c, "exp") }), 401},
				{"an expired token", "GET", hs256(func(_, c map[string]any) { c["exp"] = now.Add(-time.Minute).Unix() }), 401},
				{"no key ID", "GET", hs256(func(h, _ map[string]any) { delete(h, "kid") }), 401},
				{"an unknown key ID", "GET", hs256(func(h, _ map[string]any) { h["kid"] = "x" }), 401},
				{"the other key's ID", "GET", hs256(func(h, _ map[string]any) { h["kid"] = "2026-05" }), 401},
				{"another secret", "GET", forged(jwt.SigningMethodHS256, []byte("another secret that is long enough"), none), 401},
				{"another algorithm", "GET", forged(jwt.SigningMethodHS512, secrets["2026-11"], none), 401},
				{"no signature", "GET", forged(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, none), 401},
				{"a changed token", "GET", strings.Replace(access, ".", "A.", 1), 401},
			} {
				authorization := ""
				if row.token != "" {
					authorization = "Bearer " + row.token
				}
				for _, w := range []*httptest.ResponseRecorder{
					do(h, row.method, "/notes", authorization, "", ""), do(h, row.method, "/notes", "", row.token, ""),
				} {
					assert.Equal(t, row.code, w.Code, "%s, issued %s, verified %s", row.what, issuedBy, name)
					assert.Equal(t, row.code == 200, w.Body.String() == "notes of alice, tenant 7", row.what)
				}
			}
			for what, token := range map[string]string{
				"an access token": access, "nothing": "", "an expired one": hs256(func(_, c map[string]any) {
					c["aud"], c["use"], c["exp"] = "https://notes.example", "refresh", now.Add(-time.Minute).Unix()
				}),
			} {
				assert.Equal(t, 401, do(h, "POST", "/refresh", "", "", `{"Refresh":"`+token+`"}`).Code, what)
			}
			assert.Equal(t, 204, do(h, "POST", "/logout", "", "", "").Code)
		}
	}
}
