package jwt

import (
	"context"
	"errors"
	"reflect"
	"sync"

	"github.com/seed-b1f8f58c/jwt/internal/structjson"
)

// VerifyAs verifies the token and decodes its claims into a T, as [ClaimsAs] does.
// Errors are those of v and of ClaimsAs: a refusal is a *[VerifyError], any other
// error means that it could not be decided.
func VerifyAs[T any](ctx context.Context, v TokenVerifier, token string) (T, error) {
	var none T
	if isNil(v) {
		return none, errors.New("jwt: no TokenVerifier to verify the token with")
	}
	of := kindOf(reflect.TypeFor[T]())
	if p, ok := v.(*Policy); ok && of.Plain {
		return verifyInto[T](ctx, p, token, of)
	}
	t, err := verifyToRead(ctx, v, token)
	if err != nil {
		return none, err
	}
	return ClaimsAs[T](t)
}

// verifyInto is VerifyAs for a type of claims that is plain, which are decoded while
// they are verified.
func verifyInto[T any](ctx context.Context, p *Policy, token string, of *claimsKind) (T, error) {
	var none T
	into := target{kind: of, room: (*roomFor[T])(nil)}
	t, err := p.accept(ctx, token, nil, &into)
	if err != nil { // which may have the token
		return none, err
	}
	if !into.filled {
		return ClaimsAs[T](t)
	}
	claims := into.value.Addr().Interface().(*T)
	if of.validates {
		if err := validate(claims); err != nil {
			return none, t.refuse("", err)
		}
	}
	if len(p.Rules) == 0 { // or one of them may have kept the token
		*t = Token{}
		spareTokens.Put(t)
	}
	return *claims, nil
}

// spareTokens are empty, to be used again by verifyInto, which hands out none.
var spareTokens = sync.Pool{New: func() any { return new(Token) }}

// verifyToRead is v.Verify for a token that is read and not handed out, so that a
// Cache need not copy it.
func verifyToRead(ctx context.Context, v TokenVerifier, token string) (*Token, error) {
	if c, ok := v.(*Cache); ok {
		t, _, err := c.lend(ctx, token)
		return t, err
	}
	return v.Verify(ctx, token)
}

// A target is where the claims of a token are decoded to while they are read. Nil is
// nowhere.
type target struct {
	kind   *claimsKind // a plain one
	room   roomMaker
	value  reflect.Value // of that kind, zero; invalid while there is no room
	texts  []string      // memory for the audience and for other lists of texts
	filled bool          // the value has the claims
}

// A roomMaker makes the memory for a value of claims. It is asked when the signature is
// known to be good, so that other tokens take none.
type roomMaker interface {
	make() (value reflect.Value, texts []string)
}

// make is for roomMaker; the receiver is nil.
func (*roomFor[T]) make() (value reflect.Value, texts []string) {
	room := new(roomFor[T])
	return reflect.ValueOf(&room.value).Elem(), room.texts[:]
}

// newToken returns an empty token, for a payload whose signature is good.
func (to *target) newToken() *Token {
	if to == nil {
		return new(Token)
	}
	to.value, to.texts = to.room.make()
	return spareTokens.Get().(*Token)
}

// read has m read a payload into the target.
func (to *target) read(m *structjson.Members, data []byte, source string) {
	if to == nil {
		m.Read(data, source, nil, reflect.Value{}, nil)
		return
	}
	m.Read(data, source, to.kind.Codec, to.value, to.texts[1:1])
}

// setRegistered copies the registered claims to a value that has the other ones.
func (to *target) setRegistered(t *Token) {
	claims, alone := to.value.Addr().Interface().(*Claims)
	if !alone {
		claims = to.value.Field(0).Addr().Interface().(*Claims)
	}
	*claims = t.Claims
	claims.Audience, _ = cloneInto(to.texts[:0:1], t.Claims.Audience)
	to.filled = true
}
