// Multi-issuer trusts two issuers, each for its own keys, audience and type. No
// issuer can speak for the other.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"log"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

func main() {
	staff, staffPublic := newKey()
	partner, partnerPublic := newKey()
	policies := jwt.Policies{
		{Keys: jwt.Keys{staffPublic}, Issuer: "https://staff.example", Audience: []string{"api"}, Types: []string{"at+jwt"}},
		{Keys: jwt.Keys{partnerPublic}, Issuer: "https://partner.example", Audience: []string{"partner-api"}},
	}
	for _, t := range []struct {
		name             string
		key              jwt.Signer
		typ, issuer, aud string
	}{
		{"staff", staff, "at+jwt", "https://staff.example", "api"},
		{"partner", partner, "JWT", "https://partner.example", "partner-api"},
		{"partner as staff", partner, "at+jwt", "https://staff.example", "api"},
		{"stranger", partner, "JWT", "https://stranger.example", "api"},
	} {
		access := jwt.Template{Key: t.key, Type: t.typ, Issuer: t.issuer, Audience: []string{t.aud}, Lifetime: time.Minute}
		token, err := access.Sign(context.Background(), jwt.Claims{})
		check(err)
		_, err = policies.Verify(context.Background(), token)
		fmt.Printf("%s: %v\n", t.name, err)
	}
}

func newKey() (jwt.Signer, jwt.Verifier) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	signer, err := jwt.NewSigner(jwt.ES256, private, "")
	check(err)
	verifier, err := jwt.NewVerifier(jwt.ES256, private.Public(), "")
	check(err)
	return signer, verifier
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
