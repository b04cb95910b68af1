package dpop_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/dpop"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// The certificate and its thumbprint of RFC 8705 appendix A.
const (
	rfcCertificateThumbprint = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0"
	rfcCertificate           = `-----BEGIN CERTIFICATE-----
MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx
ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ
/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID
SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV
bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=
-----END CERTIFICATE-----`
)

func parseCertificate(t *testing.T) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode([]byte(rfcCertificate))
	require.NotNil(t, block)
	c, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	return c
}

func TestTheThumbprintOfRFC8705(t *testing.T) {
	assert.Equal(t, rfcCertificateThumbprint, dpop.CertificateThumbprint(parseCertificate(t)))
	assert.Empty(t, dpop.CertificateThumbprint(nil))
}

func TestAConfirmationIsWrittenAndReadBack(t *testing.T) {
	type claims struct {
		jwt.Claims
		Confirmation dpop.Confirmation `json:"cnf,omitzero"`
	}
	key, err := jwt.NewHMAC(jwt.HS256, make([]byte, 32), "")
	require.NoError(t, err)
	policy := &jwt.Policy{Keys: jwt.Keys{key}, AllowAnyIssuer: true, AllowAnyAudience: true, AllowNoExpiry: true}
	for _, c := range []dpop.Confirmation{
		{},
		{KeyThumbprint: rfcThumbprint},
		{CertificateThumbprint: rfcCertificateThumbprint},
		{KeyThumbprint: rfcThumbprint, CertificateThumbprint: rfcCertificateThumbprint},
	} {
		text, err := jwt.Sign(t.Context(), key, claims{Confirmation: c})
		require.NoError(t, err)
		token, err := policy.Verify(t.Context(), text)
		require.NoError(t, err)
		read, err := dpop.ConfirmationOf(token)
		require.NoError(t, err)
		assert.Equal(t, c, read)
	}
	data, err := json.Marshal(dpop.Confirmation{KeyThumbprint: "k", CertificateThumbprint: "c"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"jkt":"k","x5t#S256":"c"}`, string(data))
}

func TestAMemberThatIsUnknownIsLeftOutOfAConfirmation(t *testing.T) {
	token, err := jwt.InsecureToken(map[string]any{"cnf": map[string]any{"jkt": rfcThumbprint, "osc": map[string]any{}}})
	require.NoError(t, err)
	c, err := dpop.ConfirmationOf(token)
	require.NoError(t, err)
	assert.Equal(t, dpop.Confirmation{KeyThumbprint: rfcThumbprint}, c)
}

func TestAConfirmationThatCannotBeCheckedIsRefused(t *testing.T) {
	for _, cnf := range []any{
		"", 1, []any{}, map[string]any{}, map[string]any{"kid": "1"},
		map[string]any{"jkt": nil}, map[string]any{"jkt": rfcThumbprint[1:]}, map[string]any{"jkt": rfcThumbprint + "="},
		map[string]any{"x5t#S256": nil}, map[string]any{"x5t#S256": rfcThumbprint[1:]}, map[string]any{"x5t#S256": true},
		map[string]any{"jkt": rfcThumbprint, "x5t#S256": ""}, map[string]any{"jkt": "", "x5t#S256": rfcThumbprint},
	} {
		token, err := jwt.InsecureToken(map[string]any{"cnf": cnf})
		require.NoError(t, err)
		_, err = dpop.ConfirmationOf(token)
		assertRefused(t, err, dpop.ErrBinding, "cnf")
		assertRefused(t, verifyCertificate(newRequest("GET", "/"), token), dpop.ErrBinding, "cnf")
	}
	_, err := dpop.ConfirmationOf(nil)
	assert.Error(t, err)
}

func TestACertificateIsTheOneThatTheTokenNames(t *testing.T) {
	shown := parseCertificate(t)
	with := func(certificates ...*x509.Certificate) *http.Request {
		r := newRequest("GET", "/")
		r.TLS = &tls.ConnectionState{PeerCertificates: certificates}
		return r
	}
	for _, row := range []struct {
		name string
		r    *http.Request
		cnf  map[string]any
		ok   bool
	}{
		{"the certificate", with(shown), map[string]any{"x5t#S256": rfcCertificateThumbprint}, true},
		{"the first of a chain", with(shown, &x509.Certificate{Raw: []byte("issuer")}), map[string]any{"x5t#S256": rfcCertificateThumbprint}, true},
		{"the second of a chain", with(&x509.Certificate{Raw: []byte("other")}, shown), map[string]any{"x5t#S256": rfcCertificateThumbprint}, false},
		{"another certificate", with(shown), map[string]any{"x5t#S256": rfcThumbprint}, false},
		{"no certificate", with(), map[string]any{"x5t#S256": rfcCertificateThumbprint}, false},
		{"no TLS", newRequest("GET", "/"), map[string]any{"x5t#S256": rfcCertificateThumbprint}, false},
		{"a token that names none", with(shown), map[string]any{"jkt": rfcThumbprint}, false},
	} {
		token, err := jwt.InsecureToken(map[string]any{"cnf": row.cnf})
		require.NoError(t, err)
		err = verifyCertificate(row.r, token)
		if row.ok {
			assert.NoError(t, err, row.name)
		} else {
			assertRefused(t, err, dpop.ErrBinding, "cnf")
		}
	}
}

func TestARefusalOfACertificateSaysWhatIsWrong(t *testing.T) {
	for want, cnf := range map[string]any{
		"cnf: got no x5t#S256, want the thumbprint of a certificate":            map[string]any{"jkt": rfcThumbprint},
		"cnf: x5t#S256 is not a SHA-256 thumbprint":                             map[string]any{"x5t#S256": ""},
		"cnf: jkt is not a SHA-256 thumbprint":                                  map[string]any{"jkt": ""},
		"cnf: got neither jkt nor x5t#S256, and no other member can be checked": map[string]any{},
		"cnf: not a JSON object":                                                "text",
	} {
		token, err := jwt.InsecureToken(map[string]any{"cnf": cnf})
		require.NoError(t, err)
		assert.ErrorContains(t, verifyCertificate(newRequest("GET", "/"), token), want)
	}
}

func verifyCertificate(r *http.Request, token *jwt.Token) error {
	return new(dpop.Certificates).VerifyProof(http.Header{}, r, token, "text")
}

func TestACertificateMayComeFromAProxy(t *testing.T) {
	token, err := jwt.InsecureToken(map[string]any{"cnf": map[string]any{"x5t#S256": rfcCertificateThumbprint}})
	require.NoError(t, err)
	shown, failure := parseCertificate(t), error(nil)
	certificates := &dpop.Certificates{Of: func(*http.Request) (*x509.Certificate, error) { return shown, failure }}
	assert.NoError(t, certificates.VerifyProof(nil, newRequest("GET", "/"), token, "text"))
	shown = nil
	err = certificates.VerifyProof(nil, newRequest("GET", "/"), token, "text")
	assertRefused(t, err, dpop.ErrBinding, "cnf")
	assert.ErrorContains(t, err, "the client has shown no certificate")
	failure = errors.New("no header")
	assert.EqualError(t, certificates.VerifyProof(nil, newRequest("GET", "/"), token, "text"), "dpop: the client's certificate: no header")
	assert.Equal(t, jwthttp.ConfirmationMethod{Name: "x5t#S256"}, certificates.Method())
	assert.Error(t, (*dpop.Certificates)(nil).VerifyProof(nil, newRequest("GET", "/"), token, "text"))
}
