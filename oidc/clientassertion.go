package oidc

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

const (
	clientAuthentication = "client-authentication+jwt" // the type of a client assertion
	assertionLifetime    = time.Minute                 // of those that are made here
	maxAssertionAge      = 10 * time.Minute            // of those that are accepted
)

// SignClientAssertion returns a client assertion, by which a client proves to an
// authorization server who it is, instead of a secret (RFC 7523 section 3). The
// issuer is that of the authorization server, and the audience of the assertion,
// whichever endpoint it is sent to. It is valid for one minute and works once.
func SignClientAssertion(ctx context.Context, key jwt.Signer, clientID, issuer string) (string, error) {
	if clientID == "" || issuer == "" {
		return "", errors.New("oidc: a client assertion wants a client ID and the issuer of the authorization server")
	}
	now := time.Now()
	return jwt.SignHeader(ctx, key, jwt.Header{Type: clientAuthentication}, jwt.Claims{
		Issuer: clientID, Subject: clientID, Audience: jwt.Audience{issuer}, ID: rand.Text(),
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(assertionLifetime)),
	})
}

// ClientAssertionForm returns the parameters of a request to an authorization
// server that is authenticated by an assertion (RFC 7521 section 4.2).
func ClientAssertionForm(assertion string) url.Values {
	return url.Values{
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {assertion},
	}
}

// NewTokenRequest returns a POST request to an endpoint of an authorization server
// with a form and a client assertion (see [SignClientAssertion]). The body is made
// anew, with a new assertion, where the request is repeated by its GetBody, as a
// dpop.Transport does: an assertion that a server has seen is used up, even if the
// server has refused the request for something else.
func NewTokenRequest(ctx context.Context, endpoint string, form url.Values, key jwt.Signer, clientID, issuer string) (*http.Request, error) {
	form = maps.Clone(form)
	if form == nil {
		form = url.Values{}
	}
	body := func() (string, error) {
		assertion, err := SignClientAssertion(ctx, key, clientID, issuer)
		if err != nil {
			return "", err
		}
		maps.Copy(form, ClientAssertionForm(assertion))
		return form.Encode(), nil
	}
	first, err := body()
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(first))
	if err != nil {
		return nil, fmt.Errorf("oidc: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.GetBody = func() (io.ReadCloser, error) { // all assertions of a key have the same length
		again, err := body()
		if err != nil {
			return nil, err
		}
		return io.NopCloser(strings.NewReader(again)), nil
	}
	return r, nil
}

// ClientAssertions returns the policy for the assertions of one client, with the
// client's public keys: iss and sub are the client ID, aud is the issuer of the
// authorization server alone, jti and exp are there, and the type is
// client-authentication+jwt, JWT or none. An assertion may live ten minutes at
// most. It must be accepted once, so put a revoke.Once around the policy; a
// jwt.PolicyFunc finds the policy of each client by its ID.
func ClientAssertions(clientID, issuer string, keys jwt.KeySet) *jwt.Policy {
	return &jwt.Policy{
		Keys: keys, Issuer: clientID, Subject: clientID, Audience: []string{issuer}, AllowAnyType: true,
		Require: []string{"jti", "iat"},
		Rules: []jwt.Rule{
			typedOrPlain(clientAuthentication),
			{Claim: "aud", Check: checkOneAudience},
			filled("jti"),
			{Claim: "exp", Check: checkLifetime},
		},
		MaxAge: maxAssertionAge,
	}
}

// checkOneAudience refuses an assertion that another server may use, too.
func checkOneAudience(t *jwt.Token) error {
	if len(t.Claims.Audience) != 1 {
		return errors.New("got several, want the issuer of this server alone")
	}
	return nil
}

func checkLifetime(t *jwt.Token) error {
	if t.Claims.ExpiresAt > t.Claims.IssuedAt+jwt.NumericDate(maxAssertionAge/time.Second) {
		return errors.New("more than " + maxAssertionAge.String() + " after iat")
	}
	return nil
}
