package dpop_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/dpop"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/seed-b1f8f58c/jwt/revoke"
)

// An API that wants proofs, and a client that makes them.
func Example() {
	issuer, err := jwt.NewHMAC(jwt.HS256, []byte("0123456789abcdef0123456789abcdef"), "") // in real life, a key pair
	check(err)

	// The API.
	proofs := &dpop.Policy{Store: revoke.NewMemory(0)} // for many machines, a store of revoke/redis
	protect := &jwthttp.Middleware{
		Tokens: &jwt.Policy{Keys: jwt.Keys{issuer}, Issuer: "https://login.example", Audience: []string{"https://api.example"}},
		Proofs: []jwthttp.ProofVerifier{proofs},
	}
	api := httptest.NewServer(protect.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := jwthttp.TokenFrom(r.Context())
		fmt.Fprint(w, "hello, ", token.Claims.Subject)
	})))
	defer api.Close()
	proofs.BaseURLs = []string{api.URL}

	// The client, with a key of its own.
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	prover, err := dpop.NewProver(jwt.ES256, key)
	check(err)
	client := &http.Client{Transport: &dpop.Transport{Prover: prover}}

	// The issuer has bound a token to that key.
	token, err := jwt.Sign(context.Background(), issuer, struct {
		jwt.Claims
		Confirmation dpop.Confirmation `json:"cnf"`
	}{
		jwt.Claims{
			Issuer: "https://login.example", Audience: jwt.Audience{"https://api.example"}, Subject: "alice",
			ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Minute)),
		},
		dpop.Confirmation{KeyThumbprint: prover.Thumbprint()},
	})
	check(err)

	for _, c := range []*http.Client{client, http.DefaultClient} {
		r, err := http.NewRequest("GET", api.URL+"/orders", nil)
		check(err)
		r.Header.Set("Authorization", "DPoP "+token)
		answer, err := c.Do(r)
		check(err)
		body, err := io.ReadAll(answer.Body)
		check(err)
		answer.Body.Close()
		fmt.Printf("%d %q\n", answer.StatusCode, body)
	}
	// Output:
	// 200 "hello, alice"
	// 401 "Unauthorized\n"
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
