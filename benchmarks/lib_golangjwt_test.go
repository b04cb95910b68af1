package main

import (
	"errors"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	golang "github.com/golang-jwt/jwt/v5"
)

// golangJWT is github.com/golang-jwt/jwt. Its parser is made once.
var golangJWT = library{
	name: "golang-jwt",
	verify: func(alg string, what content, token string) verification {
		key := publicKey(alg)
		return golangVerify(alg, func(*golang.Token) (any, error) { return key, nil }, what, token)
	},
	sign: golangSign,
	remote: func(url string, alg string, _ []namedKey, what content, token string) verification {
		return golangVerify(alg, must(keyfunc.NewDefaultCtx(background, []string{url})).Keyfunc, what, token) // what its users take
	},
	keySet: func(alg string, keys []namedKey, what content, token string) verification {
		byID := make(map[string]any)
		for _, k := range keys {
			byID[k.id] = public(k.key)
		}
		return golangVerify(alg, func(t *golang.Token) (any, error) {
			id, _ := t.Header["kid"].(string)
			if key, ok := byID[id]; ok {
				return key, nil
			}
			return nil, errors.New("unknown key")
		}, what, token)
	},
}

type golangClaims struct {
	golang.RegisteredClaims
	Role   string   `json:"role"`
	Tenant int64    `json:"tenant"`
	Scopes []string `json:"scopes"`
}

func golangVerify(alg string, key golang.Keyfunc, what content, token string) verification {
	parser := golang.NewParser(golang.WithValidMethods([]string{alg}),
		golang.WithIssuer(issuer), golang.WithAudience(audience), golang.WithExpirationRequired())
	if what == registered {
		return verifying(func() (*golang.RegisteredClaims, error) {
			var c golang.RegisteredClaims
			_, err := parser.ParseWithClaims(token, &c, key)
			return &c, err
		}, func(c *golang.RegisteredClaims) claims { return golangRead(&golangClaims{RegisteredClaims: *c}) })
	}
	return verifying(func() (*golangClaims, error) {
		var c golangClaims
		_, err := parser.ParseWithClaims(token, &c, key)
		return &c, err
	}, golangRead)
}

func golangRead(c *golangClaims) claims {
	return claims{
		c.Issuer, c.Subject, only(c.Audience), c.ExpiresAt.Unix(), c.NotBefore.Unix(), c.IssuedAt.Unix(), c.ID,
		c.Role, c.Tenant, c.Scopes,
	}
}

func golangSign(alg string, what content) signing {
	method, key, c := golang.GetSigningMethod(alg), privateKey(alg), claimsOf(what)
	date := func(seconds int64) *golang.NumericDate { return golang.NewNumericDate(time.Unix(seconds, 0)) }
	seven := golang.RegisteredClaims{
		Issuer: c.Issuer, Subject: c.Subject, Audience: golang.ClaimStrings{c.Audience}, ID: c.ID,
		ExpiresAt: date(c.ExpiresAt), NotBefore: date(c.NotBefore), IssuedAt: date(c.IssuedAt),
	}
	if what == registered {
		return issuing(func() (string, error) { return golang.NewWithClaims(method, seven).SignedString(key) })
	}
	all := golangClaims{seven, c.Role, c.Tenant, c.Scopes}
	return issuing(func() (string, error) { return golang.NewWithClaims(method, all).SignedString(key) })
}
