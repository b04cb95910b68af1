// Httpapi protects an API: one route for everybody with a good token, one that
// takes a scope, one that is open. Refusals are JSON problem details (RFC 9457). It
// then calls all of them as a client would.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
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
	protect := &jwthttp.Middleware{Tokens: policy, Realm: "orders", Refused: problem, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "up") })
	mux.Handle("GET /me", protect.Handler(http.HandlerFunc(me)))
	mux.Handle("POST /orders", protect.RequireScope("orders:write")(http.HandlerFunc(order)))
	return mux
}

// problem writes the body of a refusal. Status and challenge are set already.
func problem(w http.ResponseWriter, r *http.Request, refusal jwthttp.Refusal) {
	w.Header().Set("Content-Type", "application/problem+json")
	json.NewEncoder(w).Encode(map[string]any{"title": http.StatusText(refusal.Status), "status": refusal.Status, "code": refusal.Code})
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
	key, err := jwt.NewHMAC(jwt.HS256, []byte(rand.Text()+rand.Text()), "")
	check(err)
	template := &jwt.Template{Key: key, Issuer: "https://login.example", Audience: []string{"https://api.example"}, Type: "at+jwt", Lifetime: time.Minute}
	policy := &jwt.Policy{Keys: jwt.Keys{key}, Issuer: template.Issuer, Audience: template.Audience, Types: []string{"at+jwt"}}
	server := httptest.NewServer(newAPI(policy))
	defer server.Close()

	token := func(subject, scope string) string {
		t, err := template.Sign(context.Background(), accessClaims{Claims: jwt.Claims{Subject: subject}, Tenant: 7, Scope: scope})
		check(err)
		return t
	}
	reader, writer := token("alice", "orders:read"), token("bob", "orders:read orders:write")
	call("GET", server.URL+"/health", "")
	call("GET", server.URL+"/me", "")
	call("GET", server.URL+"/me", reader)
	call("GET", server.URL+"/me", reader+"x")
	call("POST", server.URL+"/orders", reader)
	call("POST", server.URL+"/orders", writer)
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
	fmt.Printf("%-4s %-8s %d %s\n", method, r.URL.Path, response.StatusCode, strings.TrimSpace(string(body)))
	if challenge := response.Header.Get("WWW-Authenticate"); challenge != "" {
		fmt.Println("    ", challenge)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
