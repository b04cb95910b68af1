package jwttest_test

import (
	"context"
	"errors"

	"github.com/seed-b1f8f58c/jwt"
)

// A brokenSigner cannot sign, for an algorithm that nobody knows.
type brokenSigner struct{}

func (brokenSigner) Algorithm() jwt.Algorithm { return "X1" }
func (brokenSigner) KeyID() string            { return "" }
func (brokenSigner) Sign(context.Context, []byte) ([]byte, error) {
	return nil, errors.New("out of reach")
}
