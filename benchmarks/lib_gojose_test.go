package main

import (
	"encoding/json"
	"time"

	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
)

// goJOSE is github.com/go-jose/go-jose. It signs the JSON of the claims, which
// is faster than its jwt.Builder.
var goJOSE = library{
	name: "go-jose",
	verify: func(alg string, what content, token string) verification {
		return joseVerify(alg, publicKey(alg), what, token)
	},
	sign:    joseSign,
	encrypt: joseEncrypt,
	decrypt: joseDecrypt,
	keySet: func(alg string, keys []namedKey, what content, token string) verification {
		set := new(jose.JSONWebKeySet)
		for _, k := range keys {
			set.Keys = append(set.Keys, jose.JSONWebKey{Key: public(k.key), KeyID: k.id, Algorithm: alg})
		}
		return joseVerify(alg, set, what, token)
	},
}

type joseClaims struct {
	josejwt.Claims
	Role   string   `json:"role"`
	Tenant int64    `json:"tenant"`
	Scopes []string `json:"scopes"`
}

func joseVerify(alg string, key any, what content, token string) verification {
	algs := []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)}
	wanted := josejwt.Expected{Issuer: issuer, AnyAudience: josejwt.Audience{audience}}
	check := func(token string, all any, c *josejwt.Claims) error {
		t, err := josejwt.ParseSigned(token, algs)
		if err != nil {
			return err
		}
		if err := t.Claims(key, all); err != nil {
			return err
		}
		if c.Expiry == nil {
			return errClaims
		}
		return c.ValidateWithLeeway(wanted, 0)
	}
	if what == registered {
		return verifying(func() (*josejwt.Claims, error) {
			var c josejwt.Claims
			return &c, check(token, &c, &c)
		}, func(c *josejwt.Claims) claims { return joseRead(&joseClaims{Claims: *c}) })
	}
	return verifying(func() (*joseClaims, error) {
		var c joseClaims
		return &c, check(token, &c, &c.Claims)
	}, joseRead)
}

func joseRead(c *joseClaims) claims {
	return claims{
		c.Issuer, c.Subject, only(c.Audience), int64(*c.Expiry), int64(*c.NotBefore), int64(*c.IssuedAt), c.ID,
		c.Role, c.Tenant, c.Scopes,
	}
}

func joseSign(alg string, what content) signing {
	c := claimsOf(what)
	key := jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: privateKey(alg)}
	signer := must(jose.NewSigner(key, new(jose.SignerOptions).WithType("JWT")))
	date := func(seconds int64) *josejwt.NumericDate { return josejwt.NewNumericDate(time.Unix(seconds, 0)) }
	seven := josejwt.Claims{
		Issuer: c.Issuer, Subject: c.Subject, Audience: josejwt.Audience{c.Audience}, ID: c.ID,
		Expiry: date(c.ExpiresAt), NotBefore: date(c.NotBefore), IssuedAt: date(c.IssuedAt),
	}
	sign := func(claims any) (string, error) {
		payload, err := json.Marshal(claims)
		if err != nil {
			return "", err
		}
		signed, err := signer.Sign(payload)
		if err != nil {
			return "", err
		}
		return signed.CompactSerialize()
	}
	if what == registered {
		return issuing(func() (string, error) { return sign(seven) })
	}
	all := joseClaims{seven, c.Role, c.Tenant, c.Scopes}
	return issuing(func() (string, error) { return sign(all) })
}

func joseEncrypt(kind encryption, plaintext []byte) signing {
	recipient := jose.Recipient{Algorithm: jose.KeyAlgorithm(kind.alg), Key: public(kind.key())}
	encrypter := must(jose.NewEncrypter(jose.ContentEncryption(kind.enc), recipient, nil))
	return issuing(func() (string, error) {
		object, err := encrypter.Encrypt(plaintext)
		if err != nil {
			return "", err
		}
		return object.CompactSerialize()
	})
}

func joseDecrypt(kind encryption, token string) decryption {
	key, algs, encs := kind.key(), []jose.KeyAlgorithm{jose.KeyAlgorithm(kind.alg)}, []jose.ContentEncryption{jose.ContentEncryption(kind.enc)}
	return decrypting(func() ([]byte, error) {
		object, err := jose.ParseEncryptedCompact(token, algs, encs)
		if err != nil {
			return nil, err
		}
		return object.Decrypt(key)
	})
}
