// Package keyfile recognizes what is plainly no secret: a public key, which anybody
// may have, or a key file of another kind, given by mistake where a shared secret
// is wanted. An HMAC keyed with a public key is one that everybody can make.
package keyfile

import (
	"encoding/base64"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/seed-b1f8f58c/jwt/internal/armour"
)

// Kind names what the bytes plainly are, with its article, if that is no secret;
// it is "" for any others. It knows the forms that package jwk reads, UTF-16, base64
// and a URL's escapes among them. Random bytes of 16 or more are taken for something
// else with a chance of less than 2^-32. It reads each byte a bounded number of times.
func Kind(data []byte) string {
	text := armour.Trim(armour.Text(data))
	kind := kindOfText(armour.Inner(text))
	switch {
	case kind != "":
		return kind
	case isDER(data):
		return "a DER key or certificate"
	case isBase64(text):
		return "a key or certificate in base64"
	}
	return ""
}

// kindOfText is Kind of a text in none of these forms.
func kindOfText(text string) string {
	switch {
	case armour.In(text), strings.HasPrefix(text, "---- BEGIN "):
		return "a PEM file"
	case isSSH(text):
		return "an SSH key"
	case isJWK(text):
		return "a JSON Web Key"
	}
	return ""
}

// isSSH reports whether text is a line of an OpenSSH public key, maybe behind
// options or a host name, or a file of PuTTY. In an OpenSSH line the base64 begins
// with the length and the name of the algorithm.
func isSSH(text string) bool {
	if strings.HasPrefix(text, "PuTTY-User-Key-File-") {
		return true
	}
	for _, name := range [...]string{"ssh-", "sk-ssh-", "ecdsa-sha2-", "sk-ecdsa-sha2-"} {
		start := true // of a word
		for before, rest, ok := strings.Cut(text, name); ok; before, rest, ok = strings.Cut(rest, name) {
			if len(before) > 0 {
				start = before[len(before)-1] == ' '
			}
			_, data, _ := strings.Cut(rest[:min(len(rest), maxSSHName)], " ")
			if start && strings.HasPrefix(strings.TrimLeft(data, " "), "AAAA") {
				return true
			}
			start = false
		}
	}
	return false
}

const maxSSHName = 64 // bytes of an algorithm's name and the letters behind it

// isJWK reports whether text has the JSON of a key or of a set of keys, maybe below
// other names, in an array, behind other text, or with its quotes escaped.
func isJWK(text string) bool {
	_, json, _ := strings.Cut(strings.ReplaceAll(text, `\"`, `"`), "{")
	return hasMember(json, `"kty"`) || hasMember(json, `"keys"`)
}

func hasMember(text, name string) bool {
	for _, rest, ok := strings.Cut(text, name); ok; _, rest, ok = strings.Cut(rest, name) {
		if strings.HasPrefix(strings.TrimLeft(rest, " \t\r\n"), ":") {
			return true
		}
	}
	return false
}

// isBase64 reports whether text is base64 of a key or a certificate, in either
// alphabet, with or without padding and line breaks.
func isBase64(text string) bool {
	decoded, err := base64.RawURLEncoding.DecodeString(armour.Base64URL(text))
	return err == nil && (isDER(decoded) || kindOfText(armour.Trim(armour.Text(decoded))) != "")
}

// isDER reports whether b is one of the ASN.1 structures that keys and
// certificates come in.
func isDER(b []byte) bool {
	input, body := cryptobyte.String(b), cryptobyte.String(nil)
	if !input.ReadASN1(&body, asn1.SEQUENCE) || !input.Empty() {
		return false
	}
	if body.PeekASN1Tag(asn1.INTEGER) {
		return isVersioned(body)
	}
	return isIdentified(body)
}

// isVersioned is for the structures that begin with an integer: PKCS #8 (RFC
// 5958), SEC 1 (RFC 5915) and PKCS #1 (RFC 8017), private or public.
func isVersioned(body cryptobyte.String) bool {
	if !body.SkipASN1(asn1.INTEGER) {
		return false
	}
	switch {
	case body.Empty():
		return false // a public key has two, and some secret looks like one
	case body.PeekASN1Tag(asn1.SEQUENCE):
		return readAlgorithm(&body) && body.SkipASN1(asn1.OCTET_STRING)
	case body.PeekASN1Tag(asn1.OCTET_STRING):
		return body.SkipASN1(asn1.OCTET_STRING) && body.PeekASN1Tag(asn1.Tag(0).Constructed().ContextSpecific())
	}
	for !body.Empty() {
		if !body.SkipASN1(asn1.INTEGER) {
			return false
		}
	}
	return true
}

// isIdentified is for those that begin with a sequence: a public key (RFC 5280
// section 4.1), an encrypted private key (RFC 5958 section 3) and a certificate.
func isIdentified(body cryptobyte.String) bool {
	certificate := body
	if readAlgorithm(&body) && !body.PeekASN1Tag(asn1.SEQUENCE) {
		if body.PeekASN1Tag(asn1.OCTET_STRING) {
			return body.SkipASN1(asn1.OCTET_STRING) && body.Empty()
		}
		return body.SkipASN1(asn1.BIT_STRING) && body.Empty()
	}
	return certificate.SkipASN1(asn1.SEQUENCE) && readAlgorithm(&certificate) && certificate.SkipASN1(asn1.BIT_STRING) && certificate.Empty()
}

// readAlgorithm reads an AlgorithmIdentifier (RFC 5280 section 4.1.1.2).
func readAlgorithm(s *cryptobyte.String) bool {
	var algorithm cryptobyte.String
	return s.ReadASN1(&algorithm, asn1.SEQUENCE) && algorithm.SkipASN1(asn1.OBJECT_IDENTIFIER)
}
