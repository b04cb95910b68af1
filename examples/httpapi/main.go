// Httpapi protects an API: one route for everybody with a good token, one that
// takes a scope, one that is open. It then calls them all as a client would.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// accessClaims are what the API's tokens say.
type accessClaims struct {
	jwt.Claims
	Scope  string `json:"scope,omitempty"`
	Tenant int64  `json:"tenant"`
}

func newAPI(policy *jwt.Policy) http.Handler {
	protect := &jwthttp.Middleware{Tokens: policy, Realm: "api", Log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "up") })
	mux.Handle("GET /me", protect.Handler(http.HandlerFunc(me)))
	mux.Handle("POST /orders", protect.RequireScope("orders:write")(http.HandlerFunc(order)))
	return mux
}

func me(w http.ResponseWriter, r *http.Request) {
	token, _ := jwthttp.TokenFrom(r.Context())
	fmt.Fprint(w, "you are ", token.Claims.Subject)
}

func order(w http.ResponseWriter, r *http.Request) {
	claims, err := jwthttp.ClaimsFrom[accessClaims](r.Context())
	if err != nil {
		http.Error(w, "these claims are not ours", http.StatusForbidden)
		return
	}
	fmt.Fprint(w, "ordered for tenant ", claims.Tenant)
}

func main() {
	secret := make([]byte, 32)
	rand.Read(secret)
	key, err := jwt.NewHMAC(jwt.HS256, secret, "")
	check(err)
	server := httptest.NewServer(newAPI(&jwt.Policy{Keys: jwt.Keys{key}, Types: []string{"at+jwt"}}))
	defer server.Close()

	reader := token(key, accessClaims{Claims: jwt.Claims{Subject: "alice", ExpiresAt: in(time.Minute)}, Tenant: 7})
	writer := token(key, accessClaims{Claims: jwt.Claims{Subject: "bob", ExpiresAt: in(time.Minute)}, Tenant: 7, Scope: "orders:write"})
	expired := token(key, accessClaims{Claims: jwt.Claims{Subject: "carol", ExpiresAt: in(-time.Minute)}})
	call("GET", server.URL+"/health", "")
	call("GET", server.URL+"/me", "")
	call("GET", server.URL+"/me", reader)
	call("GET", server.URL+"/me", expired)
	call("POST", server.URL+"/orders", reader)
	call("POST", server.URL+"/orders", writer)
}

func in(d time.Duration) jwt.NumericDate { return jwt.NewNumericDate(time.Now().Add(d)) }

func token(key jwt.Signer, claims accessClaims) string {
	t, err := jwt.SignHeader(context.Background(), key, jwt.Header{Type: "at+jwt"}, claims)
	check(err)
	return t
}

func call(method, url, token string) {
	r, err := http.NewRequest(method, url, nil)
	check(err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(r)
	check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	check(err)
	fmt.Printf("%-4s %-8s %d %q %s\n", method, r.URL.Path, response.StatusCode, body, response.Header.Get("WWW-Authenticate"))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
