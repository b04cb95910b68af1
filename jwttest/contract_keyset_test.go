package jwttest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/reported"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/seed-b1f8f58c/jwt/jwttest"
)

// A keySetFunc is a KeySet, and explains what NoKey says.
type keySetFunc struct {
	verifiers func(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error)
	noKey     func(h jwt.Header) string
}

func (k keySetFunc) Verifiers(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error) {
	return k.verifiers(ctx, h)
}

func (k keySetFunc) NoKey(h jwt.Header) string {
	if k.noKey == nil {
		return "none"
	}
	return k.noKey(h)
}

// yes accepts every signature.
type yes struct{ jwt.Verifier }

func (yes) Verify(context.Context, []byte, []byte) error { return nil }

func TestWrongKeySetsAreFound(t *testing.T) {
	t.Parallel()
	signer, v := pair(t, jwt.ES256, "k")
	_, other := pair(t, jwt.ES256, "k")
	right := jwt.Keys{v}
	type lookup = func(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error)
	for want, verifiers := range map[string]lookup{
		`has no key for a token with alg "ES256" and kid "k": `: func(context.Context, jwt.Header) ([]jwt.Verifier, error) { return jwt.Keys{other}, nil },
		"has no key for a token": func(context.Context, jwt.Header) ([]jwt.Verifier, error) {
			return append(slices.Repeat(jwt.Keys{other}, 8), v), nil
		},
		`returns an error for a header with alg "none" and kid "", want keys or none: no such algorithm`: func(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error) {
			if h.Algorithm == "none" {
				return nil, errors.New("no such algorithm")
			}
			return right.Verifiers(ctx, h)
		},
		"returns a verifier that is nil": func(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error) {
			found, err := right.Verifiers(ctx, h)
			if h.Algorithm == "" {
				found = append(slices.Clone(found), nil)
			}
			return found, err
		},
		"panics with a header": func(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error) {
			_ = h.Algorithm[0]
			return right.Verifiers(ctx, h)
		},
		"panics with the header": func(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error) {
			if len(h.KeyID) > 1000 {
				panic("too long")
			}
			return right.Verifiers(ctx, h)
		},
		"has a key that accepts anything, for the header": func(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error) {
			if strings.Contains(h.KeyID, "..") {
				return []jwt.Verifier{yes{oddKey{Signer: signer, keyID: func() string { return h.KeyID }}}}, nil
			}
			return right.Verifiers(ctx, h)
		},
		"cannot decide about a token that none of its keys signed": func(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error) {
			if h.KeyID != "" && h.KeyID != "k" {
				return nil, errors.New("no row in the result")
			}
			return right.Verifiers(ctx, h)
		},
		"has no key for a right token when the context has ended": func(ctx context.Context, h jwt.Header) ([]jwt.Verifier, error) {
			if ctx.Err() != nil {
				return nil, nil
			}
			return right.Verifiers(ctx, h)
		},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			lines := reported.By(t, func(t testing.TB) { jwttest.TestKeySet(t, keySetFunc{verifiers: verifiers}, signer) })
			require.NotEmpty(t, lines)
			assert.Contains(t, strings.Join(lines, "\n"), "jwttest: KeySet: "+want)
			requireReport(t, lines)
			if !strings.Contains(want, "has no key for a token") { // nor has it when the context has ended
				onlyOneKind(t, lines)
			}
		})
	}
}

func TestKeySetsAreCalledConcurrently(t *testing.T) {
	t.Parallel()
	signer, v := pair(t, jwt.ES256, "k")
	callers := crowd{from: 5} // after four headers and a token
	var mu sync.Mutex
	inside := 0
	lines := reported.By(t, func(t testing.TB) {
		jwttest.TestKeySet(t, keySetFunc{verifiers: func(context.Context, jwt.Header) ([]jwt.Verifier, error) {
			mu.Lock()
			inside++
			alone := inside == 1
			mu.Unlock()
			callers.wait()
			mu.Lock()
			inside--
			mu.Unlock()
			if !alone {
				return nil, nil
			}
			return jwt.Keys{v}, nil
		}}, signer)
	})
	require.NotEmpty(t, lines)
	assert.Contains(t, lines[0], "has no key for a token with alg")
}

func TestWhatAKeySetExplainsFitsIntoALog(t *testing.T) {
	t.Parallel()
	signer, v := pair(t, jwt.ES256, "")
	for text, want := range map[string]int{
		strings.Repeat("x", 1024): 0, strings.Repeat("x", 1025): 1, "two\nlines": 1,
	} {
		lines := reported.By(t, func(t testing.TB) {
			jwttest.TestKeySet(t, keySetFunc{jwt.Keys{v}.Verifiers, func(jwt.Header) string { return text }}, signer)
		})
		assert.Len(t, lines, want, "%.20q", text)
		if want == 1 {
			assert.Regexp(t, `^jwttest: KeySet: NoKey returns \d+ bytes with text from the token, want it quoted and cut$`, lines[0])
		}
	}
	lines := reported.By(t, func(t testing.TB) {
		jwttest.TestKeySet(t, keySetFunc{jwt.Keys{v}.Verifiers, func(h jwt.Header) string {
			if len(h.KeyID) == 5000 {
				panic("too long")
			}
			return "none"
		}}, signer)
	})
	require.Len(t, lines, 1)
	assert.Contains(t, lines[0], "panics with NoKey")
	assert.Empty(t, reported.By(t, func(t testing.TB) { jwttest.TestKeySet(t, struct{ jwt.KeySet }{jwt.Keys{v}}, signer) }), "it explains nothing")
	assert.Equal(t, []string{"jwttest: TestKeySet has no signer, want those whose keys the set has"}, reported.By(t, func(t testing.TB) { jwttest.TestKeySet(t, jwt.Keys{}) }))
}

func TestKeySetsOfThePackagesPass(t *testing.T) {
	t.Parallel()
	issuer := jwttest.StartIssuer(t)
	signer, err := issuer.Keys.Signer(t.Context())
	require.NoError(t, err)
	jwttest.TestKeySet(t, issuer.Keys, signer)
	keys, err := jwthttp.DiscoverKeys(issuer.URL, jwthttp.RemoteOptions{})
	require.NoError(t, err)
	require.NoError(t, keys.Refresh(t.Context()))
	jwttest.TestKeySet(t, keys, signer)
}
