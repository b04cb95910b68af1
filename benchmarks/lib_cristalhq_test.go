package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"time"

	cristal "github.com/cristalhq/jwt/v5"
)

// cristalhq is github.com/cristalhq/jwt. It leaves the claims to its user, and
// has no key sets.
var cristalhq = library{
	name: "cristalhq",
	verify: func(alg string, what content, token string) verification {
		verifier := cristalVerifier(alg, publicKey(alg))
		return cristalVerify(func(token []byte) (*cristal.Token, error) { return cristal.Parse(token, verifier) }, what, token)
	},
	sign: cristalSign,
	keySet: func(alg string, keys []namedKey, what content, token string) verification {
		byID := make(map[string]cristal.Verifier)
		for _, k := range keys {
			byID[k.id] = cristalVerifier(alg, public(k.key))
		}
		return cristalVerify(func(token []byte) (*cristal.Token, error) {
			t, err := cristal.ParseNoVerify(token)
			if err != nil {
				return nil, err
			}
			verifier, ok := byID[t.Header().KeyID]
			if !ok {
				return nil, cristal.ErrInvalidKey
			}
			return t, verifier.Verify(t)
		}, what, token)
	},
}

type cristalClaims struct {
	cristal.RegisteredClaims
	Role   string   `json:"role"`
	Tenant int64    `json:"tenant"`
	Scopes []string `json:"scopes"`
}

func cristalVerifier(alg string, key any) cristal.Verifier {
	a := cristal.Algorithm(alg)
	switch key := key.(type) {
	case []byte:
		return must(cristal.NewVerifierHS(a, key))
	case *rsa.PublicKey:
		if a == cristal.PS256 {
			return must(cristal.NewVerifierPS(a, key))
		}
		return must(cristal.NewVerifierRS(a, key))
	case *ecdsa.PublicKey:
		return must(cristal.NewVerifierES(a, key))
	default:
		return must(cristal.NewVerifierEdDSA(key.(ed25519.PublicKey)))
	}
}

func cristalVerify(parse func([]byte) (*cristal.Token, error), what content, text string) verification {
	token := []byte(text)
	check := func(all any, c *cristal.RegisteredClaims) error {
		t, err := parse(token)
		if err != nil {
			return err
		}
		if err := t.DecodeClaims(all); err != nil {
			return err
		}
		now := time.Now()
		if c.ExpiresAt == nil || !c.IsIssuer(issuer) || !c.IsForAudience(audience) || !c.IsValidExpiresAt(now) || !c.IsValidNotBefore(now) {
			return errClaims
		}
		return nil
	}
	if what == registered {
		return verifying(func() (*cristal.RegisteredClaims, error) {
			var c cristal.RegisteredClaims
			return &c, check(&c, &c)
		}, func(c *cristal.RegisteredClaims) claims { return cristalRead(&cristalClaims{RegisteredClaims: *c}) })
	}
	return verifying(func() (*cristalClaims, error) {
		var c cristalClaims
		return &c, check(&c, &c.RegisteredClaims)
	}, cristalRead)
}

func cristalRead(c *cristalClaims) claims {
	return claims{
		c.Issuer, c.Subject, only(c.Audience), c.ExpiresAt.Unix(), c.NotBefore.Unix(), c.IssuedAt.Unix(), c.ID,
		c.Role, c.Tenant, c.Scopes,
	}
}

func cristalSigner(alg string) cristal.Signer {
	a := cristal.Algorithm(alg)
	switch key := privateKey(alg).(type) {
	case []byte:
		return must(cristal.NewSignerHS(a, key))
	case *rsa.PrivateKey:
		if a == cristal.PS256 {
			return must(cristal.NewSignerPS(a, key))
		}
		return must(cristal.NewSignerRS(a, key))
	case *ecdsa.PrivateKey:
		return must(cristal.NewSignerES(a, key))
	default:
		return must(cristal.NewSignerEdDSA(key.(ed25519.PrivateKey)))
	}
}

func cristalSign(alg string, what content) signing {
	c, builder := claimsOf(what), cristal.NewBuilder(cristalSigner(alg))
	date := func(seconds int64) *cristal.NumericDate { return cristal.NewNumericDate(time.Unix(seconds, 0)) }
	seven := cristal.RegisteredClaims{
		Issuer: c.Issuer, Subject: c.Subject, Audience: cristal.Audience{c.Audience}, ID: c.ID,
		ExpiresAt: date(c.ExpiresAt), NotBefore: date(c.NotBefore), IssuedAt: date(c.IssuedAt),
	}
	sign := func(claims any) ([]byte, error) {
		t, err := builder.Build(claims)
		if err != nil {
			return nil, err
		}
		return t.Bytes(), nil
	}
	if what == registered {
		return issuing(func() ([]byte, error) { return sign(seven) })
	}
	all := cristalClaims{seven, c.Role, c.Tenant, c.Scopes}
	return issuing(func() ([]byte, error) { return sign(all) })
}
