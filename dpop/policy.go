package dpop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A Policy says which proofs are accepted (RFC 9449 section 4.3). It is plain
// data: set it up, then use it from any number of goroutines without changing it.
// The zero value and nil accept nothing: their methods return an error that says
// what is missing.
type Policy struct {
	// BaseURLs are this server's, as its clients write them: scheme, host, port
	// unless it is the usual one, and the part of the path that a proxy removes.
	// A proof must be for one of them, followed by the path of the request. They
	// are never read from the request, whose Host is the sender's choice. Required.
	BaseURLs []string

	// Store remembers used proofs: a *revoke.Memory for one process, or one of the
	// other packages. Required. If a store loses its data, used proofs whose iat is
	// later than that are accepted again, such as those of a client whose clock is
	// ahead; Nonces with a new secret refuse them.
	Store store.OnceStore

	Nonces *Nonces // if not nil, every proof must have one of these

	Algorithms []jwt.Algorithm  // those accepted; nil: all that this Go release has keys for, but HS256, HS384 and HS512
	Window     time.Duration    // by how much iat may differ from now, either way; 0: one minute
	Now        func() time.Time // the clock; nil: time.Now
}

// A Proof is a proof that a [Policy] has accepted.
type Proof struct {
	Key   *jwk.Key   // the public key, which the sender has the private part of
	Token *jwt.Token // the proof itself

	// NextNonce is for the DPoP-Nonce header of the answer, so that the client
	// need not be told to try again later; "" if it has a nonce that is new enough.
	NextNonce string
}

// Method tells a [jwthttp.Middleware] which tokens and requests the proofs are for.
func (p *Policy) Method() jwthttp.ConfirmationMethod {
	return jwthttp.ConfirmationMethod{Name: "jkt", Scheme: scheme, Parameters: map[string]string{"algs": names(p.algorithms())}}
}

// VerifyProof checks the proof of a request with an access token, which must have
// the hash of the token, and be made with the key that the token's cnf claim names
// (see [Confirmation]). It is called by a [jwthttp.Middleware] that has the policy
// among its Proofs. The response gets a new nonce where the client needs one.
func (p *Policy) VerifyProof(response http.Header, r *http.Request, token *jwt.Token, text string) error {
	c, err := ConfirmationOf(token)
	switch {
	case err != nil:
		return err
	case c.KeyThumbprint == "":
		return notBound("got no jkt, want the thumbprint of a key")
	case text == "":
		return errors.New("dpop: no access token, want the text of the verified one")
	}
	proof, err := p.verify(r, text, c.KeyThumbprint)
	switch {
	case errors.Is(err, ErrNonce):
		response.Set(nonceHeader, p.NewNonce())
		return &jwthttp.ProofError{Code: useNonce, Err: err}
	case errors.Is(err, ErrProof):
		return &jwthttp.ProofError{Code: invalidProof, Err: err}
	case err != nil:
		return err
	}
	if proof.NextNonce != "" {
		response.Set(nonceHeader, proof.NextNonce)
	}
	return nil
}

// Verify returns the proof of a request that has no access token, such as one to
// a token endpoint. A refusal is a *[jwt.VerifyError] with [ErrProof], and maybe
// [ErrNonce] or [ErrReplayed]; any other error means that it could not be decided.
// [Policy.Refuse] answers the client with it.
func (p *Policy) Verify(r *http.Request) (*Proof, error) {
	return p.verify(r, "", "")
}

// Refuse answers a request to a token endpoint with an error of Verify (RFC 6749
// section 5.2): status 400 and the error use_dpop_nonce, with a new nonce, or
// invalid_dpop_proof; 503 if it could not be decided.
func (p *Policy) Refuse(w http.ResponseWriter, err error) {
	code := invalidProof
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	switch {
	case errors.Is(err, ErrNonce):
		code = useNonce
		h.Set(nonceHeader, p.NewNonce())
	case !errors.Is(err, ErrProof):
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	h.Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = io.WriteString(w, `{"error":"`+code+`"}`)
}

// NewNonce returns what a server puts into the DPoP-Nonce header of an answer to a
// client that it asks for a nonce, and "" for a policy without Nonces.
func (p *Policy) NewNonce() string {
	if p == nil || p.Nonces == nil {
		return ""
	}
	return p.Nonces.make(p.now())
}

// verify asks the store last, so that a proof is used up by nothing but a request
// that is let through.
func (p *Policy) verify(r *http.Request, accessToken, thumbprint string) (*Proof, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	now := p.now()
	text, refusal := proofIn(r)
	if refusal != nil {
		return nil, refusal
	}
	proof, claims, err := p.authenticate(r.Context(), text, now)
	if err != nil {
		return nil, err
	}
	for _, check := range [...]func() *jwt.VerifyError{
		func() *jwt.VerifyError { return checkID(claims.ID) },
		func() *jwt.VerifyError { return checkMethod(claims.Method, r.Method) },
		func() *jwt.VerifyError { return p.checkURL(claims.URL, r) },
		func() *jwt.VerifyError { return p.checkIssuedAt(claims.IssuedAt, now) },
		func() *jwt.VerifyError { return checkAccessToken(claims.AccessTokenHash, accessToken) },
		func() *jwt.VerifyError { return checkThumbprint(proof.Key, thumbprint) },
		func() *jwt.VerifyError { return p.checkNonce(claims.Nonce, now, proof) },
	} {
		if refusal := check(); refusal != nil {
			return nil, refusal
		}
	}
	if err := p.use(r.Context(), proof, claims, now); err != nil {
		return nil, err
	}
	return proof, nil
}

// Validate says what is wrong with the fields of the policy, for programs that want
// to fail at their start; [jwthttp.Middleware.Validate] calls it. Until that is fixed,
// the policy accepts no proof. It asks the store nothing.
func (p *Policy) Validate() error {
	switch {
	case p == nil:
		return errors.New("dpop: Policy is nil")
	case len(p.BaseURLs) == 0:
		return errors.New("dpop: Policy.BaseURLs is empty, want this server's URL as its clients write it")
	case p.Store == nil:
		return errors.New("dpop: Policy.Store is nil, want what remembers used proofs")
	case p.Window < 0:
		return errors.New("dpop: Policy.Window is negative")
	}
	for _, base := range p.BaseURLs {
		if u, err := url.Parse(base); err != nil || u.RawQuery != "" || u.Fragment != "" {
			return errors.New("dpop: Policy.BaseURLs: want URLs without query and fragment")
		}
		if _, err := normalURL(base); err != nil {
			return fmt.Errorf("dpop: Policy.BaseURLs: %w, want URLs such as https://api.example", err)
		}
	}
	for _, alg := range p.Algorithms {
		if !isAsymmetric(alg) {
			return fmt.Errorf("dpop: Policy.Algorithms: got %s, want some of %s", strictjson.Quote(string(alg)), names(asymmetric))
		}
	}
	return nil
}

func (p *Policy) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

func (p *Policy) window() time.Duration {
	if p.Window == 0 {
		return time.Minute
	}
	return p.Window
}

func (p *Policy) algorithms() []jwt.Algorithm {
	if p == nil || p.Algorithms == nil {
		return asymmetric
	}
	return p.Algorithms
}

// refuse is the refusal of a proof.
func refuse(claim, detail string) *jwt.VerifyError {
	return &jwt.VerifyError{Reason: ErrProof, Claim: claim, Detail: detail}
}

// use refuses a proof that was used before, or that may have been. A proof of the
// second in which the store began is not one of these: otherwise a new server would
// refuse its first clients.
func (p *Policy) use(ctx context.Context, proof *Proof, claims proofClaims, now time.Time) error {
	window := p.window()
	once := revoke.Once{Store: p.Store, Lifetime: window, Now: func() time.Time { return now }}
	name := hash(proof.Key.Thumbprint() + claims.ID) // of one length, whatever the client chose
	iat := claims.IssuedAt.Time()
	err := once.Use(ctx, "dpop", name, iat.Add(time.Second), iat.Add(window+time.Second), 0)
	switch {
	case err == nil:
		return nil
	case !jose.Refuses[*jwt.VerifyError](err):
		return fmt.Errorf("dpop: asking whether a proof was used before: %w", err)
	case errors.Is(err, revoke.ErrReused):
		return &jwt.VerifyError{Reason: ErrReplayed, Claim: "jti", Detail: "want a new proof for every request"}
	}
	return refuse("iat", "older than the memory of the store, which may have known it")
}
