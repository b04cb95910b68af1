package revoke_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// post sends a form to a handler, and returns the answer and its JSON.
func post(t *testing.T, handle http.HandlerFunc, form string) (*http.Response, map[string]any) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return serve(t, handle, r)
}

// An answerWriter counts the answers to a request.
type answerWriter struct {
	*httptest.ResponseRecorder
	answers int
}

func (w *answerWriter) WriteHeader(status int) {
	w.answers++
	w.ResponseRecorder.WriteHeader(status)
}

func serve(t *testing.T, handle http.HandlerFunc, r *http.Request) (*http.Response, map[string]any) {
	t.Helper()
	w := &answerWriter{ResponseRecorder: httptest.NewRecorder()}
	handle(w, r)
	response := w.Result()
	assert.Equal(t, 1, w.answers)
	assert.Equal(t, "no-store", response.Header.Get("Cache-Control"))
	assert.Equal(t, "no-cache", response.Header.Get("Pragma"))
	var values map[string]any
	if w.Body.Len() > 0 {
		assert.Equal(t, "application/json", response.Header.Get("Content-Type"))
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &values))
	}
	return response, values
}

func TestServeRefresh(t *testing.T) {
	s := newSystem(t)
	first := s.begin()
	response, tokens := post(t, s.sessions.ServeRefresh, "grant_type=refresh_token&refresh_token="+first.Refresh)
	assert.Equal(t, 200, response.StatusCode)
	assert.Equal(t, "Bearer", tokens["token_type"])
	assert.Equal(t, 300.0, tokens["expires_in"])
	assert.Equal(t, "accepted", s.verify(tokens["access_token"].(string)))
	second := tokens["refresh_token"].(string)
	response, tokens = post(t, s.sessions.ServeRefresh, "refresh_token="+second)
	assert.Equal(t, 200, response.StatusCode, "grant_type may be absent")
	third := tokens["refresh_token"].(string)

	logged := new(bytes.Buffer)
	s.sessions.Log = slog.New(slog.NewTextHandler(logged, nil))
	for form, want := range map[string]string{
		"":                                "invalid_request",
		"refresh_token=":                  "invalid_request",
		"grant_type=refresh_token":        "invalid_request",
		"refresh_token=a&refresh_token=b": "invalid_request",
		"refresh_token=%zz":               "invalid_request",
		"refresh_token=a&grant_type=refresh_token&grant_type=password": "invalid_request",
		"refresh_token=a&x=" + strings.Repeat("A", 64<<10-17):          "invalid_request",
		"refresh_token=a&x=" + strings.Repeat("A", 64<<10-18):          "invalid_grant",
		"refresh_token=a&grant_type=password":                          "unsupported_grant_type",
		"refresh_token=a":                                              "invalid_grant",
		"refresh_token=" + first.Access:                                "invalid_grant",
	} {
		response, values := post(t, s.sessions.ServeRefresh, form)
		assert.Equal(t, 400, response.StatusCode, "%.80s", form)
		assert.Equal(t, map[string]any{"error": want}, values, "%.80s", form)
	}
	response, values := serve(t, s.sessions.ServeRefresh, httptest.NewRequest(http.MethodGet, "/?refresh_token="+third, nil))
	assert.Equal(t, 405, response.StatusCode)
	assert.Equal(t, "POST", response.Header.Get("Allow"))
	assert.Equal(t, "invalid_request", values["error"])
	response, values = post(t, func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = "refresh_token=" + third
		s.sessions.ServeRefresh(w, r)
	}, "grant_type=refresh_token")
	assert.Equal(t, 400, response.StatusCode, "a token in the address is none")
	assert.Equal(t, "invalid_request", values["error"])

	assert.Empty(t, logged.String(), "what is refused, and no theft")
	s.store.load = errors.New("down")
	s.store.swap = s.store.load
	response, values = post(t, s.sessions.ServeRefresh, "refresh_token="+third)
	assert.Equal(t, 503, response.StatusCode)
	assert.Equal(t, "1", response.Header.Get("Retry-After"))
	assert.Equal(t, "temporarily_unavailable", values["error"])
	assert.Contains(t, logged.String(), `level=ERROR msg=sessions error="revoke: telling the store: down"`)
	s.store.load, s.store.swap = nil, nil
	response, values = post(t, s.sessions.ServeRefresh, "refresh_token="+first.Refresh)
	assert.Equal(t, 400, response.StatusCode)
	assert.Equal(t, "invalid_grant", values["error"])
	assert.Contains(t, logged.String(), "stolen")
	assert.NotContains(t, logged.String(), first.Refresh[16:])
}

func TestServeRevocation(t *testing.T) {
	for name, presented := range map[string]func(tokens revoke.Tokens) string{
		"a refresh token": func(tokens revoke.Tokens) string { return tokens.Refresh },
		"an access token": func(tokens revoke.Tokens) string { return tokens.Access },
	} {
		s := newSystem(t)
		one, other := s.begin(), s.begin()
		for range 2 {
			response, values := post(t, s.sessions.ServeRevocation, url.Values{"token": {presented(one)}, "token_type_hint": {"nonsense"}}.Encode())
			assert.Equal(t, 200, response.StatusCode, name)
			assert.Nil(t, values, name)
		}
		assert.Equal(t, "revoked sid", s.verify(one.Access), name)
		assert.Equal(t, "revoked sid", s.refused(one.Refresh), name)
		assert.Equal(t, "accepted", s.verify(other.Access), name)
	}
	s := newSystem(t)
	tokens := s.begin()
	of := func(change func(c *revoke.Claims)) string {
		verified, err := s.list.Tokens.Verify(t.Context(), tokens.Access)
		require.NoError(t, err)
		c, err := jwt.ClaimsAs[revoke.Claims](verified)
		require.NoError(t, err)
		change(&c)
		text, err := jwt.Sign(t.Context(), newKey(t), c)
		require.NoError(t, err)
		return text
	}
	for name, token := range map[string]string{
		"nonsense":           "a",
		"three parts":        "a.b.c",
		"a bad signature":    tokens.Access[:len(tokens.Access)-4] + "AAAA",
		"of another subject": of(func(c *revoke.Claims) { c.Subject = "bob" }),
		"of no session":      of(func(c *revoke.Claims) { c.SessionID = "" }),
	} {
		response, _ := post(t, s.sessions.ServeRevocation, url.Values{"token": {token}}.Encode())
		assert.Equal(t, 200, response.StatusCode, name)
		assert.Equal(t, "accepted", s.verify(tokens.Access), name)
	}
	verifier := s.list.Tokens
	anyIssuer := *verifier.(*jwt.Policy)
	anyIssuer.Issuer, anyIssuer.AllowAnyIssuer = "", true
	s.list.Tokens = &anyIssuer
	response, _ := post(t, s.sessions.ServeRevocation, "token="+of(func(c *revoke.Claims) { c.Issuer = "https://other.example" }))
	assert.Equal(t, 200, response.StatusCode)
	assert.Equal(t, "accepted", s.verify(tokens.Access), "another issuer ends no session of this one")
	s.list.Tokens = nil
	response, values := post(t, s.sessions.ServeRevocation, "token="+tokens.Access)
	assert.Equal(t, 400, response.StatusCode, "access tokens cannot be verified")
	assert.Equal(t, "unsupported_token_type", values["error"])
	response, _ = post(t, s.sessions.ServeRevocation, "token=a")
	assert.Equal(t, 200, response.StatusCode)
	s.list.Tokens = verifier
	response, values = post(t, s.sessions.ServeRevocation, "")
	assert.Equal(t, 400, response.StatusCode)
	assert.Equal(t, "invalid_request", values["error"])
	s.store.load = errors.New("down")
	response, values = post(t, s.sessions.ServeRevocation, "token="+tokens.Refresh)
	assert.Equal(t, 503, response.StatusCode)
	assert.Equal(t, "temporarily_unavailable", values["error"])
}

func TestHandlersOfIncompleteSessionsAnswer(t *testing.T) {
	unsigned := newSystem(t).sessions
	unsigned.Sign = nil
	for _, s := range []*revoke.Sessions{nil, {}, unsigned} {
		for _, handle := range []http.HandlerFunc{s.ServeRefresh, s.ServeRevocation} {
			for _, token := range []string{"a", "a.b.c"} {
				response, values := post(t, handle, "token="+token+"&refresh_token="+token)
				assert.Equal(t, 503, response.StatusCode)
				assert.Equal(t, "temporarily_unavailable", values["error"])
			}
		}
	}
}

type verifierFunc func(ctx context.Context, token string) (*jwt.Token, error)

func (f verifierFunc) Verify(ctx context.Context, token string) (*jwt.Token, error) {
	return f(ctx, token)
}

// A store that fails may wrap the refusal of another token, such as its own; a
// verifier of several parts may join the refusal of one with the failure of another
// one. Neither refuses a token, ends a session or says that one has ended.
func TestARefusalWithinAFailureRefusesNobody(t *testing.T) {
	other := &jwt.VerifyError{Reason: revoke.ErrRevoked, Claim: "sid"}
	failures := map[string]error{"alone": other, "joined": errors.Join(other, errors.New("down"))}
	for name, failure := range failures {
		s := newSystem(t)
		tokens := s.begin()
		unavailable := func(handle http.HandlerFunc, form string) {
			response, values := post(t, handle, form)
			assert.Equal(t, 503, response.StatusCode, name)
			assert.Equal(t, "temporarily_unavailable", values["error"], name)
		}
		for _, at := range []*error{&s.store.lookup, &s.store.load, &s.store.swap, &s.store.revoke} {
			*at = failure
		}
		_, err := s.list.Verify(t.Context(), tokens.Access)
		assert.False(t, errors.As(err, new(*jwt.VerifyError)), name)
		_, err = (&revoke.Once{Tokens: s.list.Tokens, Store: &useless{s.store, failure}, Lifetime: time.Hour, Now: s.list.Now}).Verify(t.Context(), tokens.Access)
		require.Error(t, err)
		assert.False(t, errors.As(err, new(*jwt.VerifyError)), name)
		for _, token := range []string{tokens.Refresh, tokens.Access} {
			unavailable(s.sessions.ServeRevocation, "token="+token)
		}
		unavailable(s.sessions.ServeRefresh, "refresh_token="+tokens.Refresh)
		for _, at := range []*error{&s.store.lookup, &s.store.load, &s.store.swap, &s.store.revoke} {
			*at = nil
		}
		assert.Equal(t, "accepted", s.verify(tokens.Access), name)
		s.refresh(tokens.Refresh)
	}
	s := newSystem(t)
	tokens := s.begin()
	sign, verifier := s.sessions.Sign, s.list.Tokens
	s.sessions.Sign = func(context.Context, revoke.Claims, *revoke.Session) (string, error) { return "", failures["joined"] }
	s.list.Tokens = verifierFunc(func(context.Context, string) (*jwt.Token, error) { return nil, failures["joined"] })
	for _, row := range []struct {
		handle http.HandlerFunc
		form   string
	}{{s.sessions.ServeRefresh, "refresh_token=" + tokens.Refresh}, {s.sessions.ServeRevocation, "token=" + tokens.Access}} {
		response, _ := post(t, row.handle, row.form)
		assert.Equal(t, 503, response.StatusCode, row.form[:8])
	}
	response, _ := post(t, func(w http.ResponseWriter, r *http.Request) {
		s.sessions.WriteTokens(w, r, revoke.Tokens{}, failures["joined"])
	}, "")
	assert.Equal(t, 503, response.StatusCode)
	s.sessions.Sign, s.list.Tokens = sign, verifier
	s.refresh(tokens.Refresh)
}

// useless is a store with which no ID can be used.
type useless struct {
	store.Store
	err error
}

func (u *useless) Use(context.Context, jwt.NumericDate, store.Entry) (store.Answer, error) {
	return store.Answer{}, u.err
}
