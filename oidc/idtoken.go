package oidc

import (
	"context"
	"crypto"
	_ "crypto/sha256" // the hashes of Hash
	_ "crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// IDTokens returns the policy for the ID tokens of one client (OpenID Connect Core
// 1.0 section 3.1.3.7): the type JWT or none, the claims iss, sub, aud, exp and
// iat, the client ID among the audience, and the rule of [AuthorizedParty]. What
// differs from login to login is for [Login].
//
// For an assurance level, add a rule:
//
//	policy.Rules = append(policy.Rules, jwt.OneOf("acr", "urn:example:two-factor"))
func IDTokens(issuer, clientID string, keys jwt.KeySet, parties ...string) *jwt.Policy {
	return &jwt.Policy{
		Keys: keys, Issuer: issuer, Audience: []string{clientID},
		Require: []string{"sub", "iat"},
		Rules: []jwt.Rule{
			AuthorizedParty(append([]string{clientID}, parties...)...),
			absent(eventsClaim, "a logout token"),
			filled("sub"),
		},
	}
}

// AuthorizedParty returns the rule about the client that an ID token was issued to
// (azp): it is one of these, if it is there, and it is there if the token has
// several audiences.
func AuthorizedParty(clientIDs ...string) jwt.Rule {
	clientIDs = slices.Clone(clientIDs)
	return jwt.RuleFor("azp", func(claims struct {
		jwt.Claims
		Party *string `json:"azp"`
	}) error {
		switch {
		case claims.Party == nil && len(claims.Audience) > 1:
			return errors.New("got nothing, want the client ID, as there are several audiences")
		case claims.Party != nil && !slices.Contains(clientIDs, *claims.Party):
			return errors.New("got " + strictjson.Quote(*claims.Party) + ", want the client ID")
		}
		return nil
	})
}

// A Login is what a client has sent with a login, and got with its ID token. The
// zero value accepts nothing. It is for one login; do not change it while in use.
type Login struct {
	// Nonce is that of the authorization request, which must be unguessable and be
	// kept with the browser's session. The token must have it. Required, unless
	// AllowNoNonce.
	Nonce string

	// MaxAge is the max_age of the authorization request: the login must not be
	// longer ago, and auth_time is required. Zero: none was sent. For a max_age of
	// 0, it is the time that a login may take, such as a minute.
	MaxAge time.Duration

	// AccessToken is the access token that came along: at_hash must be its hash. If
	// it is empty, at_hash is not looked at: where both come from the token
	// endpoint, a provider may leave it out.
	AccessToken string

	// Code is the authorization code that came along, in the hybrid flow: c_hash
	// must be its hash.
	Code string

	// AllowNoNonce lets nonce be absent, as in an ID token that comes with a
	// refresh; if it is there, it must be Nonce.
	AllowNoNonce bool

	Leeway time.Duration    // by how much clocks may differ
	Now    func() time.Time // the clock; nil: time.Now
}

// Verify returns the ID token if tokens, which are [IDTokens], accept it, and it is
// that of this login. A refusal is a *[jwt.VerifyError].
func (l *Login) Verify(ctx context.Context, tokens jwt.TokenVerifier, idToken string) (*jwt.Token, error) {
	switch {
	case l == nil || l.Nonce == "" && !l.AllowNoNonce:
		return nil, errors.New("oidc: Login.Nonce is empty, want that of the authorization request, or AllowNoNonce")
	case l.MaxAge < 0 || l.Leeway < 0:
		return nil, errors.New("oidc: Login has a negative MaxAge or Leeway")
	case tokens == nil:
		return nil, errors.New("oidc: no policy, want that of IDTokens")
	}
	token, err := tokens.Verify(ctx, idToken)
	if err != nil {
		return nil, err
	}
	claims, err := jwt.ClaimsAs[loginClaims](token)
	if err != nil {
		return nil, err
	}
	for _, check := range [...]func(*loginClaims, jwt.Algorithm) *jwt.VerifyError{
		l.checkNonce, l.checkAuthTime, l.checkAccessToken, l.checkCode,
	} {
		if refusal := check(&claims, token.Header.Algorithm); refusal != nil {
			return nil, refusal
		}
	}
	return token, nil
}

// loginClaims are the claims that a Login asks about.
type loginClaims struct {
	Nonce           *string          `json:"nonce"`
	AuthTime        *jwt.NumericDate `json:"auth_time"`
	AccessTokenHash string           `json:"at_hash"`
	CodeHash        string           `json:"c_hash"`
}

func (l *Login) checkNonce(c *loginClaims, _ jwt.Algorithm) *jwt.VerifyError {
	switch {
	case c.Nonce == nil && l.AllowNoNonce:
		return nil
	case c.Nonce == nil:
		return refuse(nonceClaim, "got nothing, want that of the authorization request")
	case l.Nonce == "" || subtle.ConstantTimeCompare([]byte(*c.Nonce), []byte(l.Nonce)) != 1:
		return refuse(nonceClaim, "got that of another login")
	}
	return nil
}

func (l *Login) checkAuthTime(c *loginClaims, _ jwt.Algorithm) *jwt.VerifyError {
	if l.MaxAge == 0 {
		return nil
	}
	if c.AuthTime == nil {
		return refuse("auth_time", "got nothing, want a date, as Login has a MaxAge")
	}
	now := time.Now
	if l.Now != nil {
		now = l.Now
	}
	at, earliest, latest := *c.AuthTime, jwt.NewNumericDate(now().Add(-l.MaxAge-l.Leeway)), jwt.NewNumericDate(now().Add(l.Leeway))
	if at < earliest || at > latest {
		return refuse("auth_time", fmt.Sprintf("got %d, want a date at most %s ago, from %d to %d", int64(at), l.MaxAge, int64(earliest), int64(latest)))
	}
	return nil
}

func (l *Login) checkAccessToken(c *loginClaims, alg jwt.Algorithm) *jwt.VerifyError {
	return checkHash(accessTokenHashClaim, c.AccessTokenHash, l.AccessToken, alg)
}

func (l *Login) checkCode(c *loginClaims, alg jwt.Algorithm) *jwt.VerifyError {
	return checkHash(codeHashClaim, c.CodeHash, l.Code, alg)
}

func checkHash(claim, got, text string, alg jwt.Algorithm) *jwt.VerifyError {
	if text == "" {
		return nil
	}
	want, err := Hash(alg, text)
	switch {
	case err != nil:
		return refuse(claim, err.Error())
	case got == "":
		return refuse(claim, "got nothing, want the hash of what came along")
	case got != want:
		return refuse(claim, "got the hash of something else than what came along")
	}
	return nil
}

// Hash returns the at_hash of an access token or the c_hash of an authorization
// code, for an ID token with an algorithm: the base64url of the left half of the
// hash that the algorithm has; for Ed25519 that is SHA-512 (OpenID Connect Core 1.0
// section 3.1.3.6).
func Hash(alg jwt.Algorithm, text string) (string, error) {
	h, ok := hashes[alg]
	if !ok {
		return "", fmt.Errorf("oidc: %s has no hash", strictjson.Quote(string(alg)))
	}
	digest := h.New()
	digest.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(digest.Sum(nil)[:h.Size()/2]), nil
}

var hashes = map[jwt.Algorithm]crypto.Hash{
	jwt.HS256: crypto.SHA256, jwt.RS256: crypto.SHA256, jwt.PS256: crypto.SHA256, jwt.ES256: crypto.SHA256,
	jwt.HS384: crypto.SHA384, jwt.RS384: crypto.SHA384, jwt.PS384: crypto.SHA384, jwt.ES384: crypto.SHA384,
	jwt.HS512: crypto.SHA512, jwt.RS512: crypto.SHA512, jwt.PS512: crypto.SHA512, jwt.ES512: crypto.SHA512,
	jwt.EdDSA: crypto.SHA512, jwt.Ed25519: crypto.SHA512,
}
