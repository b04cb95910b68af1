// Rsa-pem reads a key pair from PEM files, signs with one and verifies with the
// other. It makes the files first, as openssl would:
//
//	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out private.pem
//	openssl pkey -in private.pem -pubout -out public.pem
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

func main() {
	dir, err := os.MkdirTemp("", "rsa-pem")
	check(err)
	defer os.RemoveAll(dir)
	makeFiles(dir)

	signer, err := read(filepath.Join(dir, "private.pem")).Signer()
	check(err)
	verifier, err := read(filepath.Join(dir, "public.pem")).Verifier()
	check(err)

	access := jwt.Template{Key: signer, Lifetime: time.Minute}
	token, err := access.Sign(context.Background(), jwt.Claims{Subject: "alice"})
	check(err)
	verified, err := (&jwt.Policy{Keys: jwt.Keys{verifier}}).Verify(context.Background(), token)
	check(err)
	fmt.Println(verified.Header.Algorithm, verified.Header.KeyID, verified.Claims.Subject)
}

// read reads a key from a PEM file, which names neither its algorithm nor its ID.
func read(name string) *jwk.Key {
	data, err := os.ReadFile(name)
	check(err)
	key, err := jwk.ParsePEM(data)
	check(err)
	key, err = key.With(jwt.PS256, "rsa-1")
	check(err)
	return key
}

// makeFiles writes a new key to private.pem, which only its owner can read, and its
// public part to public.pem.
func makeFiles(dir string) {
	key, err := jwk.Generate(jwt.PS256)
	check(err)
	private, err := key.MarshalPrivatePEM()
	check(err)
	check(os.WriteFile(filepath.Join(dir, "private.pem"), private, 0o600))
	public, err := key.MarshalPublicPEM()
	check(err)
	check(os.WriteFile(filepath.Join(dir, "public.pem"), public, 0o644))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
