package main

import (
	"errors"
	"testing"
)

// A library is one of those compared, on the fastest of its ways that is secure:
// the signature is verified with an algorithm fixed beforehand, then iss, aud,
// exp (which must be there) and nbf are checked, and the claims come out typed.
// What it does not offer is nil.
//
// Each gets the token in the type that it takes, and gives it back in the one
// that it returns; keys, options and claims are made ready beforehand as far as
// the library lets them be used again.
type library struct {
	name       string
	verify     func(alg string, what content, token string) verification
	sign       func(alg string, what content) signing
	keySet     func(alg string, keys []namedKey, what content, token string) verification
	remote     func(url string, alg string, keys []namedKey, what content, token string) verification
	encrypt    func(kind encryption, plaintext []byte) signing
	decrypt    func(kind encryption, token string) decryption
	oneAtATime bool // its operations are not for several goroutines; each makes its own
}

// libraries are all of them; the first is the standard library's bare
// cryptography, against which the others are measured.
var libraries = append([]library{
	floor,
	ours,
	golangJWT,
	jwxV3,
	goJOSE,
	cristalhq,
	pascaldekloe,
	kataras,
}, jwxV4()...)

// A namedKey is a key of a set: private, for tests to sign with.
type namedKey struct {
	id  string
	key any
}

// A verification is one token about to be verified.
type verification struct {
	run    func() error           // what is timed
	claims func() (claims, error) // the same, to see what came out
}

func verifying[T any](verify func() (T, error), read func(T) claims) verification {
	return verification{
		run: func() error { _, err := verify(); return err },
		claims: func() (claims, error) {
			t, err := verify()
			if err != nil {
				return claims{}, err
			}
			return read(t), nil
		},
	}
}

// check compares what the library reads from its token with what was written.
func (v verification) check(tb testing.TB, want claims) {
	tb.Helper()
	if v.claims == nil { // the floor reads nothing
		if err := v.run(); err != nil {
			tb.Fatal(err)
		}
		return
	}
	got, err := v.claims()
	if err != nil {
		tb.Fatal("a good token is refused:", err)
	}
	if !same(got, want) {
		tb.Fatalf("got  %+v\nwant %+v", got, want)
	}
}

// A signing is one token about to be issued.
type signing struct {
	run   func() error
	token func() (string, error)
}

func issuing[T string | []byte](sign func() (T, error)) signing {
	return signing{
		run:   func() error { _, err := sign(); return err },
		token: func() (string, error) { t, err := sign(); return string(t), err },
	}
}

// check lets another library verify the token that this one issues.
func (s signing) check(tb testing.TB, alg string, what content) {
	tb.Helper()
	if s.token == nil {
		if err := s.run(); err != nil {
			tb.Fatal(err)
		}
		return
	}
	token, err := s.token()
	if err != nil {
		tb.Fatal(err)
	}
	golangJWT.verify(alg, what, token).check(tb, claimsOf(what))
}

// errClaims is the refusal of a library's user, where the library leaves a check
// to them.
var errClaims = errors.New("claims not acceptable")
