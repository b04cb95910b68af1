package jwk

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// byteOrderMark is U+FEFF in UTF-8, which some editors write first.
var byteOrderMark = []byte("\xEF\xBB\xBF")

// hintFor says what data that is not a JSON object may be, and which function
// reads it.
func hintFor(data []byte) string {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, byteOrderMark))
	switch {
	case bytes.Contains(data[:min(len(data), 1<<10)], []byte("-----BEGIN ")):
		return "; ParsePEM reads PEM files"
	case bytes.HasPrefix(data, []byte("<")):
		return "; it is HTML or XML"
	case bytes.HasPrefix(data, []byte("[")):
		return `; it is an array, want {"keys":[…]} around it`
	case bytes.HasPrefix(data, []byte("eyJ")):
		return "; it is a token or a base64 text"
	case bytes.HasPrefix(data, []byte("\xFE\xFF")) || bytes.HasPrefix(data, []byte("\xFF\xFE")):
		return "; it is UTF-16, want UTF-8"
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

// kindOfJSON names the type of a JSON value, with its article.
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
	case '[':
		return "an array"
	default:
		return "a number"
	}
}
