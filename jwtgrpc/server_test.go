package jwtgrpc_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	health "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwtgrpc"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// service tells who is calling: unary by Check, a stream by Watch.
type service struct {
	health.UnimplementedHealthServer
}

func (service) Check(ctx context.Context, _ *health.HealthCheckRequest) (*health.HealthCheckResponse, error) {
	return &health.HealthCheckResponse{}, grpc.SetHeader(ctx, metadata.Pairs("caller", caller(ctx)))
}

func (service) Watch(_ *health.HealthCheckRequest, stream grpc.ServerStreamingServer[health.HealthCheckResponse]) error {
	if err := stream.SetHeader(metadata.Pairs("caller", caller(stream.Context()))); err != nil {
		return err
	}
	return stream.Send(&health.HealthCheckResponse{})
}

func caller(ctx context.Context) string {
	if claims, err := jwthttp.ClaimsFrom[jwt.Claims](ctx); err == nil {
		return claims.Subject
	}
	return "nobody"
}

// serve starts a server on loopback and returns a client for it.
func serve(t *testing.T, auth *jwtgrpc.Server, options ...grpc.DialOption) health.HealthClient {
	t.Helper()
	return dial(t, listen(t, auth), append(options, grpc.WithTransportCredentials(insecure.NewCredentials()))...)
}

func listen(t *testing.T, auth *jwtgrpc.Server, options ...grpc.ServerOption) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer(append(options, grpc.UnaryInterceptor(auth.Unary), grpc.StreamInterceptor(auth.Stream))...)
	health.RegisterHealthServer(server, service{})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}

func dial(t *testing.T, address string, options ...grpc.DialOption) health.HealthClient {
	t.Helper()
	client, err := grpc.NewClient(address, options...)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, client.Close()) })
	return health.NewHealthClient(client)
}

// A result is what a client sees of a call.
type result struct {
	code            codes.Code
	caller, message string
	header, trailer metadata.MD
}

func resultOf(err error, header, trailer metadata.MD) result {
	s := status.Convert(err)
	return result{s.Code(), strings.Join(header.Get("caller"), ","), s.Message(), header, trailer}
}

func unary(ctx context.Context, client health.HealthClient) result {
	var header, trailer metadata.MD
	_, err := client.Check(ctx, &health.HealthCheckRequest{}, grpc.Header(&header), grpc.Trailer(&trailer))
	return resultOf(err, header, trailer)
}

func stream(ctx context.Context, client health.HealthClient) result {
	s, err := client.Watch(ctx, &health.HealthCheckRequest{})
	if err != nil {
		return resultOf(err, nil, nil)
	}
	_, err = s.Recv()
	header, _ := s.Header()
	return resultOf(err, header, s.Trailer())
}

var ways = map[string]func(context.Context, health.HealthClient) result{"unary": unary, "stream": stream}

func newHMAC(t *testing.T) (*jwt.HMAC, *jwt.Policy) {
	t.Helper()
	key, err := jwt.NewHMAC(jwt.HS256, bytes.Repeat([]byte{7, 1}, 16), "")
	require.NoError(t, err)
	return key, &jwt.Policy{Keys: jwt.Keys{key}}
}

func sign(t *testing.T, key jwt.Signer, claims map[string]any) string {
	t.Helper()
	token, err := jwt.Sign(t.Context(), key, claims)
	require.NoError(t, err)
	return token
}

// down cannot decide.
type down struct{}

func (down) Error() string             { return "keys out of reach" }
func (down) RetryAfter() time.Duration { return 3 * time.Second }
func (down) Verify(context.Context, string) (*jwt.Token, error) {
	return nil, down{}
}

func withAuthorization(t *testing.T, values ...string) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	for _, v := range values {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", v)
	}
	return ctx
}

func TestCallsAreDecidedLikeRequests(t *testing.T) {
	key, policy := newHMAC(t)
	exp := time.Now().Add(time.Hour).Unix()
	good := sign(t, key, map[string]any{"sub": "alice", "exp": exp, "scope": "watch check"})
	unscoped := sign(t, key, map[string]any{"sub": "bob", "exp": exp})
	expired := sign(t, key, map[string]any{"sub": "carol", "exp": 1})
	bound := sign(t, key, map[string]any{"sub": "dave", "exp": exp, "cnf": map[string]string{"jkt": "a"}})
	scopes := func(method string) []string {
		return map[string][]string{health.Health_Check_FullMethodName: {"check"}, health.Health_Watch_FullMethodName: {"watch"}}[method]
	}
	plain := &jwtgrpc.Server{Middleware: &jwthttp.Middleware{Tokens: policy}}
	scoped := &jwtgrpc.Server{Middleware: plain.Middleware, Scopes: scopes}
	anonymous := &jwtgrpc.Server{Middleware: &jwthttp.Middleware{Tokens: policy, AllowAnonymous: true}}
	anonymousScoped := &jwtgrpc.Server{Middleware: anonymous.Middleware, Scopes: scopes}
	open := &jwtgrpc.Server{Middleware: plain.Middleware, AllowMethods: []string{health.Health_Check_FullMethodName, health.Health_Watch_FullMethodName}}
	closed := &jwtgrpc.Server{Middleware: plain.Middleware, AllowMethods: []string{"/grpc.health.v1.Health/List"}}
	undecided := &jwtgrpc.Server{Middleware: &jwthttp.Middleware{Tokens: down{}}}

	for _, test := range []struct {
		name      string
		server    *jwtgrpc.Server
		header    []string
		code      codes.Code
		caller    string
		challenge string
	}{
		{"a good token", plain, []string{"Bearer " + good}, codes.OK, "alice", ""},
		{"no token", plain, nil, codes.Unauthenticated, "", `Bearer realm="api"`},
		{"an expired token", plain, []string{"Bearer " + expired}, codes.Unauthenticated, "", `Bearer error="invalid_token"`},
		{"a token that is bound to a key", plain, []string{"Bearer " + bound}, codes.Unauthenticated, "", `Bearer error="invalid_token"`},
		{"two tokens", plain, []string{"Bearer " + good, "Bearer " + good}, codes.Unauthenticated, "", `Bearer error="invalid_request"`},
		{"a malformed header", plain, []string{"Bearer"}, codes.Unauthenticated, "", `Bearer error="invalid_request"`},
		{"another scheme", plain, []string{"Basic eA=="}, codes.Unauthenticated, "", `Bearer realm="api"`},
		{"the scope", scoped, []string{"Bearer " + good}, codes.OK, "alice", ""},
		{"no scope", scoped, []string{"Bearer " + unscoped}, codes.PermissionDenied, "", `insufficient_scope`},
		{"no token for a scope", scoped, nil, codes.Unauthenticated, "", `Bearer scope=`},
		{"anonymous", anonymous, nil, codes.OK, "nobody", ""},
		{"anonymous, with a bad token", anonymous, []string{"Bearer " + expired}, codes.Unauthenticated, "", `Bearer error="invalid_token"`},
		{"anonymous, for a scope", anonymousScoped, nil, codes.Unauthenticated, "", `Bearer scope=`},
		{"a method that needs no token", open, nil, codes.OK, "nobody", ""},
		{"a method that needs no token, with one", open, []string{"Bearer " + expired}, codes.OK, "nobody", ""},
		{"another method needs none", closed, nil, codes.Unauthenticated, "", `Bearer realm="api"`},
		{"keys out of reach", undecided, []string{"Bearer " + good}, codes.Unavailable, "", ""},
		{"a zero Server", &jwtgrpc.Server{}, []string{"Bearer " + good}, codes.Unavailable, "", ""},
		{"a nil Server", nil, []string{"Bearer " + good}, codes.Unavailable, "", ""},
		{"a zero Middleware", &jwtgrpc.Server{Middleware: &jwthttp.Middleware{}}, nil, codes.Unavailable, "", ""},
		{"a bad realm", &jwtgrpc.Server{Middleware: &jwthttp.Middleware{Tokens: policy, Realm: "\n"}}, []string{"Bearer " + good}, codes.Unavailable, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, test.server)
			for way, call := range ways {
				got := call(withAuthorization(t, test.header...), client)
				assert.Equal(t, test.code, got.code, way)
				assert.Equal(t, test.caller, got.caller, way)
				assert.Contains(t, strings.Join(got.trailer.Get("www-authenticate"), ""), test.challenge, way)
				assert.Equal(t, map[codes.Code]string{codes.Unauthenticated: "unauthenticated", codes.PermissionDenied: "permission denied", codes.Unavailable: "unavailable"}[test.code], got.message, way)
				if test.server == undecided {
					assert.Equal(t, []string{"3"}, got.trailer.Get("retry-after"))
				}
			}
		})
	}
}

func TestRefusedCallsAreLogged(t *testing.T) {
	_, policy := newHMAC(t)
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	client := serve(t, &jwtgrpc.Server{Middleware: &jwthttp.Middleware{Tokens: policy, Log: log}})
	assert.Equal(t, codes.Unauthenticated, unary(withAuthorization(t), client).code)
	assert.Equal(t, 1, strings.Count(out.String(), "level="))
	assert.Contains(t, out.String(), "level=INFO")
	assert.Contains(t, out.String(), "path=/grpc.health.v1.Health/Check")
}

// headerProof is satisfied by a request that has what gRPC makes of one.
type headerProof struct{ t *testing.T }

func (headerProof) Method() jwthttp.ConfirmationMethod {
	return jwthttp.ConfirmationMethod{Name: "x5t#S256"}
}

func (p headerProof) VerifyProof(response http.Header, r *http.Request, token *jwt.Token, text string) error {
	response.Set("Nonce", "next")
	assert.Equal(p.t, "POST", r.Method)
	assert.Regexp(p.t, `^127\.0\.0\.1:\d+$`, r.Host)
	assert.Regexp(p.t, `^127\.0\.0\.1:\d+$`, r.RemoteAddr)
	assert.Contains(p.t, r.Header.Get("Authorization"), text)
	if r.TLS == nil {
		return &jwthttp.ProofError{Err: errors.New("no TLS")}
	}
	return nil
}

func TestProofsSeeTheCallAndAnswerIt(t *testing.T) {
	key, policy := newHMAC(t)
	token := sign(t, key, map[string]any{"sub": "alice", "exp": time.Now().Add(time.Hour).Unix(), "cnf": map[string]string{"x5t#S256": "a"}})
	auth := &jwtgrpc.Server{Middleware: &jwthttp.Middleware{Tokens: policy, Proofs: []jwthttp.ProofVerifier{headerProof{t}}}}
	plain := serve(t, auth)
	serverTLS, clientTLS := newTLS(t)
	secure := dial(t, listen(t, auth, grpc.Creds(serverTLS)), grpc.WithTransportCredentials(clientTLS),
		grpc.WithPerRPCCredentials(&jwtgrpc.Credentials{Token: func(context.Context) (string, error) { return token, nil }}))
	for way, call := range ways {
		got := call(withAuthorization(t, "Bearer "+token), plain)
		assert.Equal(t, codes.Unauthenticated, got.code, way)
		assert.Equal(t, []string{"next"}, append(got.header.Get("nonce"), got.trailer.Get("nonce")...), way)
		got = call(withAuthorization(t), secure)
		assert.Equal(t, codes.OK, got.code, way)
		assert.Equal(t, "alice", got.caller, way)
		assert.Equal(t, []string{"next"}, got.header.Get("nonce"), way)
	}
}

// A seen notes the request that a Middleware gets.
type seen struct {
	jwthttp.ProofVerifier
	request *http.Request
}

func (s *seen) Method() jwthttp.ConfirmationMethod { return jwthttp.ConfirmationMethod{Name: "seen"} }

func (s *seen) VerifyProof(_ http.Header, r *http.Request, _ *jwt.Token, _ string) error {
	s.request = r
	return nil
}

func TestACallIsShownAsARequest(t *testing.T) {
	key, policy := newHMAC(t)
	token := sign(t, key, map[string]any{"sub": "alice", "exp": time.Now().Add(time.Hour).Unix(), "cnf": map[string]string{"seen": "a"}})
	proof := &seen{}
	auth := &jwtgrpc.Server{Middleware: &jwthttp.Middleware{Tokens: policy, Proofs: []jwthttp.ProofVerifier{proof}}}
	ctx := peer.NewContext(t.Context(), &peer.Peer{}) // of no address
	ctx = metadata.NewIncomingContext(ctx, metadata.Pairs(":authority", "api.example", ":authority", "b", "authorization", "Bearer "+token, "x", "1", "x", "2"))
	_, err := auth.Unary(ctx, nil, &grpc.UnaryServerInfo{FullMethod: "/a.B/C"}, func(context.Context, any) (any, error) { return nil, nil })
	require.NoError(t, err)
	r := proof.request
	require.NotNil(t, r)
	assert.Equal(t, "POST", r.Method)
	assert.Equal(t, "/a.B/C", r.URL.Path)
	assert.Equal(t, "api.example,b", r.Host, "two are no name that is known")
	assert.Equal(t, http.Header{"Authorization": {"Bearer " + token}, "X": {"1", "2"}}, r.Header)
	assert.Equal(t, "HTTP/2.0", r.Proto)
	assert.Equal(t, 2, r.ProtoMajor)
	assert.Empty(t, r.RemoteAddr)
	assert.Nil(t, r.TLS)
}

// unsent is a stream of a context alone.
type unsent struct {
	grpc.ServerStream
	ctx context.Context
}

func (s unsent) Context() context.Context { return s.ctx }

func TestTheErrorOfAHandlerIsReturned(t *testing.T) {
	_, policy := newHMAC(t)
	auth := &jwtgrpc.Server{Middleware: &jwthttp.Middleware{Tokens: policy, AllowAnonymous: true}}
	failure := errors.New("full")
	_, err := auth.Unary(t.Context(), nil, &grpc.UnaryServerInfo{}, func(ctx context.Context, _ any) (any, error) {
		_, there := jwthttp.TokenFrom(ctx)
		assert.False(t, there)
		return nil, failure
	})
	assert.Equal(t, failure, err)
	err = auth.Stream(nil, unsent{ctx: t.Context()}, &grpc.StreamServerInfo{}, func(any, grpc.ServerStream) error { return failure })
	assert.Equal(t, failure, err)
}

// Even where no header and no trailer can be set.
func TestCallsWithoutAStreamAreDecided(t *testing.T) {
	key, policy := newHMAC(t)
	token := sign(t, key, map[string]any{"sub": "alice", "exp": time.Now().Add(time.Hour).Unix()})
	auth := &jwtgrpc.Server{Middleware: &jwthttp.Middleware{Tokens: policy}}
	call := func(ctx context.Context) (any, error) {
		return auth.Unary(ctx, nil, &grpc.UnaryServerInfo{FullMethod: "/a.B/C"}, func(ctx context.Context, _ any) (any, error) { return caller(ctx), nil })
	}
	got, err := call(metadata.NewIncomingContext(t.Context(), metadata.Pairs("authorization", "Bearer "+token)))
	require.NoError(t, err)
	assert.Equal(t, "alice", got)
	_, err = call(t.Context())
	assert.Equal(t, codes.Unauthenticated, status.Code(err))
}
