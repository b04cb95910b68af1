package jwt

import (
	"strings"
	"unicode/utf8"

	"github.com/seed-b1f8f58c/jwt/internal/base64url"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// A problem is one with the form of a token.
type problem int

const (
	notThreeParts problem = iota
	badHeader
	badSignature
)

var problems = [...]string{
	notThreeParts: "want three parts separated by two dots",
	badHeader:     "header: " + base64url.Problem,
	badSignature:  "signature: " + base64url.Problem,
}

// A hint says what a malformed token may be, or what may have been done to it. It is
// the texts of the problems followed by that, so that a refusal makes none.
type hint [len(problems)]string

func newHint(text string) *hint {
	var h hint
	for i := range h {
		h[i] = problems[i] + text
	}
	return &h
}

var (
	noHint       = newHint("")
	quoted       = newHint("; it begins with a quote")
	spaceAround  = newHint("; it begins or ends with a space or a line break")
	empty        = newHint("; it is empty")
	notASCII     = newHint("; it begins with a character that is not ASCII, such as a byte order mark")
	isJSON       = newHint("; it is JSON, want the compact form (RFC 7515 section 7.1)")
	hasSeparator = newHint("; there is a comma, semicolon, space or line break in it")
	encrypted    = newHint("; it has five, as an encrypted token (RFC 7516), which package jwe reads")
	opaque       = newHint("; it has no dot, as an opaque token (RFC 6749 section 1.4), which its issuer can introspect")
	withoutEnd   = newHint("; it has one dot, as a token whose end is missing")
	padded       = newHint("; it has padding")
	standard     = newHint("; it is in the alphabet of standard base64")
	cut          = newHint("; it may have been cut")
)

// malformed is the refusal of a token for a problem with its form, or with the form of
// one of its parts.
func malformed(token, part string, p problem) *VerifyError {
	if scheme := schemeOf(token); scheme != "" {
		return refuse(ErrMalformed, problems[p]+`; it begins with "`+scheme+`", which is not part of the token`)
	}
	h := hintBeginning(token)
	switch {
	case h != nil:
	case p == notThreeParts:
		h = hintDots(token)
	default:
		h = hintEncoding(token, part, p)
	}
	return refuse(ErrMalformed, h[p])
}

// schemeOf returns the scheme or the name of a header field that stands before a
// token, as it is written, and "" if there is none.
func schemeOf(token string) string {
	for _, scheme := range [...]string{"Bearer", "DPoP", "Authorization:"} {
		if n := len(scheme); len(token) > n && token[n] == ' ' && jose.EqualFold(token[:n], scheme) {
			return token[:n]
		}
	}
	return ""
}

// hintBeginning returns a hint that depends on how a token begins or ends, nil for none.
func hintBeginning(token string) *hint {
	switch {
	case token == "":
		return empty
	case token[0] == '"', token[0] == '\'':
		return quoted
	case mayBeSpace(token[0]) || mayBeSpace(token[len(token)-1]):
		if token != strings.TrimSpace(token) {
			return spaceAround
		}
	}
	switch {
	case token[0] >= utf8.RuneSelf:
		return notASCII
	case token[0] == '{':
		return isJSON
	}
	return nil
}

// mayBeSpace reports whether a byte is a space, or a part of one.
func mayBeSpace(c byte) bool { return c <= ' ' || c >= utf8.RuneSelf }

// hintDots is the hint for a token that has not two dots.
func hintDots(token string) *hint {
	first := strings.IndexByte(token, '.')
	switch {
	case first < 0 && isText(token):
		return hasSeparator
	case first < 0: // and so there are not several tokens, whatever is in it
		return opaque
	}
	n := dots(token[first:])
	switch {
	case n >= manyDots:
		return noHint
	case isSeparated(token):
		return hasSeparator
	case n == 4:
		return encrypted
	case n == 1:
		return withoutEnd
	}
	return noHint
}

// isText reports whether several words or lines are in the beginning of a token.
func isText(token string) bool {
	token = token[:min(len(token), far)]
	return strings.IndexByte(token, ' ') >= 0 || strings.IndexByte(token, '\n') >= 0
}

// manyDots are more than two tokens have, with whatever is between them.
const manyDots = 9

// dots counts the dots of a token, up to manyDots or a few more.
func dots(token string) (n int) {
	const beginning = 64
	if n = strings.Count(token[:min(len(token), beginning)], "."); n >= manyDots || len(token) <= beginning {
		return n // which is faster for a flood of them
	}
	for n = 0; n < manyDots; {
		i := strings.IndexByte(token, '.')
		if i < 0 {
			break
		}
		n++
		token = token[i+1:]
	}
	return n
}

// far is how much of a token is looked at for what is not in one: a long text costs little.
const far = 4096

// isSeparated reports whether what stands between several tokens, or between the lines
// of one, is in the beginning of a token.
func isSeparated(token string) bool {
	token = token[:min(len(token), far)]
	for _, separator := range []byte(" \n,;\t\r") {
		if strings.IndexByte(token, separator) >= 0 { // each faster than strings.ContainsAny
			return true
		}
	}
	return false
}

// hintEncoding is the hint for a token of which a part is not base64url.
func hintEncoding(token, part string, p problem) *hint {
	switch {
	case isSeparated(token):
		return hasSeparator
	case strings.HasSuffix(part, "=") && isBase64(part):
		return padded
	case (strings.Contains(part, "+") || strings.Contains(part, "/")) && isBase64(part):
		return standard
	case p == badSignature && isBase64(part):
		return cut
	}
	return noHint
}

// isBase64 reports whether a part has letters of base64 only, in either alphabet.
func isBase64(part string) bool {
	for i := range len(part) {
		switch c := part[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '+', c == '/', c == '=':
		default:
			return false
		}
	}
	return true
}
