// Jwks publishes the public keys of an issuer as a JWK Set, and verifies tokens
// with what was published.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

const issuer = "https://login.example"

func main() { run(context.Background(), os.Stdout) }

func run(ctx context.Context, out io.Writer) {
	// The issuer's keys; their key IDs are their thumbprints.
	elliptic, err := jwk.Generate(jwt.ES256)
	check(err)
	edwards, err := jwk.Generate(jwt.EdDSA)
	check(err)
	own, err := jwk.NewSet(elliptic, edwards)
	check(err)
	published, err := json.Marshal(own) // public keys only, whatever is in the set
	check(err)
	fmt.Fprintf(out, "published: %s\n", published)

	// An API reads the set, and trusts it for this issuer.
	set, err := jwk.ParseSet(published)
	check(err)
	policy := &jwt.Policy{Keys: set, Issuer: issuer}
	for _, key := range own.Keys() {
		verified, err := policy.Verify(ctx, token(ctx, key))
		check(err)
		fmt.Fprintf(out, "accepted: %s with %s\n", verified.Claims.Subject, verified.Header.Algorithm)
	}
}

func token(ctx context.Context, key *jwk.Key) string {
	signer, err := key.Signer()
	check(err)
	access := jwt.Template{Key: signer, Issuer: issuer, Lifetime: time.Minute}
	t, err := access.Sign(ctx, jwt.Claims{Subject: "alice"})
	check(err)
	return t
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
