package jwt

import (
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// An IssuedKey is a [Verifier] whose key says which issuer it is for, as the keys of
// Microsoft Entra do by their member issuer; those of a jwk.Set are. A policy with an
// IssuerTemplate holds its tokens against that.
type IssuedKey interface {
	Verifier
	Issuer() string // the issuer, maybe with one name in braces in place of a part; "" for any
}

const maxIssuerPart = 128 // bytes of the claim that an issuer is made with

// cutTemplate takes an issuer template apart: what is before the braces, the name
// in them, and what follows. It reports whether there is exactly one pair.
func cutTemplate(template string) (before, claim, after string, ok bool) {
	before, rest, opened := strings.Cut(template, "{")
	claim, after, closed := strings.Cut(rest, "}")
	ok = opened && closed && claim != "" && !strings.ContainsAny(before+claim+after, "{}")
	return before, claim, after, ok
}

// incompleteTemplate says what is wrong with Policy.IssuerTemplate.
func (p *Policy) incompleteTemplate() error {
	switch before, claim, _, ok := cutTemplate(p.IssuerTemplate); {
	case p.Issuer != "" || p.AllowAnyIssuer:
		return fmt.Errorf("jwt: Policy has IssuerTemplate and Issuer or AllowAnyIssuer, want one of them")
	case !ok || claim == "iss" || before == "":
		return fmt.Errorf("jwt: Policy.IssuerTemplate: got %s, want an issuer with the name of one claim in braces, such as %q",
			strictjson.Quote(p.IssuerTemplate), "https://login.microsoftonline.com/{tid}/v2.0")
	}
	return nil
}

// fits reports whether the issuer may be one of the template.
func (p *Policy) fitsTemplate(issuer string) bool {
	before, _, after, _ := cutTemplate(p.IssuerTemplate)
	return len(issuer) > len(before)+len(after) && strings.HasPrefix(issuer, before) && strings.HasSuffix(issuer, after)
}

// checkTemplate compares the issuer with the template, and with what the key says.
func (p *Policy) checkTemplate(t *Token) error {
	before, claim, after, _ := cutTemplate(p.IssuerTemplate)
	part, ok := t.text(claim)
	if !ok || !isIssuerPart(part) || t.Claims.Issuer != before+part+after {
		return ErrClaim
	}
	key, ok := t.key.(IssuedKey)
	if !ok || key.Issuer() == "" {
		return nil
	}
	of := key.Issuer()
	if before, _, after, ok := cutTemplate(of); ok {
		of = before + part + after
	}
	if t.Claims.Issuer != of {
		return ErrClaim
	}
	return nil
}

// isIssuerPart reports whether a claim may stand in an issuer: one or more of the
// characters that are unreserved in a URL, so that it is one segment of a path.
func isIssuerPart(s string) bool {
	for _, c := range []byte(s) {
		alphanumeric := '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !alphanumeric && !strings.ContainsRune("-._~", rune(c)) {
			return false
		}
	}
	return s != "" && s != "." && s != ".." && len(s) <= maxIssuerPart
}

// wantTemplate says which issuer the policy accepts of a token.
func (p *Policy) wantTemplate(t *Token) string {
	before, claim, after, _ := cutTemplate(p.IssuerTemplate)
	part, ok := t.text(claim)
	if t.payload == "" {
		return strictjson.Quote(p.IssuerTemplate)
	}
	if !ok || !isIssuerPart(part) {
		return strictjson.Quote(p.IssuerTemplate) + " with the token's " + strictjson.Line(claim) + ", which is " + t.describe(claim)
	}
	if key, ok := t.key.(IssuedKey); ok && t.Claims.Issuer == before+part+after {
		return strictjson.Quote(key.Issuer()) + ", the issuer of its key"
	}
	return strictjson.Quote(before + part + after)
}
