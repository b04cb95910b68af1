package revoke

import (
	"context"
	"errors"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// Once accepts each token a single time: a client assertion, a proof of
// possession, the link in an e-mail. It is plain data: set it up, then use it from
// any number of goroutines without changing it. The zero value and nil accept
// nothing: their methods return an error that says what is missing.
//
// A token is known by iss and jti. One that was issued before the store began is
// refused with [ErrForgotten], since it may have been used. In the store, a token
// that was used is one that is revoked: a [DenyList] over the same store refuses
// it, and its RevokeToken prevents the first use.
type Once struct {
	Tokens jwt.TokenVerifier // asked first; required for Verify
	Store  store.OnceStore   // required

	// Lifetime is the longest life of a token, from iat to exp; required. A token
	// that lives longer is refused. A token without exp lives this long; one
	// without iat is taken to be as old as exp and Lifetime permit.
	Lifetime time.Duration

	// AllowOlderThanStore accepts tokens issued before the store began, which an
	// earlier store may have seen used. Without it they are refused with
	// ErrForgotten: with a Memory also those of the second in which it was made, and
	// with a Leeway of the policy those of so much longer. It is for tests, and for
	// the first days of a store.
	AllowOlderThanStore bool

	Now func() time.Time // the clock, that of the Policy; nil: time.Now
}

// Verify returns the token if Tokens accept it and it was not used before. A
// refusal is a *[jwt.VerifyError]: theirs; one with [ErrReused] or [ErrForgotten];
// or one with [jwt.ErrClaim] for a token without jti, or one that lives too long.
// Any other error means that it could not be decided, and that the token may count
// as used.
func (o *Once) Verify(ctx context.Context, token string) (*jwt.Token, error) {
	d, err := o.denyList()
	if err != nil {
		return nil, err
	}
	t, err := d.verify(ctx, token)
	if err != nil {
		return nil, err
	}
	if err := o.useToken(ctx, d, t); err != nil {
		return nil, err
	}
	return t, nil
}

// useToken records the use of a token of Tokens.
func (o *Once) useToken(ctx context.Context, d *DenyList, t *jwt.Token) error {
	life, refusal := d.life(t)
	if refusal != nil {
		return refusal
	}
	return o.use(ctx, d, t.Claims.Issuer, t.Claims.ID, life)
}

// Use is Verify for what is no token of Tokens: it records the use of an ID, and
// returns a refusal as Verify does if it was used before. IDs of different issuers
// are different. The ID was issued at a time, and cannot be accepted after end;
// clocks may differ by the leeway, at most 10 minutes.
func (o *Once) Use(ctx context.Context, issuer, id string, issued, end time.Time, leeway time.Duration) error {
	d, err := o.denyList()
	if err != nil {
		return err
	}
	if leeway < 0 || leeway > maxLeeway {
		return errors.New("revoke: leeway is " + leeway.String() + ", want 0 to " + maxLeeway.String())
	}
	if end.Sub(issued) > o.Lifetime {
		return badClaim("exp", "more than "+o.Lifetime.String()+" after iat, want a shorter life or a longer Once.Lifetime")
	}
	s := seconds(leeway)
	return o.use(ctx, d, issuer, id, life{jwt.NewNumericDate(issued), add(jwt.NewNumericDate(end), add(1, s)), s})
}

// denyList is a list that refuses what Once refuses, but for a second use.
func (o *Once) denyList() (*DenyList, error) {
	switch {
	case o == nil:
		return nil, errors.New("revoke: Once is nil")
	case o.Store == nil:
		return nil, errors.New("revoke: Once.Store is nil, want where the uses are recorded")
	case o.Lifetime <= 0:
		return nil, errors.New("revoke: Once.Lifetime is not positive, want the longest life of a token")
	}
	return &DenyList{Tokens: o.Tokens, Store: o.Store, Lifetime: o.Lifetime, AllowAbsent: []string{"iat"}, AllowOlderThanStore: o.AllowOlderThanStore, Now: o.Now}, nil
}

func (o *Once) use(ctx context.Context, d *DenyList, issuer, id string, l life) error {
	if id == "" {
		return badClaim("jti", "got nothing, want what a second use could be known by")
	}
	a, err := o.Store.Use(ctx, jwt.NewNumericDate(d.now()), store.Entry{Issuer: issuer, ID: id, Until: add(l.end, seconds(maxLeeway))})
	if err != nil {
		return jose.Undecided[*jwt.VerifyError]("revoke: asking the store", err)
	}
	if a.ID {
		return &jwt.VerifyError{Reason: ErrReused, Claim: "jti"}
	}
	return d.judge(a, store.Query{Issuer: issuer, ID: id}, l)
}
