package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// A fault is one that a plain verifier can have.
type fault string

// faults are mistakes that verifiers have been shipped with.
var faults = []fault{
	"exp is not looked at", "exp is not required", "exp may be equal to now", "nbf is not looked at", "exp may be a text", "exp is cut to 32 bits",
	"a public key is taken for a secret", "the algorithm is the header's", "crit is not looked at", "kid is not looked at", "a key without a match is the first",
	"aud is compared by prefix", "aud is searched in the text", "aud of an array is its first", "an absent aud is accepted", "iss is compared in lower case", "iss may be absent",
	"padding is tolerated", "line breaks are tolerated", "the salt of PSS may have any length", "signatures are compared up to the shorter",
	"an ECDSA signature may have more bytes", "an ECDSA signature may be of zeros", "an Ed25519 signature is not looked at",
	"typ is not looked at", "typ is compared by suffix", "names are compared in lower case", "sub is not looked at", "the age is not looked at",
	"leeway is in milliseconds", "more than three parts are tolerated", "text after the payload is tolerated",
	"the alg none in other letters is accepted", "an empty signature is accepted",
}

// Each of the faults is found, and the verifier without one accepts no row wrongly.
func TestEachFaultOfAPlainVerifierIsFound(t *testing.T) {
	cases := testkit.Cases()
	without := make(map[string]bool)
	for _, d := range try(library{name: "plain", verify: plain("")}, cases).disagree {
		without[d] = true
		if !strings.HasPrefix(d, string(testkit.Unsupported)) {
			t.Error(d)
		}
	}
	for _, f := range faults {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			found := 0
			for _, d := range try(library{name: "plain", verify: plain(f)}, cases).disagree {
				if !without[d] {
					found++
				}
			}
			if found == 0 {
				t.Error("no row finds it")
			}
		})
	}
}

// plain returns a verifier that is written with the standard library only, as plainly
// as can be, with a fault.
func plain(f fault) func(testkit.Case) testkit.Verdict {
	return func(c testkit.Case) testkit.Verdict {
		if (&plainVerifier{f, c}).accepts() {
			return testkit.Accept
		}
		return testkit.Refuse
	}
}

type plainVerifier struct {
	fault fault
	c     testkit.Case
}

func (v *plainVerifier) accepts() bool {
	parts := strings.Split(v.c.Token, ".")
	if len(parts) > 3 && v.fault == "more than three parts are tolerated" {
		parts = parts[:3]
	}
	if len(parts) != 3 {
		return false
	}
	var decoded [3][]byte
	for i, part := range parts {
		var ok bool
		if decoded[i], ok = v.decode(part); !ok {
			return false
		}
	}
	header, ok := v.object(decoded[0])
	if !ok || header["crit"] != nil && v.fault != "crit is not looked at" {
		return false
	}
	if _, there := header["crit"]; there && v.fault != "crit is not looked at" {
		return false
	}
	if !v.signed(header, parts[0]+"."+parts[1], decoded[2]) {
		return false
	}
	claims, ok := v.object(decoded[1])
	return ok && v.fitsType(header) && v.fitsClaims(claims) && v.fitsTime(claims)
}

func (v *plainVerifier) decode(part string) ([]byte, bool) {
	if v.fault == "padding is tolerated" {
		part = strings.TrimRight(part, "=")
	}
	if strings.ContainsAny(part, "\r\n") && v.fault != "line breaks are tolerated" {
		return nil, false
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(part)
	return data, err == nil
}

func (v *plainVerifier) object(data []byte) (members map[string]any, ok bool) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if d.Decode(&members) != nil || members == nil {
		return nil, false
	}
	if v.fault != "text after the payload is tolerated" && !json.Valid(data) {
		return nil, false
	}
	if v.fault == "names are compared in lower case" {
		for name, value := range members {
			members[strings.ToLower(name)] = value
		}
	}
	return members, true
}

func (v *plainVerifier) signed(header map[string]any, input string, sig []byte) bool {
	alg, _ := header["alg"].(string)
	if v.fault == "the alg none in other letters is accepted" && alg != "none" && strings.EqualFold(alg, "none") {
		return true
	}
	if len(sig) == 0 {
		return v.fault == "an empty signature is accepted"
	}
	keys, ok := rawKeys(v.c)
	if !ok {
		return false
	}
	kid, hasKid := header["kid"].(string)
	for i, k := range keys {
		fits := !hasKid || k.kid == "" || k.kid == kid || v.fault == "kid is not looked at" || i == 0 && v.fault == "a key without a match is the first"
		if header["kid"] != nil && !hasKid || !fits {
			continue
		}
		if v.fault == "the algorithm is the header's" && strings.HasPrefix(alg, "HS") {
			if _, ok := k.key.([]byte); ok {
				k.alg = alg
			}
		}
		if v.fault == "a public key is taken for a secret" && strings.HasPrefix(alg, "HS") {
			for _, secret := range secretsOf(k.key) {
				if hmac.Equal(mac(alg, secret, input), sig) {
					return true
				}
			}
		}
		if k.alg == alg && v.fitsSignature(k, input, sig) {
			return true
		}
	}
	return false
}

// secretsOf are the bytes of a public key that might be taken for a secret.
func secretsOf(public any) [][]byte {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil // it is a secret
	}
	return [][]byte{der, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})}
}

func (v *plainVerifier) fitsSignature(k rawKey, input string, sig []byte) bool {
	h := hashOf(k.alg)
	sum := h.New()
	sum.Write([]byte(input))
	digest := sum.Sum(nil)
	switch key := k.key.(type) {
	case []byte:
		want := mac(k.alg, key, input)
		if v.fault == "signatures are compared up to the shorter" && len(sig) < len(want) {
			want = want[:len(sig)]
		}
		return hmac.Equal(want, sig)
	case *rsa.PublicKey:
		if strings.HasPrefix(k.alg, "PS") {
			options := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
			if v.fault == "the salt of PSS may have any length" {
				options.SaltLength = rsa.PSSSaltLengthAuto
			}
			return rsa.VerifyPSS(key, h, digest, sig, options) == nil
		}
		return rsa.VerifyPKCS1v15(key, h, digest, sig) == nil
	case *ecdsa.PublicKey:
		size := (key.Curve.Params().BitSize + 7) / 8
		if v.fault == "an ECDSA signature may have more bytes" && len(sig) > 2*size {
			sig = sig[:2*size]
		}
		if v.fault == "an ECDSA signature may be of zeros" && len(bytes.Trim(sig, "\x00")) == 0 {
			return true
		}
		return len(sig) == 2*size && ecdsa.Verify(key, digest, new(big.Int).SetBytes(sig[:size]), new(big.Int).SetBytes(sig[size:]))
	case ed25519.PublicKey:
		return v.fault == "an Ed25519 signature is not looked at" || ed25519.Verify(key, []byte(input), sig)
	}
	return false
}

func mac(alg string, secret []byte, input string) []byte {
	m := hmac.New(hashOf(alg).New, secret)
	m.Write([]byte(input))
	return m.Sum(nil)
}

func hashOf(alg string) crypto.Hash {
	switch {
	case strings.HasSuffix(alg, "384"):
		return crypto.SHA384
	case strings.HasSuffix(alg, "512"):
		return crypto.SHA512
	}
	return crypto.SHA256
}

func (v *plainVerifier) fitsType(header map[string]any) bool {
	typ, isText := header["typ"].(string)
	if header["typ"] != nil && !isText {
		return false
	}
	if len(v.c.Policy.Types) == 0 || v.fault == "typ is not looked at" {
		return true
	}
	short := func(s string) string {
		s = asciiLower(s)
		if rest, ok := strings.CutPrefix(s, "application/"); ok && !strings.Contains(rest, "/") {
			return rest
		}
		return s
	}
	return slices.ContainsFunc(v.c.Policy.Types, func(want string) bool {
		if v.fault == "typ is compared by suffix" {
			return strings.HasSuffix(short(typ), short(want))
		}
		return short(typ) == short(want)
	})
}

func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func (v *plainVerifier) fitsClaims(claims map[string]any) bool {
	p := v.c.Policy
	for _, name := range p.Require {
		if value, there := claims[name]; (!there || value == nil) && (name != "exp" || v.fault != "exp is not required") {
			return false
		}
	}
	if p.Issuer != "" {
		iss, there := claims["iss"].(string)
		same := iss == p.Issuer || v.fault == "iss is compared in lower case" && strings.EqualFold(iss, p.Issuer)
		if !same && (there || claims["iss"] != nil || v.fault != "iss may be absent") {
			return false
		}
	}
	if p.Subject != "" && claims["sub"] != p.Subject && v.fault != "sub is not looked at" {
		return false
	}
	return len(p.Audience) == 0 || slices.ContainsFunc(p.Audience, func(want string) bool { return v.fitsAudience(claims["aud"], want) })
}

func (v *plainVerifier) fitsAudience(aud any, want string) bool {
	same := func(got any) bool {
		text, _ := got.(string)
		switch v.fault {
		case "aud is compared by prefix":
			return strings.HasPrefix(text, want)
		case "aud is searched in the text":
			return strings.Contains(text, want)
		}
		return got == want
	}
	switch aud := aud.(type) {
	case []any:
		if v.fault == "aud of an array is its first" {
			aud = aud[:min(1, len(aud))]
		}
		return slices.ContainsFunc(aud, same)
	case nil:
		return v.fault == "an absent aud is accepted"
	}
	return same(aud)
}

func (v *plainVerifier) fitsTime(claims map[string]any) bool {
	now, leeway := new(big.Rat).SetInt64(v.c.Now), v.c.Policy.Leeway
	if v.fault == "leeway is in milliseconds" {
		leeway *= 1000
	}
	exp, hasExp, ok := v.date(claims, "exp")
	if !ok {
		return false
	}
	if hasExp && v.fault != "exp is not looked at" {
		late := new(big.Rat).Sub(now, new(big.Rat).SetInt64(leeway)).Cmp(exp)
		if late > 0 || late == 0 && v.fault != "exp may be equal to now" {
			return false
		}
	}
	nbf, hasNbf, ok := v.date(claims, "nbf")
	if !ok || hasNbf && v.fault != "nbf is not looked at" && new(big.Rat).Add(now, new(big.Rat).SetInt64(leeway)).Cmp(nbf) < 0 {
		return false
	}
	iat, hasIat, ok := v.date(claims, "iat")
	if !ok || v.c.Policy.MaxAge == 0 || v.fault == "the age is not looked at" {
		return ok
	}
	age := new(big.Rat).Sub(now, iat)
	return hasIat && age.Cmp(new(big.Rat).SetInt64(v.c.Policy.MaxAge+leeway)) <= 0 && age.Cmp(new(big.Rat).SetInt64(-leeway)) >= 0
}

func (v *plainVerifier) date(claims map[string]any, name string) (at *big.Rat, there, ok bool) {
	value, there := claims[name]
	if !there {
		return nil, false, true
	}
	text, isText := value.(string)
	if number, isNumber := value.(json.Number); isNumber {
		text = number.String()
	} else if !isText || v.fault != "exp may be a text" {
		return nil, true, false
	}
	if _, exponent, found := strings.Cut(strings.ToLower(text), "e"); found && len(exponent) > 3 {
		return nil, true, false
	}
	at, ok = new(big.Rat).SetString(text)
	if ok && v.fault == "exp is cut to 32 bits" && at.IsInt() {
		at.SetInt64(int64(int32(at.Num().Int64())))
	}
	return at, true, ok
}
