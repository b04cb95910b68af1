package dpop

import (
	"context"
	"crypto"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// A Prover makes proofs with one private key. It comes from [NewProver] and does
// not change; the zero value and nil make none: their Proof returns an error.
type Prover struct {
	key        jwt.Signer
	header     keyHeader
	thumbprint string
}

// keyHeader is the header of every proof with one key.
type keyHeader struct {
	jwt.Header
	Key jsontext.Value `json:"jwk"`
}

// NewProver returns the Prover of a private key for an algorithm, as
// [jwt.NewSigner] takes them: the key may be in an HSM or KMS. Every proof
// contains its public key. An algorithm that is symmetric is an error.
func NewProver(alg jwt.Algorithm, key crypto.Signer) (*Prover, error) {
	signer, err := jwt.NewSigner(alg, key, "")
	if err != nil {
		return nil, fmt.Errorf("dpop: %w", err)
	}
	public, err := jwk.New("", key.Public(), "")
	if err != nil {
		return nil, fmt.Errorf("dpop: %w", err)
	}
	encoded, err := public.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("dpop: %w", err)
	}
	return &Prover{signer, keyHeader{jwt.Header{Type: proofType}, encoded}, public.Thumbprint()}, nil
}

// Thumbprint returns the thumbprint of the key (RFC 7638): the jkt of a token
// that is bound to it, and the dpop_jkt of an authorization request.
func (p *Prover) Thumbprint() string {
	if p == nil {
		return ""
	}
	return p.thumbprint
}

// A Request is what a proof is made for. The zero value is not enough.
type Request struct {
	Method      string // of HTTP, in its usual capital letters; required
	URL         string // absolute; its query and fragment are left out; required
	AccessToken string // the one sent along; "" at a token endpoint
	Nonce       string // the server's latest, "" for none
}

// Proof returns a proof for one request: the value of its DPoP header. It is to
// be used once. The context is handed to the key.
func (p *Prover) Proof(ctx context.Context, r Request) (string, error) {
	if p == nil || p.key == nil {
		return "", errors.New("dpop: the Prover is nil or zero, want one from NewProver")
	}
	if r.Method == "" {
		return "", errors.New("dpop: Request.Method is empty")
	}
	target, err := normalURL(r.URL)
	if err != nil {
		return "", fmt.Errorf("dpop: Request.URL: %w", err)
	}
	claims := proofClaims{
		Claims: jwt.Claims{ID: rand.Text(), IssuedAt: jwt.NewNumericDate(time.Now())},
		Method: r.Method,
		URL:    target,
		Nonce:  r.Nonce,
	}
	if r.AccessToken != "" {
		claims.AccessTokenHash = hash(r.AccessToken)
	}
	proof, err := jwt.SignHeader(ctx, p.key, p.header, claims)
	if err != nil {
		return "", fmt.Errorf("dpop: %w", err)
	}
	return proof, nil
}
