package jwttest_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/reported"
	"github.com/seed-b1f8f58c/jwt/jwttest"
)

func TestWrongVerifiersAreFound(t *testing.T) {
	t.Parallel()
	signer, right := pair(t, jwt.HS256, "k")
	_, es256 := pair(t, jwt.ES256, "k")
	mac := func(input []byte) []byte {
		sig, err := signer.Sign(t.Context(), input)
		require.NoError(t, err)
		return sig
	}
	type verifying = func(ctx context.Context, input, sig []byte) error
	// or accepts what a right verifier does not, if it is so.
	or := func(also func(input, sig []byte) bool) oddKey {
		return oddKey{verify: func(ctx context.Context, input, sig []byte) error {
			if ctx.Err() == nil && also(input, sig) {
				return nil
			}
			return right.Verify(ctx, input, sig)
		}}
	}
	leaking := func(encode func([]byte) string) oddKey {
		return oddKey{verify: func(ctx context.Context, input, sig []byte) error {
			if err := right.Verify(ctx, input, sig); err != nil {
				return fmt.Errorf("%w: %s", err, encode(sig))
			}
			return nil
		}}
	}
	calls := 0 // of which the last are eight at a time, and two when the context has ended
	require.Empty(t, reported.By(t, func(t testing.TB) {
		var mu sync.Mutex
		jwttest.TestVerifier(t, oddKey{Signer: signer, Verifier: right, verify: func(ctx context.Context, input, sig []byte) error {
			mu.Lock()
			defer mu.Unlock()
			calls++
			return right.Verify(ctx, input, sig)
		}}, signer)
	}))
	for want, odd := range map[string]oddKey{
		`has the Algorithm "", want`:                 {algorithm: changing(jwt.Algorithm(""))},
		`has the Algorithm "ES256", and its counter`: {Verifier: es256, algorithm: es256.Algorithm},
		"accepts the signature of another input":     or(func(input, sig []byte) bool { return bytes.Equal(sig, mac([]byte("another input"))) }),
		"accepts an input of which the first byte is": or(func(input, sig []byte) bool {
			return len(input) > 1 && right.Verify(t.Context(), append([]byte("e"), input[1:]...), sig) == nil
		}),
		"accepts an input of which the last byte is": or(func(input, sig []byte) bool {
			return len(input) > 1 && right.Verify(t.Context(), append(bytes.Clone(input[:len(input)-1]), '9'), sig) == nil
		}),
		"accepts an input with a byte more": or(func(input, sig []byte) bool {
			return len(input) > 1 && right.Verify(t.Context(), input[:len(input)-1], sig) == nil
		}),
		"accepts an input with a byte less": or(func(input, sig []byte) bool {
			return right.Verify(t.Context(), append(bytes.Clone(input), '9'), sig) == nil
		}),
		"accepts an empty input":                     or(func(input, sig []byte) bool { return len(input) == 0 && len(sig) > 0 }),
		"accepts no signature":                       or(func(_, sig []byte) bool { return sig == nil }),
		"accepts an empty signature":                 or(func(_, sig []byte) bool { return sig != nil && len(sig) == 0 }),
		"accepts a signature of zeros":               or(func(_, sig []byte) bool { return len(sig) == 32 && bytes.Equal(sig, make([]byte, 32)) }),
		"accepts a signature of ones":                or(func(_, sig []byte) bool { return len(sig) == 32 && bytes.Equal(sig, bytes.Repeat([]byte{255}, 32)) }),
		"accepts a signature with a byte more in fr": or(func(input, sig []byte) bool { return len(sig) == 33 && bytes.Equal(sig[1:], mac(input)) }),
		"accepts a signature with a byte more":       or(func(input, sig []byte) bool { return len(sig) == 33 && bytes.Equal(sig[:32], mac(input)) }),
		"accepts a signature with a byte less":       or(func(input, sig []byte) bool { return len(sig) == 31 && bytes.HasPrefix(mac(input), sig) }),
		"accepts half a signature":                   or(func(input, sig []byte) bool { return len(sig) == 16 && bytes.HasPrefix(mac(input), sig) }),
		"accepts a signature of one byte":            or(func(input, sig []byte) bool { return len(sig) == 1 && bytes.HasPrefix(mac(input), sig) }),
		"accepts two signatures":                     or(func(input, sig []byte) bool { return len(sig) == 64 && bytes.HasPrefix(sig, mac(input)) }),
		"accepts a signature as text":                or(func(input, sig []byte) bool { return string(sig) == base64.RawURLEncoding.EncodeToString(mac(input)) }),
		"accepts a changed signature":                or(func(input, sig []byte) bool { return len(sig) == 32 && bytes.Equal(sig[20:], mac(input)[20:]) }),
		"accepts a signature of which the last byte": or(func(input, sig []byte) bool { return len(sig) == 32 && bytes.Equal(sig[:31], mac(input)[:31]) }),
		"refuses the right signature of a long input": {verify: func(ctx context.Context, input, sig []byte) error {
			if len(input) > 4096 {
				return jwt.ErrSignature
			}
			return right.Verify(ctx, input, sig)
		}},
		"does not refuse no signature with jwt.ErrSignature": {verify: func(ctx context.Context, input, sig []byte) error {
			if len(sig) != 32 {
				return errors.New("a signature of another length")
			}
			return right.Verify(ctx, input, sig)
		}},
		"panics with a signature with a byte less": {verify: func(ctx context.Context, input, sig []byte) error {
			if len(sig) < 32 {
				panic("a signature of another length")
			}
			return right.Verify(ctx, input, sig)
		}},
		"modifies the input or signature of an empty input, or": {verify: func(ctx context.Context, input, sig []byte) error {
			_ = append(input, 1)
			return right.Verify(ctx, input, sig)
		}},
		"modifies the input or signature of an input of bytes": {verify: func(ctx context.Context, input, sig []byte) error {
			err := right.Verify(ctx, input, sig)
			clear(sig)
			return err
		}},
		"has the signature in an error": leaking(func(sig []byte) string { return string(sig) }),
		"has the signature in an erro":  leaking(hex.EncodeToString),
		"has the signature in an err":   leaking(base64.RawURLEncoding.EncodeToString),
		"has the signature in an er":    leaking(base64.StdEncoding.EncodeToString),
		"in concurrent calls": {verify: func() verifying {
			var mu sync.Mutex
			var last []byte
			callers := crowd{from: calls - 10}
			return func(ctx context.Context, input, sig []byte) error {
				mu.Lock()
				last = bytes.Clone(sig)
				mu.Unlock()
				callers.wait()
				mu.Lock()
				defer mu.Unlock()
				return right.Verify(ctx, input, last)
			}
		}()},
		"with jwt.ErrSignature when the context has ended": {verify: func(ctx context.Context, input, sig []byte) error {
			if ctx.Err() != nil {
				return fmt.Errorf("too late: %w", jwt.ErrSignature)
			}
			return right.Verify(ctx, input, sig)
		}},
		"panics with a context that has ended": {verify: func(ctx context.Context, input, sig []byte) error {
			if ctx.Err() != nil {
				panic(ctx.Err())
			}
			return right.Verify(ctx, input, sig)
		}},
		"accepts a changed signature when the context has ended": {verify: func(ctx context.Context, input, sig []byte) error {
			if ctx.Err() != nil {
				return nil
			}
			return right.Verify(ctx, input, sig)
		}},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			odd.Signer = signer
			if odd.Verifier == nil {
				odd.Verifier = right
			}
			lines := reported.By(t, func(t testing.TB) { jwttest.TestVerifier(t, odd, signer) })
			require.NotEmpty(t, lines)
			assert.Regexp(t, want, fmt.Sprint(lines))
			if want != "in concurrent calls" {
				requireReport(t, lines)
				onlyOneKind(t, lines)
			}
		})
	}
}

func TestTheCounterpartOfAVerifierHasToSign(t *testing.T) {
	t.Parallel()
	signer, verifier := pair(t, jwt.HS256, "")
	broken := oddKey{Signer: signer, Verifier: verifier, sign: brokenSigner{}.Sign}
	lines := reported.By(t, func(t testing.TB) { jwttest.TestVerifier(t, verifier, broken) })
	assert.Equal(t, []string{"jwttest: the counterpart does not sign:  out of reach"}, lines)
}
