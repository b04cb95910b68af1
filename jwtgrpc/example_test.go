package jwtgrpc_test

import (
	"context"
	"log"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	health "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwtgrpc"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// A server with the keys of an issuer known by its URL. One method needs a scope, one
// needs no token.
func ExampleServer() {
	keys, err := jwthttp.DiscoverKeys("https://login.example", jwthttp.RemoteOptions{})
	if err != nil {
		log.Fatal(err)
	}
	policy := &jwt.Policy{Keys: keys, Issuer: "https://login.example", Audience: []string{"https://api.example"}}
	scopes := map[string][]string{"/orders.Orders/Create": {"orders:write"}} // by the FullMethodName constants of the generated code
	auth := &jwtgrpc.Server{
		Middleware:   &jwthttp.Middleware{Tokens: policy},
		Scopes:       func(fullMethod string) []string { return scopes[fullMethod] },
		AllowMethods: []string{health.Health_Check_FullMethodName},
	}
	server := grpc.NewServer(grpc.UnaryInterceptor(auth.Unary), grpc.StreamInterceptor(auth.Stream))
	defer server.Stop()
}

// A client that signs its own short tokens. Keep each for a while where the key is slow.
func ExampleCredentials() {
	keys := &jwk.KeyRing{Algorithm: jwt.EdDSA, RotateEvery: 30 * 24 * time.Hour}
	template := &jwt.Template{KeyFunc: keys.Signer, Issuer: "https://orders.example", Audience: []string{"stock"}, Lifetime: time.Minute}
	token := func(ctx context.Context) (string, error) {
		return template.Sign(ctx, map[string]any{"sub": "orders", "scope": "stock:read"})
	}
	client, err := grpc.NewClient("stock.example:443", grpc.WithTransportCredentials(credentials.NewTLS(nil)),
		grpc.WithPerRPCCredentials(&jwtgrpc.Credentials{Token: token}))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
}
