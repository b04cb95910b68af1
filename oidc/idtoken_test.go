package oidc_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/oidc"
)

// The access token, code and hashes of OpenID Connect Core 1.0 appendix A.
const (
	specAccessToken     = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
	specAccessTokenHash = "77QmUPtjPfzWtF2AnpK9RQ"
	specCode            = "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"
	specCodeHash        = "LDktKdoQak3Pk0cnXxCltA"
)

func TestHashesAreThoseOfTheSpecification(t *testing.T) {
	for text, want := range map[string]string{specAccessToken: specAccessTokenHash, specCode: specCodeHash} {
		for _, alg := range []jwt.Algorithm{jwt.HS256, jwt.RS256, jwt.PS256, jwt.ES256} {
			got, err := oidc.Hash(alg, text)
			require.NoError(t, err)
			assert.Equal(t, want, got, text)
		}
	}
	for alg, length := range map[jwt.Algorithm]int{
		jwt.HS384: 32, jwt.RS384: 32, jwt.PS384: 32, jwt.ES384: 32,
		jwt.HS512: 43, jwt.RS512: 43, jwt.PS512: 43, jwt.ES512: 43, jwt.EdDSA: 43, jwt.Ed25519: 43,
	} {
		got, err := oidc.Hash(alg, specCode)
		require.NoError(t, err)
		assert.Len(t, got, length, alg)
	}
	_, err := oidc.Hash("ES256K", specCode)
	assert.EqualError(t, err, `oidc: "ES256K" has no hash`)
}

func TestIDTokensAreForOneClient(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	policy := oidc.IDTokens(issuer, clientID, keys, "shop-android")
	policy.Now = clock
	for name, row := range map[string]struct {
		mediaType string
		claims    claims
		claim     string // "" if it is accepted
	}{
		"plain":                               {"JWT", idClaims(), ""},
		"no type":                             {"", idClaims(), ""},
		"an access token's type":              {"at+jwt", idClaims(), "typ"},
		"another issuer":                      {"JWT", with(idClaims(), "iss", "https://evil.example"), "iss"},
		"another client":                      {"JWT", with(idClaims(), "aud", "other"), "aud"},
		"no audience":                         {"JWT", without(idClaims(), "aud"), "aud"},
		"no subject":                          {"JWT", without(idClaims(), "sub"), "sub"},
		"an empty subject":                    {"JWT", with(idClaims(), "sub", ""), "sub"},
		"no iat":                              {"JWT", without(idClaims(), "iat"), "iat"},
		"no exp":                              {"JWT", without(idClaims(), "exp"), "exp"},
		"one audience in a list":              {"JWT", with(idClaims(), "aud", []string{clientID}), ""},
		"azp is the client":                   {"JWT", with(idClaims(), "azp", clientID), ""},
		"azp is another party of the client":  {"JWT", with(idClaims(), "azp", "shop-android"), ""},
		"azp is another client":               {"JWT", with(idClaims(), "azp", "other"), "azp"},
		"azp is empty":                        {"JWT", with(idClaims(), "azp", ""), "azp"},
		"azp is a list":                       {"JWT", with(idClaims(), "azp", []string{clientID}), "azp"},
		"several audiences without azp":       {"JWT", with(idClaims(), "aud", []string{clientID, "other"}), "azp"},
		"several audiences with azp":          {"JWT", with(with(idClaims(), "aud", []string{clientID, "other"}), "azp", clientID), ""},
		"several audiences with another's":    {"JWT", with(with(idClaims(), "aud", []string{clientID, "other"}), "azp", "other"), "azp"},
		"several audiences, none the client":  {"JWT", with(with(idClaims(), "aud", []string{"a", "b"}), "azp", clientID), "aud"},
		"an assurance level that nobody asks": {"JWT", with(idClaims(), "acr", "0"), ""},
	} {
		_, err := policy.Verify(t.Context(), sign(t, key, row.mediaType, row.claims))
		if row.claim == "" {
			assert.NoError(t, err, name)
		} else {
			assertRefused(t, err, row.claim, name)
		}
	}
	policy.Rules = append(policy.Rules, jwt.OneOf("acr", "two-factor"))
	_, err := policy.Verify(t.Context(), sign(t, key, "JWT", idClaims()))
	assertRefused(t, err, "acr", "an assurance level as a rule")
	_, err = policy.Verify(t.Context(), sign(t, key, "JWT", with(idClaims(), "acr", "two-factor")))
	assert.NoError(t, err)
}

func TestAnIDTokenIsForOneLogin(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	policy := oidc.IDTokens(issuer, clientID, keys)
	policy.Now = clock
	const nonce = "n-0S6_WzA2Mj"
	plain := oidc.Login{Nonce: nonce}
	refresh := oidc.Login{Nonce: nonce, AllowNoNonce: true}
	none := oidc.Login{AllowNoNonce: true}
	recent := oidc.Login{Nonce: nonce, MaxAge: time.Minute, Leeway: 5 * time.Second, Now: clock}
	hybrid := oidc.Login{Nonce: nonce, Code: specCode, AccessToken: specAccessToken}
	at := func(seconds int64) claims { return with(idClaims(), "auth_time", now.Unix()+seconds) }
	hashes := with(with(idClaims(), "at_hash", specAccessTokenHash), "c_hash", specCodeHash)
	for _, row := range []struct {
		name   string
		login  oidc.Login
		claims claims
		claim  string // "" if it is accepted
	}{
		{"its nonce", plain, idClaims(), ""},
		{"another nonce", plain, with(idClaims(), "nonce", "n-0S6_WzA2Mk"), "nonce"},
		{"a longer nonce", plain, with(idClaims(), "nonce", nonce+"x"), "nonce"},
		{"an empty nonce", plain, with(idClaims(), "nonce", ""), "nonce"},
		{"no nonce", plain, without(idClaims(), "nonce"), "nonce"},
		{"a nonce that is a list", plain, with(idClaims(), "nonce", []string{nonce}), "nonce"},
		{"no nonce, with a refresh", refresh, without(idClaims(), "nonce"), ""},
		{"its nonce, with a refresh", refresh, idClaims(), ""},
		{"another nonce, with a refresh", refresh, with(idClaims(), "nonce", "x"), "nonce"},
		{"no nonce where none was sent", none, without(idClaims(), "nonce"), ""},
		{"a nonce where none was sent", none, idClaims(), "nonce"},
		{"an empty nonce where none was sent", none, with(idClaims(), "nonce", ""), "nonce"},

		{"a login at once", recent, at(0), ""},
		{"the oldest login", recent, at(-65), ""},
		{"a login too long ago", recent, at(-66), "auth_time"},
		{"a login a little ahead", recent, at(5), ""},
		{"a login in the future", recent, at(6), "auth_time"},
		{"no auth_time", recent, idClaims(), "auth_time"},
		{"an auth_time that is null", recent, with(idClaims(), "auth_time", nil), "auth_time"},
		{"an auth_time that is a string", recent, with(idClaims(), "auth_time", "1800000000"), "auth_time"},
		{"an old login where no age was sent", plain, at(-1_000_000), ""},

		{"its hashes", hybrid, hashes, ""},
		{"the hash of another access token", hybrid, with(hashes, "at_hash", specCodeHash), "at_hash"},
		{"no hash of the access token", hybrid, without(hashes, "at_hash"), "at_hash"},
		{"the hash of another code", hybrid, with(hashes, "c_hash", specAccessTokenHash), "c_hash"},
		{"no hash of the code", hybrid, without(hashes, "c_hash"), "c_hash"},
		{"hashes that nobody asks about", plain, hashes, ""},
	} {
		_, err := row.login.Verify(t.Context(), policy, sign(t, key, "JWT", row.claims))
		if row.claim == "" {
			assert.NoError(t, err, row.name)
			continue
		}
		assertRefused(t, err, row.claim, row.name)
		assert.NotContains(t, err.Error(), nonce)
		assert.NotContains(t, err.Error(), specAccessToken)
	}
	token, err := plain.Verify(t.Context(), policy, sign(t, key, "JWT", idClaims()))
	require.NoError(t, err)
	assert.Equal(t, "alice", token.Claims.Subject)
	_, err = plain.Verify(t.Context(), policy, sign(t, key, "JWT", with(idClaims(), "aud", "other")))
	assertRefused(t, err, "aud", "the policy is asked first")
}

func TestALoginSaysWhatIsWrongWithAHash(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	policy := oidc.IDTokens(issuer, clientID, keys)
	policy.Now = clock
	login := oidc.Login{AllowNoNonce: true, AccessToken: specAccessToken}
	for want, claims := range map[string]claims{
		"at_hash: got nothing, want the hash of what came along":       idClaims(),
		"at_hash: got the hash of something else than what came along": with(idClaims(), "at_hash", specCodeHash),
		`at_hash: oidc: "X1" has no hash`:                              with(idClaims(), "x", true),
	} {
		text, tokens := sign(t, key, "JWT", without(claims, "nonce")), jwt.TokenVerifier(policy)
		if claims["x"] == true {
			tokens = accepting{jwt.Header{Algorithm: "X1"}}
		}
		_, err := login.Verify(t.Context(), tokens, text)
		assert.ErrorContains(t, err, want)
	}
}

// accepting accepts any token, as one with this header.
type accepting struct{ header jwt.Header }

func (a accepting) Verify(context.Context, string) (*jwt.Token, error) {
	token, err := jwt.InsecureToken(without(idClaims(), "nonce"))
	if err == nil {
		token.Header = a.header
	}
	return token, err
}

func TestTheAuthorizedPartiesAreCopied(t *testing.T) {
	parties := []string{clientID}
	rule := oidc.AuthorizedParty(parties...)
	parties[0] = "other"
	for party, ok := range map[string]bool{clientID: true, "other": false} {
		token, err := jwt.InsecureToken(with(idClaims(), "azp", party))
		require.NoError(t, err)
		assert.Equal(t, ok, rule.Check(token) == nil, party)
	}
}

func TestALoginThatIsIncompleteAcceptsNothing(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	policy := oidc.IDTokens(issuer, clientID, keys)
	policy.Now = clock
	text := sign(t, key, "JWT", idClaims())
	for name, row := range map[string]struct {
		login  *oidc.Login
		tokens jwt.TokenVerifier
		want   string
	}{
		"nil":             {nil, policy, "oidc: Login.Nonce is empty, want that of the authorization request, or AllowNoNonce"},
		"zero":            {&oidc.Login{}, policy, "oidc: Login.Nonce is empty, want that of the authorization request, or AllowNoNonce"},
		"negative age":    {&oidc.Login{Nonce: "n", MaxAge: -1}, policy, "oidc: Login has a negative MaxAge or Leeway"},
		"negative leeway": {&oidc.Login{Nonce: "n", Leeway: -1}, policy, "oidc: Login has a negative MaxAge or Leeway"},
		"no policy":       {&oidc.Login{Nonce: "n"}, nil, "oidc: no policy, want that of IDTokens"},
	} {
		_, err := row.login.Verify(t.Context(), row.tokens, text)
		assert.EqualError(t, err, row.want, name)
	}
}

func TestALoginUsesTheTimeOfTheMachineByDefault(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	policy := oidc.IDTokens(issuer, clientID, keys)
	policy.Now = clock
	login := oidc.Login{Nonce: "n-0S6_WzA2Mj", MaxAge: time.Minute}
	_, err := login.Verify(t.Context(), policy, sign(t, key, "JWT", with(idClaims(), "auth_time", time.Now().Unix())))
	assert.NoError(t, err)
}
