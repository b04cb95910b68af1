// Package dpop makes and verifies proofs of possession (RFC 9449): an access
// token that is bound to a key is of no use to a thief who does not have the key.
//
// A client has a [Prover], whose [Transport] adds a proof to every request and
// answers the servers' nonces:
//
//	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
//	prover, err := dpop.NewProver(jwt.ES256, key)
//	client := &http.Client{Transport: &dpop.Transport{Prover: prover}}
//
// A server has a [Policy], which says what proofs it accepts. An API has it among
// the Proofs of its middleware, and lets only those through who have the keys that
// their tokens are bound to:
//
//	policy := &dpop.Policy{BaseURLs: []string{"https://api.example"}, Store: revoke.NewMemory(0)}
//	protect := &jwthttp.Middleware{Tokens: tokens, Proofs: []jwthttp.ProofVerifier{policy}}
//
// At a token endpoint, it tells which key the client has proved to have, for the
// token to be bound to:
//
//	proof, err := policy.Verify(r)
//	claims.Confirmation = dpop.Confirmation{KeyThumbprint: proof.Key.Thumbprint()}
//
// A [Certificates] is the same for tokens that are bound to the client's TLS
// certificate (RFC 8705).
// Everything here is safe for concurrent use once it is set up.
package dpop

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
)

// Reasons that this package adds to those of jwt, for [errors.Is]. The refusals
// are a *[jwt.VerifyError].
var (
	// ErrProof: the proof is absent, malformed, forged, or for another request.
	ErrProof = errors.New("dpop: proof not acceptable")

	// ErrNonce: the proof has no nonce of this server, or one that has passed. The
	// client repeats the request with a new one. It is an ErrProof, too.
	ErrNonce = fmt.Errorf("%w: nonce", ErrProof)

	// ErrReplayed: the proof has been used before. It is an ErrProof, too.
	ErrReplayed = fmt.Errorf("%w: used before", ErrProof)

	// ErrBinding: the token is bound to another key or certificate, or to none.
	ErrBinding = errors.New("dpop: token not bound to what the client has")
)

// The names that RFC 9449 registers.
const (
	scheme      = "DPoP"       // of Authorization and WWW-Authenticate
	proofHeader = "DPoP"       // the request header with the proof
	nonceHeader = "DPoP-Nonce" // the response header with a nonce
	proofType   = "dpop+jwt"   // typ of a proof

	useNonce     = "use_dpop_nonce" // error codes
	invalidProof = "invalid_dpop_proof"
)

const maxProofSize = 16 << 10 // bytes; that of an RSA key of 8192 bits has a quarter

// proofClaims are the claims of a proof (RFC 9449 section 4.2).
type proofClaims struct {
	jwt.Claims
	Method          string `json:"htm,omitzero"`
	URL             string `json:"htu,omitzero"`
	AccessTokenHash string `json:"ath,omitzero"`
	Nonce           string `json:"nonce,omitzero"`
}

// hash is the base64url of the SHA-256 of a text, as in ath.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// asymmetric are the algorithms that a proof may have (RFC 9449 section 4.2).
var asymmetric = append([]jwt.Algorithm{
	jwt.ES256, jwt.ES384, jwt.ES512, jwt.EdDSA, jwt.Ed25519,
	jwt.PS256, jwt.PS384, jwt.PS512, jwt.RS256, jwt.RS384, jwt.RS512,
}, mldsa...)

// names lists algorithms for a person or, in a challenge, a client.
func names(algorithms []jwt.Algorithm) string {
	var b strings.Builder
	for i, alg := range algorithms {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(alg))
	}
	return b.String()
}

func isAsymmetric(alg jwt.Algorithm) bool { return slices.Contains(asymmetric, alg) }
