package jwt

import (
	"errors"
	"strings"
	"sync"

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
		return nil, nil, refuse(ErrMalformed, problems[notThreeParts])
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
	if s.header = strings.IndexByte(token, '.'); s.header < 0 {
		return segments{}, false
	}
	s.payload = s.header + 1 + strings.IndexByte(token[s.header+1:], '.')
	if s.payload == s.header {
		return segments{}, false
	}
	return s, strings.IndexByte(token[s.payload+1:], '.') < 0
}

// A buffer is working space for one token, used again for later ones. No part
// of it is ever in the hands of a caller or of a key from elsewhere.
type buffer struct {
	token, header, payload, sig []byte

	known jose.Memo[decodedHeader] // the header that was decoded last
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
		return h, malformed(token, token[:s.header], badHeader)
	}
	h.json = string(b.header)
	if h.Header, refusal = decodeHeader(b.header, h.json); refusal == nil {
		b.known.Keep(b.token[:s.header], h)
	}
	return h, refusal
}

// readPayload decodes the payload of the token, whose signature is good.
func (b *buffer) readPayload(s segments, into *target) (*Token, *VerifyError) {
	var ok bool
	if b.payload, ok = base64url.AppendDecode(b.payload[:0], b.token[s.header+1:s.payload]); !ok {
		return nil, refuse(ErrClaim, "payload: "+base64url.Problem)
	}
	return newToken(string(b.payload), b.payload, into)
}

// checkHeaderSize refuses to make a header that no verifier would read.
func checkHeaderSize(size int) error {
	if size > jose.MaxHeaderSize {
		return errors.New("jwt: header: " + jose.TooLarge(size, jose.MaxHeaderSize))
	}
	return nil
}
