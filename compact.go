package jwt

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"sync"

	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// InsecureDecode returns the JSON of a token's header and payload WITHOUT any
// verification: anybody may have written them. It checks the form of the token,
// the base64url of these two parts, and that there are at most 65,536 bytes; not
// the JSON. It is for tools that show tokens.
func InsecureDecode(token string) (header, payload []byte, err error) {
	if len(token) > defaultMaxSize {
		return nil, nil, refuse(ErrMalformed, tooLarge(len(token), defaultMaxSize))
	}
	s, ok := split(token)
	if !ok {
		return nil, nil, refuse(ErrMalformed, notThreeParts)
	}
	header, headerErr := DecodeBase64URL(token[:s.header])
	payload, payloadErr := DecodeBase64URL(token[s.header+1 : s.payload])
	if headerErr != nil || payloadErr != nil {
		return nil, nil, refuse(ErrMalformed, notBase64URL)
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

func tooLarge(size, limit int) string {
	b := strconv.AppendInt(make([]byte, 0, 64), int64(size), 10)
	b = append(b, " bytes, want at most "...)
	return string(strconv.AppendInt(b, int64(limit), 10))
}

// A buffer is working space for one token, used again for later ones. No part
// of it is ever in the hands of a caller or of a key from elsewhere.
type buffer struct {
	token, header, payload, sig []byte

	// The header of the last good token, encoded and decoded: all tokens of a key
	// have the same.
	knownHeader []byte
	known       Header
}

var buffers = sync.Pool{New: func() any { return new(buffer) }}

func (b *buffer) free() {
	const most = 256 << 10 // bytes to keep
	if cap(b.token)+cap(b.header)+cap(b.payload)+cap(b.sig) <= most {
		buffers.Put(b)
	}
}

// readHeader decodes the header of the token.
func (b *buffer) readHeader(s segments) (h Header, refusal *VerifyError) {
	if s.header > jose.MaxHeaderSize {
		return Header{}, refuse(ErrMalformed, "header: "+tooLarge(s.header, jose.MaxHeaderSize))
	}
	if len(b.knownHeader) != 0 && bytes.Equal(b.token[:s.header], b.knownHeader) {
		return b.known, nil
	}
	var ok bool
	if b.header, ok = appendBase64URL(b.header[:0], b.token[:s.header]); !ok {
		return Header{}, refuse(ErrMalformed, "header: "+notBase64URL)
	}
	return decodeHeader(b.header)
}

// remember keeps a header that has been verified, unless it is a large one.
func (b *buffer) remember(s segments, h Header) {
	if s.header <= 512 && !bytes.Equal(b.token[:s.header], b.knownHeader) {
		b.knownHeader, b.known = append(b.knownHeader[:0], b.token[:s.header]...), h
	}
}

// readPayload decodes the payload of the token, whose signature is good.
func (b *buffer) readPayload(s segments) (*Token, *VerifyError) {
	var ok bool
	if b.payload, ok = appendBase64URL(b.payload[:0], b.token[s.header+1:s.payload]); !ok {
		return nil, refuse(ErrClaim, "payload: "+notBase64URL)
	}
	t := &Token{payload: string(b.payload)}
	if claim, problem := t.decodeClaims(b.payload); problem != "" {
		return nil, &VerifyError{ErrClaim, claim, problem}
	}
	return t, nil
}

const defaultMaxSize = 64 << 10 // bytes of a token

// checkHeaderSize refuses to make a header that no verifier would read.
func checkHeaderSize(size int) error {
	if size > jose.MaxHeaderSize {
		return errors.New("jwt: header: " + tooLarge(size, jose.MaxHeaderSize))
	}
	return nil
}
