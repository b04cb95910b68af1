//go:build !go1.27

package dpop_test

import (
	"crypto"
	"errors"

	"github.com/seed-b1f8f58c/jwt"
)

var mldsaAlgorithms []jwt.Algorithm // for which there are keys

const mldsaNames = ""

func newMLDSA(jwt.Algorithm) (crypto.Signer, error) { return nil, errors.ErrUnsupported }
