package jwtgrpc_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwtgrpc"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// No metadata and no method lets a call through that has no good token.
func FuzzMetadata(f *testing.F) {
	key, err := jwt.NewHMAC(jwt.HS256, []byte(strings.Repeat("s", 32)), "")
	require.NoError(f, err)
	policy := &jwt.Policy{Keys: jwt.Keys{key}, AllowAnyIssuer: true, AllowAnyAudience: true}
	server := &jwtgrpc.Server{Middleware: &jwthttp.Middleware{Tokens: policy}}
	f.Add("/orders.Orders/Create", "authorization", "Bearer a.b.c", "dpop", "a")
	f.Add("", ":authority", "a", "Authorization", "")
	f.Add("*", "access-control-request-method", "GET", ":method", "OPTIONS")
	f.Fuzz(func(t *testing.T, method, name1, value1, name2, value2 string) {
		ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs(name1, value1, name2, value2))
		_, err := server.Unary(ctx, nil, &grpc.UnaryServerInfo{FullMethod: method}, func(context.Context, any) (any, error) {
			t.Error("the call was let through")
			return nil, nil
		})
		require.Equal(t, codes.Unauthenticated, status.Code(err))
	})
}
