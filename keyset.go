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

// A NoKeyExplainer is a [KeySet] that can say why none of its keys is for a token,
// as jwk.Set and [Keys] can. What NoKey returns becomes the detail of the refusal:
// a few words, in which what comes from the token is quoted.
type NoKeyExplainer interface {
	NoKey(h Header) string
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

// NoKey names the first few keys.
func (k Keys) NoKey(Header) string { return string(k.appendNoKey(nil)) }

func (k Keys) appendNoKey(b []byte) []byte {
	const most = 4
	all, shown := 0, 0
	for _, v := range k {
		if !isNil(v) {
			all++
		}
	}
	begin, between := "no key fits: want ", " or "
	if all > most {
		begin, between = "no key fits: want one of ", ", "
	}
	for _, v := range k {
		if isNil(v) {
			continue
		}
		switch shown {
		case 0:
			b = append(b, begin...)
		case most:
			return append(b, " and others"...)
		default:
			b = append(b, between...)
		}
		b = strictjson.AppendQuoted(append(b, "alg "...), string(v.Algorithm()))
		b = strictjson.AppendQuoted(append(b, " with kid "...), v.KeyID())
		shown++
	}
	if shown == 0 {
		b = append(b, "no key fits: Policy.Keys has no key"...)
	}
	return b
}

// fits reports whether a token with header h may be tried with v.
func fits(v Verifier, h *Header) bool {
	if isNil(v) || v.Algorithm() != h.Algorithm || h.Algorithm == "" {
		return false
	}
	return jose.FitsKeyID(v.KeyID(), h.KeyID)
}

// tryKeys returns the first key that fits the header and verifies the signature.
func tryKeys(ctx context.Context, keys []Verifier, h Header, input, sig []byte) (key Verifier, found bool, miss jose.Miss) {
	fit := func(key Verifier) bool { return fits(key, &h) }
	return jose.FirstKey[*VerifyError](keys, fit, func(key Verifier) error {
		switch unwrapped(key).(type) {
		case *HMAC, *publicKey:
			return key.Verify(ctx, input, sig)
		}
		if len(sig) == 0 { // which no key has to be asked for
			return ErrSignature
		}
		return key.Verify(ctx, bytes.Clone(input), bytes.Clone(sig)) // a key from elsewhere may hold on to them
	}, ErrSignature)
}

// noKey is the refusal of a token that no key of the set is for.
func noKey(set KeySet, h Header) *VerifyError {
	b := append(make([]byte, 0, 256), "got alg "...)
	b = strictjson.AppendQuoted(b, string(h.Algorithm))
	b = strictjson.AppendQuoted(append(b, ", kid "...), h.KeyID)
	b = append(b, ", and "...)
	switch set := set.(type) {
	case Keys:
		b = set.appendNoKey(b)
	case NoKeyExplainer:
		b = append(b, set.NoKey(h)...)
	default:
		b = append(b, "no key fits"...)
	}
	return refuse(ErrUnknownKey, string(b))
}

// unwrapped returns the Verifier that a key calls: one of jwk.Set, which knows its
// jwk.Key besides, calls one of this package.
func unwrapped(key Verifier) Verifier {
	if w, ok := key.(interface{ Unwrap(jose.Module) Verifier }); ok {
		return w.Unwrap(jose.Module{})
	}
	return key
}
