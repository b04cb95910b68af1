//go:build goexperiment.jsonv2

package main

import (
	"time"

	"github.com/lestrrat-go/jwx/v4/jwa"
	"github.com/lestrrat-go/jwx/v4/jwe"
	"github.com/lestrrat-go/jwx/v4/jwk"
	jwxjwt "github.com/lestrrat-go/jwx/v4/jwt"
)

// jwxV4 is github.com/lestrrat-go/jwx/v4, in the same way as jwxV3. It builds
// only under GOEXPERIMENT=jsonv2.
func jwxV4() []library { return []library{jwxV4Library} }

var jwxV4Library = library{
	name: "jwx-v4",
	verify: func(alg string, what content, token string) verification {
		return jwxV4Verify(jwxjwt.WithKey(jwxV4Algorithm(alg), publicKey(alg)), what, token)
	},
	sign:    jwxV4Sign,
	encrypt: jwxV4Encrypt,
	decrypt: jwxV4Decrypt,
	keySet: func(alg string, keys []namedKey, what content, token string) verification {
		set := jwk.NewSet()
		for _, k := range keys {
			key := must(jwk.Import[jwk.Key](public(k.key)))
			must(0, key.Set(jwk.KeyIDKey, k.id))
			must(0, key.Set(jwk.AlgorithmKey, jwxV4Algorithm(alg)))
			must(0, set.AddKey(key))
		}
		return jwxV4Verify(jwxjwt.WithKeySet(set), what, token)
	},
}

func jwxV4Algorithm(alg string) jwa.SignatureAlgorithm {
	a, ok := jwa.LookupSignatureAlgorithm(alg)
	if !ok {
		panic(alg)
	}
	return a
}

type jwxV4Claims struct {
	jwxjwt.Token
	role   string
	tenant int64
	scopes []string
}

func jwxV4Verify(key jwxjwt.ParseOption, what content, text string) verification {
	token, later := []byte(text), jwxjwt.WithValidate(false)
	checks := []jwxjwt.ValidateOption{
		jwxjwt.WithIssuer(issuer), jwxjwt.WithAudience(audience), jwxjwt.WithRequiredClaim(jwxjwt.ExpirationKey),
	}
	return verifying(func() (jwxV4Claims, error) {
		t, err := jwxjwt.Parse(token, key, later)
		if err != nil {
			return jwxV4Claims{}, err
		}
		c := jwxV4Claims{Token: t}
		if err := jwxjwt.Validate(t, checks...); err != nil || what == registered {
			return c, err
		}
		role, roleErr := jwxjwt.Get[string](t, "role")
		number, numberErr := jwxjwt.Get[float64](t, "tenant")
		list, listErr := jwxjwt.Get[[]any](t, "scopes")
		scopes, ok := texts(list)
		if roleErr != nil || numberErr != nil || listErr != nil || !ok || float64(int64(number)) != number {
			return c, errClaims
		}
		c.role, c.tenant, c.scopes = role, int64(number), scopes
		return c, nil
	}, func(c jwxV4Claims) claims {
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

func jwxV4Sign(alg string, what content) signing {
	c := claimsOf(what)
	b := jwxjwt.NewBuilder().Issuer(c.Issuer).Subject(c.Subject).Audience([]string{c.Audience}).JwtID(c.ID).
		Expiration(time.Unix(c.ExpiresAt, 0)).NotBefore(time.Unix(c.NotBefore, 0)).IssuedAt(time.Unix(c.IssuedAt, 0))
	if what != registered {
		b = b.Claim("role", c.Role).Claim("tenant", c.Tenant).Claim("scopes", c.Scopes)
	}
	t, key := must(b.Build()), jwxjwt.WithKey(jwxV4Algorithm(alg), privateKey(alg))
	return issuing(func() ([]byte, error) { return jwxjwt.Sign(t, key) })
}

func jwxV4Encrypt(kind encryption, plaintext []byte) signing {
	key, enc := jwe.WithKey(jwxV4KeyAlgorithm(kind.alg), public(kind.key())), jwe.WithContentEncryption(jwxV4ContentEncryption(kind.enc))
	return issuing(func() ([]byte, error) { return jwe.Encrypt(plaintext, key, enc) })
}

// jwxV4Decrypt takes any content encryption: there is no option to fix it.
func jwxV4Decrypt(kind encryption, text string) decryption {
	token, key := []byte(text), jwe.WithKey(jwxV4KeyAlgorithm(kind.alg), kind.key())
	return decrypting(func() ([]byte, error) { return jwe.Decrypt(token, key) })
}

func jwxV4KeyAlgorithm(alg string) jwa.KeyEncryptionAlgorithm {
	a, ok := jwa.LookupKeyEncryptionAlgorithm(alg)
	if !ok {
		panic(alg)
	}
	return a
}

func jwxV4ContentEncryption(enc string) jwa.ContentEncryptionAlgorithm {
	e, ok := jwa.LookupContentEncryptionAlgorithm(enc)
	if !ok {
		panic(enc)
	}
	return e
}

func jwxV4SetParser() []setParser {
	return []setParser{{"jwx-v4", func(data []byte) (int, error) {
		s, err := jwk.Parse(data)
		if err != nil {
			return 0, err
		}
		return s.Len(), nil
	}}}
}
