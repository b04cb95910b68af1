package main

import (
	"slices"

	kat "github.com/kataras/jwt"
)

// kataras is github.com/kataras/jwt. Only the private claims are read from the
// payload a second time.
var kataras = library{
	name: "kataras",
	verify: func(alg string, what content, token string) verification {
		a, key := katarasAlgorithms[alg], publicKey(alg)
		return katarasVerify(func(token []byte) (*kat.VerifiedToken, error) {
			return kat.Verify(a, key, token, katarasExpected)
		}, what, token)
	},
	sign: katarasSign,
	keySet: func(alg string, keys []namedKey, what content, token string) verification {
		a, set := katarasAlgorithms[alg], make(kat.Keys)
		for _, k := range keys {
			set.Register(a, k.id, public(k.key), nil)
		}
		return katarasVerify(func(token []byte) (*kat.VerifiedToken, error) {
			return kat.VerifyWithHeaderValidator(a, nil, token, set.ValidateHeader, katarasExpected)
		}, what, token)
	},
}

var katarasAlgorithms = map[string]kat.Alg{
	"HS256": kat.HS256, "RS256": kat.RS256, "PS256": kat.PS256, "ES256": kat.ES256, "EdDSA": kat.EdDSA, "ES384": kat.ES384,
}

var katarasExpected kat.TokenValidator = kat.Expected{Issuer: issuer, Audience: kat.Audience{audience}}

type katarasPrivate struct {
	Role   string   `json:"role"`
	Tenant int64    `json:"tenant"`
	Scopes []string `json:"scopes"`
}

type katarasClaims struct {
	kat.Claims
	katarasPrivate
}

func katarasVerify(check func([]byte) (*kat.VerifiedToken, error), what content, text string) verification {
	token := slices.Clip([]byte(text)) // it writes behind the end of a longer one
	return verifying(func() (*katarasClaims, error) {
		t, err := check(token)
		if err != nil {
			return nil, err
		}
		if t.StandardClaims.Expiry == 0 {
			return nil, errClaims
		}
		c := katarasClaims{Claims: t.StandardClaims}
		if what == registered {
			return &c, nil
		}
		return &c, t.Claims(&c.katarasPrivate)
	}, func(c *katarasClaims) claims {
		return claims{
			c.Issuer, c.Subject, only(c.Audience), c.Expiry, c.NotBefore, c.IssuedAt, c.ID,
			c.Role, c.Tenant, c.Scopes,
		}
	})
}

func katarasSign(alg string, what content) signing {
	a, key, c := katarasAlgorithms[alg], privateKey(alg), claimsOf(what)
	seven := kat.Claims{
		Issuer: c.Issuer, Subject: c.Subject, Audience: kat.Audience{c.Audience}, ID: c.ID,
		Expiry: c.ExpiresAt, NotBefore: c.NotBefore, IssuedAt: c.IssuedAt,
	}
	if what == registered {
		return issuing(func() ([]byte, error) { return kat.Sign(a, key, seven) })
	}
	all := katarasClaims{seven, katarasPrivate{c.Role, c.Tenant, c.Scopes}}
	return issuing(func() ([]byte, error) { return kat.Sign(a, key, all) })
}
