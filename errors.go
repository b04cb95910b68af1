package jwt

import (
	"errors"
	"slices"

	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// Why a token was refused: the reasons of a [VerifyError], for [errors.Is].
//
// The first three say that nothing in the token is genuine as far as is known;
// the last three are given only after the signature was found good. ErrExpired
// is given last of all: such a token is acceptable but for its age.
var (
	ErrMalformed   error = jose.Reason("jwt: malformed token")
	ErrUnknownKey  error = jose.Reason("jwt: no key for this token")
	ErrSignature   error = jose.Reason("jwt: signature not valid")
	ErrClaim       error = jose.Reason("jwt: claim not acceptable")
	ErrNotYetValid error = jose.Reason("jwt: token not yet valid")
	ErrExpired     error = jose.Reason("jwt: token expired")
)

// reasons are all of them, in the order in which a token meets them.
var reasons = [...]error{ErrMalformed, ErrUnknownKey, ErrSignature, ErrClaim, ErrNotYetValid, ErrExpired}

// A VerifyError is the refusal of a token: what a server answers with 401. Any
// other error of a Verify method means that it could not be decided whether the
// token is good, as when keys were out of reach: 503.
//
// Its text is one line, quotes and cuts what comes from the token, and holds no
// key, token or signature. It may say what the policy wanted, so it is for logs
// rather than for the sender of the token. The zero value is a refusal without
// a reason.
type VerifyError struct {
	Reason error  // one of the errors above, or that of a check built on top
	Claim  string // the claim or header parameter at fault, "" if it is none
	Detail string // what was found and what was wanted

	genuine *genuine // nil if the signature is not known to be good
}

// genuine is what is known of a genuine token that was refused.
type genuine struct {
	token    *Token
	cause    error // of a Rule's Check or a Validate method, if one refused it
	question int   // the number of the policy's question it was refused for, from 1; 0: none
}

// Error returns the reason, the claim at fault and the detail, on one line.
func (e *VerifyError) Error() string {
	text := "jwt: token refused"
	if e == nil {
		return text
	}
	if e.Reason != nil {
		text = e.Reason.Error()
	}
	if e.Claim != "" {
		text += ": " + e.Claim
	}
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

// Unwrap returns the reason.
func (e *VerifyError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Reason
}

// Is reports whether the error of the [Rule] or Validate method that refused the
// token is target.
func (e *VerifyError) Is(target error) bool {
	cause := e.cause()
	return cause != nil && errors.Is(cause, target)
}

// As finds target in the error of the [Rule] or Validate method that refused the
// token.
func (e *VerifyError) As(target any) bool {
	cause := e.cause()
	return cause != nil && errors.As(cause, target)
}

// cause returns the error of a Rule's Check or a Validate method, nil for none.
func (e *VerifyError) cause() error {
	if e == nil || e.genuine == nil {
		return nil
	}
	return e.genuine.cause
}

// isVerdict reports whether err has to do with the refusal of a token, maybe of
// another one.
func isVerdict(err error) bool {
	var refusal *VerifyError
	return errors.As(err, &refusal) || slices.ContainsFunc(reasons[:], func(reason error) bool { return errors.Is(err, reason) })
}

// refuse returns a refusal for a reason that has to do with no single claim.
func refuse(reason error, detail string) *VerifyError {
	return &VerifyError{Reason: reason, Detail: detail}
}

// refuse returns a refusal of a genuine token.
func (t *Token) refuse(reason error, claim, detail string) *VerifyError {
	r := &struct { // for one allocation
		VerifyError
		genuine
	}{VerifyError{Reason: reason, Claim: claim, Detail: detail}, genuine{token: t}}
	r.VerifyError.genuine = &r.genuine
	return &r.VerifyError
}
