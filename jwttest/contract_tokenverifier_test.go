package jwttest_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/reported"
	"github.com/seed-b1f8f58c/jwt/jwttest"
)

type verifierFunc func(ctx context.Context, token string) (*jwt.Token, error)

func (f verifierFunc) Verify(ctx context.Context, token string) (*jwt.Token, error) {
	return f(ctx, token)
}

func TestTokenVerifiersOfThePackagePass(t *testing.T) {
	t.Parallel()
	issuer := jwttest.StartIssuer(t)
	policy := issuer.Policy()
	jwttest.TestTokenVerifier(t, policy, issuer)
	jwttest.TestTokenVerifier(t, &jwt.Cache{Policies: jwt.Policies{policy}}, issuer)
	policy.AllowAnyType = true
	jwttest.TestTokenVerifier(t, policy, issuer, "type", "ID token")
}

func TestWrongTokenVerifiersAreFound(t *testing.T) {
	t.Parallel()
	issuer := jwttest.NewIssuer(t)
	policy := issuer.Policy()
	loose := func(change func(*jwt.Policy)) verifierFunc {
		p := issuer.Policy()
		change(p)
		return p.Verify
	}
	// odd returns what a function makes of the policy's answer.
	odd := func(f func(ctx context.Context, token string, got *jwt.Token, err error) (*jwt.Token, error)) verifierFunc {
		return func(ctx context.Context, token string) (*jwt.Token, error) {
			got, err := policy.Verify(ctx, token)
			return f(ctx, token, got, err)
		}
	}
	for want, verify := range map[string]verifierFunc{
		`accepts attack "type": the typ logout+jwt. Fix: check typ`: loose(func(p *jwt.Policy) { p.AllowAnyType = true }),
		`accepts attack "audience": an aud of another service`:      loose(func(p *jwt.Policy) { p.AllowAnyAudience, p.Audience = true, nil }),
		"refuses a right token: jwt: claim not acceptable":          loose(func(p *jwt.Policy) { p.Audience = []string{"https://other.service"} }),
		"returns neither a token nor an error": odd(func(_ context.Context, _ string, got *jwt.Token, err error) (*jwt.Token, error) {
			return nil, err
		}),
		"returns another token than the one that": odd(func(_ context.Context, _ string, got *jwt.Token, err error) (*jwt.Token, error) {
			if got != nil {
				token := *got
				token.Claims.Subject = "bob"
				got = &token
			}
			return got, err
		}),
		"returns another token than the one": odd(func(_ context.Context, _ string, got *jwt.Token, err error) (*jwt.Token, error) {
			if got != nil {
				return &jwt.Token{Header: got.Header, Claims: got.Claims}, nil
			}
			return got, err
		}),
		"returns a token with its error, for attack": odd(func(_ context.Context, _ string, got *jwt.Token, err error) (*jwt.Token, error) {
			if err != nil {
				got = &jwt.Token{}
			}
			return got, err
		}),
		`cannot decide about attack "malformed": the token null, want a *jwt.VerifyError: invalid`: odd(func(_ context.Context, token string, got *jwt.Token, err error) (*jwt.Token, error) {
			if token == "null" {
				err = errors.New("invalid")
			}
			return got, err
		}),
		`cannot decide about attack "expired": a token that expired an hour ago`: odd(func(_ context.Context, _ string, got *jwt.Token, err error) (*jwt.Token, error) {
			if errors.Is(err, jwt.ErrExpired) {
				err = errors.New("late")
			}
			return got, err
		}),
		"has the signature of the token in its error, for attack": odd(func(_ context.Context, token string, got *jwt.Token, err error) (*jwt.Token, error) {
			if err != nil {
				err = fmt.Errorf("%w: %s", err, token[strings.LastIndexByte(token, '.')+1:])
			}
			return got, err
		}),
		"accepts an empty token": odd(func(_ context.Context, token string, got *jwt.Token, err error) (*jwt.Token, error) {
			if token == "" {
				return &jwt.Token{}, nil
			}
			return got, err
		}),
		"accepts a token with a line break in its signature. Fix: decode base64url strictly": func(ctx context.Context, token string) (*jwt.Token, error) {
			return policy.Verify(ctx, strings.TrimSuffix(token, "\n"))
		},
		"panics with an empty token": odd(func(_ context.Context, token string, got *jwt.Token, err error) (*jwt.Token, error) {
			_ = token[0]
			return got, err
		}),
		"refuses a token that is expired for another reason": odd(func(_ context.Context, _ string, got *jwt.Token, err error) (*jwt.Token, error) {
			if errors.Is(err, jwt.ErrExpired) {
				err = &jwt.VerifyError{Reason: jwt.ErrClaim}
			}
			return got, err
		}),
		"refuses a token that is not yet valid for another reason": odd(func(_ context.Context, _ string, got *jwt.Token, err error) (*jwt.Token, error) {
			if errors.Is(err, jwt.ErrNotYetValid) {
				err = &jwt.VerifyError{Reason: jwt.ErrExpired}
			}
			return got, err
		}),
		"returns another token than": func() verifierFunc { // of two callers
			var mu sync.Mutex
			var last *jwt.Token
			callers := crowd{from: 1} // after a first right token
			return odd(func(_ context.Context, _ string, got *jwt.Token, err error) (*jwt.Token, error) {
				if err != nil {
					return nil, err
				}
				mu.Lock()
				last = got
				mu.Unlock()
				callers.wait()
				mu.Lock()
				defer mu.Unlock()
				return last, nil
			})
		}(),
		"returns neither a token nor an error when the context has ended": odd(func(ctx context.Context, _ string, got *jwt.Token, err error) (*jwt.Token, error) {
			if ctx.Err() != nil && err == nil {
				return nil, nil
			}
			return got, err
		}),
		"accepts a forged token when the context has ended": odd(func(ctx context.Context, _ string, got *jwt.Token, err error) (*jwt.Token, error) {
			if ctx.Err() != nil {
				return &jwt.Token{}, nil
			}
			return got, err
		}),
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			lines := reported.By(t, func(t testing.TB) { jwttest.TestTokenVerifier(t, verify, issuer) })
			require.NotEmpty(t, lines)
			assert.Regexp(t, "(?m)^jwttest: TokenVerifier: "+regexp.QuoteMeta(want), strings.Join(lines, "\n"))
			if !strings.Contains(want, "accepts attack") {
				requireReport(t, lines)
			}
			if want == "returns neither a token nor an error" { // nor does it when the context has ended
				assert.Contains(t, lines, "jwttest: TokenVerifier: "+want)
			}
			if !strings.Contains(want, "accepts attack") {
				onlyOneKind(t, lines)
			}
		})
	}
	lines := reported.By(t, func(t testing.TB) { jwttest.TestTokenVerifier(t, policy, issuer, "typ") })
	assert.Equal(t, []string{`jwttest: "typ" is to be allowed, which is no attack`}, lines)
}
