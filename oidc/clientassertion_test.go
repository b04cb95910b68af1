package oidc_test

import (
	"context"
	"errors"
	"io"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/oidc"
)

func TestAClientAssertionIsAcceptedByItsServer(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	before := time.Now().Unix()
	text, err := oidc.SignClientAssertion(t.Context(), key, clientID, issuer)
	require.NoError(t, err)
	token, err := oidc.ClientAssertions(clientID, issuer, keys).Verify(t.Context(), text)
	require.NoError(t, err)
	c := token.Claims
	assert.Equal(t, "client-authentication+jwt", token.Header.Type)
	assert.Equal(t, clientID, c.Issuer)
	assert.Equal(t, clientID, c.Subject)
	assert.Equal(t, jwt.Audience{issuer}, c.Audience)
	assert.EqualValues(t, 60, c.ExpiresAt-c.IssuedAt)
	assert.GreaterOrEqual(t, int64(c.IssuedAt), before)
	another, err := oidc.SignClientAssertion(t.Context(), key, clientID, issuer)
	require.NoError(t, err)
	assert.NotEqual(t, text, another, "each has an ID of its own")
	assert.Equal(t, url.Values{
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {text},
	}, oidc.ClientAssertionForm(text))
}

func TestAClientAssertionWantsBothParties(t *testing.T) {
	key, _ := newKey(t, jwt.ES256)
	for _, row := range [][2]string{{"", issuer}, {clientID, ""}} {
		_, err := oidc.SignClientAssertion(t.Context(), key, row[0], row[1])
		assert.EqualError(t, err, "oidc: a client assertion wants a client ID and the issuer of the authorization server")
	}
	_, err := oidc.SignClientAssertion(t.Context(), nil, clientID, issuer)
	assert.Error(t, err)
}

// A server that wants a nonce of DPoP refuses the first request, and has seen its
// assertion.
func TestARepeatedTokenRequestHasANewAssertion(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	policy := oidc.ClientAssertions(clientID, issuer, keys)
	form := url.Values{"grant_type": {"client_credentials"}}
	r, err := oidc.NewTokenRequest(t.Context(), issuer+"/token", form, key, clientID, issuer)
	require.NoError(t, err)
	assert.Equal(t, "POST", r.Method)
	assert.Equal(t, issuer+"/token", r.URL.String())
	assert.Equal(t, "application/x-www-form-urlencoded", r.Header.Get("Content-Type"))
	assert.Len(t, form, 1, "the form is not changed")
	second, err := r.GetBody()
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, body := range []io.ReadCloser{r.Body, second} {
		data, err := io.ReadAll(body)
		require.NoError(t, err)
		assert.EqualValues(t, r.ContentLength, len(data))
		sent, err := url.ParseQuery(string(data))
		require.NoError(t, err)
		assert.Equal(t, "client_credentials", sent.Get("grant_type"))
		assert.Equal(t, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", sent.Get("client_assertion_type"))
		token, err := policy.Verify(t.Context(), sent.Get("client_assertion"))
		require.NoError(t, err)
		seen[token.Claims.ID] = true
	}
	assert.Len(t, seen, 2)

	_, err = oidc.NewTokenRequest(t.Context(), issuer+"/token", nil, key, clientID, issuer)
	assert.NoError(t, err)
	_, err = oidc.NewTokenRequest(t.Context(), issuer+"/token", nil, key, "", issuer)
	assert.ErrorContains(t, err, "wants a client ID")
	_, err = oidc.NewTokenRequest(t.Context(), ":", nil, key, clientID, issuer)
	assert.ErrorContains(t, err, "oidc: ")
}

// flaky is a Signer that signs once.
type flaky struct {
	jwt.Signer
	used bool
}

func (f *flaky) Sign(ctx context.Context, input []byte) ([]byte, error) {
	if f.used {
		return nil, errors.New("key out of reach")
	}
	f.used = true
	return f.Signer.Sign(ctx, input)
}

func TestATokenRequestIsNotRepeatedWithoutAnAssertion(t *testing.T) {
	key, _ := newKey(t, jwt.ES256)
	r, err := oidc.NewTokenRequest(t.Context(), issuer+"/token", nil, &flaky{Signer: key}, clientID, issuer)
	require.NoError(t, err)
	body, err := r.GetBody()
	assert.ErrorContains(t, err, "key out of reach")
	assert.Nil(t, body)
}

// RFC 7523 section 3.
func TestClientAssertionsAreOfOneClientForOneServer(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	policy := oidc.ClientAssertions(clientID, issuer, keys)
	policy.Now = clock
	for name, row := range map[string]struct {
		mediaType string
		claims    claims
		claim     string // "" if it is accepted
	}{
		"plain":                          {"client-authentication+jwt", assertionClaims(), ""},
		"the type JWT":                   {"JWT", assertionClaims(), ""},
		"no type":                        {"", assertionClaims(), ""},
		"an access token's type":         {"at+jwt", assertionClaims(), "typ"},
		"another issuer":                 {"", with(assertionClaims(), "iss", "other"), "iss"},
		"another subject":                {"", with(assertionClaims(), "sub", "other"), "sub"},
		"no subject":                     {"", without(assertionClaims(), "sub"), "sub"},
		"another server":                 {"", with(assertionClaims(), "aud", "https://evil.example"), "aud"},
		"an endpoint":                    {"", with(assertionClaims(), "aud", issuer+"/token"), "aud"},
		"another server as well":         {"", with(assertionClaims(), "aud", []string{issuer, "https://evil.example"}), "aud"},
		"this server in a list":          {"", with(assertionClaims(), "aud", []string{issuer}), ""},
		"no jti":                         {"", without(assertionClaims(), "jti"), "jti"},
		"an empty jti":                   {"", with(assertionClaims(), "jti", ""), "jti"},
		"no iat":                         {"", without(assertionClaims(), "iat"), "iat"},
		"no exp":                         {"", without(assertionClaims(), "exp"), "exp"},
		"ten minutes":                    {"", with(assertionClaims(), "exp", now.Unix()+600), ""},
		"more than ten minutes":          {"", with(assertionClaims(), "exp", now.Unix()+601), "exp"},
		"made almost ten minutes ago":    {"", with(with(assertionClaims(), "iat", now.Unix()-599), "exp", now.Unix()+1), ""},
		"made more than ten minutes ago": {"", with(assertionClaims(), "iat", now.Unix()-601), "iat"},
	} {
		_, err := policy.Verify(t.Context(), sign(t, key, row.mediaType, row.claims))
		if row.claim == "" {
			assert.NoError(t, err, name)
		} else {
			assertRefused(t, err, row.claim, name)
		}
	}
	_, err := policy.Verify(t.Context(), sign(t, key, "", with(assertionClaims(), "exp", now.Unix()+601)))
	assert.ErrorContains(t, err, "more than 10m0s after iat")
}
