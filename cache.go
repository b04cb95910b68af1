package jwt

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// A Cache remembers which tokens were verified, so that the signature of one
// that comes again with every request is verified once. It pays where keys are
// slow: for HMAC it does not.
//
// The cost is trust in memory: the signature of a remembered token is not verified
// again. Everything else is checked each time: that the key set still has the very
// key that verified the token, and every rule of the policy, time above all. A check
// for revocation goes around the Cache, never inside it.
//
// A token is found by a keyed cryptographic hash of its signature, and then
// compared byte for byte. So nobody can make two tokens collide, or find out which
// are there, and no token is kept with its signature. Refused tokens are not
// remembered, nor are encrypted ones (package jwe). A Verifier from elsewhere must
// be of a comparable type for its tokens to be.
//
//	cache := &jwt.Cache{Policies: jwt.Policies{policy}}
//	list := &revoke.DenyList{Tokens: cache, …}
//
// It is for Policies, which are known beforehand: what a [PolicyFunc] accepts is
// verified each time. [VerifyAs] does not copy the Token, and remembers the claims of a
// struct that embeds [Claims] beside texts, numbers, booleans and []string. It decodes
// others anew, for who gets them may change what they point to.
//
// The zero value but for Policies has the default bounds; a negative bound is an
// error. Set it up, then use it by pointer from any number of goroutines.
type Cache struct {
	Policies Policies // whose tokens are remembered; one Policy is Policies{policy}; required

	MaxAge     time.Duration // longest time without verifying anew; 0: 5 minutes
	MaxEntries int           // most tokens remembered, 1 counts as 2; 0: 10,000
	MaxBytes   int           // most memory they take; 0: 16 MiB

	held atomic.Pointer[memory]
}

// Verify returns what the policies' Verify returns, without verifying the
// signature again while the token is remembered.
func (c *Cache) Verify(ctx context.Context, token string) (*Token, error) {
	t, shared, err := c.lend(ctx, token, nil)
	if shared {
		t = t.copy()
	}
	return t, err
}

// lend is Verify that does not copy the token: it may be the one remembered, which
// others have, too, and is only to be read. If it is not, its claims are decoded into
// the target, unless that is nil.
func (c *Cache) lend(ctx context.Context, token string, into *target) (t *Token, shared bool, err error) {
	if err := c.incomplete(); err != nil {
		return nil, false, err
	}
	s, ok := split(token)
	if !ok || len(token) > c.Policies.maxSize() {
		t, err := c.verify(ctx, token, "", digest{}, into) // which refuses it, or decrypts it: never remembered
		return t, false, err
	}
	m, input := c.memory(), token[:s.payload]
	d := m.digest(token[s.payload+1:])
	if r := m.find(&d); r != nil && r.input == input && r.hasKey(ctx) {
		now := r.policy.now() // after the key set, which may take its time
		age := now.Sub(r.since)
		switch {
		case age < 0 || age >= c.maxAge():
		case r.policy.check(r.token, now) == nil:
			into.recall(r.claims)
			return r.token, true, nil
		default:
			m.forget(&d)
		}
	}
	t, err = c.verify(ctx, token, input, d, into) // which says why, or finds another policy
	return t, false, err
}

// incomplete says what is wrong with the Cache itself.
func (c *Cache) incomplete() error {
	if c == nil || len(c.Policies) == 0 {
		return errors.New("jwt: Cache.Policies are empty, want the policy to remember tokens of")
	}
	if c.MaxAge < 0 || c.MaxEntries < 0 || c.MaxBytes < 0 {
		return errors.New("jwt: Cache has a negative bound")
	}
	return nil
}

// verify asks the policies, and remembers the token if they accept it.
func (c *Cache) verify(ctx context.Context, token, input string, d digest, into *target) (*Token, error) {
	var t *Token
	var err error
	p := c.Policies[0]
	if len(c.Policies) == 1 {
		t, err = p.accept(ctx, token, nil, into)
	} else {
		t, p, err = c.Policies.accept(ctx, token, nil, into)
	}
	if err != nil {
		return nil, err
	}
	if d != (digest{}) && isComparable(t.key) {
		c.memory().remember(&remembered{d, strings.Clone(input), t.copy(), into.keep(), p, p.now().Round(0)})
	}
	return t, nil
}

// hasKey reports whether the key set still has the key that verified the token.
func (r *remembered) hasKey(ctx context.Context) bool {
	keys, err := r.policy.Keys.Verifiers(ctx, r.token.Header)
	return err == nil && slices.ContainsFunc(keys, func(key Verifier) bool {
		return isComparable(key) && key == r.token.key
	})
}

func isComparable(key Verifier) bool {
	v := reflect.ValueOf(key)
	return v.Kind() == reflect.Pointer || v.Comparable() // which takes memory
}

func (c *Cache) maxAge() time.Duration {
	if c.MaxAge == 0 {
		return 5 * time.Minute
	}
	return c.MaxAge
}
