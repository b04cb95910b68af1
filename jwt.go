// Package jwt signs and verifies JSON Web Tokens (RFC 7519).
//
// A key serves one algorithm, fixed when it is made. It is a [Signer], a
// [Verifier], or both like [HMAC]; keys in an HSM, a KMS or another package
// plug in behind the same two interfaces.
//
//	key, err := jwt.NewHMAC(jwt.HS256, secret, "2026-11")
//	token, err := jwt.Sign(ctx, key, jwt.Claims{
//		Issuer:    "https://login.example",
//		Audience:  jwt.Audience{"https://api.example"},
//		Subject:   "alice",
//		ExpiresAt: jwt.NewNumericDate(time.Now().Add(10 * time.Minute)),
//	})
//
// A [Policy] says what is accepted. What it does not name must be absent, and
// every token must expire: a field left out refuses tokens, it never lets one in.
//
//	policy := &jwt.Policy{
//		Keys:     jwt.Keys{key},
//		Issuer:   "https://login.example",
//		Audience: []string{"https://api.example"},
//	}
//	verified, err := policy.Verify(ctx, token)
//	fmt.Println(verified.Claims.Subject)
//
// Claims of your own are read with [ClaimsAs]. A refusal is a *[VerifyError];
// any other error means that it could not be decided. Everything here is safe
// for concurrent use once it is set up.
package jwt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// Sign returns a token of type "JWT" with the claims, signed by key. The claims
// may be anything that encodes to one JSON object: [Claims], a struct that
// embeds it, a map, raw JSON as a json.RawMessage. They are encoded as by encoding/json/v2.
// Claims that no verifier could accept are an error: duplicate names, or a
// registered claim of the wrong JSON type. Sign adds none: set exp for a token to
// be accepted, and jti and iat for one to be revoked.
//
// The context is handed to the key, which may be remote.
func Sign(ctx context.Context, key Signer, claims any) (string, error) {
	return SignHeader(ctx, key, Header{Type: plainType}, claims)
}

// plainType is the type of a token that is not said to be anything else.
const plainType = "JWT"

// SignHeader is [Sign] with a header of your own, for its type (RFC 8725 section
// 3.11) or content type. The algorithm and the key ID are the key's: these
// fields of h are left empty, or have the same values.
func SignHeader(ctx context.Context, key Signer, h Header, claims any) (string, error) {
	if isNil(key) || key.Algorithm() == "" {
		return "", errors.New("jwt: no key to sign with")
	}
	b := buffers.Get().(*buffer)
	defer b.free()
	if err := b.writeHeader(key, h); err != nil {
		return "", err
	}
	if err := b.writeClaims(claims); err != nil {
		return "", err
	}
	b.token = encodeBase64URL(append(b.token, '.'), b.payload)
	sig, err := b.sign(ctx, key)
	if err != nil {
		return "", fmt.Errorf("jwt: signing: %w", err)
	}
	if len(sig) == 0 {
		return "", errors.New("jwt: signing: the key returned no signature")
	}
	b.token = encodeBase64URL(append(b.token, '.'), sig)
	return string(b.token), nil
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

// writeHeader begins the token with the encoded header.
func (b *buffer) writeHeader(key Signer, h Header) error {
	alg, keyID := key.Algorithm(), key.KeyID()
	if h.Algorithm != "" && h.Algorithm != alg || h.KeyID != "" && h.KeyID != keyID {
		return fmt.Errorf("jwt: header: got alg %s and kid %s, want the key's, %s and %s", strictjson.Quote(string(h.Algorithm)),
			strictjson.Quote(h.KeyID), strictjson.Quote(string(alg)), strictjson.Quote(keyID))
	}
	if own := own(key); own != nil && h.ContentType == "" && h.Type == plainType {
		b.token = append(b.token[:0], own.plainHeader()...)
		return nil
	}
	var err error
	h.Algorithm, h.KeyID = alg, keyID
	if b.header, err = appendHeader(b.header[:0], h); err != nil {
		return fmt.Errorf("jwt: header: %w", err)
	}
	if _, refusal := decodeHeader(b.header); refusal != nil {
		return fmt.Errorf("jwt: header: %s %s", refusal.Claim, refusal.Detail)
	}
	b.token = encodeBase64URL(b.token[:0], b.header)
	return checkHeaderSize(len(b.token))
}

// writeClaims sets the payload to the JSON of the claims.
func (b *buffer) writeClaims(claims any) (err error) {
	if c, ok := claims.(Claims); ok {
		if b.payload, err = c.append(b.payload[:0]); err != nil {
			return fmt.Errorf("jwt: claims: %w", err)
		}
		return nil
	}
	payload, checked, ok := appendStruct(b.payload[:0], claims)
	if !ok {
		if payload, err = json.Marshal(claims); err != nil {
			return fmt.Errorf("jwt: claims: %w", err)
		}
	}
	b.payload = payload
	if checked {
		return nil
	}
	if claim, problem := checkClaims(b.payload); problem != "" {
		if claim != "" {
			problem = claim + ": " + problem
		}
		return errors.New("jwt: claims: " + problem)
	}
	return nil
}

// sign returns the signature of the token so far. A key from elsewhere gets a
// copy, since it may hold on to it.
func (b *buffer) sign(ctx context.Context, key Signer) (sig []byte, err error) {
	if own := own(key); own != nil {
		b.sig, err = own.appendSignature(ctx, b.sig[:0], b.token)
		return b.sig, err
	}
	return key.Sign(ctx, bytes.Clone(b.token))
}

// A Token is a verified token: there is no other way to come by one than a
// Verify method. The zero value has no claims and no payload. It may be read
// concurrently; whoever changes its fields changes what they tell others, and
// maybe what ClaimsAs reads.
type Token struct {
	Header Header
	Claims Claims

	payload     string
	oneAudience [1]string                     // room for the usual audience
	fraction    struct{ exp, nbf, iat int32 } // nanoseconds that the dates of the Claims are without
	private     int                           // where the first of the other claims begins in the payload; 0: nowhere
	has         registered
}

// Payload returns a copy of the verified payload, byte for byte as it was signed,
// and nil for a Token that no Verify method returned.
func (t *Token) Payload() []byte {
	if t == nil || t.payload == "" {
		return nil
	}
	return []byte(t.payload)
}

// ClaimsAs decodes the verified payload into a T, as encoding/json/v2 would:
// names match exactly, and claims that T does not have are left out. Embed
// [Claims] for the registered ones. A number read into an any is a float64, so
// 64-bit integers want a field of their type. Texts may be parts of the payload,
// which stays in memory as long as they do.
func ClaimsAs[T any](t *Token) (T, error) {
	var none T
	if t == nil || t.payload == "" {
		return none, errors.New("jwt: no verified token to read claims from")
	}
	of := kindOf(reflect.TypeFor[T]())
	room, ok := of.room.Get().(*T)
	if !ok {
		room = new(T)
	}
	err := t.decode(room, of)
	claims := *room
	if of.codec != nil && of.codec.Flat { // no method has seen the room, nor may hold on to it
		*room = none
		of.room.Put(room)
	}
	if err != nil {
		return none, fmt.Errorf("jwt: claims: %w", err)
	}
	return claims, nil
}

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
