package jwe

import (
	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// ErrDecrypt is the reason of a *[jwt.VerifyError] for a token that the keys do
// not decrypt. It is one error with one text, whatever is wrong: another key, or
// a changed header, encrypted key, initialization vector, ciphertext or tag.
var ErrDecrypt error = jose.Reason("jwe: token cannot be decrypted")

func malformed(parameter, detail string) *jwt.VerifyError {
	return &jwt.VerifyError{Reason: jwt.ErrMalformed, Claim: parameter, Detail: detail}
}
