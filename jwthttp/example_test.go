package jwthttp_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// Two lines protect a handler with the keys of an issuer known by its URL.
func ExampleMiddleware() {
	keys, err := jwthttp.DiscoverKeys("https://login.example", jwthttp.RemoteOptions{})
	if err != nil {
		log.Fatal(err)
	}
	policy := &jwt.Policy{Keys: keys, Issuer: "https://login.example", Audience: []string{"https://api.example"}}

	protect := &jwthttp.Middleware{Tokens: policy}
	http.Handle("GET /me", protect.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := jwthttp.TokenFrom(r.Context())
		fmt.Fprintln(w, "you are", token.Claims.Subject)
	})))
	http.Handle("POST /orders", protect.RequireScope("orders:write")(http.NotFoundHandler()))
}

// A browser's token in a cookie, which other sites must not be able to use.
func ExampleCookieToken() {
	var policy *jwt.Policy
	protect := &jwthttp.Middleware{Tokens: policy, Extract: jwthttp.CookieToken("__Host-token")}
	http.Handle("/", http.NewCrossOriginProtection().Handler(protect.Handler(http.NotFoundHandler())))
}

// A key is replaced without a token being refused.
func ExampleIssuerMetadata_rotation() {
	old, next := generate(), generate()
	var published atomic.Pointer[[]*jwk.Key]
	publish := func(keys ...*jwk.Key) { published.Store(&keys) }
	publish(old)
	issuer := &jwthttp.IssuerMetadata{Keys: func() []*jwk.Key { return *published.Load() }}
	server := httptest.NewServer(issuer)
	defer server.Close()
	issuer.URL = server.URL
	keys, err := jwthttp.DiscoverKeys(server.URL, jwthttp.RemoteOptions{})
	if err != nil {
		log.Fatal(err)
	}
	refresh := func() { // others wait for as long as anybody keeps an answer
		if err := keys.Refresh(context.Background()); err != nil {
			log.Fatal(err)
		}
	}

	fmt.Println("old key:", accepts(keys, old))
	publish(old, next)
	refresh()
	fmt.Println("both keys:", accepts(keys, old), accepts(keys, next))
	// From now on the next key signs. The old one goes when its tokens have expired.
	publish(next)
	refresh()
	fmt.Println("next key:", accepts(keys, old), accepts(keys, next))
	// Output:
	// old key: true
	// both keys: true true
	// next key: false true
}

func generate() *jwk.Key {
	key, err := jwk.Generate(jwt.EdDSA)
	if err != nil {
		log.Fatal(err)
	}
	return key
}

func accepts(keys jwt.KeySet, key *jwk.Key) bool {
	signer, err := key.Signer()
	if err != nil {
		log.Fatal(err)
	}
	token, err := jwt.Sign(context.Background(), signer, jwt.Claims{ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Minute))})
	if err != nil {
		log.Fatal(err)
	}
	_, err = (&jwt.Policy{Keys: keys}).Verify(context.Background(), token)
	return err == nil
}
