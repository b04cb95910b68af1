package jwthttp_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// rawToken returns a verified token with this payload.
func rawToken(t testing.TB, payload string) *jwt.Token {
	t.Helper()
	key, policy := newHMAC(t)
	policy.AllowNoExpiry, policy.AllowAnyIssuer, policy.AllowAnyAudience = true, true, true
	token, err := policy.Verify(t.Context(), sign(t, key, rawJSON(payload)))
	require.NoError(t, err)
	return token
}

type rawJSON string

func (r rawJSON) MarshalJSON() ([]byte, error) { return []byte(r), nil }

func ok(http.ResponseWriter, *http.Request) {}

func TestScopesAreReadAsProvidersWriteThem(t *testing.T) {
	_, policy := newHMAC(t)
	protect := &jwthttp.Middleware{Tokens: policy}
	permissions := &jwthttp.Middleware{Tokens: policy, Scopes: jwthttp.ScopesIn("permissions", "roles")}
	for _, test := range []struct {
		payload    string
		middleware *jwthttp.Middleware
		scopes     []string
		status     int
	}{
		{`{"scope":"read write"}`, protect, []string{"write", "read"}, 200},
		{`{"scope":7}`, protect, nil, 200}, // nobody asks
		{`{"scope":["read","write"]}`, protect, []string{"write", "read"}, 200},
		{`{"scp":"read write"}`, protect, []string{"write", "read"}, 200},
		{`{"scp":["read","write"]}`, protect, []string{"write", "read"}, 200},
		{`{"scp":["read"],"scope":"write"}`, protect, []string{"write", "read"}, 200},
		{`{"scope":"read  write "}`, protect, []string{"write"}, 200},
		{`{"scope":"a\u0062c"}`, protect, []string{"abc"}, 200},
		{`{"\u0073cope":"read"}`, protect, []string{"read"}, 200},
		{`{"scope":"read"}`, protect, []string{"rea"}, 403},
		{`{"scope":"read"}`, protect, []string{"readwrite"}, 403},
		{`{"scope":"READ"}`, protect, []string{"read"}, 403},
		{`{"Scope":"read"}`, protect, []string{"read"}, 403},
		{`{"scope":"read\twrite"}`, protect, []string{"write"}, 403},
		{`{"scope":"read,write"}`, protect, []string{"write"}, 403},
		{`{"scope":["read write"]}`, protect, []string{"write"}, 403},
		{`{"scope":[]}`, protect, []string{"read"}, 403},
		{`{"scope":""}`, protect, []string{"read"}, 403},
		{`{}`, protect, []string{"read"}, 403},
		{`{"scope":null,"scp":"read"}`, protect, []string{"read"}, 403},
		{`{"scope":7,"scp":"read"}`, protect, []string{"read"}, 403},
		{`{"scp":"read","scope":{"read":true}}`, protect, []string{"read"}, 403},
		{`{"scp":["read",7]}`, protect, []string{"read"}, 403},
		{`{"scp":[["read"]]}`, protect, []string{"read"}, 403},
		{`{"a":{"scope":"read"}}`, protect, []string{"read"}, 403},
		{`{"permissions":["read"],"roles":"admin"}`, permissions, []string{"read", "admin"}, 200},
		{`{"scope":"read"}`, permissions, []string{"read"}, 403},
	} {
		w := serve(test.middleware.RequireScope(test.scopes...)(http.HandlerFunc(ok)), rawToken(t, test.payload), "")
		assert.Equal(t, test.status, w.Code, test.payload)
	}
}

func TestOwnScopes(t *testing.T) {
	_, policy := newHMAC(t)
	for _, test := range []struct {
		name      string
		scopes    []string
		err       error
		status    int
		challenge string
	}{
		{"granted", []string{"read", "write"}, nil, 200, ""},
		{"not granted", []string{"write"}, nil, 403, `Bearer scope="read", error="insufficient_scope"`},
		{"none", nil, nil, 403, `Bearer scope="read", error="insufficient_scope"`},
		{"refused", []string{"read"}, &jwt.VerifyError{Reason: jwt.ErrClaim}, 401, `Bearer scope="read", error="invalid_token"`},
		{"not known", []string{"read"}, errors.New("database down"), 503, ""},
	} {
		protect := &jwthttp.Middleware{Tokens: policy, Scopes: func(token *jwt.Token) ([]string, error) {
			assert.Equal(t, "alice", token.Claims.Subject)
			return test.scopes, test.err
		}}
		w := serve(protect.RequireScope("read")(http.HandlerFunc(ok)), rawToken(t, `{"sub":"alice"}`), "")
		assert.Equal(t, test.status, w.Code, test.name)
		assert.Equal(t, test.challenge, w.Header().Get("WWW-Authenticate"), test.name)
	}
}

func TestScopesThatCannotBeAreAMistake(t *testing.T) {
	_, policy := newHMAC(t)
	for scope, good := range map[string]bool{
		"read": true, "!": true, "~": true, "#": true, "[": true, "]": true, "https://api.example/read": true, "a:b": true,
		"": false, " ": false, "read write": false, `a"b`: false, `a\b`: false, "a\tb": false, "a\r\nb": false, "\x7f": false, "é": false,
	} {
		var out bytes.Buffer
		protect := &jwthttp.Middleware{Tokens: policy, AllowAnonymous: true, Log: slog.New(slog.NewTextHandler(&out, nil))}
		middleware := protect.RequireScope("read", scope)
		assert.Equal(t, !good, bytes.Contains(out.Bytes(), []byte("level=ERROR")), "at set-up: %q", scope)
		w := serve(middleware(http.HandlerFunc(ok)), rawToken(t, `{"scope":["read",""," ","read write","a\"b","a\\b"]}`), "")
		_, refusal := protect.Authorize(http.Header{}, httptest.NewRequest("GET", "/", nil), []string{scope})
		if good {
			assert.Equal(t, 401, refusal.Status, "%q", scope)
			continue
		}
		assert.Equal(t, 503, w.Code, "%q", scope)
		assert.Empty(t, w.Header()["Www-Authenticate"])
		assert.Equal(t, 503, refusal.Status, "%q", scope)
		assert.Equal(t, 503, serve((&jwthttp.Middleware{Tokens: policy, AllowAnonymous: true}).RequireScope(scope)(http.HandlerFunc(ok)), nil, "").Code, "without a log")
		assert.Equal(t, 503, serve((*jwthttp.Middleware)(nil).RequireScope(scope)(http.HandlerFunc(ok)), nil, "").Code)
	}
}

func TestChallengesHaveTheScopesOfTheWholeOperation(t *testing.T) {
	_, policy := newHMAC(t)
	protect := &jwthttp.Middleware{Tokens: policy}
	handler := protect.RequireScope("a", "b")(protect.Handler(protect.RequireScope("b", "c")(protect.RequireScope("d")(http.HandlerFunc(ok)))))
	for _, test := range []struct{ granted, challenge string }{
		{"a", `Bearer scope="a b", error="insufficient_scope"`},
		{"a b", `Bearer scope="a b c", error="insufficient_scope"`},
		{"a b c", `Bearer scope="a b c d", error="insufficient_scope"`},
		{"a b c d", ""},
	} {
		w := serve(handler, rawToken(t, `{"scope":"`+test.granted+`"}`), "")
		assert.Equal(t, test.challenge, w.Header().Get("WWW-Authenticate"), test.granted)
	}
	w := serve(protect.RequireScope("a")(protect.RequireScope("b")(http.HandlerFunc(ok))), rawToken(t, `{"scope":"a"}`), "")
	assert.Equal(t, `Bearer scope="a b", error="insufficient_scope"`, w.Header().Get("WWW-Authenticate"), "one scope each")
}

func TestScopesAreNotChangedFromOutside(t *testing.T) {
	_, policy := newHMAC(t)
	scopes := []string{"read"}
	claims := []string{"scp"}
	protect := &jwthttp.Middleware{Tokens: policy, Scopes: jwthttp.ScopesIn(claims...),
		Refused: func(_ http.ResponseWriter, _ *http.Request, refusal jwthttp.Refusal) { refusal.Scopes[0] = "other" }}
	handler := protect.RequireScope(scopes...)(http.HandlerFunc(ok))
	scopes[0], claims[0] = "other", "other"
	for range 2 {
		assert.Equal(t, 403, serve(handler, rawToken(t, `{"scp":"other","other":"read"}`), "").Code)
		assert.Equal(t, 200, serve(handler, rawToken(t, `{"scp":"read"}`), "").Code)
	}
}
