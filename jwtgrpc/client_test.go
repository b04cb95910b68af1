package jwtgrpc_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/seed-b1f8f58c/jwt/jwtgrpc"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// newTLS returns the credentials of a server on loopback, and of its clients.
func newTLS(t *testing.T) (server, client credentials.TransportCredentials) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	return credentials.NewServerTLSFromCert(&tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}), credentials.NewClientTLSFromCert(roots, "")
}

func TestCredentialsSendTheToken(t *testing.T) {
	key, policy := newHMAC(t)
	token := sign(t, key, map[string]any{"sub": "alice", "exp": time.Now().Add(time.Hour).Unix()})
	auth := &jwtgrpc.Server{Middleware: &jwthttp.Middleware{Tokens: policy}}
	for _, test := range []struct {
		name   string
		token  string
		err    error
		code   codes.Code
		caller string
	}{
		{"a token", token, nil, codes.OK, "alice"},
		{"no token", "", nil, codes.Unavailable, ""},
		{"a line break", token + "\r\nx: y", nil, codes.Unavailable, ""},
		{"two tokens", token + " " + token, nil, codes.Unavailable, ""},
		{"letters that no token has", token + "é", nil, codes.Unavailable, ""},
		{"a failure", token, errors.New("no key"), codes.Unavailable, ""},
		{"a deadline", token, context.DeadlineExceeded, codes.DeadlineExceeded, ""},
		{"a status", token, status.Error(codes.PermissionDenied, "you may not"), codes.PermissionDenied, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, auth, grpc.WithPerRPCCredentials(&jwtgrpc.Credentials{AllowInsecure: true,
				Token: func(context.Context) (string, error) { return test.token, test.err }}))
			for way, call := range ways {
				got := call(withAuthorization(t), client)
				assert.Equal(t, test.code, got.code, way)
				assert.Equal(t, test.caller, got.caller, way)
				assert.NotContains(t, got.message, token)
			}
		})
	}
}

func TestTheTokenIsOfLettersThatATokenHas(t *testing.T) {
	refused := status.Error(codes.PermissionDenied, "you may not")
	for _, row := range []struct {
		token string
		err   error
		code  codes.Code
	}{
		{"!~", nil, codes.OK},
		{"a b", nil, codes.Unavailable},
		{"a\x7f", nil, codes.Unavailable},
		{"a\x00", nil, codes.Unavailable},
		{"", nil, codes.Unavailable},
		{"", refused, codes.PermissionDenied},
	} {
		c := &jwtgrpc.Credentials{Token: func(context.Context) (string, error) { return row.token, row.err }}
		metadata, err := c.GetRequestMetadata(t.Context())
		assert.Equal(t, row.code, status.Code(err), "%q", row.token)
		if row.code == codes.Unavailable {
			assert.EqualError(t, err, "rpc error: code = Unavailable desc = jwtgrpc: Credentials.Token returned what is no token")
		}
		if row.code == codes.OK {
			assert.Equal(t, map[string]string{"authorization": "Bearer " + row.token}, metadata)
		} else {
			assert.Empty(t, metadata)
		}
	}
}

func TestCredentialsWantTLS(t *testing.T) {
	token := func(context.Context) (string, error) { return "a.b.c", nil }
	_, err := grpc.NewClient("127.0.0.1:1", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithPerRPCCredentials(&jwtgrpc.Credentials{Token: token}))
	assert.Error(t, err)
	assert.True(t, (*jwtgrpc.Credentials)(nil).RequireTransportSecurity())
}

func TestZeroCredentialsFail(t *testing.T) {
	for _, c := range []*jwtgrpc.Credentials{nil, {}} {
		_, err := c.GetRequestMetadata(t.Context())
		assert.EqualError(t, err, "rpc error: code = Internal desc = jwtgrpc: Credentials.Token is nil, want what returns a token")
		assert.Equal(t, codes.Internal, status.Code(err))
	}
}
