package main

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// decryptionFaults are mistakes of those who decrypt nested tokens (RFC 7516 section 5.2).
var decryptionFaults = slices.Concat([]fault{
	"a signed token is as good as an encrypted one", "more than five parts are tolerated", "the JSON serialization is read", "a header that is not protected is read",
	"padding is tolerated", "line breaks are tolerated", "spaces around parts are tolerated", "white space in parts is tolerated", "percent-encoding is tolerated", "other characters are skipped", "stray bits are tolerated", "the scheme Bearer is cut off", "quotes around the token are cut off", "spaces around the token are cut off",
	"text that is not UTF-8 is tolerated", "an object in an array is opened", "a comma before the end is tolerated", "text after the header is passed over", "names are compared in lower case", "names may be there twice", "of two members of one name the first counts",
	"crit is not looked at", "an empty crit is tolerated", "crit that is no array is passed over", "crit may name what the header has", "crit may name claims", "only the first of crit counts",
	"zip is not looked at", "an unknown zip is passed over", "zip is compared in lower case", "what does not inflate is as it was", "what can be inflated is", "zip that is no text is passed over",
	"cty is not looked at", "cty may be absent", "cty is compared by prefix", "cty is compared by suffix", "cty is compared without spaces", "cty may be in an array", "cty that is no text is passed over", "typ counts as cty",

	"claims need no signature", "claims need no signature if cty is absent", "the alg none inside is as good", "an empty signature is accepted", "the signature inside is not looked at", "keys that decrypt verify, too", "a public key is taken for a secret", "a token that is encrypted twice needs no signature",
	"spaces around the token inside are cut off", "a byte order mark before the token inside is cut off", "the token inside may be in base64url", "the token inside may be in an object", "the token inside ends at a zero byte", "the first line inside counts", "more than three parts are tolerated",
	"claims of the encrypted token count", "claims of the encrypted token are as good as there", "kid of the encrypted token counts inside", "typ of the encrypted token counts", "exp is not looked at", "exp is not required", "nbf is not looked at", "an absent aud is accepted", "iss may be absent", "kid is not looked at",
}, recipientFaults, keyPartFaults, contentFaults, macFaults)

func TestEachFaultOfAPlainDecrypterIsFound(t *testing.T) {
	findFaults(t, decryptionFaults, func(f fault) func(testkit.Case) testkit.Verdict {
		return func(c testkit.Case) testkit.Verdict {
			if c.Decryption == nil {
				return testkit.Unsupported
			}
			return verdictOf((&plainDecrypter{f, c}).accepts())
		}
	})
}

// plainDecrypter decrypts one token, and has the plain verifier look at what is inside.
type plainDecrypter struct {
	fault fault
	c     testkit.Case
}

func (d *plainDecrypter) accepts() bool {
	token, unprotected := d.token()
	parts := strings.Split(token, ".")
	if len(parts) == 3 && d.fault == "a signed token is as good as an encrypted one" {
		return d.verifies(nil, token)
	}
	if len(parts) > 5 && d.fault == "more than five parts are tolerated" {
		parts = parts[:5]
	}
	if len(parts) != 5 {
		return false
	}
	var decoded [5][]byte
	for i, part := range parts {
		var ok bool
		if decoded[i], ok = d.decode(part); !ok {
			return false
		}
	}
	v := &plainVerifier{d.fault, d.c}
	header, ok := v.object(d.headerText(decoded[0]))
	if !ok || d.c.Policy.Strict && d.fault != "names may be there twice" && v.twice(json.NewDecoder(bytes.NewReader(decoded[0])), decoded[0], 0, make(map[string]bool)) {
		return false
	}
	maps.Copy(header, unprotected)
	if !v.understands(header) || !d.fitsContentType(header) {
		return false
	}
	content, ok := d.opens(header, parts[0], decoded)
	if !ok {
		return false
	}
	content, ok = d.inflated(header["zip"], content)
	return ok && d.verifies(header, d.inside(string(content)))
}

// token is the text of the token, with what comes around it cut off by a fault, and the
// parameters that a fault finds beside it.
func (d *plainDecrypter) token() (text string, unprotected map[string]any) {
	var flat struct {
		Protected, IV, Ciphertext, Tag string
		Key                            string `json:"encrypted_key"`
		Header                         map[string]any
	}
	switch d.fault {
	case "spaces around the token are cut off":
		return strings.TrimSpace(d.c.Token), nil
	case "the JSON serialization is read", "a header that is not protected is read":
		if json.Unmarshal([]byte(d.c.Token), &flat) == nil && (flat.Header != nil) == (d.fault == "a header that is not protected is read") {
			return strings.Join([]string{flat.Protected, flat.Key, flat.IV, flat.Ciphertext, flat.Tag}, "."), flat.Header
		}
	}
	return (&plainVerifier{d.fault, d.c}).token(), nil
}

func (d *plainDecrypter) decode(part string) ([]byte, bool) {
	switch d.fault {
	case "other characters are skipped":
		part = regexp.MustCompile(`[^A-Za-z0-9_-]`).ReplaceAllString(part, "")
	case "stray bits are tolerated":
		data, err := base64.RawURLEncoding.DecodeString(part)
		return data, err == nil && !strings.ContainsAny(part, "\r\n")
	}
	return (&plainVerifier{d.fault, d.c}).decode(part)
}

func (d *plainDecrypter) headerText(data []byte) []byte {
	if at := bytes.LastIndexByte(data, '}'); d.fault == "text after the header is passed over" && at >= 0 {
		return bytes.TrimSuffix(data[:at+1], []byte("{}"))
	}
	return data
}

// fitsContentType reports whether the header says that a token is inside.
func (d *plainDecrypter) fitsContentType(header map[string]any) bool {
	cty, isText := header["cty"].(string)
	switch d.fault {
	case "cty is not looked at":
		return true
	case "cty may be absent", "claims need no signature if cty is absent":
		if header["cty"] == nil {
			return true
		}
	case "cty is compared by prefix":
		return strings.HasPrefix(cty, "JWT")
	case "cty is compared by suffix":
		return strings.HasSuffix(cty, "JWT")
	case "cty is compared without spaces":
		cty = strings.TrimSpace(cty)
	case "cty may be in an array":
		list, _ := header["cty"].([]any)
		return slices.Contains(list, any("JWT")) || cty == "JWT"
	case "cty that is no text is passed over":
		return !isText && header["cty"] != nil || cty == "JWT"
	case "typ counts as cty":
		return header["typ"] == "JWT" || cty == "JWT"
	}
	return strings.TrimPrefix(strings.ToLower(cty), "application/") == "jwt"
}

// inflated is what a fault makes of a content that may be compressed, which is not
// supported otherwise.
func (d *plainDecrypter) inflated(zip any, content []byte) ([]byte, bool) {
	name, isText := zip.(string)
	inflate := func() ([]byte, bool) {
		data, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(content)), 1<<20))
		return data, err == nil
	}
	data, inflates := []byte(nil), false
	if strings.Contains(string(d.fault), "zip") || strings.Contains(string(d.fault), "inflate") {
		data, inflates = inflate()
	}
	switch d.fault {
	case "zip is not looked at":
		return content, true
	case "an unknown zip is passed over":
		return content, name != "DEF"
	case "zip that is no text is passed over":
		return content, !isText
	case "zip is compared in lower case":
		if strings.EqualFold(name, "DEF") {
			return data, inflates
		}
	case "what does not inflate is as it was":
		if name == "DEF" && !inflates {
			return content, true
		}
	case "what can be inflated is":
		if inflates {
			return data, true
		}
	}
	return content, zip == nil
}

// inside is the content as a fault reads it.
func (d *plainDecrypter) inside(content string) string {
	switch d.fault {
	case "spaces around the token inside are cut off":
		return strings.TrimSpace(content)
	case "a byte order mark before the token inside is cut off":
		return strings.TrimPrefix(content, "\ufeff")
	case "the token inside may be in base64url":
		if data, err := base64.RawURLEncoding.DecodeString(content); err == nil {
			return string(data)
		}
	case "the token inside may be in an object":
		var object struct{ Token string }
		if json.Unmarshal([]byte(content), &object) == nil {
			return object.Token
		}
	case "the token inside ends at a zero byte", "the first line inside counts":
		content, _, _ = strings.Cut(content, map[bool]string{true: "\n", false: "\x00"}[d.fault == "the first line inside counts"])
	}
	return content
}

// verifies asks the plain verifier for what is inside.
func (d *plainDecrypter) verifies(header map[string]any, content string) bool {
	c := d.c
	c.Decryption, c.Token, c.Policy.Strict = nil, content, false
	v := &plainVerifier{d.fault, c}
	parts := strings.Split(content, ".")
	switch d.fault {
	case "claims need no signature", "claims need no signature if cty is absent":
		claims, ok := v.object([]byte(content))
		if ok && (header["cty"] == nil || d.fault == "claims need no signature") {
			return v.fitsClaims(claims) && v.fitsTime(claims)
		}
	case "the alg none inside is as good", "the signature inside is not looked at":
		inner, _ := v.object(decode(parts[0]))
		if len(parts) == 3 && (inner["alg"] == "none" || d.fault == "the signature inside is not looked at") {
			claims, ok := v.object(decode(parts[1]))
			return ok && v.fitsClaims(claims) && v.fitsTime(claims)
		}
	case "keys that decrypt verify, too":
		for _, k := range d.c.Decryption.Keys {
			v.c.Keys = append(v.c.Keys[:len(v.c.Keys):len(v.c.Keys)], json.RawMessage(regexp.MustCompile(`"alg":"[^"]*"`).ReplaceAllString(string(k), `"alg":"HS256"`)))
		}
	case "a token that is encrypted twice needs no signature":
		again := d.c
		again.Token = content
		return len(parts) == 5 && (&plainDecrypter{"claims need no signature", again}).accepts() || v.accepts()
	case "claims of the encrypted token count":
		if header["iss"] == c.Policy.Issuer {
			v.c.Policy.Issuer = ""
		}
		if len(c.Policy.Audience) == 1 && header["aud"] == c.Policy.Audience[0] {
			v.c.Policy.Audience = nil
		}
	case "claims of the encrypted token are as good as there":
		v.c.Policy.Require = slices.DeleteFunc(slices.Clone(c.Policy.Require), func(name string) bool { return header[name] != nil })
	case "kid of the encrypted token counts inside":
		v.fault = "kid is not looked at"
		v.c.Keys = slices.DeleteFunc(slices.Clone(c.Keys), func(k json.RawMessage) bool {
			return len(c.Keys) > 1 && !strings.Contains(string(k), fmt.Sprintf(`"kid":%q`, header["kid"]))
		})
	case "typ of the encrypted token counts":
		if header["typ"] == "at+jwt" {
			v.c.Policy.Types = nil
		}
	}
	return v.accepts()
}
