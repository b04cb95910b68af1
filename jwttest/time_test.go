package jwttest_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwttest"
)

func TestClockIsTurned(t *testing.T) {
	issuer := jwttest.NewIssuer(t)
	policy, token := issuer.Policy(), issuer.Token(t)
	issuer.Advance(time.Hour)
	if _, err := policy.Verify(t.Context(), token); !errors.Is(err, jwt.ErrExpired) {
		t.Error("got ", err)
	}
}

func TestInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		issuer := jwttest.NewIssuer(t)
		policy := &jwt.Policy{Keys: issuer.Keys, Issuer: issuer.URL, Audience: []string{issuer.Audience}}
		token := issuer.Token(t)
		time.Sleep(time.Hour) // at once
		if _, err := policy.Verify(t.Context(), token); !errors.Is(err, jwt.ErrExpired) {
			t.Error("got ", err)
		}
	})
}

func TestKeyRotation(t *testing.T) {
	issuer := jwttest.NewIssuer(t)
	policy, before := issuer.Policy(), issuer.Token(t)
	if err := issuer.Keys.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	issuer.Advance(59 * time.Minute) // the new key signs in an hour
	for _, token := range []string{before, issuer.Token(t)} {
		if _, err := policy.Verify(t.Context(), token); err != nil {
			t.Error(err)
		}
	}
}
