// Package moved issues and verifies access tokens, as packages gojose and jwx do.
package moved

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

const (
	issuer   = "https://login.example"
	audience = "https://api.example"
	lifetime = 10 * time.Minute
)

// Claims are those of an access token.
type Claims struct {
	jwt.Claims
	Roles []string `json:"roles,omitempty"`
}

// Tokens issues tokens and verifies them.
type Tokens struct {
	template *jwt.Template
	policy   *jwt.Policy
}

// New returns Tokens that sign with a private JWK and trust the keys of a JWK Set.
func New(private, set []byte, now func() time.Time) (*Tokens, error) {
	keys, err := jwk.ParseSet(set)
	if err != nil {
		return nil, err
	}
	key, err := jwk.Parse(private)
	if err != nil {
		return nil, err
	}
	signer, err := key.Signer()
	if err != nil {
		return nil, err
	}
	return &Tokens{
		template: &jwt.Template{Key: signer, Issuer: issuer, Audience: []string{audience}, Lifetime: lifetime, Now: now},
		policy:   &jwt.Policy{Keys: keys, Issuer: issuer, Audience: []string{audience}, Leeway: 30 * time.Second, Now: now},
	}, nil
}

// Issue returns a token for a user.
func (t *Tokens) Issue(ctx context.Context, user string, roles ...string) (string, error) {
	return t.template.Sign(ctx, Claims{Claims: jwt.Claims{Subject: user}, Roles: roles})
}

// Verify returns the user of a token that has the role.
func (t *Tokens) Verify(ctx context.Context, text, role string) (string, error) {
	claims, err := jwt.VerifyAs[Claims](ctx, t.policy, text)
	if err != nil {
		return "", err
	}
	if !slices.Contains(claims.Roles, role) {
		return "", errors.New("no such role")
	}
	return claims.Subject, nil
}
