package dpop

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// proofIn returns the one proof of a request.
func proofIn(r *http.Request) (string, *jwt.VerifyError) {
	switch values := r.Header.Values(proofHeader); {
	case len(values) == 0:
		return "", refuse("", "got no DPoP header, want one")
	case len(values) > 1:
		return "", refuse("", "got several DPoP headers, want one")
	case len(values[0]) > maxProofSize:
		return "", refuse("", fmt.Sprintf("got %d bytes, want at most %d", len(values[0]), maxProofSize))
	default:
		return values[0], nil
	}
}

// authenticate returns the proof, if it is signed with the key that it contains.
// Its claims are well formed, but nothing else has been asked of them.
func (p *Policy) authenticate(ctx context.Context, text string, now time.Time) (*Proof, proofClaims, error) {
	key, verifier, refusal := p.keyIn(text)
	if refusal != nil {
		return nil, proofClaims{}, refusal
	}
	policy := jwt.Policy{
		Keys: jwt.Keys{verifier}, Types: []string{proofType},
		AllowAnyIssuer: true, AllowAnyAudience: true, AllowNoExpiry: true,
		Leeway: p.window(), Now: func() time.Time { return now },
	}
	token, err := policy.Verify(ctx, text)
	if err != nil {
		return nil, proofClaims{}, asProof(err)
	}
	claims, err := jwt.ClaimsAs[proofClaims](token)
	if err != nil {
		return nil, proofClaims{}, asProof(err)
	}
	return &Proof{Key: key, Token: token}, claims, nil
}

// asProof makes the refusal of a token that of a proof.
func asProof(err error) error {
	var refusal *jwt.VerifyError
	if !errors.As(err, &refusal) {
		return fmt.Errorf("dpop: verifying a proof: %w", err)
	}
	detail := strings.TrimPrefix(refusal.Reason.Error(), "jwt: ")
	if refusal.Detail != "" {
		detail += ": " + refusal.Detail
	}
	return refuse(refusal.Claim, detail)
}

// keyIn returns the public key in the header of a proof, which nobody vouches for.
func (p *Policy) keyIn(text string) (*jwk.Key, jwt.Verifier, *jwt.VerifyError) {
	encoded, _, _ := strings.Cut(text, ".")
	header, err := jwt.DecodeBase64URL(encoded)
	if err != nil {
		return nil, nil, refuse("", "want one JSON Web Token")
	}
	var raw []byte
	h, problem := jose.DecodeHeader(header, string(header), func(name []byte, value strictjson.Value) {
		if string(name) == "jwk" {
			raw = value.Raw
		}
	})
	alg := jwt.Algorithm(h.Algorithm)
	switch {
	case problem != nil:
		return nil, nil, refuse(problem.Parameter, problem.Detail)
	case !slices.Contains(p.algorithms(), alg):
		return nil, nil, refuse("alg", "got "+strictjson.Quote(h.Algorithm)+", want one of "+names(p.algorithms()))
	case raw == nil:
		return nil, nil, refuse("jwk", "got nothing, want the public key")
	}
	key, err := jwk.Parse(raw)
	switch {
	case err != nil:
		return nil, nil, refuse("jwk", err.Error())
	case key.Public() != key:
		return nil, nil, refuse("jwk", "got a private or symmetric key, want a public one")
	}
	verifier, err := key.VerifierFor(alg)
	if err != nil {
		return nil, nil, refuse("jwk", err.Error())
	}
	return key, verifier, nil
}
