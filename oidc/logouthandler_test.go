package oidc_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/oidc"
)

// sessions note what is ended.
type sessions struct {
	ended []string
	err   error
}

func (s *sessions) RevokeSession(_ context.Context, issuer, sessionID string) error {
	s.ended = append(s.ended, "session "+issuer+" "+sessionID)
	return s.err
}

func (s *sessions) RevokeSubject(_ context.Context, issuer, subject string, at time.Time) error {
	s.ended = append(s.ended, "subject "+issuer+" "+subject+" "+at.UTC().Format(time.RFC3339))
	return s.err
}

// post sends a form to a handler.
func post(h http.Handler, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/logout", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestALogoutTokenEndsWhatItNames(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	policy := oidc.LogoutTokens(issuer, clientID, keys)
	policy.Now = clock
	for name, row := range map[string]struct {
		claims claims
		want   []string
	}{
		"a session":               {without(logoutClaims(), "sub"), []string{"session https://login.example s1"}},
		"a session and a subject": {logoutClaims(), []string{"session https://login.example s1"}},
		"a subject": {
			with(without(logoutClaims(), "sid"), "iat", now.Unix()-10), []string{"subject https://login.example alice 2027-01-15T07:59:50Z"},
		},
	} {
		s := &sessions{}
		h := &oidc.LogoutHandler{Tokens: policy, Sessions: s}
		w := post(h, url.Values{"logout_token": {sign(t, key, "logout+jwt", row.claims)}})
		assert.Equal(t, 200, w.Code, name)
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		assert.Empty(t, w.Body.String())
		assert.Equal(t, row.want, s.ended, name)
	}
}

func TestARequestWithoutAGoodLogoutTokenEndsNothing(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	policy := oidc.LogoutTokens(issuer, clientID, keys)
	policy.Now = clock
	good := sign(t, key, "logout+jwt", logoutClaims())
	anything := &jwt.Policy{Keys: keys, AllowAnyIssuer: true, AllowAnyAudience: true, AllowAnyType: true, Now: clock}
	form := func(tokens ...string) string { return url.Values{"logout_token": tokens}.Encode() }
	const formType, invalid, unavailable = "application/x-www-form-urlencoded", `{"error":"invalid_request"}`, `{"error":"temporarily_unavailable"}`
	for name, row := range map[string]struct {
		tokens              jwt.TokenVerifier
		method, query, body string
		contentType         string
		status              int
		want                string
		level               string
	}{
		"GET":                 {policy, "GET", form(good), "", formType, 405, "Method Not Allowed\n", ""},
		"in the query":        {policy, "POST", form(good), "", formType, 400, invalid, "INFO"},
		"no token":            {policy, "POST", "", "x=1", formType, 400, invalid, "INFO"},
		"two tokens":          {policy, "POST", "", form(good, good), formType, 400, invalid, "INFO"},
		"an empty token":      {policy, "POST", "", form(""), formType, 400, invalid, "INFO"},
		"no content type":     {policy, "POST", "", form(good), "", 400, invalid, "INFO"},
		"an odd content type": {policy, "POST", "", form(good), formType + "; x", 400, invalid, "INFO"},
		"JSON":                {policy, "POST", "", `{"logout_token":"x"}`, "application/json", 400, invalid, "INFO"},
		"a form in parts":     {policy, "POST", "", form(good), "multipart/form-data; boundary=x", 400, invalid, "INFO"},
		"an odd form":         {policy, "POST", "", form(good) + "&%zz", formType, 400, invalid, "INFO"},
		"an odd query":        {policy, "POST", "%zz", form(good), formType, 400, invalid, "INFO"},
		"too large":           {policy, "POST", "", form(good) + "&x=" + strings.Repeat("x", 128<<10), formType, 400, invalid, "INFO"},
		"an ID token":         {policy, "POST", "", form(sign(t, key, "JWT", idClaims())), formType, 400, invalid, "INFO"},
		"nobody named":        {anything, "POST", "", form(sign(t, key, "JWT", without(idClaims(), "sub"))), formType, 400, invalid, "INFO"},
		"an odd session":      {anything, "POST", "", form(sign(t, key, "JWT", with(idClaims(), "sid", 1))), formType, 400, invalid, "INFO"},
		"keys out of reach":   {failing{}, "POST", "", form(good), formType, 400, unavailable, "WARN"},
		"no policy":           {nil, "POST", "", form(good), formType, 400, unavailable, "WARN"},
	} {
		s, log := &sessions{}, &bytes.Buffer{}
		h := &oidc.LogoutHandler{Tokens: row.tokens, Sessions: s, Log: slog.New(slog.NewTextHandler(log, nil))}
		r := httptest.NewRequest(row.method, "/logout?"+row.query, strings.NewReader(row.body))
		if row.contentType != "" {
			r.Header.Set("Content-Type", row.contentType)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		assert.Equal(t, row.status, w.Code, name)
		assert.Equal(t, row.want, w.Body.String(), name)
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"), name)
		assert.Empty(t, s.ended, name)
		assert.Contains(t, log.String(), row.level, name)
		assert.NotContains(t, log.String(), good, name)
		if name == "an odd session" {
			assert.Contains(t, log.String(), "sid: got a number, want a string", "the reason is told")
		}
		if row.status == 405 {
			assert.Equal(t, "POST", w.Header().Get("Allow"))
		} else {
			assert.Equal(t, "application/json", w.Header().Get("Content-Type"), name)
		}
	}
}

func TestTheBodyOfALogoutRequestIsBounded(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	policy := oidc.LogoutTokens(issuer, clientID, keys)
	policy.Now = clock
	form := url.Values{"logout_token": {sign(t, key, "logout+jwt", logoutClaims())}, "x": {""}}
	form.Set("x", strings.Repeat("x", 128<<10-len(form.Encode())))
	h := &oidc.LogoutHandler{Tokens: policy, Sessions: &sessions{}}
	assert.Equal(t, 200, post(h, form).Code, "128 KiB")
	form.Set("x", form.Get("x")+"x")
	assert.Equal(t, 400, post(h, form).Code, "and a byte")
}

// failing cannot decide.
type failing struct{}

func (failing) Verify(context.Context, string) (*jwt.Token, error) {
	return nil, errors.New("unreachable")
}

func TestALogoutThatFailsIsNotReportedAsDone(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	policy := oidc.LogoutTokens(issuer, clientID, keys)
	policy.Now = clock
	log := &bytes.Buffer{}
	h := &oidc.LogoutHandler{Tokens: policy, Sessions: &sessions{err: errors.New("store down")}, Log: slog.New(slog.NewTextHandler(log, nil))}
	for _, claims := range []claims{logoutClaims(), without(logoutClaims(), "sid")} {
		w := post(h, url.Values{"logout_token": {sign(t, key, "logout+jwt", claims)}})
		assert.Equal(t, 400, w.Code)
		assert.Equal(t, `{"error":"temporarily_unavailable"}`, w.Body.String())
		assert.Contains(t, log.String(), `level=WARN msg="logout request not carried out" error="store down"`)
	}
	h.Sessions = &sessions{err: errors.Join(&jwt.VerifyError{Reason: jwt.ErrClaim}, errors.New("store down"))}
	w := post(h, url.Values{"logout_token": {sign(t, key, "logout+jwt", logoutClaims())}})
	assert.Equal(t, `{"error":"temporarily_unavailable"}`, w.Body.String(), "a refusal of something else is in it")
	for _, none := range []*oidc.LogoutHandler{nil, {}, {Tokens: policy}} {
		assert.Equal(t, 400, post(none, url.Values{"logout_token": {sign(t, key, "logout+jwt", logoutClaims())}}).Code)
	}
}

// A session that began after a logout does not end because the provider, or
// somebody else, sends the logout token again.
func TestALogoutTokenThatComesAgainEndsNothingMore(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	policy := oidc.LogoutTokens(issuer, clientID, keys)
	policy.Now = clock
	s := &sessions{err: errors.New("store down")}
	h := &oidc.LogoutHandler{Tokens: policy, Sessions: s}
	one := url.Values{"logout_token": {sign(t, key, "logout+jwt", without(logoutClaims(), "sid"))}}
	assert.Equal(t, 400, post(h, one).Code)
	s.ended, s.err = nil, nil
	for range 3 {
		assert.Equal(t, 200, post(h, one).Code)
		assert.Len(t, s.ended, 1, "what has failed is tried again, what is done is not")
	}
	other := url.Values{"logout_token": {sign(t, key, "logout+jwt", with(without(logoutClaims(), "sid"), "iat", now.Unix()-1))}}
	assert.Equal(t, 200, post(h, other).Code)
	assert.Len(t, s.ended, 2, "another one with the same jti")
	policy.Now = func() time.Time { return now.Add(time.Hour) }
	assert.Equal(t, 400, post(h, one).Code, "an old one is refused all the same")
}
