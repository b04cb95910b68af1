package dpop

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// A Confirmation is the cnf claim (RFC 7800): what the client must have for an
// access token to be accepted. If it names both, the client must have both. An
// issuer embeds it in its claims:
//
//	type accessClaims struct {
//		jwt.Claims
//		Confirmation dpop.Confirmation `json:"cnf,omitzero"`
//	}
//
// The zero value names neither.
type Confirmation struct {
	KeyThumbprint         string `json:"jkt,omitzero"`      // of the key that proofs are made with (RFC 9449 section 6.1)
	CertificateThumbprint string `json:"x5t#S256,omitzero"` // of the client's TLS certificate (RFC 8705 section 3.1)
}

// ConfirmationOf returns the cnf claim of a verified token, and the zero value if
// there is none. A claim that is malformed, or has neither of the two members, is
// a refusal: a *[jwt.VerifyError] with [ErrBinding].
func ConfirmationOf(verified *jwt.Token) (Confirmation, error) {
	claims, err := jwt.ClaimsAs[struct {
		Confirmation jsontext.Value `json:"cnf"`
	}](verified)
	if err != nil {
		return Confirmation{}, err
	}
	if claims.Confirmation == nil {
		return Confirmation{}, nil
	}
	var c Confirmation
	o := strictjson.Read(claims.Confirmation, 0)
	for o.Next() {
		switch string(o.Name) {
		case "jkt":
			c.KeyThumbprint, _ = o.Value.Text("")
			if !isThumbprint(c.KeyThumbprint) {
				return Confirmation{}, notBound("jkt is not a SHA-256 thumbprint")
			}
		case "x5t#S256":
			c.CertificateThumbprint, _ = o.Value.Text("")
			if !isThumbprint(c.CertificateThumbprint) {
				return Confirmation{}, notBound("x5t#S256 is not a SHA-256 thumbprint")
			}
		}
	}
	switch {
	case o.Problem() != "":
		return Confirmation{}, notBound("not a JSON object")
	case c == Confirmation{}:
		return Confirmation{}, notBound("got neither jkt nor x5t#S256, and no other member can be checked")
	}
	return c, nil
}

func notBound(detail string) *jwt.VerifyError {
	return &jwt.VerifyError{Reason: ErrBinding, Claim: "cnf", Detail: detail}
}

// isThumbprint reports whether s is the base64url of a SHA-256.
func isThumbprint(s string) bool {
	b, err := jwt.DecodeBase64URL(s)
	return err == nil && len(b) == sha256.Size
}

// CertificateThumbprint returns the x5t#S256 of a certificate (RFC 8705 section
// 3.1), and "" for nil.
func CertificateThumbprint(c *x509.Certificate) string {
	if c == nil {
		return ""
	}
	sum := sha256.Sum256(c.Raw)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Certificates check that a token which is bound to a certificate comes with it,
// over mutual TLS (RFC 8705). They are for the Proofs of a [jwthttp.Middleware].
// The zero value is ready for use.
type Certificates struct {
	// Of returns the certificate that the client has proved to have, nil for none.
	// Nil returns that of the request's connection, r.TLS. Behind a proxy that ends
	// TLS, it is in a header that the proxy sets and nobody else must be able to set.
	Of func(r *http.Request) (*x509.Certificate, error)
}

// Method tells a [jwthttp.Middleware] which tokens the certificates are for.
func (c *Certificates) Method() jwthttp.ConfirmationMethod {
	return jwthttp.ConfirmationMethod{Name: "x5t#S256"}
}

// VerifyProof checks that a request comes with the certificate that the cnf claim
// of its verified token names. Whether the certificate is trusted is for the TLS
// configuration; that it is the same suffices here (RFC 8705 section 3).
func (c *Certificates) VerifyProof(_ http.Header, r *http.Request, token *jwt.Token, _ string) error {
	confirmation, err := ConfirmationOf(token)
	switch {
	case err != nil:
		return err
	case confirmation.CertificateThumbprint == "":
		return notBound("got no x5t#S256, want the thumbprint of a certificate")
	}
	shown, err := c.of(r)
	switch {
	case err != nil:
		return fmt.Errorf("dpop: the client's certificate: %w", err)
	case shown == nil:
		return notBound("the client has shown no certificate, want the one that x5t#S256 names")
	case CertificateThumbprint(shown) != confirmation.CertificateThumbprint:
		return notBound("the client has shown another certificate than the one that x5t#S256 names")
	}
	return nil
}

func (c *Certificates) of(r *http.Request) (*x509.Certificate, error) {
	switch {
	case c != nil && c.Of != nil:
		return c.Of(r)
	case r.TLS == nil || len(r.TLS.PeerCertificates) == 0:
		return nil, nil
	default:
		return r.TLS.PeerCertificates[0], nil
	}
}
