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
// error means that it could not be decided. With an error, it returns the zero T.
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
	read := into.claims.(*T)
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
	policy *Policy // that verifies the token,
	now    instant // and when
	room           // of that kind; zero until the first claim is to be decoded
	filled bool    // the room has the claims
	spare  bool    // nothing else has the token
}

// A room is memory for claims.
type room struct {
	claims any           // a pointer to the value
	value  reflect.Value // of their kind
	texts  []string      // for the audience and for other lists of texts
}

// A roomMaker knows a type of claims. It is asked when the signature is known to be
// good, so that other tokens take no time and no memory.
type roomMaker interface {
	kind() *claimsKind
	make() room

	// copy returns a room that has a copy of *claims, and the zero room if that is of
	// another type.
	copy(claims any) room
}

// kind is for roomMaker; the receiver is nil.
func (*roomFor[T]) kind() *claimsKind { return kindOf(reflect.TypeFor[T]()) }

// make is for roomMaker; the receiver is nil.
func (*roomFor[T]) make() room { return new(roomFor[T]).room() }

// copy is for roomMaker; the receiver is nil.
func (*roomFor[T]) copy(claims any) room {
	from, ok := claims.(*T)
	if !ok {
		return room{}
	}
	return (&roomFor[T]{value: *from}).room()
}

func (r *roomFor[T]) room() room {
	return room{&r.value, reflect.ValueOf(&r.value).Elem(), r.texts[:]}
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
	to.policy, to.now, to.room, to.filled = p, instantOf(now), room{}, false
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
		to.room = to.of.make()
		m.Into(to.kind.Codec, to.value, to.texts[1:1])
	}
}

// setRegistered copies the registered claims to a value that has the other ones.
func (to *target) setRegistered(t *Token) {
	if to.isLate(t) {
		return
	}
	if to.claims == nil { // there are no others
		to.room = to.of.make()
	}
	claims := to.registered()
	*claims = t.Claims
	claims.Audience, _ = structjson.CloneTexts(t.Claims.Audience, to.texts[:0:1])
	to.filled = true
}

// registered returns the Claims that the claims in a room are or embed.
func (r *room) registered() *Claims { return r.claims.(interface{ own() *Claims }).own() }

func (to *target) isLate(t *Token) bool {
	return t.has&hasExpiresAt != 0 && to.policy.checkExpiresAt(t, to.now, nil) != nil
}

// keep returns claims of their own, if the target has claims of a flat type.
func (to *target) keep() keptClaims {
	if to == nil || !to.filled || !to.kind.Flat {
		return keptClaims{}
	}
	kept := keptClaims{to.claims, to.kind, 0}
	own := target{of: to.of}
	kept.texts = own.recall(kept)
	kept.claims = own.claims
	return kept
}

// recall fills the target with a copy of claims that were kept, if they are of its
// type. It returns how many texts are in lists.
func (to *target) recall(kept keptClaims) (texts int) {
	if to == nil || kept.kind == nil {
		return 0
	}
	copied := to.of.copy(kept.claims)
	if copied.claims == nil {
		return 0
	}
	claims, left := copied.registered(), copied.texts[:0]
	claims.Audience, left = structjson.CloneTexts(claims.Audience, left)
	to.kind, to.room, to.filled = kept.kind, copied, true
	return len(claims.Audience) + kept.kind.Unshare(copied.value, left)
}
