// Package gojose issues and verifies access tokens with go-jose v4. Package moved
// does the same with this library.
package gojose

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
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
	signer jose.Signer
	keys   jose.JSONWebKeySet
	now    func() time.Time
}

// New returns Tokens that sign with a private JWK and trust the keys of a JWK Set.
func New(private, set []byte, now func() time.Time) (*Tokens, error) {
	t := &Tokens{now: now}
	if err := json.Unmarshal(set, &t.keys); err != nil {
		return nil, err
	}
	var key jose.JSONWebKey
	if err := key.UnmarshalJSON(private); err != nil {
		return nil, err
	}
	options := (&jose.SignerOptions{}).WithType("JWT")
	var err error
	t.signer, err = jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: key}, options)
	return t, err
}

// Issue returns a token for a user.
func (t *Tokens) Issue(_ context.Context, user string, roles ...string) (string, error) {
	now := t.now()
	return jwt.Signed(t.signer).Claims(Claims{
		Claims: jwt.Claims{
			Issuer:   issuer,
			Subject:  user,
			Audience: jwt.Audience{audience},
			IssuedAt: jwt.NewNumericDate(now),
			Expiry:   jwt.NewNumericDate(now.Add(lifetime)),
		},
		Roles: roles,
	}).Serialize()
}

// Verify returns the user of a token that has the role.
func (t *Tokens) Verify(_ context.Context, text, role string) (string, error) {
	token, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return "", err
	}
	keys := t.keys.Key(token.Headers[0].KeyID)
	if len(keys) == 0 {
		return "", errors.New("unknown key")
	}
	var claims Claims
	if err := token.Claims(keys[0], &claims); err != nil {
		return "", err
	}
	if claims.Expiry == nil {
		return "", errors.New("no expiry")
	}
	expected := jwt.Expected{Issuer: issuer, AnyAudience: jwt.Audience{audience}, Time: t.now()}
	if err := claims.ValidateWithLeeway(expected, 30*time.Second); err != nil {
		return "", err
	}
	if !slices.Contains(claims.Roles, role) {
		return "", errors.New("no such role")
	}
	return claims.Subject, nil
}
