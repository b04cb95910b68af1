package store_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// counted counts what a deny list asks its store. A store of your own has the same
// methods.
type counted struct {
	store.Store
	lookups int
}

func (c *counted) Lookup(ctx context.Context, q store.Query) (store.Answer, error) {
	c.lookups++
	return c.Store.Lookup(ctx, q)
}

func ExampleStore() {
	ctx := context.Background()
	key, err := jwt.NewHMAC(jwt.HS256, []byte("thirty-two bytes from a generator"), "")
	if err != nil {
		log.Fatal(err)
	}
	keep := &counted{Store: revoke.NewMemory(0)}
	list := &revoke.DenyList{
		Tokens: &jwt.Policy{Keys: jwt.Keys{key}, Issuer: "https://login.example"}, Store: keep, Lifetime: time.Hour,
		AllowAbsent: []string{"sid"}, AllowOlderThanStore: true,
	}
	access := &jwt.Template{Key: key, Issuer: "https://login.example", Lifetime: time.Minute}
	token, err := access.Sign(ctx, jwt.Claims{Subject: "alice"})
	if err != nil {
		log.Fatal(err)
	}
	for range 3 {
		if _, err := list.Verify(ctx, token); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("asked", keep.lookups, "times")
	// Output: asked 3 times
}
