// Rsa-pem loads a key pair from PEM files, signs with one and verifies with the
// other.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"log"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// Made with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out private.pem
// and: openssl pkey -in private.pem -pubout -out public.pem
var (
	//go:embed private.pem
	privatePEM []byte
	//go:embed public.pem
	publicPEM []byte
)

func main() {
	private, err := jwk.ParsePEM(privatePEM)
	check(err)
	private, err = private.With(jwt.PS256, "rsa-1") // a PEM file names neither
	check(err)
	signer, err := private.Signer()
	check(err)

	public, err := jwk.ParsePEM(publicPEM)
	check(err)
	public, err = public.With(jwt.PS256, "rsa-1")
	check(err)
	verifier, err := public.Verifier()
	check(err)

	access := jwt.Template{Key: signer, Lifetime: time.Minute}
	token, err := access.Sign(context.Background(), jwt.Claims{Subject: "alice"})
	check(err)
	verified, err := (&jwt.Policy{Keys: jwt.Keys{verifier}}).Verify(context.Background(), token)
	check(err)
	fmt.Println(verified.Header.Algorithm, verified.Header.KeyID, verified.Claims.Subject)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
