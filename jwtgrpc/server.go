// Package jwtgrpc is authentication with tokens for gRPC: interceptors for a server,
// which decide as a [jwthttp.Middleware] does, and credentials for a client.
//
//	auth := &jwtgrpc.Server{Middleware: &jwthttp.Middleware{Tokens: policy}}
//	server := grpc.NewServer(grpc.UnaryInterceptor(auth.Unary), grpc.StreamInterceptor(auth.Stream))
//
// In the handler of a call, [jwthttp.TokenFrom] and [jwthttp.ClaimsFrom] tell who is
// calling.
package jwtgrpc

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// A Server demands a token with every call: in the metadata "authorization", as HTTP
// has it in the header. Set it up, then use it by pointer. The zero value lets no
// call through.
//
// A call that is not let through ends with one of these, and with no reason:
//
//	Unauthenticated   no token, or one that is refused, or malformed metadata
//	PermissionDenied  a good token without the scopes
//	Unavailable       it could not be decided, as keys were out of reach
//
// The trailer has the challenges of HTTP as "www-authenticate", and maybe "retry-after".
// The token of a stream is verified when it begins; it may go on after that has expired.
type Server struct {
	// Middleware decides, and logs refusals with the full method as their path. Its
	// Refused is for HTTP only. Required.
	Middleware *jwthttp.Middleware

	// Scopes returns the scopes that a call of this method must have, such as
	// "/orders.Orders/Create"; take it from a constant of the generated code. Nil scopes
	// demand none. A nil function never does.
	Scopes func(fullMethod string) []string

	// AllowMethods are the full methods that need no token, as
	// "/grpc.health.v1.Health/Check". A token of theirs is not looked at.
	AllowMethods []string

	validate sync.Once
	invalid  error
}

// Unary is a [grpc.UnaryServerInterceptor].
func (s *Server) Unary(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	ctx, err := s.authorize(ctx, info.FullMethod)
	if err != nil {
		return nil, err
	}
	return handler(ctx, request)
}

// Stream is a [grpc.StreamServerInterceptor].
func (s *Server) Stream(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	ctx, err := s.authorize(stream.Context(), info.FullMethod)
	if err != nil {
		return err
	}
	return handler(service, &authorizedStream{stream, ctx})
}

// authorizedStream is a stream whose context has the token.
type authorizedStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (s *authorizedStream) Context() context.Context { return s.ctx }

// authorize returns the context of a call that is let through, or the status of one
// that is not.
func (s *Server) authorize(ctx context.Context, fullMethod string) (context.Context, error) {
	if s == nil {
		s = &Server{}
	}
	if slices.Contains(s.AllowMethods, fullMethod) {
		return ctx, nil
	}
	s.validate.Do(func() { s.invalid = s.Middleware.Validate() })
	if s.invalid != nil {
		return nil, status.Error(codes.Unavailable, text(codes.Unavailable))
	}
	var scopes []string
	if s.Scopes != nil {
		scopes = s.Scopes(fullMethod)
	}
	response := http.Header{}
	token, refusal := s.Middleware.Authorize(response, httpRequest(ctx, fullMethod), scopes)
	_ = grpc.SetHeader(ctx, toMetadata(response)) // which fails where another interceptor has sent the header
	if refusal == nil {                           // the token is nil if the call may be anonymous
		return jwthttp.WithToken(ctx, token), nil
	}
	_ = grpc.SetTrailer(ctx, toMetadata(refusal.Header))
	return nil, status.Error(code(refusal.Status), text(code(refusal.Status)))
}

// code is the gRPC status of a refusal.
func code(httpStatus int) codes.Code {
	switch httpStatus {
	case http.StatusBadRequest, http.StatusUnauthorized:
		return codes.Unauthenticated
	case http.StatusForbidden:
		return codes.PermissionDenied
	}
	return codes.Unavailable
}

// text is the message of a status, which says no more than its code.
func text(c codes.Code) string {
	switch c {
	case codes.Unauthenticated:
		return "unauthenticated"
	case codes.PermissionDenied:
		return "permission denied"
	}
	return "unavailable"
}

// httpRequest returns a call as the HTTP/2 request that it is.
func httpRequest(ctx context.Context, fullMethod string) *http.Request {
	r := &http.Request{Method: http.MethodPost, Proto: "HTTP/2.0", ProtoMajor: 2, URL: &url.URL{Path: fullMethod}, Header: http.Header{}}
	received, _ := metadata.FromIncomingContext(ctx)
	for name, values := range received {
		if name == ":authority" { // which is one
			r.Host = strings.Join(values, ",")
		}
		if !strings.HasPrefix(name, ":") {
			r.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	if p, ok := peer.FromContext(ctx); ok {
		if p.Addr != nil {
			r.RemoteAddr = p.Addr.String()
		}
		if info, ok := p.AuthInfo.(credentials.TLSInfo); ok {
			r.TLS = &info.State
		}
	}
	return r.WithContext(ctx)
}

func toMetadata(h http.Header) metadata.MD {
	md := metadata.MD{}
	for name, values := range h {
		md.Append(name, values...)
	}
	return md
}
