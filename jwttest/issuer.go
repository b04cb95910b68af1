// Package jwttest tests services that take tokens, and implementations of the
// interfaces of package jwt.
//
// An [Issuer] has keys and, if it is started, a key set and discovery on loopback.
// It issues tokens that are right or wrong in one way:
//
//	issuer := jwttest.StartIssuer(t)
//	handler := newAPI(issuer.URL, issuer.Audience)  // discovers the keys, like in production
//	request := jwttest.Request(t, "GET", "/me", issuer.Token(t, jwttest.Expired()))
//
// [Attacks] sends a handler every token and request that it must refuse:
//
//	jwttest.Attacks(t, handler, issuer, jwttest.AttackOptions{})
//
// A handler alone, behind its middleware, needs no token at all: see [Context].
package jwttest

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// An Issuer issues tokens for tests. It comes from [NewIssuer] or [StartIssuer]; the
// zero value has no key, and its tokens fail the test. Change its fields before its
// first token; after that, all methods may be called concurrently.
type Issuer struct {
	URL      string         // iss of its tokens; where it is started, also its address, which is not to be changed
	Audience string         // aud of its tokens: the name of the service under test; "https://api.example"
	Type     string         // typ of its tokens, as "at+jwt"; "": "JWT"
	Claims   map[string]any // further claims of all tokens, as what the service requires; may be nil

	// Keys signs tokens, is published, and is the [jwt.KeySet] for a policy without
	// network. Its first key is made when it is first needed: Algorithm may be changed
	// before that. Rotate and Withdraw change keys as in production; with Advance, nobody
	// waits for it.
	Keys *jwk.KeyRing

	// Key, if not nil, signs in the place of Keys: a *[jwt.HMAC], for a service with a
	// shared secret, or a key of your own.
	Key jwt.Signer

	server bool // whether the keys are published
	turned atomic.Int64
}

// NewIssuer returns an issuer without network, whose URL is https://issuer.example:
// for services that are given a key set, and for package testing/synctest. Its keys
// are ES256.
func NewIssuer(t testing.TB) *Issuer {
	t.Helper()
	i := &Issuer{URL: "https://issuer.example", Audience: "https://api.example"}
	i.Keys = &jwk.KeyRing{Algorithm: jwt.ES256, RotateEvery: 100 * 365 * 24 * time.Hour, Now: i.Now} // which makes the first key
	return i
}

// StartIssuer returns an issuer that publishes its keys on loopback, with discovery
// as by OpenID Connect and RFC 8414, until the test ends. In a bubble of
// testing/synctest, a server keeps time from moving: use [NewIssuer] there.
func StartIssuer(t testing.TB) *Issuer {
	t.Helper()
	i := NewIssuer(t)
	i.serve(t, func(metadata http.Handler) http.Handler { return metadata })
	return i
}

// serve publishes the keys on loopback, by a handler around the one that does it.
func (i *Issuer) serve(t testing.TB, around func(metadata http.Handler) http.Handler) {
	t.Helper()
	metadata := &jwthttp.IssuerMetadata{Keys: i.Keys.Published}
	server := httptest.NewUnstartedServer(around(metadata))
	metadata.URL = "http://" + server.Listener.Addr().String()
	i.URL, i.server = metadata.URL, true
	server.Start()
	t.Cleanup(server.Close)
}

// Now returns the time of the issuer: that of the clock, and what [Issuer.Advance]
// added to it. It is for the Now of a policy.
func (i *Issuer) Now() time.Time { return time.Now().Add(time.Duration(i.turned.Load())) }

// Advance turns the time of the issuer forward, or back if d is negative. It waits for
// nothing.
func (i *Issuer) Advance(d time.Duration) { i.turned.Add(int64(d)) }

// Policy returns a new policy that accepts the tokens of the issuer and no others, with
// the time of the issuer. It has no Keys if Key does not verify as well.
func (i *Issuer) Policy() *jwt.Policy {
	p := &jwt.Policy{Issuer: i.URL, Audience: []string{i.Audience}, Now: i.Now}
	if i.Type != "" {
		p.Types = []string{i.Type}
	}
	if v, ok := i.Key.(jwt.Verifier); ok {
		p.Keys = jwt.Keys{v}
	} else if i.Key == nil && i.Keys != nil {
		p.Keys = i.Keys
	}
	return p
}

// private returns the private key that signs now. The issuer has no Key.
func (i *Issuer) private(t testing.TB) *jwk.Key {
	t.Helper()
	set := must(jwk.ParsePrivateSet(must(i.Keys.MarshalPrivateJSON())(t)))(t)
	keys, id := set.Keys(), i.signer(t).KeyID()
	return keys[slices.IndexFunc(keys, func(key *jwk.Key) bool { return key.KeyID() == id })]
}

// signer returns the key that signs now.
func (i *Issuer) signer(t testing.TB) jwt.Signer {
	t.Helper()
	if i.Key != nil {
		return i.Key
	}
	if i.Keys == nil {
		t.Fatal("jwttest: Issuer has no keys, want one from NewIssuer or StartIssuer")
	}
	key, err := i.Keys.Signer(t.Context())
	if err != nil {
		t.Fatal("jwttest: no key to sign with: ", err)
	}
	return key
}
