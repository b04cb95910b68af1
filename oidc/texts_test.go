package oidc_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/errortest"
	"github.com/seed-b1f8f58c/jwt/oidc"
)

func TestErrorsSayWhatWasGotAndWanted(t *testing.T) {
	ctx := t.Context()
	key, keys := newKey(t, jwt.ES256)
	of := func(p *jwt.Policy, mediaType string, c claims) error {
		p.Now = clock
		return errortest.Of(p.Verify(ctx, sign(t, key, mediaType, c)))
	}
	id := func(c claims) error { return of(oidc.IDTokens(issuer, clientID, keys), "JWT", c) }
	access := func(c claims) error { return of(oidc.AccessTokens(issuer, apiName, keys), "at+jwt", c) }
	logout := func(mediaType string, c claims) error {
		return of(oidc.LogoutTokens(issuer, clientID, keys), mediaType, c)
	}
	assertion := func(mediaType string, c claims) error {
		return of(oidc.ClientAssertions(clientID, issuer, keys), mediaType, c)
	}
	login := func(l oidc.Login, c claims) error {
		policy := oidc.IDTokens(issuer, clientID, keys)
		policy.Now, l.Now = clock, clock
		return errortest.Of(l.Verify(ctx, policy, sign(t, key, "JWT", c)))
	}
	logged := func(h *oidc.LogoutHandler, body string) error {
		log := &bytes.Buffer{}
		h.Log = slog.New(slog.NewTextHandler(log, nil))
		r := httptest.NewRequest(http.MethodPost, "/logout", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		h.ServeHTTP(httptest.NewRecorder(), r)
		_, line, _ := strings.Cut(strings.TrimSpace(log.String()), " ")
		return errors.New(line)
	}
	sub := func(c claims) string { return url.Values{"logout_token": {sign(t, key, "JWT", c)}}.Encode() }
	anything := &jwt.Policy{Keys: keys, AllowAnyIssuer: true, AllowAnyAudience: true, Now: clock}
	plain := oidc.Login{AllowNoNonce: true}
	errortest.Texts(t, []errortest.Row{
		{id(with(idClaims(), "events", claims{})), `jwt: claim not acceptable: events: want it to be absent: this is a logout token`},
		{id(with(idClaims(), "sub", "")), `jwt: claim not acceptable: sub: want a string that is not empty`},
		{id(with(idClaims(), "azp", "other")), `jwt: claim not acceptable: azp: got "other", want the client ID`},
		{id(with(idClaims(), "aud", []string{clientID, "other"})), `jwt: claim not acceptable: azp: got nothing, want the client ID, as there are several audiences`},
		{access(with(accessClaims(), "nonce", "a")), `jwt: claim not acceptable: nonce: want it to be absent: this is an ID token`},
		{access(with(accessClaims(), "at_hash", "a")), `jwt: claim not acceptable: at_hash: want it to be absent: this is an ID token`},
		{access(with(accessClaims(), "c_hash", "a")), `jwt: claim not acceptable: c_hash: want it to be absent: this is an ID token`},
		{access(with(accessClaims(), "events", claims{})), `jwt: claim not acceptable: events: want it to be absent: this is a logout token`},
		{access(with(accessClaims(), "client_id", 1)), `jwt: claim not acceptable: client_id: want a string that is not empty`},
		{logout("a+jwt", logoutClaims()), `jwt: claim not acceptable: typ: got "a+jwt", want "logout+jwt", "JWT" or nothing`},
		{logout("", with(logoutClaims(), "nonce", "a")), `jwt: claim not acceptable: nonce: want it to be absent: this is an ID token`},
		{logout("", with(logoutClaims(), "events", claims{})), `jwt: claim not acceptable: events: want an object with an object called http://schemas.openid.net/event/backchannel-logout`},
		{logout("", without(logoutClaims(), "sid", "sub")), `jwt: claim not acceptable: sid: got neither sid nor sub, want one of them`},
		{assertion("a", assertionClaims()), `jwt: claim not acceptable: typ: got "a", want "client-authentication+jwt", "JWT" or nothing`},
		{assertion("", with(assertionClaims(), "aud", []string{issuer, "other"})), `jwt: claim not acceptable: aud: got several, want the issuer of this server alone`},
		{assertion("", with(assertionClaims(), "exp", now.Unix()+601)), `jwt: claim not acceptable: exp: more than 10m0s after iat`},
		{login(oidc.Login{}, idClaims()), `oidc: Login.Nonce is empty, want that of the authorization request, or AllowNoNonce`},
		{login(oidc.Login{Nonce: "a", MaxAge: -1}, idClaims()), `oidc: Login has a negative MaxAge or Leeway`},
		{errortest.Of(plain.Verify(ctx, nil, "")), `oidc: no policy, want that of IDTokens`},
		{login(oidc.Login{Nonce: "a"}, idClaims()), `jwt: claim not acceptable: nonce: got that of another login`},
		{login(oidc.Login{Nonce: "a"}, without(idClaims(), "nonce")), `jwt: claim not acceptable: nonce: got nothing, want that of the authorization request`},
		{login(oidc.Login{AllowNoNonce: true, MaxAge: time.Minute}, without(idClaims(), "nonce")), `jwt: claim not acceptable: auth_time: got nothing, want a date, as Login has a MaxAge`},
		{login(oidc.Login{AllowNoNonce: true, MaxAge: time.Minute}, with(without(idClaims(), "nonce"), "auth_time", 1)), `jwt: claim not acceptable: auth_time: got 1, want a date at most 1m0s ago, from 1799999940 to 1800000000`},
		{login(oidc.Login{AllowNoNonce: true, AccessToken: "a"}, without(idClaims(), "nonce")), `jwt: claim not acceptable: at_hash: got nothing, want the hash of what came along`},
		{login(oidc.Login{AllowNoNonce: true, Code: "a"}, with(without(idClaims(), "nonce"), "c_hash", "a")), `jwt: claim not acceptable: c_hash: got the hash of something else than what came along`},
		{errortest.Of(oidc.Hash("X1", "a")), `oidc: "X1" has no hash`},
		{errortest.Of(oidc.SignClientAssertion(ctx, key, "", issuer)), `oidc: a client assertion wants a client ID and the issuer of the authorization server`},
		{errortest.Of(oidc.NewTokenRequest(ctx, "https://login.example", nil, key, "", issuer)), `oidc: a client assertion wants a client ID and the issuer of the authorization server`},
		{errortest.Of(oidc.NewTokenRequest(ctx, "\x7f", nil, key, clientID, issuer)), `oidc: parse "\x7f": net/url: invalid control character in URL`},
		{logged(&oidc.LogoutHandler{}, ""), `level=WARN msg="logout request not carried out" error="oidc: LogoutHandler.Tokens or Sessions is nil"`},
		{logged(&oidc.LogoutHandler{Tokens: anything, Sessions: &sessions{}}, ""), `level=INFO msg="logout request not carried out" error="oidc: want a form with one logout_token"`},
		{logged(&oidc.LogoutHandler{Tokens: anything, Sessions: &sessions{}}, sub(without(idClaims(), "sub"))), `level=INFO msg="logout request not carried out" error="jwt: claim not acceptable: sub: got neither sid nor sub, want one of them"`},
	})
}
