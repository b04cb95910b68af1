package jwttest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/reported"
	"github.com/seed-b1f8f58c/jwt/jwttest"
)

func TestTheKeysOfThePackagesPass(t *testing.T) {
	t.Parallel()
	for _, alg := range []jwt.Algorithm{jwt.HS256, jwt.RS256, jwt.ES256, jwt.EdDSA} {
		t.Run(string(alg), func(t *testing.T) {
			t.Parallel()
			signer, verifier := pair(t, alg, "k")
			jwttest.TestSigner(t, signer, verifier)
			jwttest.TestVerifier(t, verifier, signer)
			jwttest.TestKeySet(t, jwt.Keys{verifier}, signer)
		})
	}
}

// changing returns the values one after the other.
func changing[T any](values ...T) func() T {
	n := -1
	return func() T {
		n++
		return values[n%len(values)]
	}
}

func TestWrongSignersAreFound(t *testing.T) {
	t.Parallel()
	right, verifier := pair(t, jwt.HS256, "k")
	_, other := pair(t, jwt.ES256, "k")
	type signing = func(ctx context.Context, input []byte) ([]byte, error)
	for want, row := range map[string]struct {
		signer   oddKey
		verifier jwt.Verifier
	}{
		`has the Algorithm "", want the alg`:          {oddKey{algorithm: changing(jwt.Algorithm(""))}, nil},
		`has the Algorithm "None", want the alg`:      {oddKey{algorithm: changing(jwt.Algorithm("None"))}, nil},
		"has another Algorithm or KeyID at each":      {oddKey{algorithm: changing(jwt.HS256, jwt.HS384)}, nil},
		"has another Algorithm or KeyID at each call": {oddKey{keyID: changing("a", "b")}, nil},
		`and its counterpart "ES256"`:                 {oddKey{}, other},
		`has the KeyID "x", and its counterpart "k"`:  {oddKey{keyID: changing("x")}, nil},
		"panics with an empty input": {oddKey{sign: func(ctx context.Context, input []byte) ([]byte, error) {
			_ = input[0]
			return right.Sign(ctx, input)
		}}, nil},
		"does not sign a long input: too long": {oddKey{sign: func(ctx context.Context, input []byte) ([]byte, error) {
			if len(input) > 4096 {
				return nil, errors.New("too long")
			}
			return right.Sign(ctx, input)
		}}, nil},
		"modifies an input of bytes, or what is behind it": {oddKey{sign: func(ctx context.Context, input []byte) ([]byte, error) {
			sig, err := right.Sign(ctx, input)
			if len(input) > 0 && ctx.Err() == nil {
				input[0]++
			}
			return sig, err
		}}, nil},
		"modifies an empty input, or what is behind it": {oddKey{sign: func(ctx context.Context, input []byte) ([]byte, error) {
			sig, err := right.Sign(ctx, input)
			_ = append(input, sig...)
			return sig, err
		}}, nil},
		"returns a signature of 32 bytes that is not one of the input of a token": {oddKey{sign: func(context.Context, []byte) ([]byte, error) { return make([]byte, 32), nil }}, nil},
		"returns a signature of 0 bytes":                                          {oddKey{sign: func(context.Context, []byte) ([]byte, error) { return nil, nil }}, nil},
		"modifies a signature that it returned before": {oddKey{sign: func() signing {
			var mu sync.Mutex
			buffer := make([]byte, 32)
			return func(ctx context.Context, input []byte) ([]byte, error) {
				sig, err := right.Sign(ctx, input)
				mu.Lock()
				defer mu.Unlock()
				if bytes.HasPrefix(input, []byte("input of caller")) {
					return sig, err
				}
				copy(buffer, sig)
				return buffer, err
			}
		}()}, nil},
		"that is not one of concurrent calls": {oddKey{sign: func() signing {
			var mu sync.Mutex
			var last []byte
			var callers crowd
			return func(ctx context.Context, input []byte) ([]byte, error) {
				if !bytes.HasPrefix(input, []byte("input of caller")) {
					return right.Sign(ctx, input)
				}
				mu.Lock()
				last = bytes.Clone(input)
				mu.Unlock()
				callers.wait()
				mu.Lock()
				defer mu.Unlock()
				return right.Sign(ctx, last)
			}
		}()}, nil},
		"no error and a bad signature when the context has ended": {oddKey{sign: func(ctx context.Context, input []byte) ([]byte, error) {
			if ctx.Err() != nil {
				return nil, nil
			}
			return right.Sign(ctx, input)
		}}, nil},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			row.signer.Signer, row.signer.Verifier = right, verifier
			if row.verifier == nil {
				row.verifier = verifier
			}
			lines := reported.By(t, func(t testing.TB) { jwttest.TestSigner(t, row.signer, row.verifier) })
			require.NotEmpty(t, lines)
			assert.Contains(t, fmt.Sprint(lines), "jwttest: Signer: ")
			assert.Contains(t, fmt.Sprint(lines), want)
			if !strings.Contains(want, "concurrent") {
				requireReport(t, lines)
			}
			onlyOneKind(t, lines)
		})
	}

	lines := reported.By(t, func(t testing.TB) {
		jwttest.TestSigner(t, oddKey{Signer: right, Verifier: verifier, sign: func(ctx context.Context, input []byte) ([]byte, error) {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return right.Sign(ctx, input)
		}}, oddKey{Signer: right, Verifier: verifier, keyID: changing("")})
	})
	assert.Empty(t, lines, "it may refuse to sign when the context has ended, and the other side may have no key ID")
}

// onlyOneKind holds a report to one kind of fault, as there is one in what was tested.
func onlyOneKind(t testing.TB, lines []string) {
	t.Helper()
	kind := func(line string) string { // the first letters after the name of the interface
		text := line[strings.LastIndex(line[:min(len(line), 24)], ": ")+2:]
		return text[:min(len(text), 7)]
	}
	for _, line := range lines {
		assert.Equal(t, kind(lines[0]), kind(line), "%s", lines)
	}
}
