package oidc_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/seed-b1f8f58c/jwt/oidc"
	"github.com/seed-b1f8f58c/jwt/revoke"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// A provider is an issuer with one key.
func exampleProvider() (key jwt.Signer, keys jwt.KeySet) {
	ring := &jwk.KeyRing{Algorithm: jwt.ES256}
	check(ring.Rotate(context.Background()))
	key, err := ring.Signer(context.Background())
	check(err)
	return key, ring
}

// The ID token of a login belongs to the browser that began it.
func ExampleLogin() {
	ctx := context.Background()
	key, keys := exampleProvider() // in real life, keys, err := jwthttp.DiscoverKeys("https://login.example", …)
	idTokens := oidc.IDTokens("https://login.example", "shop", keys)

	// What the token endpoint has sent.
	provider := jwt.Template{Key: key, Issuer: "https://login.example", Audience: []string{"shop"}, Lifetime: time.Hour}
	idToken, err := provider.Sign(ctx, map[string]any{"sub": "alice", "nonce": "n-0S6_WzA2Mj", "email": "alice@example.com"})
	check(err)

	login := oidc.Login{Nonce: "n-0S6_WzA2Mj"} // kept in the browser's session since the authorization request
	token, err := login.Verify(ctx, idTokens, idToken)
	check(err)
	claims, err := jwt.ClaimsAs[struct {
		Email string `json:"email"`
	}](token)
	check(err)
	fmt.Println(token.Claims.Subject, claims.Email)

	other := oidc.Login{Nonce: "another"}
	_, err = other.Verify(ctx, idTokens, idToken)
	fmt.Println(err)
	// Output:
	// alice alice@example.com
	// jwt: claim not acceptable: nonce: got that of another login
}

// An API for access tokens of RFC 9068, which refuses the tokens of a session from
// the moment that the provider says that it has ended.
func ExampleLogoutHandler() {
	ctx := context.Background()
	key, keys := exampleProvider()
	tokens := &revoke.DenyList{
		Tokens:   oidc.AccessTokens("https://login.example", "https://api.example", keys),
		Store:    revoke.NewMemory(0),
		Lifetime: time.Hour, // the longest of an access token

		AllowOlderThanStore: true, // as this example takes less than a second
	}
	protect := &jwthttp.Middleware{Tokens: tokens}
	mux := http.NewServeMux()
	mux.Handle("POST /backchannel-logout", &oidc.LogoutHandler{
		Tokens:   oidc.LogoutTokens("https://login.example", "orders-api", keys),
		Sessions: tokens,
	})
	mux.Handle("GET /orders", protect.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {})))

	// What the provider signs.
	access := jwt.Template{Key: key, Issuer: "https://login.example", Audience: []string{"https://api.example"}, Type: "at+jwt", Lifetime: time.Minute}
	accessToken, err := access.Sign(ctx, map[string]any{"sub": "alice", "sid": "session-1", "client_id": "shop"})
	check(err)
	logout := jwt.Template{Key: key, Issuer: "https://login.example", Audience: []string{"orders-api"}, Type: "logout+jwt", Lifetime: time.Minute}
	logoutToken, err := logout.Sign(ctx, map[string]any{
		"sub": "alice", "sid": "session-1", "events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": struct{}{}},
	})
	check(err)

	send := func(r *http.Request) int {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w.Code
	}
	call := httptest.NewRequest("GET", "/orders", nil)
	call.Header.Set("Authorization", "Bearer "+accessToken)
	fmt.Println("before:", send(call))
	told := httptest.NewRequest("POST", "/backchannel-logout", strings.NewReader(url.Values{"logout_token": {logoutToken}}.Encode()))
	told.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	fmt.Println("logout:", send(told))
	fmt.Println("after:", send(call))
	// Output:
	// before: 200
	// logout: 200
	// after: 401
}

// A client proves who it is by a signature, and the server accepts each once.
func ExampleClientAssertions() {
	ctx := context.Background()
	key, keys := exampleProvider() // of the client; the server has the public part
	const server = "https://login.example"

	clients := jwt.PolicyFunc(func(_ context.Context, clientID string) (*jwt.Policy, error) {
		if clientID != "shop" { // in real life, from a database
			return nil, nil
		}
		return oidc.ClientAssertions(clientID, server, keys), nil
	})
	assertions := &revoke.Once{Tokens: clients, Store: revoke.NewMemory(0), Lifetime: 10 * time.Minute}

	assertion, err := oidc.SignClientAssertion(ctx, key, "shop", server)
	check(err)
	token, err := assertions.Verify(ctx, assertion)
	check(err)
	fmt.Println("client:", token.Claims.Subject)
	_, err = assertions.Verify(ctx, assertion)
	fmt.Println(errors.Is(err, revoke.ErrReused)) // true
}
