// Package jwx issues and verifies access tokens with jwx v3. Package moved does the
// same with this library.
package jwx

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

const (
	issuer   = "https://login.example"
	audience = "https://api.example"
	lifetime = 10 * time.Minute
)

// Tokens issues tokens and verifies them.
type Tokens struct {
	signer jwk.Key
	keys   jwk.Set
	now    func() time.Time
}

// New returns Tokens that sign with a private JWK and trust the keys of a JWK Set.
func New(private, set []byte, now func() time.Time) (*Tokens, error) {
	keys, err := jwk.Parse(set)
	if err != nil {
		return nil, err
	}
	key, err := jwk.ParseKey(private)
	return &Tokens{key, keys, now}, err
}

// Issue returns a token for a user.
func (t *Tokens) Issue(_ context.Context, user string, roles ...string) (string, error) {
	now := t.now()
	token, err := jwt.NewBuilder().
		Issuer(issuer).
		Subject(user).
		Audience([]string{audience}).
		IssuedAt(now).
		Expiration(now.Add(lifetime)).
		Claim("roles", roles).
		Build()
	if err != nil {
		return "", err
	}
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.ES256(), t.signer))
	return string(signed), err
}

// Verify returns the user of a token that has the role.
func (t *Tokens) Verify(_ context.Context, text, role string) (string, error) {
	token, err := jwt.ParseString(text, jwt.WithKeySet(t.keys), jwt.WithIssuer(issuer), jwt.WithAudience(audience),
		jwt.WithRequiredClaim(jwt.ExpirationKey), jwt.WithAcceptableSkew(30*time.Second), jwt.WithClock(jwt.ClockFunc(t.now)))
	if err != nil {
		return "", err
	}
	var roles []any
	if err := token.Get("roles", &roles); err != nil {
		return "", err
	}
	if !slices.Contains(roles, any(role)) {
		return "", errors.New("no such role")
	}
	subject, _ := token.Subject()
	return subject, nil
}
