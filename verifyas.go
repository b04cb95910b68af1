package jwt

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/structjson"
)

// VerifyAs verifies the token and decodes its claims into a T, as [ClaimsAs] does.
// Errors are those of v and of ClaimsAs: a refusal is a *[VerifyError], any other
// error means that it could not be decided.
func VerifyAs[T any](ctx context.Context, v TokenVerifier, token string) (claims T, err error) {
	if isNil(v) {
		return claims, errors.New("jwt: no TokenVerifier to verify the token with")
	}
	into := target{of: (*roomFor[T])(nil)}
	t, err := into.verify(ctx, v, token)
	if err != nil { // which may have the token
		return claims, err
	}
	if !into.filled {
		return ClaimsAs[T](t)
	}
	read := into.value.Addr().Interface().(*T)
	if into.kind.validates {
		if err := validate(read); err != nil {
			return claims, t.refuseFor("", err)
		}
	}
	if into.spare {
		*t = Token{}
		spareTokens.Put(t)
	}
	return *read, nil
}

// spareTokens are empty, to be used again by VerifyAs, which hands out none.
var spareTokens = sync.Pool{New: func() any { return new(Token) }}

// A target is where the claims of a token are decoded to while they are verified, if
// they are of a plain type. Nil is nowhere.
type target struct {
	of     roomMaker
	kind   *claimsKind
	policy *Policy       // that verifies the token,
	now    instant       // and when
	value  reflect.Value // of that kind; invalid until the first claim is to be decoded
	texts  []string      // memory for the audience and for other lists of texts
	filled bool          // the value has the claims
	spare  bool          // nothing else has the token
}

// A roomMaker knows a type of claims. It is asked when the signature is known to be
// good, so that other tokens take no time and no memory.
type roomMaker interface {
	kind() *claimsKind
	make() (value reflect.Value, texts []string)

	// copy is make for a copy of *claims, and returns no value if that is of another type.
	copy(claims any) (value reflect.Value, texts []string)
}

// kind is for roomMaker; the receiver is nil.
func (*roomFor[T]) kind() *claimsKind { return kindOf(reflect.TypeFor[T]()) }

// make is for roomMaker; the receiver is nil.
func (*roomFor[T]) make() (value reflect.Value, texts []string) {
	room := new(roomFor[T])
	return reflect.ValueOf(&room.value).Elem(), room.texts[:]
}

// copy is for roomMaker; the receiver is nil.
func (*roomFor[T]) copy(claims any) (value reflect.Value, texts []string) {
	from, ok := claims.(*T)
	if !ok {
		return value, nil
	}
	room := &roomFor[T]{value: *from}
	return reflect.ValueOf(&room.value).Elem(), room.texts[:]
}

// verify is v.Verify that decodes the claims into the target, if v is of this package
// and they are of a plain type. The token is not handed out: a Cache need not copy it.
func (to *target) verify(ctx context.Context, v TokenVerifier, token string) (t *Token, err error) {
	switch v := v.(type) {
	case *Policy:
		return v.accept(ctx, token, nil, to)
	case Policies:
		t, _, err = v.accept(ctx, token, nil, to)
		return t, err
	case PolicyFunc:
		return v.accept(ctx, token, nil, to)
	case *Cache:
		t, _, err = v.lend(ctx, token, to)
		return t, err
	}
	return v.Verify(ctx, token)
}

// forPayload returns the target for a payload whose signature is good, empty, and nil
// if the claims are not of a plain type.
func (to *target) forPayload(p *Policy, now time.Time) *target {
	if to == nil {
		return nil
	}
	if to.kind == nil {
		to.kind = to.of.kind()
	}
	if !to.kind.Plain {
		return nil
	}
	to.policy, to.now, to.value, to.filled = p, instantOf(now), reflect.Value{}, false
	return to
}

// newToken returns an empty token, for a payload whose signature is good.
func (to *target) newToken() *Token {
	if to == nil {
		return new(Token)
	}
	return spareTokens.Get().(*Token)
}

// begin has m read the private claims of a token into the target. One that is known to
// have expired is refused: they are passed.
func (to *target) begin(m *structjson.Members, t *Token) {
	if to != nil && !to.isLate(t) {
		to.value, to.texts = to.of.make()
		m.Into(to.kind.Codec, to.value, to.texts[1:1])
	}
}

// setRegistered copies the registered claims to a value that has the other ones.
func (to *target) setRegistered(t *Token) {
	if to.isLate(t) {
		return
	}
	if !to.value.IsValid() { // there are no others
		to.value, to.texts = to.of.make()
	}
	claims := registeredIn(to.value)
	*claims = t.Claims
	claims.Audience, _ = structjson.CloneTexts(t.Claims.Audience, to.texts[:0:1])
	to.filled = true
}

// registeredIn returns the Claims that a value is or embeds.
func registeredIn(v reflect.Value) *Claims {
	if claims, alone := v.Addr().Interface().(*Claims); alone {
		return claims
	}
	return v.Field(0).Addr().Interface().(*Claims)
}

func (to *target) isLate(t *Token) bool {
	return t.has&hasExpiresAt != 0 && to.policy.checkExpiresAt(t, to.now, nil) != nil
}

// keep returns claims of their own, if the target has claims of a flat type.
func (to *target) keep() keptClaims {
	if to == nil || !to.filled || !to.kind.Flat {
		return keptClaims{}
	}
	kept := keptClaims{to.value.Addr().Interface(), to.kind, 0}
	own := target{of: to.of}
	kept.texts = own.recall(kept)
	kept.claims = own.value.Addr().Interface()
	return kept
}

// recall fills the target with a copy of claims that were kept, if they are of its
// type. It returns how many texts are in lists.
func (to *target) recall(kept keptClaims) (texts int) {
	if to == nil || kept.kind == nil {
		return 0
	}
	value, room := to.of.copy(kept.claims)
	if !value.IsValid() {
		return 0
	}
	claims := registeredIn(value)
	claims.Audience, room = structjson.CloneTexts(claims.Audience, room[:0])
	to.kind, to.value, to.filled = kept.kind, value, true
	return len(claims.Audience) + kept.kind.Unshare(value, room)
}
