package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"time"

	pascal "github.com/pascaldekloe/jwt"
)

// pascaldekloe is github.com/pascaldekloe/jwt. Its checks of RSA and ECDSA take
// every algorithm of the family, so the header is looked at once more.
var pascaldekloe = library{
	name: "pascaldekloe",
	verify: func(alg string, what content, token string) verification {
		return pascalVerify(pascalCheck(alg), what, token)
	},
	sign: pascalSign,
	keySet: func(alg string, keys []namedKey, what content, token string) verification {
		register := new(pascal.KeyRegister)
		for _, k := range keys {
			switch key := public(k.key).(type) {
			case []byte:
				register.HMACs = append(register.HMACs, must(pascal.NewHMAC(alg, key)))
				register.HMACIDs = append(register.HMACIDs, k.id)
			case *ecdsa.PublicKey:
				register.ECDSAs = append(register.ECDSAs, key)
				register.ECDSAIDs = append(register.ECDSAIDs, k.id)
			}
		}
		return pascalVerify(func(token []byte) (*pascal.Claims, error) { return fixed(alg)(register.Check(token)) }, what, token)
	},
}

func pascalCheck(alg string) func(token []byte) (*pascal.Claims, error) {
	fixed := fixed(alg)
	switch key := publicKey(alg).(type) {
	case []byte:
		return must(pascal.NewHMAC(alg, key)).Check
	case *rsa.PublicKey:
		return func(token []byte) (*pascal.Claims, error) { return fixed(pascal.RSACheck(token, key)) }
	case *ecdsa.PublicKey:
		return func(token []byte) (*pascal.Claims, error) { return fixed(pascal.ECDSACheck(token, key)) }
	default:
		key25519 := key.(ed25519.PublicKey)
		return func(token []byte) (*pascal.Claims, error) { return pascal.EdDSACheck(token, key25519) }
	}
}

// fixed refuses headers of another algorithm, or in which it is not plain to see.
func fixed(alg string) func(*pascal.Claims, error) (*pascal.Claims, error) {
	prefix, name := []byte(`{"alg":"`+alg+`"`), []byte(`"alg"`)
	return func(c *pascal.Claims, err error) (*pascal.Claims, error) {
		if err == nil && (!bytes.HasPrefix(c.RawHeader, prefix) || bytes.Count(c.RawHeader, name) != 1 || bytes.IndexByte(c.RawHeader, '\\') >= 0) {
			err = pascal.AlgError(alg)
		}
		return c, err
	}
}

type pascalClaims struct {
	*pascal.Claims
	role   string
	tenant int64
	scopes []string
}

func pascalVerify(check func([]byte) (*pascal.Claims, error), what content, text string) verification {
	token := []byte(text)
	return verifying(func() (pascalClaims, error) {
		c, err := check(token)
		if err != nil {
			return pascalClaims{}, err
		}
		if c.Expires == nil || c.Issuer != issuer || len(c.Audiences) == 0 || !c.AcceptAudience(audience) {
			return pascalClaims{}, errClaims
		}
		if err := c.AcceptTemporal(time.Now(), 0); err != nil || what == registered {
			return pascalClaims{Claims: c}, err
		}
		role, isText := c.String("role")
		number, isNumber := c.Number("tenant")
		scopes, areTexts := texts(c.Set["scopes"])
		if !isText || !isNumber || !areTexts || float64(int64(number)) != number {
			return pascalClaims{}, errClaims
		}
		return pascalClaims{c, role, int64(number), scopes}, nil
	}, func(c pascalClaims) claims {
		return claims{
			c.Issuer, c.Subject, only(c.Audiences), int64(*c.Expires), int64(*c.NotBefore), int64(*c.Issued), c.ID,
			c.role, c.tenant, c.scopes,
		}
	})
}

// texts returns a list of texts out of what encoding/json makes of it.
func texts(v any) ([]string, bool) {
	list, ok := v.([]any)
	out := make([]string, len(list))
	for i := range list {
		s, isText := list[i].(string)
		out[i], ok = s, ok && isText
	}
	return out, ok
}

func pascalSign(alg string, what content) signing {
	c := claimsOf(what)
	date := func(seconds int64) *pascal.NumericTime { return pascal.NewNumericTime(time.Unix(seconds, 0)) }
	all := &pascal.Claims{Registered: pascal.Registered{
		Issuer: c.Issuer, Subject: c.Subject, Audiences: []string{c.Audience}, ID: c.ID,
		Expires: date(c.ExpiresAt), NotBefore: date(c.NotBefore), Issued: date(c.IssuedAt),
	}}
	if what != registered {
		all.Set = map[string]any{"role": c.Role, "tenant": c.Tenant, "scopes": c.Scopes}
	}
	switch key := privateKey(alg).(type) {
	case []byte:
		mac := must(pascal.NewHMAC(alg, key))
		return issuing(func() ([]byte, error) { return mac.Sign(all) })
	case *rsa.PrivateKey:
		return issuing(func() ([]byte, error) { return all.RSASign(alg, key) })
	case *ecdsa.PrivateKey:
		return issuing(func() ([]byte, error) { return all.ECDSASign(alg, key) })
	default:
		key25519 := key.(ed25519.PrivateKey)
		return issuing(func() ([]byte, error) { return all.EdDSASign(key25519) })
	}
}
