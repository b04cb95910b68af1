package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// An issuer whose keys cannot be had says so, to the client and to the terminal.
func TestAnIssuerWithoutKeysSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	f := &serveFlags{alg: "ES256", lifetime: time.Minute, users: []string{"alice"}}
	i, err := f.issuer(t.Context(), "http://127.0.0.1:8080")
	require.NoError(t, err)
	assert.Equal(t, 2*time.Minute, i.ring.RetireAfter, "a key is published as long as its tokens live, and a minute")
	i.ring = &jwk.KeyRing{Algorithm: jwt.HS256}
	post := func(path, form string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", i.url+path, strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		i.handler().ServeHTTP(w, r)
		return w
	}
	w := post("/rotate", "")
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.Contains(t, w.Body.String(), `{"error":"server_error","error_description":"jwk: `)
	w = post("/token", "grant_type=password&client_id=a&username=alice&scope=openid")
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.Contains(t, w.Body.String(), `{"error":"server_error","error_description":"`)
	assert.NotContains(t, w.Body.String(), "access_token")

	f.lifetime = 0
	_, err = f.issuer(t.Context(), i.url)
	assert.Error(t, err, "tokens that do not live")
}

func TestAnIssuerUnderAnotherNameServesNothing(t *testing.T) {
	t.Parallel()
	i, err := (&serveFlags{alg: "ES256", lifetime: time.Minute}).issuer(t.Context(), "http://127.0.0.1:8080")
	require.NoError(t, err)
	w := httptest.NewRecorder()
	i.handler().ServeHTTP(w, httptest.NewRequest("POST", "http://evil.example/rotate", nil))
	assert.Equal(t, http.StatusMisdirectedRequest, w.Code)
	assert.Equal(t, "this is http://127.0.0.1:8080\n", w.Body.String())
}

func TestAnIssuerReadsNoMoreThanAForm(t *testing.T) {
	s := newShell(t)
	srv := s.serve()
	_, usual := srv.ask("grant_type=client_credentials&client_id=test")
	assert.EqualValues(t, 900, usual["expires_in"], "without --expires")
	const form = "grant_type=client_credentials&client_id=test&x="
	for size, want := range map[int]int{64 << 10: 200, 64<<10 + 1: 400} {
		status, body := srv.ask(form + strings.Repeat("x", size-len(form)))
		assert.Equal(t, want, status, body)
	}
	status, body := srv.ask("grant_type=client_credentials&client_id=%ff")
	assert.Equal(t, 400, status, "%s", body)
	assert.Equal(t, "invalid_request", body["error"])
}

func TestTheFirstOfAListIsShownIfAShellCanHaveIt(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "a", first([]string{"a", "b"}))
	assert.Equal(t, "…", first([]string{"$(rm)", "b"}))
	assert.Equal(t, "…", first(nil))
}

func TestRequestsHaveToArriveInTime(t *testing.T) {
	t.Parallel()
	server := newServer(nil)
	assert.Equal(t, 10*time.Second, server.ReadHeaderTimeout)
	assert.Equal(t, 30*time.Second, server.ReadTimeout)
}
