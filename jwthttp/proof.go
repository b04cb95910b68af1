package jwthttp

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A ProofVerifier checks proofs of possession: that a token which is bound to a
// key (its cnf claim, RFC 7800) comes from the holder of that key. One is for one
// way to prove it, such as DPoP (RFC 9449) or mutual TLS (RFC 8705). It must be safe
// for concurrent use.
type ProofVerifier interface {
	// Method says what the proofs are for. It always returns the same.
	Method() ConfirmationMethod

	// VerifyProof checks the proof that comes with a request. The token has been
	// verified, has a cnf claim with a member of the method's name, and came by the
	// method's scheme. Text is its text form, a secret. It may add headers to
	// response, which is answered with them whether the request is let through or
	// not.
	//
	// A refusal is a *ProofError, or a *jwt.VerifyError, which is one with the code
	// invalid_token. Any other error means that it could not be decided.
	VerifyProof(response http.Header, r *http.Request, token *jwt.Token, text string) error
}

// A ConfirmationMethod is one way to prove possession of a key.
type ConfirmationMethod struct {
	Name       string            // the member of cnf that names the key, as "jkt"; required
	Scheme     string            // in which tokens come, as "DPoP"; "": any, and none of its own
	Parameters map[string]string // of the challenge, as algs; may be nil
}

// A ProofError is the refusal of a proof of possession.
type ProofError struct {
	Code string // for the challenge, as invalid_dpop_proof; "": invalid_token
	Err  error  // why; for logs only
}

// Error returns why it was refused: for logs only.
func (e *ProofError) Error() string {
	if e == nil || e.Err == nil {
		return "jwthttp: proof of possession refused"
	}
	return "jwthttp: proof of possession refused: " + e.Err.Error()
}

// Unwrap returns why it was refused.
func (e *ProofError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

const invalidToken = "invalid_token" // RFC 6750 section 3.1

func (e *ProofError) code() string {
	if e == nil || e.Code == "" {
		return invalidToken
	}
	return e.Code
}

// checkProofs checks that a token comes from the holder of every key it is bound
// to, and in the scheme that its proof demands.
func (m *Middleware) checkProofs(response http.Header, r *http.Request, a *acceptance) error {
	unproven, err := confirmations(a.token)
	if err != nil {
		return err
	}
	proven, inScheme := 0, a.scheme == bearer
	for _, p := range m.Proofs {
		method := methodOf(p)
		if _, ok := unproven[method.Name]; !ok {
			continue
		}
		if method.Scheme != "" && method.Scheme != a.scheme {
			return notConfirmed("it is bound by " + strictjson.Quote(method.Name) + " and comes as " + a.scheme + ", want " + method.Scheme)
		}
		if err := p.VerifyProof(response, r, a.token, a.text); err != nil {
			return err
		}
		delete(unproven, method.Name)
		proven++
		inScheme = inScheme || method.Scheme == a.scheme
	}
	switch {
	case len(unproven) > 0 && !m.AllowUnproven:
		name := slices.Sorted(maps.Keys(unproven))[0]
		return notConfirmed("it is bound by " + strictjson.Quote(name) + ", and none of Middleware.Proofs is for that; AllowUnproven accepts it without")
	case !inScheme:
		return notConfirmed("it comes as " + a.scheme + " and is not bound to a key for that")
	case m.RequireProof && proven == 0:
		return notConfirmed("it has no proof, and Middleware.RequireProof wants one")
	}
	return nil
}

// confirmations returns the members of a token's cnf claim, which must be an object that
// has one.
func confirmations(token *jwt.Token) (map[string]jsontext.Value, error) {
	if !token.Bound() {
		return nil, nil
	}
	claims, err := jwt.ClaimsAs[struct {
		Confirmation map[string]jsontext.Value `json:"cnf"`
	}](token)
	if err != nil || len(claims.Confirmation) == 0 {
		return nil, notConfirmed("want an object with a member that names a key (RFC 7800)")
	}
	return claims.Confirmation, nil
}

func notConfirmed(detail string) error {
	return &jwt.VerifyError{Reason: jwt.ErrClaim, Claim: "cnf", Detail: detail}
}

// methodOf is the method of a proof, and a zero one if there is none.
func methodOf(p ProofVerifier) ConfirmationMethod {
	if p == nil {
		return ConfirmationMethod{}
	}
	return p.Method()
}

// hasProofForBearer reports whether a proof may come with a bearer token.
func (m *Middleware) hasProofForBearer() bool {
	return slices.ContainsFunc(m.Proofs, func(p ProofVerifier) bool { return methodOf(p).Scheme == "" })
}

// checkMethods says what is wrong with the proofs of a Middleware.
func checkMethods(proofs []ProofVerifier, required bool) error {
	if required && len(proofs) == 0 {
		return errors.New("jwthttp: Middleware has RequireProof and no Proofs")
	}
	for _, p := range proofs {
		method := methodOf(p)
		if method.Name == "" {
			return errors.New("jwthttp: one of Middleware.Proofs is nil or has no name")
		}
		if strings.EqualFold(method.Scheme, bearer) || !isName(method.Scheme) && method.Scheme != "" {
			return errors.New("jwthttp: Middleware.Proofs: got the scheme " + strictjson.Quote(method.Scheme) + ", want one of its own, or none")
		}
		for name, value := range method.Parameters {
			if !isName(name) || !isQuotable(value) || slices.Contains(ownParameters, strings.ToLower(name)) {
				return errors.New("jwthttp: Middleware.Proofs: the challenge parameter " + strictjson.Quote(name) + " is not one to add")
			}
		}
	}
	return nil
}

// checkProofs returns what is wrong with the first verifier that says so.
func checkProofs(proofs []ProofVerifier) error {
	for _, p := range proofs {
		if v, ok := p.(interface{ Validate() error }); ok {
			if err := v.Validate(); err != nil {
				return fmt.Errorf("jwthttp: Middleware.Proofs: %w", err)
			}
		}
	}
	return nil
}

// ownParameters are those that a Middleware sets.
var ownParameters = []string{"realm", "resource_metadata", "scope", "error"}

// isName reports whether s is a token (RFC 9110 section 5.6.2).
func isName(s string) bool {
	for i := range len(s) {
		if !isTokenChar(s[i]) {
			return false
		}
	}
	return s != ""
}
