package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"time"

	golangjwt "github.com/golang-jwt/jwt/v5"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// verifyGolangJWT is golang-jwt with the options it has for the policy, and a key
// function that picks the key by kid and has its algorithm checked.
func verifyGolangJWT(c testkit.Case) testkit.Verdict {
	if len(c.Policy.Types) > 0 || c.Policy.MaxAge != 0 || len(c.Policy.Audience) > 1 || c.Decryption != nil {
		return testkit.Unsupported
	}
	keys, ok := rawKeys(c)
	if hasLattices(c) || slices.ContainsFunc(keys, func(k rawKey) bool { return k.alg == "Ed25519" }) { // names that it does not know
		return testkit.Unsupported
	}
	if !ok {
		return testkit.Refuse
	}
	options := []golangjwt.ParserOption{
		golangjwt.WithStrictDecoding(), golangjwt.WithLeeway(time.Duration(c.Policy.Leeway) * time.Second),
		golangjwt.WithTimeFunc(func() time.Time { return time.Unix(c.Now, 0) }),
	}
	var algorithms []string
	for _, k := range keys {
		algorithms = append(algorithms, k.alg)
	}
	options = append(options, golangjwt.WithValidMethods(algorithms))
	if c.Policy.Issuer != "" {
		options = append(options, golangjwt.WithIssuer(c.Policy.Issuer))
	}
	if c.Policy.Subject != "" {
		options = append(options, golangjwt.WithSubject(c.Policy.Subject))
	}
	if len(c.Policy.Audience) == 1 {
		options = append(options, golangjwt.WithAudience(c.Policy.Audience[0]))
	}
	for _, claim := range c.Policy.Require {
		if claim != "exp" {
			return testkit.Unsupported
		}
		options = append(options, golangjwt.WithExpirationRequired())
	}
	_, err := golangjwt.Parse(c.Token, func(t *golangjwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		for _, k := range keys {
			if k.kid == kid && k.alg == t.Method.Alg() {
				return k.key, nil
			}
		}
		return nil, errors.New("no key")
	}, options...)
	if err != nil {
		return testkit.Refuse
	}
	return testkit.Accept
}

// A rawKey is a key of a row for libraries that take those of the standard
// library.
type rawKey struct {
	alg, kid string
	key      any
}

// rawKeys decodes the keys of a row that are for signatures; false if one is none
// that the standard library makes.
func rawKeys(c testkit.Case) (keys []rawKey, ok bool) {
	for _, data := range c.Keys {
		var k struct {
			Kty, Alg, Kid, Crv, Use string
			N, E, X, Y, K           string
			Ops                     []string `json:"key_ops"`
		}
		if json.Unmarshal(data, &k) != nil {
			return nil, false
		}
		if k.Use == "enc" || len(k.Ops) > 0 && !slices.Contains(k.Ops, "verify") {
			continue
		}
		raw := rawKey{alg: k.Alg, kid: k.Kid}
		switch k.Kty {
		case "oct":
			raw.key = decode(k.K)
		case "RSA":
			e := new(big.Int).SetBytes(decode(k.E))
			if e.BitLen() > 31 { // which is more than the standard library takes
				return nil, false
			}
			raw.key = &rsa.PublicKey{N: new(big.Int).SetBytes(decode(k.N)), E: int(e.Int64())}
		case "EC":
			curve, ok := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}[k.Crv]
			if !ok {
				return nil, false
			}
			public, err := ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, decode(k.X), decode(k.Y)))
			if err != nil {
				return nil, false
			}
			raw.key = public
		case "OKP":
			public := ed25519.PublicKey(decode(k.X))
			if k.Crv != "Ed25519" || len(public) != ed25519.PublicKeySize {
				return nil, false
			}
			raw.key = public
		default:
			return nil, false
		}
		keys = append(keys, raw)
	}
	return keys, true
}

func decode(s string) []byte {
	b, _ := base64.RawURLEncoding.DecodeString(s)
	return b
}
