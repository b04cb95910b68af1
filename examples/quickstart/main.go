// Quickstart issues a token, verifies it, and shows three that are refused.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

// claims are the registered claims and one of our own.
type claims struct {
	jwt.Claims
	Role string `json:"role"`
}

func main() {
	ctx := context.Background()
	secret := make([]byte, 32)
	rand.Read(secret)
	key, err := jwt.NewHMAC(jwt.HS256, secret, "2026-11")
	check(err)

	// The login service issues a token.
	access := jwt.Template{Key: key, Issuer: "https://login.example", Audience: []string{"https://api.example"}, Lifetime: 10 * time.Minute}
	token, err := access.Sign(ctx, claims{Claims: jwt.Claims{Subject: "alice"}, Role: "editor"})
	check(err)
	header, payload, err := jwt.InsecureDecode(token) // only to show it
	check(err)
	fmt.Printf("token:    %s\nheader:   %s\npayload:  %s\n\n", token, header, payload)

	// The API accepts it: right key, issuer, audience, and in time.
	policy := jwt.Policy{Keys: jwt.Keys{key}, Issuer: "https://login.example", Audience: []string{"https://api.example"}}
	mine, err := jwt.VerifyAs[claims](ctx, &policy, token)
	check(err)
	fmt.Printf("accepted: %s is %s\n", mine.Subject, mine.Role)

	// It does not accept these.
	last := len(token) - 10
	_, err = policy.Verify(ctx, token[:last]+flip(token[last:last+1])+token[last+1:])
	fmt.Println("tampered:", err)
	late := policy
	late.Now = func() time.Time { return time.Now().Add(time.Hour) }
	_, err = late.Verify(ctx, token)
	fmt.Println("expired: ", err)
	other := policy
	other.Audience = []string{"https://billing.example"}
	_, err = other.Verify(ctx, token)
	fmt.Println("audience:", err)

	// Step by step.
	fmt.Printf("\n%v\n", jwt.Explain(ctx, &other, token))
}

// flip returns another letter.
func flip(letter string) string {
	if letter == "A" {
		return "B"
	}
	return "A"
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
