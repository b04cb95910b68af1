// Rotation replaces a key while tokens of both are in use: key IDs tell which
// key signed a token.
package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"log"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

func main() {
	october, octoberPublic := newKey("2026-10")
	november, novemberPublic := newKey("2026-11")

	old := token(october)
	fmt.Println("before: ", accepts(jwt.Keys{octoberPublic}, old))

	// Verifiers learn the new key first; only then is it signed with.
	both := jwt.Keys{octoberPublic, novemberPublic}
	fresh := token(november)
	fmt.Println("between:", accepts(both, old), accepts(both, fresh))

	// Once the last old token has expired, the old key goes.
	fmt.Println("after:  ", accepts(jwt.Keys{novemberPublic}, old), accepts(jwt.Keys{novemberPublic}, fresh))
}

func newKey(id string) (jwt.Signer, jwt.Verifier) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	check(err)
	signer, err := jwt.NewSigner(jwt.EdDSA, private, id)
	check(err)
	verifier, err := jwt.NewVerifier(jwt.EdDSA, public, id)
	check(err)
	return signer, verifier
}

func token(key jwt.Signer) string {
	access := jwt.Template{Key: key, Lifetime: time.Minute}
	t, err := access.Sign(context.Background(), jwt.Claims{Subject: "alice"})
	check(err)
	return t
}

func accepts(keys jwt.Keys, token string) bool {
	_, err := (&jwt.Policy{Keys: keys}).Verify(context.Background(), token)
	return err == nil
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
