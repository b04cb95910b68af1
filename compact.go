package jwt

import (
	"errors"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/seed-b1f8f58c/jwt/internal/base64url"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// InsecureDecode returns the JSON of a token's header and payload WITHOUT any
// verification: anybody may have written them. It checks the form of the token,
// the base64url of these two parts, and that there are at most 65,536 bytes; not
// the JSON. It is for tools that show tokens.
func InsecureDecode(token string) (header, payload []byte, err error) {
	if len(token) > jose.DefaultMaxSize {
		return nil, nil, refuse(ErrMalformed, jose.TooLarge(len(token), jose.DefaultMaxSize))
	}
	s, ok := split(token)
	if !ok {
		return nil, nil, refuse(ErrMalformed, notThreeParts)
	}
	header, headerErr := DecodeBase64URL(token[:s.header])
	payload, payloadErr := DecodeBase64URL(token[s.header+1 : s.payload])
	if headerErr != nil || payloadErr != nil {
		return nil, nil, refuse(ErrMalformed, base64url.Problem)
	}
	return header, payload, nil
}

// segments says where the header and the payload of a token end; the signature
// is the rest.
type segments struct{ header, payload int }

// split finds the two dots of a token.
func split(token string) (s segments, ok bool) {
	s.header = strings.IndexByte(token, '.')
	s.payload = s.header + 1 + strings.IndexByte(token[s.header+1:], '.')
	if s.header < 0 || s.payload == s.header {
		return segments{}, false
	}
	return s, strings.IndexByte(token[s.payload+1:], '.') < 0
}

const notThreeParts = "want three parts separated by two dots"

// malformed is the refusal of a token that is not of the form of a signed one, for
// a problem with one of its parts.
func malformed(token, part, problem string) *VerifyError {
	return refuse(ErrMalformed, problem+hintForm(token, part))
}

// hintForm says what a malformed token may be, or what may have been done to it. A
// long text costs little more than a short one: only its beginning is looked at.
func hintForm(token, part string) string {
	scheme, _, _ := strings.Cut(token[:min(len(token), 16)], " ")
	switch {
	case jose.EqualFold(scheme, "Bearer"), jose.EqualFold(scheme, "DPoP"), jose.EqualFold(scheme, "Authorization:"):
		return `; it begins with "` + scheme + `", which is not part of the token`
	case strings.HasPrefix(token, `"`), strings.HasPrefix(token, "'"):
		return "; it begins with a quote"
	case token != strings.TrimSpace(token):
		return "; it begins or ends with a space or a line break"
	case token == "":
		return "; it is empty"
	case dots(token) == manyDots:
		return ""
	case token[0] >= utf8.RuneSelf:
		return "; it begins with a character that is not ASCII, such as a byte order mark"
	case token[0] == '{':
		return "; it is JSON, want the compact form (RFC 7515 section 7.1)"
	case strings.ContainsAny(token[:min(len(token), 4096)], ",; \t\r\n"):
		return "; there is a comma, semicolon, space or line break in it"
	case part == "" && dots(token) == 4:
		return "; it has five, as an encrypted token (RFC 7516), which package jwe reads"
	case part == "" && dots(token) == 0:
		return "; it has no dot, as an opaque token (RFC 6749 section 1.4), which its issuer can introspect"
	case part == "" && dots(token) == 1:
		return "; it has one dot, as a token whose end is missing"
	case isBase64(part) && strings.HasSuffix(part, "="):
		return "; it has padding"
	case isBase64(part) && strings.ContainsAny(part, "+/"):
		return "; it is in the alphabet of standard base64"
	case part != "" && strings.HasSuffix(token, "."+part) && isBase64(part): // the last one
		return "; it may have been cut"
	}
	return ""
}

// manyDots are more than two tokens have, with whatever is between them.
const manyDots = 16

// dots counts the dots of a token, up to manyDots.
func dots(token string) (n int) {
	for n < manyDots {
		i := strings.IndexByte(token, '.')
		if i < 0 {
			break
		}
		n++
		token = token[i+1:]
	}
	return n
}

// isBase64 reports whether a part has letters of base64 only, in either alphabet.
func isBase64(part string) bool {
	return strings.Trim(part, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=") == ""
}

// A buffer is working space for one token, used again for later ones. No part
// of it is ever in the hands of a caller or of a key from elsewhere.
type buffer struct {
	token, header, payload, sig []byte

	known jose.Memo[decodedHeader] // the header of the last good token
}

// A decodedHeader is a header and its JSON.
type decodedHeader struct {
	Header
	json string
}

var buffers = sync.Pool{New: func() any { return new(buffer) }}

func (b *buffer) free() {
	if b.isKept() {
		buffers.Put(b)
	}
}

// isKept reports whether the buffer is small enough to be used again.
func (b *buffer) isKept() bool {
	const most = 256 << 10 // bytes
	return cap(b.token)+cap(b.header)+cap(b.payload)+cap(b.sig) <= most
}

// readHeader decodes the header of the token, which the buffer has, too.
func (b *buffer) readHeader(token string, s segments) (h decodedHeader, refusal *VerifyError) {
	if s.header > jose.MaxHeaderSize {
		return h, refuse(ErrMalformed, "header: "+jose.TooLarge(s.header, jose.MaxHeaderSize))
	}
	if h, ok := b.known.Header(b.token[:s.header]); ok {
		return h, nil
	}
	var ok bool
	if b.header, ok = base64url.AppendDecode(b.header[:0], b.token[:s.header]); !ok {
		return h, malformed(token, token[:s.header], "header: "+base64url.Problem)
	}
	h.json = string(b.header)
	h.Header, refusal = decodeHeader(b.header, h.json)
	return h, refusal
}

// readPayload decodes the payload of the token, whose signature is good.
func (b *buffer) readPayload(s segments, into *target) (*Token, *VerifyError) {
	var ok bool
	if b.payload, ok = base64url.AppendDecode(b.payload[:0], b.token[s.header+1:s.payload]); !ok {
		return nil, refuse(ErrClaim, "payload: "+base64url.Problem)
	}
	return newToken(b.payload, into)
}

// checkHeaderSize refuses to make a header that no verifier would read.
func checkHeaderSize(size int) error {
	if size > jose.MaxHeaderSize {
		return errors.New("jwt: header: " + jose.TooLarge(size, jose.MaxHeaderSize))
	}
	return nil
}
