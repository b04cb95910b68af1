package jwttest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt"
)

// TestTokenVerifier tests an implementation of [jwt.TokenVerifier] that trusts the
// issuer: it returns what is in the issuer's right tokens, also in concurrent calls, and
// refuses what [Attacks] tries in a token, with a *[jwt.VerifyError] and no token. A late
// token is [jwt.ErrExpired], an early one [jwt.ErrNotYetValid]. When the context has ended
// it accepts no other tokens. Allow are names of attacks, as AttackOptions has them.
//
// A TokenVerifier does not check proofs of possession: bound tokens are not tried.
func TestTokenVerifier(t testing.TB, tokens jwt.TokenVerifier, issuer *Issuer, allow ...string) {
	t.Helper()
	x := newAttacker(t, issuer)
	x.options.Allow = append(slices.Clone(allow), boundToken)
	x.checkAllow()
	c := tokenContract{contract{t, "TokenVerifier"}, tokens, x}
	x.right = issuer.Token(t)
	c.accepts("alice", x.right)
	for _, a := range slices.Concat(keyAttacks, textAttacks, claimAttacks) {
		if !x.allowed(a.name) {
			c.withstands(a)
		}
	}
	c.refuses("an empty token", "", "")
	c.refuses("a token with a line break in its signature", x.right+"\n", ". Fix: decode base64url strictly")
	c.reasons()
	c.together(func(n int) {
		subject := fmt.Sprint("caller ", n)
		c.accepts(subject, issuer.Token(t, Claim("sub", subject)))
	})
	c.endedContext()
}

type tokenContract struct {
	contract
	tokens   jwt.TokenVerifier
	attacker *attacker
}

func (c tokenContract) accepts(subject, token string) {
	c.t.Helper()
	c.try("a right token", func() {
		c.t.Helper()
		got, err := c.tokens.Verify(c.t.Context(), token)
		switch {
		case err != nil:
			c.broken("refuses a right token: %v", err)
		case got == nil:
			c.broken("returns neither a token nor an error")
		case got.Claims.Subject != subject || encode(string(got.Payload())) != part(token, 1):
			c.broken("returns another token than the one that it was given")
		}
	})
}

func (c tokenContract) withstands(a attack) {
	c.t.Helper()
	for _, trial := range a.trials(c.attacker) {
		c.refuses(fmt.Sprintf("attack %q: %s", a.name, trial.what), trial.token, ". Fix: "+a.fix)
	}
}

func (c tokenContract) refuses(what, token, fix string) {
	c.t.Helper()
	c.try(what, func() {
		c.t.Helper()
		got, err := c.tokens.Verify(c.t.Context(), token)
		switch {
		case err == nil:
			c.broken("accepts %s%s", what, fix)
		case got != nil:
			c.broken("returns a token with its error, for %s", what)
		case !refused(err):
			c.broken("cannot decide about %s, want a *jwt.VerifyError: %v", what, err)
		case leaks(err, token):
			c.broken("has the signature of the token in its error, for %s", what)
		}
	})
}

// leaks reports whether an error has the signature of a token in it.
func leaks(err error, token string) bool {
	sig := token[strings.LastIndexByte(token, '.')+1:]
	return len(sig) >= 16 && strings.Contains(fmt.Sprintf("%+v", err), sig)
}

// reasons checks that a client can be told to get a new token.
func (c tokenContract) reasons() {
	c.t.Helper()
	for _, row := range []struct {
		attack string
		change Change
		reason error
	}{{"expired", Expired(), jwt.ErrExpired}, {"not yet valid", NotYetValid(), jwt.ErrNotYetValid}} {
		if c.attacker.allowed(row.attack) {
			continue
		}
		c.try(row.attack, func() {
			c.t.Helper()
			if _, err := c.tokens.Verify(c.t.Context(), c.attacker.token(row.change)); refused(err) && !errors.Is(err, row.reason) {
				c.broken("refuses a token that is %s for another reason: %v", row.attack, err)
			}
		})
	}
}

func (c tokenContract) endedContext() {
	c.t.Helper()
	const what = "a context that has ended"
	c.try(what, func() {
		c.t.Helper()
		if got, err := c.tokens.Verify(cancelled(c.t), c.attacker.token()); err == nil && got == nil {
			c.broken("returns neither a token nor an error when the context has ended")
		}
	})
	c.try(what, func() {
		c.t.Helper()
		if _, err := c.tokens.Verify(cancelled(c.t), c.attacker.own(Header("kid", c.attacker.keyID()))); err == nil {
			c.broken("accepts a forged token when the context has ended")
		}
	})
}
