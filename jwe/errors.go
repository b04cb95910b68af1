package jwe

import (
	"errors"

	"github.com/seed-b1f8f58c/jwt"
)

// ErrDecrypt is the reason of a *[jwt.VerifyError] for a token that the keys do
// not decrypt. It is one error with one text, whatever is wrong: another key, or
// a changed header, encrypted key, initialization vector, ciphertext or tag.
var ErrDecrypt = errors.New("jwe: token cannot be decrypted")

func malformed(parameter, detail string) *jwt.VerifyError {
	return &jwt.VerifyError{Reason: jwt.ErrMalformed, Claim: parameter, Detail: detail}
}
