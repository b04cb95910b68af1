package jwt_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha3"
	"errors"
	"fmt"
	"hash"
	"log"
	"net/http"
	"sync"
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
	access := &jwt.Template{Key: key, Issuer: "https://login.example", Audience: []string{"https://api.example"}, Lifetime: 10 * time.Minute}
	token := must1(access.Sign(ctx, jwt.Claims{Subject: "alice"}))

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

// Questions of a service's own are part of its policy, and so hold wherever that stands.
func ExamplePolicy_rules() {
	type claims struct {
		jwt.Claims
		Plan  string   `json:"plan"`
		Roles []string `json:"roles"`
	}
	ctx := context.Background()
	key := must1(jwt.NewHMAC(jwt.HS256, make([]byte, 32), ""))
	policy := &jwt.Policy{
		Keys:    jwt.Keys{key},
		Require: []string{"sub", "jti"},
		Rules: []jwt.Rule{
			jwt.OneOf("plan", "team", "business"),
			jwt.Contains("roles", "editor"),
			jwt.RuleFor("sub", func(c claims) error {
				if c.Subject == "guest" {
					return errors.New("guests may not edit")
				}
				return nil
			}),
		},
	}
	access := &jwt.Template{Key: key, Lifetime: time.Minute}
	for _, c := range []claims{
		{jwt.Claims{Subject: "alice"}, "team", []string{"editor"}},
		{jwt.Claims{Subject: "bob"}, "free", []string{"editor"}},
		{jwt.Claims{Subject: "carol"}, "team", []string{"reader"}},
		{jwt.Claims{Subject: "guest"}, "team", []string{"editor"}},
	} {
		got, err := jwt.VerifyAs[claims](ctx, policy, must1(access.Sign(ctx, c)))
		fmt.Println(got.Subject, err)
	}
	// Output:
	// alice <nil>
	//  jwt: claim not acceptable: plan: got "free", want one of ["team", "business"]
	//  jwt: claim not acceptable: roles: got ["reader"], want an array of strings with "editor"
	//  jwt: claim not acceptable: sub: guests may not edit
}

// Microsoft Entra has an issuer for each tenant, and the same keys for all of them.
// Keys of a jwk.Set name their issuer, which is held against that of the token.
func ExamplePolicy_issuerTemplate() {
	var keys jwt.KeySet // from jwthttp.DiscoverKeys
	policy := &jwt.Policy{
		Keys:           keys,
		IssuerTemplate: "https://login.microsoftonline.com/{tid}/v2.0",
		Audience:       []string{"the application's ID"},
		Rules:          []jwt.Rule{jwt.OneOf("tid", "the first customer's tenant ID", "the second's")},
	}
	_ = policy
}

// Tenants are in a database. The caller keeps what was found there for a while, and
// also that there was nothing, since anybody can send a token of any issuer.
func ExamplePolicyFunc() {
	find := func(ctx context.Context, issuer string) (*jwt.Policy, error) { // asks the database
		if issuer != "https://a.example" {
			return nil, nil
		}
		key := must1(jwt.NewHMAC(jwt.HS256, bytes.Repeat([]byte("a"), 32), ""))
		return &jwt.Policy{Keys: jwt.Keys{key}, Issuer: issuer}, nil
	}

	type entry struct {
		policy *jwt.Policy
		until  time.Time
	}
	var mu sync.Mutex
	known := map[string]entry{}
	tenants := jwt.PolicyFunc(func(ctx context.Context, issuer string) (*jwt.Policy, error) {
		mu.Lock()
		e, ok := known[issuer]
		mu.Unlock()
		if ok && time.Now().Before(e.until) {
			return e.policy, nil
		}
		policy, err := find(ctx, issuer)
		if err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		if len(known) >= 10_000 {
			clear(known) // bounded, whatever is sent
		}
		known[issuer] = entry{policy, time.Now().Add(time.Minute)}
		return policy, nil
	})

	ctx := context.Background()
	key := must1(jwt.NewHMAC(jwt.HS256, bytes.Repeat([]byte("a"), 32), ""))
	for _, issuer := range []string{"https://a.example", "https://b.example"} {
		access := &jwt.Template{Key: key, Issuer: issuer, Lifetime: time.Minute}
		_, err := tenants.Verify(ctx, must1(access.Sign(ctx, jwt.Claims{})))
		fmt.Println(err)
	}
	// Output:
	// <nil>
	// jwt: no key for this token: iss: got "https://b.example", and no policy is for it
}

// A header with parameters of a protocol, here those of a client assertion.
func ExampleHeaderAs() {
	type header struct {
		jwt.Header
		Thumbprint string `json:"x5t#S256"`
	}
	ctx := context.Background()
	key := must1(jwt.NewHMAC(jwt.HS256, make([]byte, 32), ""))
	assertion := &jwt.Template{
		Key: key, Header: header{Header: jwt.Header{Type: "JWT"}, Thumbprint: "bWljZQ"},
		Issuer: "client", Audience: []string{"https://login.example/token"}, Lifetime: time.Minute,
	}
	token := must1(assertion.Sign(ctx, jwt.Claims{Subject: "client"}))
	policy := &jwt.Policy{Keys: jwt.Keys{key}, Issuer: "client", Audience: []string{"https://login.example/token"}, Require: []string{"x5t#S256"}}
	verified := must1(policy.Verify(ctx, token))
	fmt.Println(must1(jwt.HeaderAs[header](verified)).Thumbprint)
	// Output: bWljZQ
}

// What became of a token, step by step.
func ExampleExplain() {
	ctx := context.Background()
	key := must1(jwt.NewHMAC(jwt.HS256, make([]byte, 32), "a"))
	at := time.Unix(1800000000, 0)
	access := &jwt.Template{Key: key, Issuer: "https://login.example", Lifetime: time.Minute, Now: func() time.Time { return at }}
	token := must1(access.Sign(ctx, jwt.Claims{Subject: "alice"}))
	policy := &jwt.Policy{
		Keys: jwt.Keys{key}, Issuer: "https://login.example", Require: []string{"client_id"},
		Now: func() time.Time { return at.Add(time.Hour) },
	}
	for _, step := range jwt.Explain(ctx, policy, token).Steps[4:] {
		fmt.Printf("%s: %s\n", step.Name, step.Result)
	}
	// Output:
	// key: pass
	// signature: pass
	// payload: pass
	// typ: pass
	// iss: pass
	// aud: pass
	// sub: pass
	// iat: pass
	// client_id: fail
	// nbf: not reached
	// exp: not reached
}

// A handler's test needs no key.
func ExampleInsecureToken() {
	token := must1(jwt.InsecureToken(jwt.Claims{Subject: "alice"}))
	fmt.Println(token.Claims.Subject) // in a handler: of the token in its context
	// Output: alice
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

// Access tokens of the type at+jwt (RFC 9068): a token of another type is refused.
func ExampleTemplate_accessToken() {
	type accessClaims struct {
		jwt.Claims
		ClientID string `json:"client_id"`
		Scope    string `json:"scope,omitempty"`
	}
	ctx := context.Background()
	key := must1(jwt.NewHMAC(jwt.HS256, make([]byte, 32), ""))
	access := &jwt.Template{Key: key, Type: "at+jwt", Issuer: "https://login.example", Audience: []string{"https://api.example"}, Lifetime: 10 * time.Minute}
	policy := &jwt.Policy{
		Keys: jwt.Keys{key}, Types: []string{"at+jwt"}, Issuer: "https://login.example", Audience: []string{"https://api.example"},
		Require: []string{"sub", "client_id", "iat", "jti"},
	}
	claims := accessClaims{jwt.Claims{Subject: "alice"}, "shop", "orders:read"}
	got := must1(jwt.VerifyAs[accessClaims](ctx, policy, must1(access.Sign(ctx, claims))))
	fmt.Println(got.Subject, got.ClientID, got.Scope)

	id := *access
	id.Type = "" // an ID token, or any other
	_, err := policy.Verify(ctx, must1(id.Sign(ctx, claims)))
	fmt.Println(err)
	// Output:
	// alice shop orders:read
	// jwt: claim not acceptable: typ: got "JWT", want "at+jwt"
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

// shortSecret verifies with a secret that NewHMAC refuses. It is for one that a
// provider has fixed, and does not sign.
type shortSecret []byte

func (shortSecret) Algorithm() jwt.Algorithm { return jwt.HS256 }
func (shortSecret) KeyID() string            { return "" }

func (s shortSecret) Verify(_ context.Context, input, sig []byte) error {
	mac := hmac.New(sha256.New, s)
	mac.Write(input)
	if !hmac.Equal(mac.Sum(nil), sig) {
		return jwt.ErrSignature
	}
	return nil
}

// A provider's secret that is too short for NewHMAC.
func ExampleVerifier_shortSecret() {
	policy := &jwt.Policy{Keys: jwt.Keys{shortSecret("16 bytes, fixed.")}}
	_, err := policy.Verify(context.Background(), "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDB9.njZX9l9l9FWZ_c00RaE4ob2W70s7LsMY_A63tFkqWYs")
	fmt.Println(err)
	// Output: <nil>
}
