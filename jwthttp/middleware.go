// Package jwthttp is authentication with tokens over HTTP: middleware, scopes,
// remote key sets, discovery, and the metadata documents of issuers and APIs.
//
//	keys, err := jwthttp.DiscoverKeys("https://login.example", jwthttp.RemoteOptions{})
//	policy := &jwt.Policy{Keys: keys, Issuer: "https://login.example", Audience: []string{"https://api.example"}}
//	protect := &jwthttp.Middleware{Tokens: policy}
//	http.Handle("GET /me", protect.Handler(me))
//	http.Handle("POST /orders", protect.RequireScope("orders:write")(order))
//
// In the handler, [TokenFrom] and [ClaimsFrom] tell who is calling. A [Middleware]
// lets only requests with a good token through. [RemoteKeys] are the keys of an
// issuer, known by its URL; several issuers are a [jwt.Policies], each of them with
// RemoteKeys of its own. [IssuerMetadata] publishes an issuer's keys, and
// [ResourceMetadata] tells clients which issuers an API trusts (RFC 9728).
//
// Everything here is safe for concurrent use once it is set up.
package jwthttp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"

	"github.com/seed-b1f8f58c/jwt"
)

// A Middleware demands a token with every request to a handler (RFC 6750). It is
// plain data: do not change it while it is in use. The zero value lets nobody
// through.
//
// It answers a request that is not let through with one of these, and with no
// reason in the body:
//
//	400 invalid_request     a malformed Authorization header, or more than one
//	401                     no token; with invalid_token: one that is refused
//	403 insufficient_scope  a good token, but not for this
//	503                     it could not be decided, as keys were out of reach
//
// A 401 has one WWW-Authenticate header for each scheme that is accepted, beside
// those that are there already. Tokens in the query or the body are never read.
type Middleware struct {
	Tokens jwt.TokenVerifier // accepts or refuses tokens; required

	// Realm is a parameter of each challenge, in printable characters. If it is
	// empty, it is left out, or "api" where a challenge would have no parameter.
	Realm string

	// Metadata, if not nil, are those of the API behind this middleware: each
	// challenge has their URL as resource_metadata (RFC 9728 section 5.1).
	// Serve them outside of the middleware.
	Metadata *ResourceMetadata

	// Extract finds the token in a request: "" if it has none, an error if the
	// request is malformed. Nil reads the Authorization header, as BearerToken does
	// and for the schemes of Proofs; for browsers see CookieToken.
	Extract func(r *http.Request) (token string, err error)

	// Scopes returns what a token grants, for RequireScope. Its errors count like
	// those of Tokens. Nil is ScopesIn("scope", "scp").
	Scopes func(token *jwt.Token) ([]string, error)

	// Proofs check that a token bound to a key (cnf, RFC 7800) comes from the
	// holder of that key.
	Proofs []ProofVerifier

	RequireProof bool // refuse tokens that are bound to no key, or without a proof of it

	// AllowUnproven accepts bound tokens, like others, from whoever has them, as far as
	// none of Proofs is for the key they are bound to.
	AllowUnproven bool

	// AllowAnonymous lets requests without a token through; TokenFrom then
	// reports none. A token that is there must be good all the same.
	AllowAnonymous bool

	// AllowPreflight lets CORS preflights through, to which browsers add no token:
	// OPTIONS with the headers Origin and Access-Control-Request-Method. The
	// handler must do nothing for them but answer.
	AllowPreflight bool

	// Refused, if not nil, writes the body of a refusal and may add headers to
	// it. Its status, error code and challenges stay as they are, whatever
	// Refused does; if it writes nothing or panics, the body is the usual one.
	Refused func(w http.ResponseWriter, r *http.Request, refusal Refusal)

	// Log, if not nil, gets one record for every request that is not let through:
	// at level Info, or Warn if it could not be decided. It has the reason,
	// and iss, sub and jti of a genuine token.
	Log *slog.Logger
}

// Handler returns a handler that calls next for requests with a good token.
// As a method value it is the middleware of routers built on net/http.
func (m *Middleware) Handler(next http.Handler) http.Handler { return m.handler(next, nil) }

// RequireScope returns middleware that demands a good token, even if others may
// be anonymous, with all the scopes. Inside a handler of the same Middleware it does
// not verify the same token again, and its challenges have the scopes of the
// outer ones, too.
//
// A scope that cannot be one (RFC 6749 section 3.3) is a mistake in the program:
// it is logged at once, at level Error, and every request is answered with 503.
func (m *Middleware) RequireScope(scopes ...string) func(next http.Handler) http.Handler {
	scopes = append([]string{}, scopes...) // not nil, even if there are none
	err := checkScopeSyntax(scopes)
	if err != nil && m != nil && m.Log != nil {
		m.Log.Error("RequireScope lets nobody through", slog.String("error", err.Error()))
	}
	return func(next http.Handler) http.Handler { return m.handler(next, scopes) }
}

func (m *Middleware) handler(next http.Handler, scopes []string) http.Handler {
	validate := sync.OnceValue(m.checkFields) // when it is in use, as it may be set up later than its handlers
	met := &demand{m, scopes}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var accepted acceptance
		err := validate()
		if err == nil {
			err = m.authorize(&accepted, w.Header(), r, scopes)
		}
		if err != nil {
			m.answer(w, r, m.refusal(&accepted, scopes, err))
			return
		}
		next.ServeHTTP(w, accepted.request(r, met))
	})
}

// Validate says what is wrong with the fields of a Middleware, for programs that want
// to fail at their start: also with those of a policy, deny list or another
// [jwt.Explainer] as its Tokens, which is asked about an empty token, and with those
// of Proofs that have a method Validate() error. It makes no request for keys. Until
// all that is fixed, its handlers accept no token that it concerns.
func (m *Middleware) Validate() error {
	if err := m.checkFields(); err != nil {
		return err
	}
	if err := checkTokens(m.Tokens); err != nil {
		return err
	}
	return checkProofs(m.Proofs)
}

// checkFields returns what is wrong with the fields, each by itself.
func (m *Middleware) checkFields() error {
	if err := m.incomplete(); err != nil {
		return err
	}
	if !isQuotable(m.Realm) {
		return errors.New("jwthttp: Middleware.Realm has a control character")
	}
	if m.Metadata != nil {
		if err := m.Metadata.Validate(); err != nil {
			return err
		}
	}
	return checkMethods(m.Proofs, m.RequireProof)
}

// checkTokens returns why a verifier cannot decide that an empty token is none.
func checkTokens(v jwt.TokenVerifier) error {
	if _, ok := v.(jwt.Explainer); !ok {
		return nil // it may ask others
	}
	_, err := v.Verify(context.Background(), "")
	if err == nil {
		return errors.New("jwthttp: Middleware.Tokens accepts an empty token")
	}
	var refusal *jwt.VerifyError
	if errors.As(err, &refusal) {
		return nil
	}
	return fmt.Errorf("jwthttp: Middleware.Tokens: %w", err)
}

// incomplete is the error of a Middleware that cannot even ask about a token.
func (m *Middleware) incomplete() error {
	if m == nil || m.Tokens == nil {
		return errors.New("jwthttp: Middleware.Tokens is nil, want what verifies tokens")
	}
	return nil
}

// Authenticate returns the token of a request, for handlers that answer by
// themselves. It returns nil without an error for a request without a token, if
// those are allowed; otherwise that is [ErrNoToken]. A malformed request is a
// *[RequestError], a refused proof a *[ProofError]; other errors are those of Tokens.
//
// To have a handler behind it not verify the token again, put it into the
// request's context [WithToken]. Where there are Proofs, use [Middleware.Authorize].
func (m *Middleware) Authenticate(r *http.Request) (*jwt.Token, error) {
	var accepted acceptance
	if err := m.authenticate(&accepted, http.Header{}, r); err != nil {
		return nil, err
	}
	return accepted.token, nil
}

// Authorize decides about a request as the handlers do, and logs a refusal, for
// frameworks and protocols whose handlers are not those of net/http. It returns
// a token, neither a token nor a refusal for a request that may be anonymous, or a
// refusal. Scopes that are nil demand nothing; if they are not, there must be a
// token that has them all.
//
// Proofs add headers to response, which belong into every answer; the headers of a
// refusal come on top. [WithToken] puts the token into a context.
func (m *Middleware) Authorize(response http.Header, r *http.Request, scopes []string) (*jwt.Token, *Refusal) {
	if response == nil {
		response = http.Header{}
	}
	var accepted acceptance
	if err := m.authorize(&accepted, response, r, scopes); err != nil {
		refusal := m.refusal(&accepted, scopes, err)
		m.log(r, refusal)
		return nil, refusal
	}
	return accepted.token, nil
}

// authorize is the one place where it is decided whether a request is let
// through. With an error, the acceptance says how far it came.
func (m *Middleware) authorize(a *acceptance, response http.Header, r *http.Request, scopes []string) error {
	if err := m.authenticate(a, response, r); err != nil || scopes == nil {
		return err
	}
	if err := checkScopeSyntax(scopes); err != nil || a.preflight {
		return err
	}
	if a.token == nil { // allowed to be anonymous, but not here
		return ErrNoToken
	}
	a.addScopes(scopes)
	return m.checkScopes(a.token, scopes)
}

// authenticate finds out whose request it is.
func (m *Middleware) authenticate(a *acceptance, response http.Header, r *http.Request) (err error) {
	if err := m.incomplete(); err != nil {
		return err
	}
	if a.scheme, a.text, err = m.credentials(r); err != nil {
		return &RequestError{err}
	}
	if known := tokenContextOf(r.Context()); known != nil && known.answers(m, a.text) {
		a.token, a.known, a.scopes = known.token, known, known.met.scopes
		return nil
	}
	if a.text == "" {
		if a.preflight = m.AllowPreflight && isPreflight(r); a.preflight || m.AllowAnonymous {
			return nil
		}
		return ErrNoToken
	}
	token, err := m.Tokens.Verify(r.Context(), a.text)
	switch {
	case err != nil && m.Extract == nil && !isToken68(a.text): // asked only now, as good tokens need not be
		return &RequestError{errNotOneToken}
	case err != nil:
		return err
	case token == nil:
		return errors.New("jwthttp: Middleware.Tokens returned neither a token nor an error")
	}
	if a.token = token; token.Bound() || a.scheme != bearer || m.RequireProof {
		return m.checkProofs(response, r, a)
	}
	return nil
}

// isPreflight reports whether a browser asks if a page of another origin may
// send a request (Fetch standard, CORS-preflight request).
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && len(r.Header["Origin"]) == 1 &&
		len(r.Header["Access-Control-Request-Method"]) == 1 && len(r.Header["Authorization"]) == 0
}
