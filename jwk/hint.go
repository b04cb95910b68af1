package jwk

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-b1f8f58c/jwt/internal/keyfile"
)

// byteOrderMark is U+FEFF in UTF-8, which some editors write first.
var byteOrderMark = []byte("\xEF\xBB\xBF")

// hintFor says what data that is not a JSON object may be, and which function
// reads it.
func hintFor(data []byte) string {
	rest, marked := bytes.CutPrefix(data, byteOrderMark)
	rest = bytes.TrimSpace(rest)
	begins := func(with ...string) bool {
		return slices.ContainsFunc(with, func(s string) bool { return bytes.HasPrefix(rest, []byte(s)) })
	}
	switch kind := keyfile.Kind(data); {
	case begins(`{\`, `"{`, `'{`):
		return "; it is JSON in quotes or escaped, want it as it is"
	case begins("{") && marked:
		return "; there is a byte order mark before it"
	case begins("{"):
		return ""
	case begins("["):
		return `; it is an array, want {"keys":[…]} around it`
	case begins("<"):
		return "; it is HTML or XML"
	case begins("eyJ"):
		return "; it is a token or a base64 text"
	case begins("\xFE\xFF", "\xFF\xFE"):
		return "; it is UTF-16, want UTF-8"
	case kind == "an SSH key":
		return "; it is an SSH key, which the package jwk/openssh reads"
	case kind != "":
		return "; it is " + kind + ", which ParsePEM reads"
	}
	return ""
}

// start returns a copy of the first bytes of a value, which tell what it is.
func start(v jsontext.Value) jsontext.Value { return bytes.Clone(v[:min(len(v), 64)]) }

// whatElse says what a JSON object without keys may be, from its members.
func whatElse(members map[string]jsontext.Value) string {
	if _, ok := members["kty"]; ok {
		return "; it is one JWK, which Parse reads"
	}
	if _, ok := members["jwks_uri"]; ok {
		return "; it is the metadata of an issuer, whose jwks_uri is where its keys are"
	}
	for name, value := range members {
		if bytes.Contains(value, []byte("-----BEGIN ")) {
			return "; it is a map of key IDs to PEM certificates, which ParseCertificates reads"
		}
		if bytes.HasPrefix(value, []byte(`{"keys"`)) || strings.EqualFold(name, "keys") {
			return "; it is below another name, want it at the top"
		}
	}
	return "; Parse reads one JWK"
}

// kindOfJSON names the type of a JSON value that is no array, with its article.
func kindOfJSON(v jsontext.Value) string {
	switch v.Kind() {
	case 'n':
		return "null"
	case '"':
		return "a string"
	case '{':
		return "an object"
	case 't', 'f':
		return "a boolean"
	default:
		return "a number"
	}
}
