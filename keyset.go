package jwt

import (
	"bytes"
	"context"

	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A KeySet has the keys that a [Policy] trusts. It must be safe for concurrent
// use.
type KeySet interface {
	// Verifiers returns the keys that may have signed a token with header h,
	// which is not verified yet, the likeliest first: none if there is no such
	// key, an error if that could not be found out. Keys whose algorithm or key
	// ID does not fit h are passed over, and only the first few others tried.
	// The caller does not modify the result.
	Verifiers(ctx context.Context, h Header) ([]Verifier, error)
}

// Keys is the fixed [KeySet] of a few keys; jwk.Set is for many. Empty Keys have
// none, so that every token is refused with ErrUnknownKey; with nil Keys a
// [Policy] is incomplete.
type Keys []Verifier

// Verifiers returns the keys for h: those with its key ID first.
func (k Keys) Verifiers(_ context.Context, h Header) ([]Verifier, error) {
	first, n := 0, 0
	for i, v := range k {
		if fits(v, &h) {
			if n++; n == 1 {
				first = i
			}
		}
	}
	if n <= 1 { // the usual case: nothing to sort, nothing to allocate
		return k[first : first+n : first+n], nil
	}
	found := make([]Verifier, 0, n)
	for _, named := range []bool{true, false} {
		for _, v := range k[first:] {
			if fits(v, &h) && (v.KeyID() == h.KeyID) == named {
				found = append(found, v)
			}
		}
	}
	return found, nil
}

// fits reports whether a token with header h may be tried with v.
func fits(v Verifier, h *Header) bool {
	if isNil(v) || v.Algorithm() != h.Algorithm || h.Algorithm == "" {
		return false
	}
	return jose.FitsKeyID(v.KeyID(), h.KeyID)
}

// tryKeys returns the first key that fits the header and verifies the signature.
func tryKeys(ctx context.Context, keys []Verifier, h Header, input, sig []byte) (Verifier, error) {
	fit := func(key Verifier) bool { return fits(key, &h) }
	key, found, miss := jose.FirstKey[*VerifyError](keys, fit, func(key Verifier) error {
		switch key.(type) {
		case *HMAC, *publicKey:
			return key.Verify(ctx, input, sig)
		}
		if len(sig) == 0 { // which no key has to be asked for
			return ErrSignature
		}
		return key.Verify(ctx, bytes.Clone(input), bytes.Clone(sig)) // a key from elsewhere may hold on to them
	}, ErrSignature)
	if !found {
		return nil, noKey(h, miss)
	}
	return key, nil
}

// noKey is the error for a token that no key was found to have signed.
func noKey(h Header, miss jose.Miss) error {
	switch {
	case miss.Failure() != nil:
		return jose.Undecided[*VerifyError]("jwt: verifying the signature", miss.Failure())
	case miss.None():
		return refuse(ErrUnknownKey, "got alg "+strictjson.Quote(string(h.Algorithm))+", kid "+strictjson.Quote(h.KeyID)+", and no key fits")
	}
	return refuse(ErrSignature, miss.Detail())
}
