package jwt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

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
	keyID := v.KeyID()
	return keyID == h.KeyID || keyID == "" || h.KeyID == ""
}

// tryKeys returns the first key that fits the header and verifies the signature.
func tryKeys(ctx context.Context, keys []Verifier, h Header, input, sig []byte) (Verifier, error) {
	tried := 0
	var failure error
	for _, key := range keys {
		if !fits(key, &h) {
			continue
		}
		if tried++; tried > maxCandidates {
			break
		}
		var err error
		switch key.(type) {
		case *HMAC, *publicKey:
			err = key.Verify(ctx, input, sig)
		default: // a key from elsewhere may hold on to what it is given
			err = key.Verify(ctx, bytes.Clone(input), bytes.Clone(sig))
		}
		if err == nil {
			return key, nil
		}
		switch {
		case errors.Is(err, ErrSignature):
		case failure == nil:
			failure = err
		default:
			failure = fmt.Errorf("%w; %w", failure, err)
		}
	}
	switch {
	case failure != nil:
		return nil, undecided("verifying the signature", failure)
	case tried == 0:
		return nil, &VerifyError{ErrUnknownKey, "", "got alg " + strictjson.Quote(string(h.Algorithm)) + ", kid " + strictjson.Quote(h.KeyID) + ", and no key fits"}
	case tried > maxCandidates:
		return nil, refuse(ErrSignature, "more keys fit the header than are tried, want a kid that tells them apart")
	}
	return nil, refuse(ErrSignature, "")
}

// undecided is the error of a key or key set that could not do its work. If that
// has to do with the refusal of another token, it does not become one of this.
func undecided(doing string, err error) error {
	var refusal *VerifyError
	if errors.As(err, &refusal) || slices.ContainsFunc(reasons[:], func(reason error) bool { return errors.Is(err, reason) }) {
		return fmt.Errorf("jwt: %s: %v", doing, err)
	}
	return fmt.Errorf("jwt: %s: %w", doing, err)
}

const maxCandidates = 8 // keys tried for one token
