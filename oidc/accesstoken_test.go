package oidc_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/oidc"
)

// RFC 9068 sections 2 and 4.
func TestAccessTokensHaveTheirTypeAndAllTheirClaims(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	policy := oidc.AccessTokens(issuer, apiName, keys)
	policy.Now = clock
	for _, mediaType := range []string{"at+jwt", "application/at+jwt", "AT+JWT"} {
		_, err := policy.Verify(t.Context(), sign(t, key, mediaType, accessClaims()))
		assert.NoError(t, err, mediaType)
	}
	for _, mediaType := range []string{"", "JWT", "logout+jwt"} {
		_, err := policy.Verify(t.Context(), sign(t, key, mediaType, accessClaims()))
		assertRefused(t, err, "typ", mediaType)
	}
	for _, claim := range []string{"iss", "exp", "aud", "sub", "client_id", "iat", "jti"} {
		_, err := policy.Verify(t.Context(), sign(t, key, "at+jwt", without(accessClaims(), claim)))
		assertRefused(t, err, claim, "without "+claim)
	}
	for _, claim := range []string{"sub", "client_id", "jti"} {
		_, err := policy.Verify(t.Context(), sign(t, key, "at+jwt", with(accessClaims(), claim, "")))
		assertRefused(t, err, claim, "an empty "+claim)
	}
	_, err := policy.Verify(t.Context(), sign(t, key, "at+jwt", with(accessClaims(), "client_id", 1)))
	assertRefused(t, err, "client_id", "a number")
	policy.Require = nil
	_, err = policy.Verify(t.Context(), sign(t, key, "at+jwt", without(accessClaims(), "client_id")))
	assert.NoError(t, err, "of an issuer that leaves it out")
	_, err = policy.Verify(t.Context(), sign(t, key, "at+jwt", with(accessClaims(), "aud", clientID)))
	assertRefused(t, err, "aud", "for another API")
	_, err = policy.Verify(t.Context(), sign(t, key, "at+jwt", with(accessClaims(), "iss", clientID)))
	assertRefused(t, err, "iss", "of another issuer")
}
