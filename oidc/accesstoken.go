package oidc

import "github.com/seed-b1f8f58c/jwt"

// AccessTokens returns the policy for access tokens of the profile of RFC 9068: the
// type at+jwt, and the claims iss, exp, aud, sub, client_id, iat and jti. The
// audience is the API's own name. ID tokens and logout tokens are refused, also if
// Types is changed for an issuer whose access tokens have the type JWT.
func AccessTokens(issuer, audience string, keys jwt.KeySet) *jwt.Policy {
	return &jwt.Policy{
		Keys: keys, Issuer: issuer, Audience: []string{audience}, Types: []string{"at+jwt"},
		Require: []string{"sub", "client_id", "iat", "jti"},
		Rules: []jwt.Rule{
			filled("sub"), filled("client_id"), filled("jti"),
			absent(nonceClaim, "an ID token"),
			absent(accessTokenHashClaim, "an ID token"),
			absent(codeHashClaim, "an ID token"),
			absent(eventsClaim, "a logout token"),
		},
	}
}
