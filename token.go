package jwt

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

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

// newToken returns the token of a payload that is known to be genuine.
func newToken(payload []byte) (*Token, *VerifyError) {
	t := &Token{payload: string(payload)}
	if claim, problem := t.decodeClaims(payload); problem != "" {
		return nil, &VerifyError{ErrClaim, claim, problem}
	}
	return t, nil
}

// decrypted returns the token of a payload that package jwe decrypted.
func decrypted(e jose.Envelope, payload string) (*Token, error) {
	t, refusal := newToken([]byte(payload))
	if refusal != nil {
		return nil, refusal
	}
	t.Header = Header{Algorithm(e.Header.Algorithm), e.Header.KeyID, e.Header.Type, e.Header.ContentType}
	return t, nil
}

// Payload returns a copy of the verified payload, byte for byte as it was signed,
// and nil for a Token that no Verify method returned.
func (t *Token) Payload() []byte {
	if t == nil || t.payload == "" {
		return nil
	}
	return []byte(t.payload)
}

// Bound reports whether the token has a cnf claim (RFC 7800), whatever its value:
// it was issued for the holder of a key, and whoever presents it has to prove that
// they have that key.
func (t *Token) Bound() bool { return t != nil && t.has&hasConfirmation != 0 }

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

// The dates to the nanosecond, zero for one that is absent.
func (t *Token) expiresAt() instant { return instant{int64(t.Claims.ExpiresAt), t.fraction.exp} }

func (t *Token) notBefore() instant { return instant{int64(t.Claims.NotBefore), t.fraction.nbf} }

func (t *Token) issuedAt() instant { return instant{int64(t.Claims.IssuedAt), t.fraction.iat} }

// copy returns a token of its own, for who gets it may change it.
func (t *Token) copy() *Token {
	c := *t
	if c.Claims.Audience != nil {
		c.Claims.Audience = append(c.oneAudience[:0], t.Claims.Audience...)
	}
	return &c
}
