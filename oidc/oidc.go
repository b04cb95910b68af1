// Package oidc has what OpenID Connect and the OAuth profiles around it ask of
// their tokens: ID tokens, access tokens (RFC 9068), logout tokens and client
// assertions (RFC 7523). It has no login flow; golang.org/x/oauth2 has one.
//
// Each kind of token has a function that returns a [jwt.Policy] for it. The policy
// may be changed like any other, before it is used. A token of one kind is refused
// by the policy of another, even if it has the same issuer and key.
//
//	keys, err := jwthttp.DiscoverKeys("https://login.example", jwthttp.RemoteOptions{})
//	policy := oidc.IDTokens("https://login.example", "shop", keys)
//	login := oidc.Login{Nonce: nonce}             // what this login has sent
//	token, err := login.Verify(ctx, policy, text) // the ID token it got
//
// A [LogoutHandler] receives logout tokens and ends the sessions that they name.
package oidc

import (
	"errors"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// The claims by which kinds of tokens differ.
const (
	nonceClaim           = "nonce"
	accessTokenHashClaim = "at_hash"
	codeHashClaim        = "c_hash"
	eventsClaim          = "events"
)

// absent returns the rule that a token does not have a claim, as only those of
// another kind do.
func absent(claim, kind string) jwt.Rule {
	return jwt.Rule{Claim: claim, Check: func(t *jwt.Token) error {
		if _, ok := strictjson.Find(t.Payload(), claim); ok {
			return errors.New("want it to be absent: this is " + kind)
		}
		return nil
	}}
}

// filled returns the rule that a claim is a string and not empty, if it is there, so
// that nobody is known by a name that says nothing. Whether it is required is for the
// policy.
func filled(claim string) jwt.Rule {
	return jwt.Rule{Claim: claim, Check: func(t *jwt.Token) error {
		value, there := strictjson.Find(t.Payload(), claim)
		if !there {
			return nil
		}
		if text, _ := value.Text(""); text == "" {
			return errors.New("want a string that is not empty")
		}
		return nil
	}}
}

// typedOrPlain returns the rule that a token has a type, or the type JWT, or none,
// as tokens have that were made before the type was registered.
func typedOrPlain(mediaType string) jwt.Rule {
	return jwt.Rule{Claim: "typ", Check: func(t *jwt.Token) error {
		got := t.Header.Type
		if got == "" || jose.SameMediaType(got, "JWT") || jose.SameMediaType(got, mediaType) {
			return nil
		}
		return errors.New("got " + strictjson.Quote(got) + ", want " + strictjson.Quote(mediaType) + `, "JWT" or nothing`)
	}}
}

// refuse is the refusal of a genuine token.
func refuse(claim, detail string) *jwt.VerifyError {
	return &jwt.VerifyError{Reason: jwt.ErrClaim, Claim: claim, Detail: detail}
}
