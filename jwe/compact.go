package jwe

import (
	"strings"
	"sync"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/base64url"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// A buffer is working space for one token in its compact form (RFC 7516 section
// 7.1), used again for later ones. No part of it is ever in the hands of a caller
// or of a key from elsewhere.
type buffer struct {
	token        []byte
	encodedEnd   int // of the header in the token, which is authenticated together with the content
	header       []byte
	encryptedKey []byte
	sealed       []byte // initialization vector, ciphertext and tag in one piece
	ivSize       int
	tagSize      int
	plaintext    []byte

	// The header of the last token, of those written and those decrypted: all
	// tokens of a key have the same.
	written, decrypted jose.Memo[jose.Header]
}

var buffers = sync.Pool{New: func() any { return new(buffer) }}

const maxBuffer = 256 << 10 // bytes to keep

func (b *buffer) free() {
	if b.size() <= maxBuffer {
		buffers.Put(b)
	}
}

func (b *buffer) size() int {
	return cap(b.token) + cap(b.header) + cap(b.encryptedKey) + cap(b.sealed) + cap(b.plaintext)
}

const maxEncryptedKey = 4 << 10 // bytes

// read takes a token with the header h apart, which says nothing yet about whether it
// is genuine.
func (b *buffer) read(token string, maxSize int, h *Header) *jwt.VerifyError {
	if len(token) > maxSize {
		return malformed("", jose.TooLarge(len(token), maxSize))
	}
	dots, problem := split(token)
	if problem != "" {
		return malformed("", problem)
	}
	b.token, b.encodedEnd = append(b.token[:0], token...), dots[0]
	if refusal := b.readHeader(h); refusal != nil {
		return refusal
	}
	return b.readParts(&dots)
}

// split finds the four dots of a token.
func split(token string) (dots [4]int, problem string) {
	const wantFiveParts = "want five parts separated by four dots"
	end := -1
	for i := range dots {
		next := strings.IndexByte(token[end+1:], '.')
		switch {
		case next < 0 && i == 2:
			return dots, "three parts: a signed token, want an encrypted one of five"
		case next < 0:
			return dots, wantFiveParts
		}
		end += 1 + next
		dots[i] = end
	}
	if strings.IndexByte(token[end+1:], '.') >= 0 {
		return dots, wantFiveParts
	}
	return dots, ""
}

// encodedHeader returns the first part of the token.
func (b *buffer) encodedHeader() []byte { return b.token[:b.encodedEnd] }

func (b *buffer) readHeader(h *Header) (refusal *jwt.VerifyError) {
	if b.encodedEnd > jose.MaxHeaderSize {
		return malformed("", "header: "+jose.TooLarge(b.encodedEnd, jose.MaxHeaderSize))
	}
	if common, ok := b.decrypted.Header(b.encodedHeader()); ok {
		h.setCommon(&common)
		return nil
	}
	var ok bool
	if b.header, ok = base64url.AppendDecode(b.header[:0], b.encodedHeader()); !ok {
		return malformed("", "header: "+base64url.Problem)
	}
	*h, refusal = decodeHeader(b.header)
	return refusal
}

// readParts decodes what follows the header.
func (b *buffer) readParts(dots *[4]int) *jwt.VerifyError {
	part := b.token[dots[0]+1 : dots[1]]
	if size := len(part) * 3 / 4; size > maxEncryptedKey {
		return malformed("", "encrypted key: "+jose.TooLarge(size, maxEncryptedKey))
	}
	var ok bool
	if b.encryptedKey, ok = base64url.AppendDecode(b.encryptedKey[:0], part); !ok {
		return malformed("", "encrypted key: "+base64url.Problem)
	}
	if b.sealed, ok = base64url.AppendDecode(b.sealed[:0], b.token[dots[1]+1:dots[2]]); !ok {
		return malformed("", "initialization vector: "+base64url.Problem)
	}
	b.ivSize = len(b.sealed)
	if b.sealed, ok = base64url.AppendDecode(b.sealed, b.token[dots[2]+1:dots[3]]); !ok {
		return malformed("", "ciphertext: "+base64url.Problem)
	}
	tag := len(b.sealed)
	if b.sealed, ok = base64url.AppendDecode(b.sealed, b.token[dots[3]+1:]); !ok {
		return malformed("", "tag: "+base64url.Problem)
	}
	b.tagSize = len(b.sealed) - tag
	return nil
}

// writeParts completes the token, whose header is written.
func (b *buffer) writeParts(encryptedKey []byte, f contentFacts) {
	tag := len(b.sealed) - f.tagSize
	for _, part := range [...][]byte{encryptedKey, b.sealed[:f.ivSize], b.sealed[f.ivSize:tag], b.sealed[tag:]} {
		b.token = base64url.AppendEncode(append(b.token, '.'), part)
	}
}
