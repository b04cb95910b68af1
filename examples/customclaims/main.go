// Customclaims signs claims of its own beside the registered ones, and reads
// them back with their types.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

// accessClaims needs no method: it embeds the registered claims, and tags its own.
type accessClaims struct {
	jwt.Claims
	Tenant int64    `json:"https://api.example/tenant"` // a collision-resistant name
	Scopes []string `json:"scopes"`
	Plan   *plan    `json:"plan,omitempty"`
}

type plan struct {
	Name  string `json:"name"`
	Seats int    `json:"seats"`
}

func main() {
	ctx := context.Background()
	secret := make([]byte, 32)
	rand.Read(secret)
	key, err := jwt.NewHMAC(jwt.HS256, secret, "")
	check(err)

	token, err := jwt.SignHeader(ctx, key, jwt.Header{Type: "at+jwt"}, accessClaims{
		Claims: jwt.Claims{Subject: "alice", ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Minute))},
		Tenant: 9007199254740993, // more than a float64 holds
		Scopes: []string{"read", "write"},
		Plan:   &plan{Name: "team", Seats: 12},
	})
	check(err)

	// A token for one purpose has a type; the policy asks for it.
	policy := &jwt.Policy{Keys: jwt.Keys{key}, Types: []string{"at+jwt"}}
	verified, err := policy.Verify(ctx, token)
	check(err)
	c, err := jwt.ClaimsAs[accessClaims](verified)
	check(err)
	fmt.Println(c.Subject, c.Tenant, c.Scopes, c.Plan.Name, c.Plan.Seats)
	fmt.Printf("%s\n", verified.Payload()[:16])
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
