package jwt_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha3"
	"errors"
	"fmt"
	"hash"
	"log"
	"net/http"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

// must1 ends an example at an error, as log.Fatal would end a program.
func must1[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func Example() {
	ctx := context.Background()
	secret := bytes.Repeat([]byte("k"), 32) // from a safe place
	key := must1(jwt.NewHMAC(jwt.HS256, secret, "2026-11"))
	token := must1(jwt.Sign(ctx, key, jwt.Claims{
		Issuer:    "https://login.example",
		Audience:  jwt.Audience{"https://api.example"},
		Subject:   "alice",
		ExpiresAt: jwt.NewNumericDate(time.Now().Add(10 * time.Minute)),
	}))

	policy := &jwt.Policy{Keys: jwt.Keys{key}, Issuer: "https://login.example", Audience: []string{"https://api.example"}}
	verified := must1(policy.Verify(ctx, token))
	fmt.Println(verified.Claims.Subject)

	policy.Audience = []string{"https://billing.example"}
	_, err := policy.Verify(ctx, token)
	fmt.Println(err)
	// Output:
	// alice
	// jwt: claim not acceptable: aud: got ["https://api.example"], want one of ["https://billing.example"]
}

func ExampleClaimsAs() {
	type claims struct {
		jwt.Claims
		Tenant int64    `json:"tenant"`
		Scopes []string `json:"scopes"`
	}
	ctx := context.Background()
	key := must1(jwt.NewHMAC(jwt.HS256, make([]byte, 32), ""))
	token := must1(jwt.Sign(ctx, key, claims{
		Claims: jwt.Claims{Subject: "alice", ExpiresAt: 4102444800}, // 2100-01-01
		Tenant: 1 << 60, Scopes: []string{"read"},
	}))
	verified := must1((&jwt.Policy{Keys: jwt.Keys{key}}).Verify(ctx, token))
	c := must1(jwt.ClaimsAs[claims](verified))
	fmt.Println(c.Subject, c.ExpiresAt.Time().Year(), c.Tenant, c.Scopes)
	// Output: alice 2100 1152921504606846976 [read]
}

// What a server answers, and what it logs.
func ExampleVerifyError() {
	answer := func(err error) int {
		var refused *jwt.VerifyError
		switch {
		case err == nil:
			return http.StatusOK
		case errors.As(err, &refused):
			fmt.Println(refused.Claim, "/", refused.Detail, "/ expired:", errors.Is(err, jwt.ErrExpired))
			return http.StatusUnauthorized
		default: // could not be decided
			return http.StatusServiceUnavailable
		}
	}
	ctx := context.Background()
	key := must1(jwt.NewHMAC(jwt.HS256, make([]byte, 32), ""))
	token := must1(jwt.Sign(ctx, key, jwt.Claims{Subject: "alice", ExpiresAt: 1000000000}))
	policy := &jwt.Policy{Keys: jwt.Keys{key}, Now: func() time.Time { return time.Unix(1000000060, 0) }}
	_, err := policy.Verify(ctx, token)
	fmt.Println(answer(err))
	_, err = (&jwt.Policy{}).Verify(ctx, token)
	fmt.Println(answer(err))
	// Output:
	// exp / got 2001-09-09T01:46:40Z, want a date after now, 2001-09-09T01:47:40Z / expired: true
	// 401
	// 503
}

// Each issuer has keys and an audience of its own, and speaks for itself only.
func ExamplePolicies() {
	ctx := context.Background()
	staff := must1(jwt.NewHMAC(jwt.HS256, bytes.Repeat([]byte("s"), 32), ""))
	partner := must1(jwt.NewHMAC(jwt.HS256, bytes.Repeat([]byte("p"), 32), ""))
	policies := jwt.Policies{
		{Keys: jwt.Keys{staff}, Issuer: "https://staff.example", Audience: []string{"api"}},
		{Keys: jwt.Keys{partner}, Issuer: "https://partner.example", Audience: []string{"partner-api"}},
	}
	claims := jwt.Claims{Issuer: "https://staff.example", Audience: jwt.Audience{"api"}, ExpiresAt: 4102444800}
	_, err := policies.Verify(ctx, must1(jwt.Sign(ctx, staff, claims)))
	fmt.Println(err)
	_, err = policies.Verify(ctx, must1(jwt.Sign(ctx, partner, claims)))
	fmt.Println(err)
	// Output:
	// <nil>
	// jwt: signature not valid
}

// The signature of a token that comes with every request is verified once. A
// check for revocation goes around the cache.
func ExampleCache() {
	var policy *jwt.Policy
	cache := &jwt.Cache{Policies: jwt.Policies{policy}, MaxAge: time.Minute}
	var tokens jwt.TokenVerifier = cache // wherever a policy can stand
	_ = tokens
}

// sha3Key is a secret for an algorithm that this package never heard of. A key in
// a KMS has the same methods, and makes requests in them.
type sha3Key struct{ secret []byte }

func (sha3Key) Algorithm() jwt.Algorithm { return "HS3-256" }
func (sha3Key) KeyID() string            { return "sha3" }

func (k sha3Key) Sign(_ context.Context, input []byte) ([]byte, error) {
	mac := hmac.New(func() hash.Hash { return sha3.New256() }, k.secret)
	mac.Write(input)
	return mac.Sum(nil), nil
}

func (k sha3Key) Verify(ctx context.Context, input, sig []byte) error {
	want, err := k.Sign(ctx, input)
	if err != nil {
		return err // not decided
	}
	if !hmac.Equal(want, sig) {
		return jwt.ErrSignature
	}
	return nil
}

// An algorithm of your own is a Signer and a Verifier.
func ExampleVerifier() {
	ctx := context.Background()
	key := sha3Key{bytes.Repeat([]byte("k"), 32)}
	token := must1(jwt.Sign(ctx, key, jwt.Claims{Subject: "alice", ExpiresAt: 4102444800}))
	verified := must1((&jwt.Policy{Keys: jwt.Keys{key}}).Verify(ctx, token))
	fmt.Println(verified.Header.Algorithm, verified.Claims.Subject)
	// Output: HS3-256 alice
}
