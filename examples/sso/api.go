package main

import (
	"fmt"
	"log/slog"
	"net/http"

	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/seed-b1f8f58c/jwt/oidc"
	"github.com/seed-b1f8f58c/jwt/revoke"
)

// newAPI returns an API that knows nothing of the login server but its URL, from
// which it gets the keys. Its own name is the audience of the tokens it accepts. It
// has a memory of sessions that have ended, and the login server tells it of them.
func newAPI(name, issuer, content string) (http.Handler, error) {
	keys, err := jwthttp.DiscoverKeys(issuer, jwthttp.RemoteOptions{})
	if err != nil {
		return nil, err
	}
	tokens := &revoke.DenyList{
		Tokens:   oidc.AccessTokens(issuer, name, keys),
		Store:    revoke.NewMemory(0), // for many instances, a store of revoke/redis or revoke/sql
		Lifetime: sessionLifetime, SeparateStore: true,
	}
	protect := &jwthttp.Middleware{Tokens: tokens, Log: slog.Default()}

	mux := http.NewServeMux()
	mux.Handle("POST /backchannel-logout", &oidc.LogoutHandler{
		Tokens: oidc.LogoutTokens(issuer, name, keys), Sessions: tokens,
	})
	mux.Handle("GET /{$}", protect.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := jwthttp.TokenFrom(r.Context())
		fmt.Fprintf(w, "%s has %s", token.Claims.Subject, content)
	})))
	return mux, nil
}
