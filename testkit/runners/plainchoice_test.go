package main

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// choiceFaults are mistakes in choosing the key and its algorithm, and in reading keys.
var choiceFaults = []fault{
	"the algorithm of any key will do", "the algorithm alone chooses the key", "at most eight keys are looked at", "a key without alg is for any", "alg of a key may be of another type",
	"alg of a key is not looked at, and its type decides", "alg is compared by prefix", "spaces after the algorithm are tolerated", "other names of algorithms are known",
	"kid is compared without spaces", "kid is compared without its path", "kid is compared up to a zero byte", "kid is compared without percent-encoding", "kid of other JSON types is compared as text", "kid that is no text is passed over", "kid is a pattern",
	"an unknown kid is an empty secret", "without a key the secret is empty", "without keys the token is as good", "the key in the header is trusted by its name", "the key in the header is trusted for another algorithm", "the key in a claim is trusted", "the certificate in the header is trusted",
	"the text of a secret is the secret", "a secret ends at a zero byte", "a secret ends at a line break", "a long secret is cut",
	"the exponent is cut to 32 bits", "the exponent is cut to 64 bits", "the exponent is what is usual", "the size of RSA keys is counted in bytes", "RSA keys of other sizes are refused", "the curve follows from the algorithm", "coordinates are taken modulo the prime", "coordinates may not begin with a zero byte", "the type of a key is not looked at",
	"a secret that is no text is empty", "the certificate of a key is the key",
	"operations count only without use", "use counts only without operations", "only the first operation counts", "operations are compared in lower case", "operations are compared by prefix",
}

// changed are the keys as a fault reads them.
func (v *plainVerifier) changed(c testkit.Case) testkit.Case {
	if !slices.Contains(choiceFaults, v.fault) {
		return c
	}
	for i, data := range c.Keys {
		var k map[string]any
		if json.Unmarshal(data, &k) != nil {
			continue
		}
		v.changeKey(k)
		if text, err := json.Marshal(k); err == nil {
			c.Keys[i] = text
		}
	}
	return c
}

func (v *plainVerifier) changeKey(k map[string]any) {
	number := func(name string, change func(*big.Int)) {
		if text, ok := k[name].(string); ok {
			n := new(big.Int).SetBytes(decode(text))
			change(n)
			k[name] = base64.RawURLEncoding.EncodeToString(n.FillBytes(make([]byte, len(decode(text)))))
		}
	}
	ops, _ := k["key_ops"].([]any)
	switch v.fault {
	case "the exponent is cut to 32 bits":
		number("e", func(n *big.Int) { n.SetUint64(uint64(uint32(n.Uint64()))) })
	case "the exponent is cut to 64 bits":
		number("e", func(n *big.Int) { n.SetUint64(n.Uint64()) })
	case "the exponent is what is usual":
		if k["kty"] == "RSA" {
			k["e"] = "AQAB"
		}
	case "the curve follows from the algorithm":
		if crv := map[any]string{"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}[k["alg"]]; crv != "" {
			k["crv"] = crv
		}
	case "coordinates are taken modulo the prime":
		if k["crv"] == "P-521" {
			prime := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 521), big.NewInt(1))
			number("x", func(n *big.Int) { n.Mod(n, prime) })
			number("y", func(n *big.Int) { n.Mod(n, prime) })
		}
	case "coordinates may not begin with a zero byte":
		if x, ok := k["x"].(string); ok && strings.HasPrefix(string(decode(x)), "\x00") && k["crv"] == "P-256" {
			k["x"] = "AA"
		}
	case "the type of a key is not looked at":
		k["kty"] = map[bool]string{k["n"] != nil: "RSA", k["y"] != nil: "EC", k["k"] != nil: "oct"}[true]
		if k["kty"] == "" {
			k["kty"] = "OKP"
		}
	case "a secret that is no text is empty":
		if text, _ := k["k"].(string); text == "" && k["kty"] == "oct" {
			k["k"] = base64.RawURLEncoding.EncodeToString(make([]byte, 32))
		}
	case "the certificate of a key is the key":
		if chain, _ := k["x5c"].([]any); len(chain) > 0 && k["kty"] == "OKP" {
			der, _ := base64.StdEncoding.DecodeString(fmt.Sprint(chain[0]))
			if certificate, err := x509.ParseCertificate(der); err == nil {
				k["x"] = base64.RawURLEncoding.EncodeToString(certificate.PublicKey.(ed25519.PublicKey))
			}
		}
	case "operations count only without use":
		if k["use"] == "sig" {
			delete(k, "key_ops")
		}
	case "use counts only without operations":
		if len(ops) > 0 {
			delete(k, "use")
		}
	case "only the first operation counts":
		k["key_ops"] = ops[:min(1, len(ops))]
	case "operations are compared in lower case", "operations are compared by prefix":
		for i, op := range ops {
			text := fmt.Sprint(op)
			if v.fault == "operations are compared in lower case" && strings.EqualFold(text, "verify") || v.fault == "operations are compared by prefix" && strings.HasPrefix(text, "verify") {
				ops[i] = "verify"
			}
		}
	}
}

// among are the keys of which a fault takes some, changes them, or adds others.
func (v *plainVerifier) among(keys []rawKey, header map[string]any) []rawKey {
	kid, _ := header["kid"].(string)
	alg, _ := header["alg"].(string)
	named := func(k rawKey) bool { return k.kid == kid }
	switch v.fault {
	case "the algorithm of any key will do":
		if slices.ContainsFunc(keys, func(k rawKey) bool { return k.alg == alg }) {
			for i := range keys {
				keys[i].alg = alg
			}
		}
	case "at most eight keys are looked at":
		return keys[:min(8, len(keys))]
	case "a key without alg is for any", "alg of a key is not looked at, and its type decides":
		for i, k := range keys {
			keys[i] = v.silent(k, alg)
		}
	case "an unknown kid is an empty secret":
		if !slices.ContainsFunc(keys, named) {
			return append(keys, rawKey{"HS256", kid, []byte{}})
		}
	case "without a key the secret is empty":
		if len(keys) == 0 {
			return []rawKey{{"HS256", kid, make([]byte, 32)}}
		}
	case "the text of a secret is the secret", "a secret ends at a zero byte", "a secret ends at a line break", "a long secret is cut":
		for i, k := range keys {
			if secret, ok := k.key.([]byte); ok {
				keys[i].key = v.secret(secret)
			}
		}
	}
	return keys
}

// silent is a key whose alg a fault passes over.
func (v *plainVerifier) silent(k rawKey, alg string) rawKey {
	if v.fault == "a key without alg is for any" {
		if k.alg == "" {
			k.alg = alg
			if secrets := secretsOf(k.key); strings.HasPrefix(alg, "HS") && secrets != nil {
				k.key = secrets[1]
			}
		}
		return k
	}
	kinds := ""
	switch k.key.(type) {
	case []byte:
		kinds = "HS"
	case *rsa.PublicKey:
		kinds = "RS PS"
	case ed25519.PublicKey:
		kinds = "Ed"
	}
	if len(alg) > 2 && strings.Contains(kinds, alg[:2]) {
		k.alg = alg
	}
	return k
}

func (v *plainVerifier) secret(secret []byte) []byte {
	switch v.fault {
	case "the text of a secret is the secret":
		return []byte(base64.RawURLEncoding.EncodeToString(secret))
	case "a secret ends at a zero byte":
		text, _, _ := strings.Cut(string(secret), "\x00")
		return []byte(text)
	case "a secret ends at a line break":
		return []byte(strings.TrimSpace(string(secret)))
	}
	return secret[:min(64, len(secret))]
}

// fits reports whether a fault takes a key for a token that names another.
func (v *plainVerifier) fits(k rawKey, header map[string]any) bool {
	kid, isText := header["kid"].(string)
	if header["alg"] != k.alg {
		return false
	}
	switch v.fault {
	case "the algorithm alone chooses the key":
		return true
	case "kid is compared without spaces":
		return strings.TrimSpace(kid) == strings.TrimSpace(k.kid)
	case "kid is compared without its path":
		return path.Base(kid) == path.Base(k.kid)
	case "kid is compared up to a zero byte":
		text, _, _ := strings.Cut(kid, "\x00")
		return text == k.kid
	case "kid is compared without percent-encoding":
		text, _ := url.PathUnescape(kid)
		return text == k.kid
	case "kid of other JSON types is compared as text":
		return !isText && fmt.Sprint(header["kid"]) == k.kid
	case "kid that is no text is passed over":
		return !isText
	case "kid is a pattern":
		ok, _ := path.Match(kid, k.kid)
		return ok
	}
	return false
}

// names reports whether a fault takes the algorithm for that of the key, and the signature is good.
func (v *plainVerifier) names(k rawKey, alg, input string, sig []byte) bool {
	switch v.fault {
	case "alg is compared by prefix":
		return k.alg != "" && strings.HasPrefix(alg, k.alg) && v.fitsSignature(k, input, sig)
	case "spaces after the algorithm are tolerated":
		return strings.TrimRight(alg, " ") == k.alg && v.fitsSignature(k, input, sig)
	case "other names of algorithms are known":
		known := map[string]string{"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": "RS256", "1.2.840.113549.1.1.11": "RS256"}[alg]
		return known == k.alg && v.fitsSignature(k, input, sig)
	}
	return false
}

// brings reports whether a fault trusts a key that comes with the token.
func (v *plainVerifier) brings(header map[string]any, trusted []rawKey, input string, sig []byte) bool {
	if v.fault == "without keys the token is as good" {
		return len(v.c.Keys) == 0
	}
	if chain, _ := header["x5c"].([]any); v.fault == "the certificate in the header is trusted" && len(chain) > 0 {
		text, _ := chain[0].(string)
		der, _ := base64.StdEncoding.DecodeString(text)
		if certificate, err := x509.ParseCertificate(der); err == nil {
			alg, _ := header["alg"].(string)
			return v.fitsSignature(rawKey{alg, "", certificate.PublicKey}, input, sig)
		}
	}
	_, payload, _ := strings.Cut(input, ".")
	var claims map[string]any
	_ = json.Unmarshal(decode(payload), &claims)
	jwk := header["jwk"]
	if v.fault == "the key in a claim is trusted" {
		jwk = claims["sub_jwk"]
	}
	data, _ := json.Marshal(jwk)
	brought, ok := rawKeys(testkit.Case{Keys: []json.RawMessage{data}})
	if !ok || len(brought) == 0 || brought[0].alg != header["alg"] || !v.fitsSignature(brought[0], input, sig) {
		return false
	}
	known := slices.ContainsFunc(trusted, func(k rawKey) bool { return k.kid == brought[0].kid })
	other := !slices.ContainsFunc(trusted, func(k rawKey) bool { return k.alg == brought[0].alg })
	return v.fault == "the key in the header is trusted by its name" && known || v.fault == "the key in the header is trusted for another algorithm" && other || v.fault == "the key in a claim is trusted"
}
