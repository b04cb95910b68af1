package dpop_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/dpop"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

type boundClaims struct {
	jwt.Claims
	Confirmation dpop.Confirmation `json:"cnf,omitzero"`
}

// An issuer and an API on one server: POST /token gives a token that is bound to
// the key of the proof and to the certificate of the connection.
type flow struct {
	*httptest.Server
	policy *dpop.Policy
	log    bytes.Buffer
}

func newFlow(t *testing.T, nonces *dpop.Nonces) *flow {
	t.Helper()
	issuer, err := jwt.NewHMAC(jwt.HS256, make([]byte, 32), "")
	require.NoError(t, err)
	f := &flow{policy: &dpop.Policy{Store: newMemory(), Nonces: nonces}}
	api := &jwthttp.Middleware{
		Tokens: &jwt.Policy{Keys: jwt.Keys{issuer}, AllowAnyIssuer: true, AllowAnyAudience: true},
		Proofs: []jwthttp.ProofVerifier{f.policy, new(dpop.Certificates)},
		Log:    slog.New(slog.NewTextHandler(&f.log, nil)),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		proof, err := f.policy.Verify(r)
		if err != nil {
			f.policy.Refuse(w, err)
			return
		}
		claims := boundClaims{Claims: jwt.Claims{Subject: "alice", ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Minute))}}
		claims.Confirmation.KeyThumbprint = proof.Key.Thumbprint()
		if certificates := r.TLS.PeerCertificates; len(certificates) > 0 {
			claims.Confirmation.CertificateThumbprint = dpop.CertificateThumbprint(certificates[0])
		}
		token, err := jwt.Sign(r.Context(), issuer, claims)
		if err != nil {
			http.Error(w, "", http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, token)
	})
	mux.Handle("/orders", api.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := jwthttp.TokenFrom(r.Context())
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s%s", r.Method, token.Claims.Subject, body)
	})))
	f.Server = httptest.NewUnstartedServer(mux)
	f.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	f.StartTLS()
	t.Cleanup(f.Close)
	f.policy.BaseURLs = []string{f.URL}
	return f
}

// client returns a client with a key, and maybe with a certificate.
func (f *flow) client(t *testing.T, key crypto.Signer, certificates ...tls.Certificate) *http.Client {
	t.Helper()
	transport := f.Client().Transport.(*http.Transport).Clone()
	transport.TLSClientConfig.Certificates = certificates
	t.Cleanup(transport.CloseIdleConnections)
	prover, err := dpop.NewProver(jwt.ES256, key)
	require.NoError(t, err)
	return &http.Client{Transport: &dpop.Transport{Prover: prover, Base: transport}}
}

// newCertificate returns a self-signed certificate for a client.
func newCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, template := newKey(t, jwt.ES256), &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// call sends a request and returns status, body and challenges.
func (f *flow) call(t *testing.T, client *http.Client, method, path, authorization string) (int, string, []string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, f.URL+path, bytes.NewReader([]byte("!")))
	require.NoError(t, err)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	answer, err := client.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(body), answer.Header.Values("WWW-Authenticate")
}

func TestAStolenTokenIsOfNoUse(t *testing.T) {
	nonces, err := dpop.NewNonces(time.Minute)
	require.NoError(t, err)
	for name, nonces := range map[string]*dpop.Nonces{"without nonces": nil, "with nonces": nonces} {
		t.Run(name, func(t *testing.T) {
			f := newFlow(t, nonces)
			client := f.client(t, newKey(t, jwt.ES256))
			status, token, _ := f.call(t, client, "POST", "/token", "")
			require.Equal(t, 200, status, token)
			status, body, _ := f.call(t, client, "PUT", "/orders?page=2", "DPoP "+token)
			assert.Equal(t, 200, status)
			assert.Equal(t, "PUT alice!", body)

			thief := f.client(t, newKey(t, jwt.ES256))
			status, _, challenges := f.call(t, thief, "PUT", "/orders", "DPoP "+token)
			assert.Equal(t, 401, status)
			assert.Contains(t, challenges[1], `DPoP error="invalid_token"`)
			for _, scheme := range []string{"Bearer ", "DPoP "} {
				status, _, _ = f.call(t, f.Client(), "PUT", "/orders", scheme+token)
				assert.Equal(t, 401, status, "without a proof, as %s", scheme)
			}
			assert.NotContains(t, f.log.String(), token)
		})
	}
}

// RFC 8705 and RFC 9449 together: both are needed.
func TestATokenMayBeBoundToAKeyAndACertificate(t *testing.T) {
	f := newFlow(t, nil)
	key, other := newKey(t, jwt.ES256), newKey(t, jwt.ES256)
	certificate, another := newCertificate(t), newCertificate(t)
	client := f.client(t, key, certificate)
	status, token, _ := f.call(t, client, "POST", "/token", "")
	require.Equal(t, 200, status, token)
	for name, row := range map[string]struct {
		client *http.Client
		scheme string
		status int
	}{
		"both":                {client, "DPoP ", 200},
		"as a bearer token":   {client, "Bearer ", 401},
		"another certificate": {f.client(t, key, another), "DPoP ", 401},
		"no certificate":      {f.client(t, key), "DPoP ", 401},
		"another key":         {f.client(t, other, certificate), "DPoP ", 401},
	} {
		status, _, _ = f.call(t, row.client, "GET", "/orders", row.scheme+token)
		assert.Equal(t, row.status, status, name)
	}
}
