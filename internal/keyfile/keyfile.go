// Package keyfile recognizes what is plainly no secret: a public key, which anybody
// may have, or a key file of another kind, given by mistake where a shared secret
// is wanted. An HMAC keyed with a public key is one that everybody can make.
package keyfile

import (
	"bytes"
	"encoding/base64"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/seed-b1f8f58c/jwt/internal/armour"
)

// Kind names what the bytes plainly are, with its article, if that is no secret;
// it is "" for any others. Random bytes of 16 or more are taken for something else
// with a chance of less than 2^-32. It reads each byte a bounded number of times.
func Kind(data []byte) string {
	text := bytes.Trim(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n\"'")
	switch {
	case bytes.Contains(text, []byte("-----BEGIN ")), bytes.HasPrefix(text, []byte("---- BEGIN ")):
		return "a PEM file"
	case isSSH(text):
		return "an SSH key"
	case isJWK(text):
		return "a JSON Web Key"
	case isDER(data):
		return "a DER key or certificate"
	case isBase64DER(text):
		return "a key or certificate in base64"
	}
	return ""
}

// isSSH reports whether text is a line of an OpenSSH public key, maybe behind
// options or a host name, or a file of PuTTY. In an OpenSSH line the base64 begins
// with the length and the name of the algorithm.
func isSSH(text []byte) bool {
	if bytes.HasPrefix(text, []byte("PuTTY-User-Key-File-")) {
		return true
	}
	for _, name := range [...]string{"ssh-", "sk-ssh-", "ecdsa-sha2-", "sk-ecdsa-sha2-"} {
		start := true // of a word
		for before, rest, ok := bytes.Cut(text, []byte(name)); ok; before, rest, ok = bytes.Cut(rest, []byte(name)) {
			if len(before) > 0 {
				start = before[len(before)-1] == ' '
			}
			_, data, _ := bytes.Cut(rest[:min(len(rest), maxSSHName)], []byte(" "))
			if start && bytes.HasPrefix(bytes.TrimLeft(data, " "), []byte("AAAA")) {
				return true
			}
			start = false
		}
	}
	return false
}

const maxSSHName = 64 // bytes of an algorithm's name and the letters behind it

// isJWK reports whether text is the JSON of a key or of a set of keys.
func isJWK(text []byte) bool {
	return bytes.HasPrefix(text, []byte("{")) && (hasMember(text, `"kty"`) || hasMember(text, `"keys"`))
}

func hasMember(text []byte, name string) bool {
	for _, rest, ok := bytes.Cut(text, []byte(name)); ok; _, rest, ok = bytes.Cut(rest, []byte(name)) {
		if bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(":")) {
			return true
		}
	}
	return false
}

// isBase64DER reports whether text is base64 of what isDER knows, in either
// alphabet, with or without padding and line breaks.
func isBase64DER(text []byte) bool {
	if !bytes.HasPrefix(text, []byte("M")) { // the first letter for the tag of a sequence, 0x30: others need no copy
		return false
	}
	der, err := base64.RawURLEncoding.DecodeString(armour.Base64URL(string(text)))
	return err == nil && isDER(der)
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
