// Customclaims signs claims of its own beside the registered ones, and reads
// them back with their types.
package main

import (
	"context"
	"crypto/rand"
	"errors"
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

	access := jwt.Template{Key: key, Type: "at+jwt", Lifetime: time.Minute}
	token, err := access.Sign(ctx, accessClaims{
		Claims: jwt.Claims{Subject: "alice"},
		Tenant: 9007199254740993, // more than a float64 holds
		Scopes: []string{"read", "write"},
		Plan:   &plan{Name: "team", Seats: 12},
	})
	check(err)

	// A token for one purpose has a type; the policy asks for it, and for claims.
	policy := &jwt.Policy{
		Keys: jwt.Keys{key}, Types: []string{"at+jwt"}, Require: []string{"sub", "https://api.example/tenant"}, Rules: []jwt.Rule{jwt.Contains("scopes", "write")},
	}
	c, err := jwt.VerifyAs[accessClaims](ctx, policy, token)
	check(err)
	fmt.Println(c.Subject, c.Tenant, c.Scopes, c.Plan.Name, c.Plan.Seats)

	policy.Rules = []jwt.Rule{jwt.RuleFor("plan", func(c accessClaims) error {
		if c.Plan == nil || c.Plan.Seats < 100 {
			return errors.New("want a plan of 100 seats or more")
		}
		return nil
	})}
	_, err = jwt.VerifyAs[accessClaims](ctx, policy, token)
	fmt.Println(err)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
