package dpop_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
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

	mux := http.NewServeMux()
	api := httptest.NewServer(mux)
	defer api.Close()

	// The API.
	proofs := &dpop.Policy{
		BaseURLs: []string{api.URL},   // as clients write it, such as https://api.example
		Store:    revoke.NewMemory(0), // for many machines, a store of revoke/redis
	}
	protect := &jwthttp.Middleware{
		Tokens: &jwt.Policy{Keys: jwt.Keys{issuer}, Issuer: "https://login.example", Audience: []string{"https://api.example"}},
		Proofs: []jwthttp.ProofVerifier{proofs},
	}
	mux.Handle("GET /orders", protect.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := jwthttp.TokenFrom(r.Context())
		fmt.Fprint(w, "hello, ", token.Claims.Subject)
	})))

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

// A token endpoint binds a token to the key of the client's proof.
func ExamplePolicy_Verify() {
	nonces, err := dpop.NewNonces(5 * time.Minute) // for several processes, with a secret that they share
	check(err)
	proofs := &dpop.Policy{BaseURLs: []string{"https://login.example"}, Store: revoke.NewMemory(0), Nonces: nonces}
	http.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		proof, err := proofs.Verify(r)
		if err != nil {
			proofs.Refuse(w, err) // with a nonce, if that is what the proof lacks
			return
		}
		if proof.NextNonce != "" {
			w.Header().Set("DPoP-Nonce", proof.NextNonce) // before the client's nonce has passed
		}
		token, err := issue(r, dpop.Confirmation{KeyThumbprint: proof.Key.Thumbprint()})
		if err != nil {
			http.Error(w, "", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{"access_token": token, "token_type": "DPoP"})
	})
}

// issue checks the grant of a request and signs a token.
func issue(r *http.Request, confirmation dpop.Confirmation) (string, error) {
	template := jwt.Template{Key: issuer, Issuer: "https://login.example", Audience: []string{"https://api.example"}, Lifetime: 5 * time.Minute}
	return template.Sign(r.Context(), struct {
		Subject      string            `json:"sub"`
		Confirmation dpop.Confirmation `json:"cnf"`
	}{"alice", confirmation})
}

var issuer jwt.Signer

// Behind a proxy that ends TLS, the client's certificate comes in a header that
// the proxy sets (RFC 9440), and removes from what clients send.
func ExampleCertificates() {
	certificates := &dpop.Certificates{Of: func(r *http.Request) (*x509.Certificate, error) {
		value := strings.Trim(r.Header.Get("Client-Cert"), ":")
		if value == "" {
			return nil, nil
		}
		der, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return nil, err
		}
		return x509.ParseCertificate(der)
	}}
	protect := &jwthttp.Middleware{Proofs: []jwthttp.ProofVerifier{certificates}}
	_ = protect
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
