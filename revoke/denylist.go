package revoke

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A DenyList refuses tokens that were revoked. It is plain data: set it up, then
// use it from any number of goroutines without changing it. The zero value and
// nil accept and revoke nothing: their methods return an error that says what is
// missing.
//
// IDs, sessions and subjects of different issuers are different things, even if
// they have the same name. By how much clocks may differ is the Leeway of the
// policy that accepted the token; more than 10 minutes is an error.
type DenyList struct {
	Tokens jwt.TokenVerifier // asked first; required for Verify
	Store  store.Store       // required

	// Lifetime is the longest life of a token, from iat to exp, or of a session
	// of [Sessions], whichever is longer; required. Entries are kept as long as
	// this says, so that it must be the same in all that share a Store, and a
	// token that lives longer is refused. A token without exp lives this long.
	Lifetime time.Duration

	// AllowAbsent lists which of "jti", "sid", "sub" and "iat" a token may lack.
	// Without it, a token must have all four. It cannot be revoked by the name
	// that it lacks. A token without iat is taken to be as old as exp and
	// Lifetime permit.
	AllowAbsent []string

	// AllowOlderThanStore accepts tokens issued before the store began, unless
	// the store knows better. Without it they are refused with ErrForgotten, since
	// an earlier store, lost with its process or machine, may have had them
	// revoked: with a Memory also those of the second in which it was made, and with
	// a Leeway of the policy those of so much longer. Tokens of Sessions in the same
	// Store are never older. It is for tests, and for the first days of a store.
	AllowOlderThanStore bool

	// SeparateStore says that the Store is not that of the [Sessions] which issue the
	// tokens, and hears of revocations in another way, such as back-channel logout.
	// What a session ID tells of the store of its Sessions does not count then, and
	// whether a token is older than the store is decided by iat.
	SeparateStore bool

	Now func() time.Time // the clock, that of the Policy; nil: time.Now

	tag    atomic.Pointer[taggedEpoch] // of the last answer
	recent recentStates                // of Sessions
}

// maxLeeway is the largest Leeway of a policy, and how much longer than the life
// of a token its entry is kept.
const maxLeeway = 10 * time.Minute

// Verify returns the token if Tokens accept it and nothing in the Store
// is against it. A refusal is a *[jwt.VerifyError]: their own; one with
// [ErrRevoked] or [ErrForgotten]; or one with [jwt.ErrClaim] for a token that
// could not be revoked, lives too long, ends before iat, or was issued in the
// future. Any other error means that it could not be decided.
//
// The Store is asked once.
func (d *DenyList) Verify(ctx context.Context, token string) (*jwt.Token, error) {
	t, err := d.verify(ctx, token)
	if err != nil {
		return nil, err
	}
	if err := d.ask(ctx, t); err != nil {
		return nil, err
	}
	return t, nil
}

// ask returns nil for a token of Tokens that is not revoked.
func (d *DenyList) ask(ctx context.Context, t *jwt.Token) error {
	query, refusal := d.query(t)
	if refusal != nil {
		return refusal
	}
	life, refusal := d.life(t)
	if refusal != nil {
		return refusal
	}
	a, err := d.Store.Lookup(ctx, query)
	if err != nil {
		return jose.Undecided[*jwt.VerifyError]("revoke: asking the store", err)
	}
	return d.judge(a, query, life)
}

// verify returns the token if Tokens accept it.
func (d *DenyList) verify(ctx context.Context, token string) (*jwt.Token, error) {
	if err := d.incompleteToVerify(); err != nil {
		return nil, err
	}
	t, err := d.Tokens.Verify(ctx, token)
	if err != nil {
		return nil, err
	}
	return t, checkVerified(t)
}

// incompleteToVerify says what is wrong with the list itself, as a verifier.
func (d *DenyList) incompleteToVerify() error {
	if err := d.incomplete(); err != nil {
		return err
	}
	if d.Tokens == nil {
		return errors.New("revoke: DenyList.Tokens is nil, want what verifies the tokens")
	}
	return nil
}

// checkVerified checks what Tokens returned without an error.
func checkVerified(t *jwt.Token) error {
	switch {
	case t == nil:
		return errors.New("revoke: DenyList.Tokens returned neither a token nor an error")
	case t.Leeway() > maxLeeway:
		return errors.New("revoke: Policy.Leeway is " + t.Leeway().String() + ", want at most " + maxLeeway.String())
	}
	return nil
}

// incomplete returns what is wrong with the list itself.
func (d *DenyList) incomplete() error {
	switch {
	case d == nil:
		return errors.New("revoke: DenyList is nil")
	case d.Store == nil:
		return errors.New("revoke: DenyList.Store is nil, want where entries are kept")
	case d.Lifetime <= 0:
		return errors.New("revoke: DenyList.Lifetime is not positive, want the longest life of a token or session")
	}
	for _, claim := range d.AllowAbsent {
		if claim != "jti" && claim != "sid" && claim != "sub" && claim != "iat" {
			return errors.New("revoke: DenyList.AllowAbsent has " + strconv.QuoteToASCII(claim) + `, want some of "jti", "sid", "sub", "iat"`)
		}
	}
	return nil
}

// query names what the token could be revoked by.
func (d *DenyList) query(t *jwt.Token) (store.Query, *jwt.VerifyError) {
	q := store.Query{Issuer: t.Claims.Issuer, ID: t.Claims.ID, Subject: t.Claims.Subject}
	var refusal *jwt.VerifyError
	if q.SessionID, refusal = sessionID(t); refusal != nil {
		return store.Query{}, refusal
	}
	for _, name := range [...]struct{ claim, value string }{{"jti", q.ID}, {"sid", q.SessionID}, {"sub", q.Subject}} {
		if name.value == "" && !slices.Contains(d.AllowAbsent, name.claim) {
			return store.Query{}, absent(name.claim)
		}
	}
	return q, nil
}

func absent(claim string) *jwt.VerifyError {
	return &jwt.VerifyError{Reason: jwt.ErrClaim, Claim: claim, Detail: "got nothing, want what the token could be revoked by, or AllowAbsent to list it"}
}

// A life is when a token can have been issued and accepted.
type life struct {
	issued jwt.NumericDate // the earliest second, by the issuer's clock
	end    jwt.NumericDate // the last second in which it can be accepted
	leeway jwt.NumericDate // by how many seconds clocks may differ
}

// life returns the life of a token, on the safe side.
func (d *DenyList) life(t *jwt.Token) (life, *jwt.VerifyError) {
	now, longest, leeway := jwt.NewNumericDate(d.now()), seconds(d.Lifetime), seconds(t.Leeway())
	issued, end := t.Claims.IssuedAt, t.Claims.ExpiresAt
	hasIssued := issued != 0 || hasIssuedAt(t)
	switch {
	case !hasIssued && !slices.Contains(d.AllowAbsent, "iat"):
		return life{}, absent("iat")
	case !hasIssued && end == 0:
		return life{}, badClaim("exp", "got neither exp nor iat, want one to tell the token's life")
	case !hasIssued:
		issued = add(end, -longest)
	case issued > add(now, leeway):
		return life{}, badClaim("iat", "got "+number(issued)+", want a date before now, "+number(now))
	case end == 0 && now > add(add(issued, longest), leeway):
		return life{}, &jwt.VerifyError{Reason: jwt.ErrExpired, Claim: "iat", Detail: "more than " + d.Lifetime.String() + " ago, and there is no exp"}
	case end == 0:
		end = add(issued, longest)
	case end < issued:
		return life{}, badClaim("exp", "got "+number(end)+", want a date after iat, "+number(issued))
	case end > add(issued, longest):
		return life{}, badClaim("exp", "more than "+d.Lifetime.String()+" after iat, want a shorter life or a longer DenyList.Lifetime")
	}
	return life{issued, add(end, add(1, leeway)), leeway}, nil // exp may have a fraction of a second
}

func badClaim(claim, detail string) *jwt.VerifyError {
	return &jwt.VerifyError{Reason: jwt.ErrClaim, Claim: claim, Detail: detail}
}

func number(d jwt.NumericDate) string { return strconv.FormatInt(int64(d), 10) }

// hasIssuedAt reports whether a token has an iat that reads as 0.
func hasIssuedAt(t *jwt.Token) bool {
	_, ok := strictjson.Find(t.Payload(), "iat")
	return ok
}

// judge returns a refusal if the store's answer is against a token or session.
func (d *DenyList) judge(a store.Answer, q store.Query, l life) error {
	if err := known(a); err != nil {
		return err
	}
	of, ticketed := ticketOf(q.SessionID)
	ticketed = ticketed && !d.SeparateStore
	earliest := add(l.issued, -l.leeway)
	switch {
	case a.ID:
		return &jwt.VerifyError{Reason: ErrRevoked, Claim: "jti"}
	case a.SessionID:
		return &jwt.VerifyError{Reason: ErrRevoked, Claim: "sid"}
	case a.Subject != 0 && earliest <= a.Subject && !(ticketed && of.subject >= a.Subject):
		return &jwt.VerifyError{Reason: ErrRevoked, Claim: "sub"}
	case d.AllowOlderThanStore:
		return nil
	case ticketed && of.epoch != d.tagOf(a.Epoch, q.Issuer):
		return &jwt.VerifyError{Reason: ErrForgotten, Claim: "sid", Detail: "the store began later"}
	case !ticketed && earliest < a.Since:
		return &jwt.VerifyError{Reason: ErrForgotten, Claim: "iat", Detail: "issued " + number(add(a.Since, -earliest)) + " s too early, leeway included: the store began later, and accepts newer tokens"}
	case l.end <= a.Dropped:
		return &jwt.VerifyError{Reason: ErrForgotten, Claim: "exp", Detail: "a clock has gone back"}
	}
	return nil
}

// lookup returns what the Store knows.
func (d *DenyList) lookup(ctx context.Context, q store.Query) (store.Answer, error) {
	a, err := d.Store.Lookup(ctx, q)
	if err == nil {
		err = known(a)
	}
	if err != nil {
		return store.Answer{}, jose.Undecided[*jwt.VerifyError]("revoke: asking the store", err)
	}
	return a, nil
}

// known returns an error if the answer is none.
func known(a store.Answer) error {
	if a.Since <= 0 || a.Since > 1 && a.Epoch == "" {
		return errors.New("revoke: the store does not say since when it remembers")
	}
	return nil
}

func (d *DenyList) now() time.Time {
	if d.Now == nil {
		return time.Now()
	}
	return d.Now()
}
