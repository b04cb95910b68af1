package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
	"github.com/seed-b1f8f58c/jwt/oidc"
)

// asksForID reports whether a client asks for an ID token.
func asksForID(scope string) bool { return slices.Contains(strings.Fields(scope), "openid") }

// idToken returns the token that tells a client which user has just logged in
// (OpenID Connect Core 1.0 section 2), for the access token that comes with it.
func (i *issuer) idToken(ctx context.Context, client, subject, nonce, accessToken string) (string, error) {
	claims := set(set([]describe.Member(nil), "sub", subject), "aud", client)
	claims = set(claims, "auth_time", time.Now().Unix())
	if nonce != "" {
		claims = set(claims, "nonce", nonce)
	}
	if hash, err := oidc.Hash(jwt.Algorithm(i.flags.alg), accessToken); err == nil { // it is optional, and not defined for all algorithms
		claims = set(claims, "at_hash", hash)
	}
	template := jwt.Template{KeyFunc: i.ring.Signer, Issuer: i.url, Lifetime: i.flags.lifetime}
	return template.Sign(ctx, object(claims))
}
