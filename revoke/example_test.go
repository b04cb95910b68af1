package revoke_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
)

func exampleKey() *jwt.HMAC {
	key, err := jwt.NewHMAC(jwt.HS256, []byte("thirty-two bytes from a generator"), "")
	if err != nil {
		log.Fatal(err)
	}
	return key
}

func ExampleDenyList() {
	ctx, key := context.Background(), exampleKey()
	list := &revoke.DenyList{
		Tokens:      &jwt.Policy{Keys: jwt.Keys{key}, Issuer: "https://login.example", AllowAnyAudience: true},
		Store:       revoke.NewMemory(0),
		Lifetime:    time.Hour,
		AllowAbsent: []string{"sid"}, // these tokens have none

		AllowOlderThanStore: true, // they were issued in the second in which it began
	}
	text, err := jwt.Sign(ctx, key, jwt.Claims{
		Issuer: "https://login.example", Subject: "alice", ID: "token 1",
		IssuedAt: jwt.NewNumericDate(time.Now()), ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour)),
	})
	if err != nil {
		log.Fatal(err)
	}

	token, err := list.Verify(ctx, text)
	fmt.Println(token.Claims.Subject, err)
	if err := list.RevokeToken(ctx, token); err != nil {
		log.Fatal(err) // it may not be revoked
	}
	_, err = list.Verify(ctx, text)
	fmt.Println(errors.Is(err, revoke.ErrRevoked), err)
	// Output:
	// alice <nil>
	// true revoke: token revoked: jti
}

func ExampleSessions() {
	ctx, key := context.Background(), exampleKey()
	list := &revoke.DenyList{
		Tokens:   &jwt.Policy{Keys: jwt.Keys{key}, Issuer: "https://login.example", AllowAnyAudience: true},
		Store:    revoke.NewMemory(0),
		Lifetime: 30 * 24 * time.Hour,
	}
	sessions := &revoke.Sessions{
		DenyList:        list,
		Issuer:          "https://login.example",
		AccessLifetime:  5 * time.Minute,
		SessionLifetime: 30 * 24 * time.Hour,
		Grace:           -1, // not even at once
		Sign: func(ctx context.Context, c revoke.Claims, _ *revoke.Session) (string, error) {
			return jwt.Sign(ctx, key, struct {
				revoke.Claims
				Role string `json:"role"`
			}{c, "reader"}) // with claims of your own
		},
	}

	first, err := sessions.Begin(ctx, "alice", nil) // who has just been authenticated
	if err != nil {
		log.Fatal(err)
	}
	second, err := sessions.Refresh(ctx, first.Refresh)
	fmt.Println("refreshed:", err)
	_, err = list.Verify(ctx, second.Access)
	fmt.Println("called:", err)

	_, err = sessions.Refresh(ctx, first.Refresh) // somebody has stolen it
	fmt.Println("again:", errors.Is(err, revoke.ErrReused))
	_, err = list.Verify(ctx, second.Access)
	fmt.Println("called:", err)
	// Output:
	// refreshed: <nil>
	// called: <nil>
	// again: true
	// called: revoke: token revoked: sid
}

// A link in an e-mail that works once.
func ExampleOnce() {
	ctx, key := context.Background(), exampleKey()
	// A store cannot know of tokens from the second in which it began. This clock lets
	// the example go on without waiting for the next one.
	clock := func() time.Time { return time.Now().Add(2 * time.Second) }
	links := &jwt.Template{Key: key, Issuer: "https://shop.example", Audience: []string{"reset"}, Lifetime: 15 * time.Minute, Now: clock}
	once := &revoke.Once{
		Tokens:   &jwt.Policy{Keys: jwt.Keys{key}, Issuer: "https://shop.example", Audience: []string{"reset"}, Now: clock},
		Store:    revoke.NewMemory(0),
		Lifetime: 15 * time.Minute,
		Now:      clock,
	}

	text, err := links.Sign(ctx, jwt.Claims{Subject: "alice"})
	if err != nil {
		log.Fatal(err)
	}
	token, err := once.Verify(ctx, text)
	fmt.Println(token.Claims.Subject, err)
	_, err = once.Verify(ctx, text)
	fmt.Println(errors.Is(err, revoke.ErrReused), err)
	// Output:
	// alice <nil>
	// true revoke: token revoked: used a second time: jti
}
