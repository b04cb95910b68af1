// Rsa-pem loads a key pair from PEM files, signs with one and verifies with the
// other. Package jwk does the same for more formats.
package main

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	_ "embed"
	"encoding/pem"
	"fmt"
	"log"
	"time"

	"github.com/seed-b1f8f58c/jwt"
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
	block, _ := pem.Decode(privatePEM)
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	check(err)
	signer, err := jwt.NewSigner(jwt.PS256, private.(*rsa.PrivateKey), "rsa-1")
	check(err)

	block, _ = pem.Decode(publicPEM)
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	check(err)
	verifier, err := jwt.NewVerifier(jwt.PS256, public, "rsa-1")
	check(err)

	token, err := jwt.Sign(context.Background(), signer, jwt.Claims{
		Subject: "alice", ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Minute)),
	})
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
