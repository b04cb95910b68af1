package jwthttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
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

// Refusals as JSON problem details (RFC 9457).
func ExampleMiddleware_refused() {
	var policy *jwt.Policy
	protect := &jwthttp.Middleware{Tokens: policy, Refused: func(w http.ResponseWriter, r *http.Request, refusal jwthttp.Refusal) {
		w.Header().Set("Content-Type", "application/problem+json")
		json.NewEncoder(w).Encode(map[string]any{"title": http.StatusText(refusal.Status), "status": refusal.Status, "code": refusal.Code})
	}}
	http.Handle("/", protect.Handler(http.NotFoundHandler()))
}

// A browser's token in a cookie, which other sites must not be able to use.
func ExampleCookieToken() {
	var policy *jwt.Policy
	protect := &jwthttp.Middleware{Tokens: policy, Extract: jwthttp.CookieToken("__Host-token")}
	http.Handle("/", http.NewCrossOriginProtection().Handler(protect.Handler(http.NotFoundHandler())))
}

// The login puts the token into a cookie that no script of the page can read and no
// other site can set; the browser sends it with the next request.
func ExampleCookieToken_login() {
	key, err := jwt.NewHMAC(jwt.HS256, make([]byte, 32), "")
	if err != nil {
		log.Fatal(err)
	}
	access := &jwt.Template{Key: key, Issuer: "https://shop.example", Audience: []string{"https://shop.example"}, Lifetime: 15 * time.Minute}
	policy := &jwt.Policy{Keys: jwt.Keys{key}, Issuer: "https://shop.example", Audience: []string{"https://shop.example"}}
	protect := &jwthttp.Middleware{Tokens: policy, Extract: jwthttp.CookieToken("__Host-token")}

	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) { // after the password was checked
		token, err := access.Sign(r.Context(), jwt.Claims{Subject: "alice"})
		if err != nil {
			http.Error(w, "internal error", http.StatusInternalServerError)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "__Host-token", Value: token, Path: "/", MaxAge: 15 * 60, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	})
	mux.Handle("GET /me", protect.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := jwthttp.TokenFrom(r.Context())
		fmt.Fprint(w, "you are ", token.Claims.Subject)
	})))
	handler := http.NewCrossOriginProtection().Handler(mux)

	login := httptest.NewRecorder()
	handler.ServeHTTP(login, httptest.NewRequest("POST", "/login", nil))
	request := httptest.NewRequest("GET", "/me", nil)
	for _, cookie := range login.Result().Cookies() {
		request.AddCookie(cookie)
	}
	me := httptest.NewRecorder()
	handler.ServeHTTP(me, request)
	fmt.Println(me.Code, me.Body)
	// Output: 200 you are alice
}

// Scopes in claims that have names of their own.
func ExampleScopesIn() {
	var policy *jwt.Policy
	protect := &jwthttp.Middleware{Tokens: policy, Scopes: jwthttp.ScopesIn("permissions", "roles")}
	http.Handle("DELETE /orders/{id}", protect.RequireScope("orders:delete")(http.NotFoundHandler()))
}

// An API tells its clients which issuer it trusts.
func ExampleResourceMetadata() {
	metadata := &jwthttp.ResourceMetadata{
		Resource:             "https://api.example/v1",
		AuthorizationServers: []string{"https://login.example"},
		ScopesSupported:      []string{"orders:read", "orders:write"},
	}
	var policy *jwt.Policy // of that issuer, with the resource as its audience
	protect := &jwthttp.Middleware{Tokens: policy, Metadata: metadata}
	mux := http.NewServeMux()
	mux.Handle(jwthttp.ResourceMetadataPath+"/", metadata)
	mux.Handle("GET /v1/orders", protect.RequireScope("orders:read")(http.NotFoundHandler()))

	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", "/v1/orders", nil))
	fmt.Println(w.Code, w.Header().Get("WWW-Authenticate"))
	w = httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", metadata.URL(), nil))
	fmt.Println(w.Code, w.Body)
	// Output:
	// 401 Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1", scope="orders:read"
	// 200 {"authorization_servers":["https://login.example"],"bearer_methods_supported":["header"],"resource":"https://api.example/v1","scopes_supported":["orders:read","orders:write"]}
}

// Keys are replaced without a token being refused.
func ExampleIssuerMetadata() {
	ctx, now := context.Background(), time.Now()
	ring := &jwk.KeyRing{Algorithm: jwt.EdDSA, PublishAhead: time.Hour, RetireAfter: time.Hour, Now: func() time.Time { return now }}
	if err := ring.Rotate(ctx); err != nil { // makes the first key
		log.Fatal(err)
	}
	issuer := &jwthttp.IssuerMetadata{URL: "https://login.example", Keys: ring.Published}
	show := func(when string) {
		w := httptest.NewRecorder()
		issuer.ServeHTTP(w, httptest.NewRequest("GET", "/.well-known/jwks.json", nil))
		var set struct {
			Keys []struct {
				KeyID string `json:"kid"`
			}
		}
		if err := json.Unmarshal(w.Body.Bytes(), &set); err != nil {
			log.Fatal(err)
		}
		signer, err := ring.Signer(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(when, len(set.Keys), set.Keys[0].KeyID == signer.KeyID())
	}

	show("one key:")
	if err := ring.Rotate(ctx); err != nil {
		log.Fatal(err)
	}
	show("the next one is published:")
	now = now.Add(time.Hour)
	show("it signs, and the old one is still published:")
	now = now.Add(time.Hour + time.Second)
	show("the tokens of the old one have expired:")
	// Output:
	// one key: 1 true
	// the next one is published: 2 true
	// it signs, and the old one is still published: 2 true
	// the tokens of the old one have expired: 1 true
}

// A handler is tested with a token that no key has signed.
func ExampleWithToken() {
	token, err := jwt.InsecureToken(map[string]any{"sub": "alice", "scope": "orders:read"})
	if err != nil {
		log.Fatal(err)
	}
	protect := &jwthttp.Middleware{Tokens: &jwt.Policy{}}
	handler := protect.RequireScope("orders:read")(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := jwthttp.TokenFrom(r.Context())
		fmt.Fprint(w, token.Claims.Subject)
	}))
	r := httptest.NewRequest("GET", "/orders", nil)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r.WithContext(jwthttp.WithToken(r.Context(), token)))
	fmt.Println(w.Code, w.Body)
	// Output: 200 alice
}

// A program that does not start without keys, and fetches them ahead of time while
// it runs.
func ExampleRemoteKeys() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	keys, err := jwthttp.DiscoverKeys("https://login.example", jwthttp.RemoteOptions{RefreshAfter: time.Minute})
	if err != nil {
		log.Fatal(err)
	}
	if err := keys.Refresh(ctx); err != nil {
		log.Fatal(err)
	}
	go keys.Run(ctx)
}
