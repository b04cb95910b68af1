package oidc_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/oidc"
)

// OpenID Connect Back-Channel Logout 1.0 section 2.6.
func TestLogoutTokensAreWhatTheSpecificationSays(t *testing.T) {
	key, keys := newKey(t, jwt.ES256)
	policy := oidc.LogoutTokens(issuer, clientID, keys)
	policy.Now = clock
	const event = "http://schemas.openid.net/event/backchannel-logout"
	for name, row := range map[string]struct {
		mediaType string
		claims    claims
		claim     string // "" if it is accepted
	}{
		"plain":                          {"logout+jwt", logoutClaims(), ""},
		"the long name of the type":      {"application/logout+jwt", logoutClaims(), ""},
		"the type JWT":                   {"JWT", logoutClaims(), ""},
		"no type":                        {"", logoutClaims(), ""},
		"another type":                   {"at+jwt", logoutClaims(), "typ"},
		"a session alone":                {"logout+jwt", without(logoutClaims(), "sub"), ""},
		"a subject alone":                {"logout+jwt", without(logoutClaims(), "sid"), ""},
		"neither":                        {"logout+jwt", without(logoutClaims(), "sub", "sid"), "sid"},
		"both empty":                     {"logout+jwt", with(with(logoutClaims(), "sub", ""), "sid", ""), "sid"},
		"a session that is a number":     {"logout+jwt", with(logoutClaims(), "sid", 1), "sid"},
		"a nonce":                        {"logout+jwt", with(logoutClaims(), "nonce", "n"), "nonce"},
		"a nonce that is null":           {"logout+jwt", with(logoutClaims(), "nonce", nil), "nonce"},
		"no events":                      {"logout+jwt", without(logoutClaims(), "events"), "events"},
		"no event":                       {"logout+jwt", with(logoutClaims(), "events", claims{}), "events"},
		"another event":                  {"logout+jwt", with(logoutClaims(), "events", claims{"http://schemas.openid.net/event/other": claims{}}), "events"},
		"an event that is null":          {"logout+jwt", with(logoutClaims(), "events", claims{event: nil}), "events"},
		"an event that is a string":      {"logout+jwt", with(logoutClaims(), "events", claims{event: "x"}), "events"},
		"events that are a list":         {"logout+jwt", with(logoutClaims(), "events", []string{event}), "events"},
		"an event with members":          {"logout+jwt", with(logoutClaims(), "events", claims{event: claims{"a": 1}}), ""},
		"no jti":                         {"logout+jwt", without(logoutClaims(), "jti"), "jti"},
		"an empty jti":                   {"logout+jwt", with(logoutClaims(), "jti", ""), "jti"},
		"no iat":                         {"logout+jwt", without(logoutClaims(), "iat"), "iat"},
		"no exp":                         {"logout+jwt", without(logoutClaims(), "exp"), "exp"},
		"no audience":                    {"logout+jwt", without(logoutClaims(), "aud"), "aud"},
		"another client":                 {"logout+jwt", with(logoutClaims(), "aud", "other"), "aud"},
		"another issuer":                 {"logout+jwt", with(logoutClaims(), "iss", "https://evil.example"), "iss"},
		"five and a half minutes old":    {"logout+jwt", with(logoutClaims(), "iat", now.Unix()-330), ""},
		"a second older":                 {"logout+jwt", with(logoutClaims(), "iat", now.Unix()-331), "iat"},
		"half a minute in the future":    {"logout+jwt", with(logoutClaims(), "iat", now.Unix()+30), ""},
		"a second further in the future": {"logout+jwt", with(logoutClaims(), "iat", now.Unix()+31), "iat"},
	} {
		_, err := policy.Verify(t.Context(), sign(t, key, row.mediaType, row.claims))
		if row.claim == "" {
			assert.NoError(t, err, name)
		} else {
			assertRefused(t, err, row.claim, name)
		}
	}
	_, err := policy.Verify(t.Context(), sign(t, key, "", with(logoutClaims(), "events", claims{})))
	assert.ErrorContains(t, err, "want an object with an object called "+event)
}
