package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/dpop"
	"github.com/seed-b1f8f58c/jwt/jwe"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/oidc"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
	"github.com/seed-b1f8f58c/jwt/testkit"
)

// verifyJWT is this repository's library.
func verifyJWT(c testkit.Case) testkit.Verdict {
	set, err := json.Marshal(map[string]any{"keys": append([]json.RawMessage{}, c.Keys...)})
	if err != nil {
		return testkit.Unsupported
	}
	keys, err := jwk.ParsePrivateSet(set)
	if err != nil {
		return testkit.Unsupported
	}
	if !hasMLDSA && hasLattices(c) {
		return testkit.Unsupported
	}
	if c.Policy.Profile == testkit.Proof {
		return verdict(verifyProof(c))
	}
	policy := policyOf(c, keys)
	policy.Now = func() time.Time { return time.Unix(c.Now, 0) }
	policy.Leeway = max(policy.Leeway, time.Duration(c.Policy.Leeway)*time.Second)
	if c.Policy.Profile == testkit.IDToken {
		login := &oidc.Login{Nonce: c.Login.Nonce, MaxAge: time.Duration(c.Login.MaxAge) * time.Second, AccessToken: c.Login.AccessToken, Code: c.Login.Code, Now: policy.Now}
		_, err = login.Verify(context.Background(), policy, c.Token)
		return verdict(err)
	}
	if c.Decryption != nil {
		return verifyNested(c, policy)
	}
	_, err = policy.Verify(context.Background(), c.Token)
	return verdict(err)
}

// verifyNested decrypts, and verifies what is inside with a policy.
func verifyNested(c testkit.Case, inside *jwt.Policy) testkit.Verdict {
	if lacksDecryption(c) {
		return testkit.Unsupported
	}
	data, err := json.Marshal(map[string]any{"keys": c.Decryption.Keys})
	if err != nil {
		return testkit.Unsupported
	}
	set, err := jwk.ParsePrivateSet(data)
	if err != nil {
		return testkit.Unsupported
	}
	policy := &jwe.Policy{Signed: inside}
	for _, key := range set.Keys() {
		for _, enc := range c.Decryption.Content {
			if k, err := jwe.DecrypterFrom(key, jwe.Encryption(enc)); err == nil {
				policy.Keys = append(policy.Keys, k)
			}
		}
	}
	if len(policy.Keys) == 0 { // no key of the row is one to decrypt with
		return testkit.Refuse
	}
	_, err = policy.Verify(context.Background(), c.Token)
	return verdict(err)
}

// lacksDecryption reports whether a row asks for keys of 192 bits or for AES-GCM key
// wrapping, which package jwe does not have.
func lacksDecryption(c testkit.Case) bool {
	if c.Decryption == nil {
		return false
	}
	names := slices.Clone(c.Decryption.Content)
	for _, data := range c.Decryption.Keys {
		var k struct{ Alg string }
		_ = json.Unmarshal(data, &k) // an alg of another type is none
		names = append(names, k.Alg)
	}
	return slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, "A192") || strings.HasSuffix(name, "GCMKW") })
}

// policyOf is the policy of a row but for its clock and its leeway.
func policyOf(c testkit.Case, keys jwt.KeySet) *jwt.Policy {
	audience := ""
	if len(c.Policy.Audience) > 0 {
		audience = c.Policy.Audience[0]
	}
	switch c.Policy.Profile {
	case testkit.AccessToken:
		return oidc.AccessTokens(c.Policy.Issuer, audience, keys)
	case testkit.IDToken:
		return oidc.IDTokens(c.Policy.Issuer, audience, keys)
	case testkit.LogoutToken:
		return oidc.LogoutTokens(c.Policy.Issuer, audience, keys)
	case testkit.ClientAssertion:
		return oidc.ClientAssertions(c.Policy.Issuer, audience, keys)
	}
	return &jwt.Policy{
		Keys: keys, Issuer: c.Policy.Issuer, Audience: c.Policy.Audience, Subject: c.Policy.Subject,
		Types: c.Policy.Types, AllowAnyType: len(c.Policy.Types) == 0,
		AllowAnyIssuer: c.Policy.Issuer == "", AllowAnyAudience: len(c.Policy.Audience) == 0,
		AllowNoExpiry: !slices.Contains(c.Policy.Require, "exp"), Require: c.Policy.Require,
		MaxAge: time.Duration(c.Policy.MaxAge) * time.Second,
	}
}

// verifyProof verifies the proof of a request, and if it was used before, that first.
func verifyProof(c testkit.Case) error {
	policy := &dpop.Policy{BaseURLs: []string{"https://api.example"}, Store: &proofs{}, Now: func() time.Time { return time.Unix(c.Now, 0) }}
	if hasLattices(c) { // which are not among the default
		policy.Algorithms = []jwt.Algorithm{jwt.MLDSA44, jwt.MLDSA65, jwt.MLDSA87}
	}
	if c.Request.Nonce != "" {
		var err error
		if policy.Nonces, err = dpop.NewNonces(time.Minute, make([]byte, 32)); err != nil {
			return err
		}
		if policy.NewNonce() != c.Request.Nonce {
			return errors.New("the nonce is not one of package dpop with a secret of zeros")
		}
	}
	if c.Request.Used {
		_ = verifyRequest(c, policy)
	}
	return verifyRequest(c, policy)
}

// proofs is a store that has been there for ever.
type proofs struct {
	store.OnceStore
	ids []string
}

func (p *proofs) Use(_ context.Context, _ jwt.NumericDate, e store.Entry) (store.Answer, error) {
	used := slices.Contains(p.ids, e.ID)
	p.ids = append(p.ids, e.ID)
	return store.Answer{Since: 1, ID: used}, nil
}

func verifyRequest(c testkit.Case, policy *dpop.Policy) error {
	r, err := http.NewRequest(c.Request.Method, c.Request.URL, nil)
	if err != nil {
		return err
	}
	r.Header.Set("DPoP", c.Token)
	if c.Request.AccessToken == "" {
		_, err = policy.Verify(r)
		return err
	}
	bound, err := jwt.InsecureToken(map[string]any{"cnf": map[string]string{"jkt": c.Request.Thumbprint}})
	if err != nil {
		return err
	}
	return policy.VerifyProof(http.Header{}, r, bound, c.Request.AccessToken)
}

// hasLattices reports whether a row has a key of RFC 9964.
func hasLattices(c testkit.Case) bool {
	return strings.HasPrefix(c.ID, "mldsa/")
}

func verdict(err error) testkit.Verdict {
	var refusal *jwt.VerifyError
	switch {
	case err == nil:
		return testkit.Accept
	case errors.As(err, &refusal):
		return testkit.Refuse
	default: // it could not be decided, which no row asks for
		return testkit.Unsupported
	}
}
