package oidc

import (
	"errors"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

// logoutEvent is the member of events that makes a logout token (OpenID Connect
// Back-Channel Logout 1.0 section 2.4).
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// LogoutTokens returns the policy for the logout tokens of one client (OpenID Connect
// Back-Channel Logout 1.0 section 2.6): the type logout+jwt, JWT or none, the claims
// iss, aud, iat, exp, jti and events, sub or sid or both, and no nonce. A token is
// accepted for five minutes from iat, with clocks that differ by half a minute. For
// providers that send no exp, set AllowNoExpiry.
func LogoutTokens(issuer, clientID string, keys jwt.KeySet) *jwt.Policy {
	return &jwt.Policy{
		Keys: keys, Issuer: issuer, Audience: []string{clientID}, AllowAnyType: true,
		Require: []string{"jti", "iat"},
		Rules: []jwt.Rule{
			typedOrPlain("logout+jwt"),
			jwt.RuleFor(eventsClaim, checkEvents),
			absent(nonceClaim, "an ID token"),
			jwt.RuleFor("sid", checkSubjectOrSession),
			filled("jti"),
		},
		Leeway: 30 * time.Second,
		MaxAge: 5 * time.Minute,
	}
}

func checkEvents(claims struct {
	Events map[string]map[string]any `json:"events"`
}) error {
	if claims.Events[logoutEvent] == nil {
		return errors.New("want an object with an object called " + logoutEvent)
	}
	return nil
}

// logoutClaims say who is logged out.
type logoutClaims struct {
	jwt.Claims
	SessionID string `json:"sid"`
}

func checkSubjectOrSession(claims logoutClaims) error {
	if claims.SessionID == "" && claims.Subject == "" {
		return errors.New("got neither sid nor sub, want one of them")
	}
	return nil
}
