package jwtgrpc

import (
	"context"
	"errors"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
)

// Credentials send a token with every call of a client, unary or stream. It is plain
// data; do not change it while it is in use. The zero value fails every call.
//
//	grpc.NewClient(address, grpc.WithPerRPCCredentials(&jwtgrpc.Credentials{Token: token}), …)
type Credentials struct {
	// Token returns the token for a call, for which it is called anew. Keep a token as
	// long as it is good. Its error ends the call: as Unavailable, unless the context has
	// ended, or the error has a gRPC status of its own. Required.
	Token func(ctx context.Context) (string, error)

	// AllowInsecure sends tokens over connections without TLS, on which others may read
	// them.
	AllowInsecure bool
}

var _ credentials.PerRPCCredentials = (*Credentials)(nil)

// GetRequestMetadata is for package grpc.
func (c *Credentials) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	if c == nil || c.Token == nil {
		return nil, status.Error(codes.Internal, "jwtgrpc: Credentials.Token is nil, want what returns a token")
	}
	token, err := c.Token(ctx)
	if err == nil && (token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })) {
		err = errors.New("jwtgrpc: Credentials.Token returned what is no token")
	}
	if err != nil {
		if _, ok := status.FromError(err); ok {
			return nil, err
		}
		if ended := status.FromContextError(err); ended.Code() != codes.Unknown {
			return nil, ended.Err()
		}
		return nil, status.Error(codes.Unavailable, err.Error())
	}
	return map[string]string{"authorization": "Bearer " + token}, nil
}

// RequireTransportSecurity is for package grpc.
func (c *Credentials) RequireTransportSecurity() bool { return c == nil || !c.AllowInsecure }
