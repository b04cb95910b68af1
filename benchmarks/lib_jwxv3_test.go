package main

import (
	"context"
	"time"

	"github.com/lestrrat-go/httprc/v3"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwe"
	"github.com/lestrrat-go/jwx/v3/jwk"
	jwxjwt "github.com/lestrrat-go/jwx/v3/jwt"
)

// jwxV3 is github.com/lestrrat-go/jwx/v3. Its options are made once, and a key of
// the standard library takes its shortest way.
var jwxV3 = library{
	name: "jwx-v3",
	verify: func(alg string, what content, token string) verification {
		return jwxV3Verify(jwxjwt.WithKey(jwxV3Algorithm(alg), publicKey(alg)), what, token)
	},
	sign:    jwxV3Sign,
	encrypt: jwxV3Encrypt,
	decrypt: jwxV3Decrypt,
	keySet: func(alg string, keys []namedKey, what content, token string) verification {
		set := jwk.NewSet()
		for _, k := range keys {
			key := must(jwk.Import(public(k.key)))
			must(0, key.Set(jwk.KeyIDKey, k.id))
			must(0, key.Set(jwk.AlgorithmKey, jwxV3Algorithm(alg)))
			must(0, set.AddKey(key))
		}
		return jwxV3Verify(jwxjwt.WithKeySet(set), what, token)
	},
	remote: func(url, _ string, _ []namedKey, what content, token string) verification {
		ctx := context.Background()
		cache := must(jwk.NewCache(ctx, httprc.NewClient()))
		must(0, cache.Register(ctx, url))
		return jwxV3Verify(jwxjwt.WithKeySet(must(cache.CachedSet(url))), what, token)
	},
}

func jwxV3Algorithm(alg string) jwa.SignatureAlgorithm {
	a, ok := jwa.LookupSignatureAlgorithm(alg)
	if !ok {
		panic(alg)
	}
	return a
}

type jwxV3Claims struct {
	jwxjwt.Token
	role   string
	tenant int64
	scopes []string
}

func jwxV3Verify(key jwxjwt.ParseOption, what content, text string) verification {
	token, later := []byte(text), jwxjwt.WithValidate(false)
	checks := []jwxjwt.ValidateOption{
		jwxjwt.WithIssuer(issuer), jwxjwt.WithAudience(audience), jwxjwt.WithRequiredClaim(jwxjwt.ExpirationKey),
	}
	return verifying(func() (jwxV3Claims, error) {
		t, err := jwxjwt.Parse(token, key, later)
		if err != nil {
			return jwxV3Claims{}, err
		}
		c := jwxV3Claims{Token: t}
		if err := jwxjwt.Validate(t, checks...); err != nil || what == registered {
			return c, err
		}
		var number float64
		var list any
		if t.Get("role", &c.role) != nil || t.Get("tenant", &number) != nil || t.Get("scopes", &list) != nil {
			return c, errClaims
		}
		var ok bool
		if c.scopes, ok = texts(list); !ok || float64(int64(number)) != number {
			return c, errClaims
		}
		c.tenant = int64(number)
		return c, nil
	}, func(c jwxV3Claims) claims {
		out := claims{Role: c.role, Tenant: c.tenant, Scopes: c.scopes}
		out.Issuer, _ = c.Issuer()
		out.Subject, _ = c.Subject()
		list, _ := c.Audience()
		out.Audience = only(list)
		out.ID, _ = c.JwtID()
		unix := func(t time.Time, _ bool) int64 { return t.Unix() }
		out.ExpiresAt, out.NotBefore, out.IssuedAt = unix(c.Expiration()), unix(c.NotBefore()), unix(c.IssuedAt())
		return out
	})
}

func jwxV3Sign(alg string, what content) signing {
	c := claimsOf(what)
	b := jwxjwt.NewBuilder().Issuer(c.Issuer).Subject(c.Subject).Audience([]string{c.Audience}).JwtID(c.ID).
		Expiration(time.Unix(c.ExpiresAt, 0)).NotBefore(time.Unix(c.NotBefore, 0)).IssuedAt(time.Unix(c.IssuedAt, 0))
	if what != registered {
		b = b.Claim("role", c.Role).Claim("tenant", c.Tenant).Claim("scopes", c.Scopes)
	}
	t, key := must(b.Build()), jwxjwt.WithKey(jwxV3Algorithm(alg), privateKey(alg))
	return issuing(func() ([]byte, error) { return jwxjwt.Sign(t, key) })
}

func jwxV3Encrypt(kind encryption, plaintext []byte) signing {
	key, enc := jwe.WithKey(jwxV3KeyAlgorithm(kind.alg), public(kind.key())), jwe.WithContentEncryption(jwxV3ContentEncryption(kind.enc))
	return issuing(func() ([]byte, error) { return jwe.Encrypt(plaintext, key, enc) })
}

// jwxV3Decrypt takes any content encryption: there is no option to fix it.
func jwxV3Decrypt(kind encryption, text string) decryption {
	token, key := []byte(text), jwe.WithKey(jwxV3KeyAlgorithm(kind.alg), kind.key())
	return decrypting(func() ([]byte, error) { return jwe.Decrypt(token, key) })
}

func jwxV3KeyAlgorithm(alg string) jwa.KeyEncryptionAlgorithm {
	a, ok := jwa.LookupKeyEncryptionAlgorithm(alg)
	if !ok {
		panic(alg)
	}
	return a
}

func jwxV3ContentEncryption(enc string) jwa.ContentEncryptionAlgorithm {
	e, ok := jwa.LookupContentEncryptionAlgorithm(enc)
	if !ok {
		panic(enc)
	}
	return e
}
