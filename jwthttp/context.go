package jwthttp

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
)

// WithToken returns a context with the token of a request, for middleware of your own,
// protocols other than HTTP, and tests of handlers. It states that the token has been
// verified: [TokenFrom] and [ClaimsFrom] return it, and every [Middleware] that gets a
// request with this context takes it without asking its Tokens or Proofs.
//
// A Middleware does so if the request has no token of its own, or one with the same
// payload; another token is verified, and takes its place. A nil token counts as no
// token.
func WithToken(ctx context.Context, token *jwt.Token) context.Context {
	return &tokenContext{Context: ctx, token: token, met: outside}
}

// TokenFrom returns the token of a request from its context, and false if it was
// let through without one, or neither a [Middleware] nor [WithToken] put one there.
func TokenFrom(ctx context.Context) (*jwt.Token, bool) {
	c := tokenContextOf(ctx)
	if c == nil || c.token == nil {
		return nil, false
	}
	return c.token, true
}

// ClaimsFrom decodes the claims of a request's token, as [jwt.ClaimsAs] does. A
// request without a token is [ErrNoToken].
func ClaimsFrom[T any](ctx context.Context) (T, error) {
	token, ok := TokenFrom(ctx)
	if !ok {
		var zero T
		return zero, ErrNoToken
	}
	return jwt.ClaimsAs[T](token)
}

// An acceptance is what is known of one request.
type acceptance struct {
	scheme, text string
	token        *jwt.Token    // nil: may be anonymous
	known        *tokenContext // the request's context, if it had the answer
	scopes       []string      // that the handlers around this one demand, and this one
	preflight    bool          // let through without a token, whatever the scopes
}

// addScopes notes that the token came to a handler that demands these scopes.
func (a *acceptance) addScopes(scopes []string) {
	if len(a.scopes) > 0 {
		scopes = union(a.scopes, scopes)
	}
	a.scopes = scopes
}

// request returns r as the next handler gets it, behind a handler with that demand.
func (a *acceptance) request(r *http.Request, met *demand) *http.Request {
	if a.known != nil {
		if len(a.scopes) == len(a.known.met.scopes) {
			return r
		}
		return r.WithContext(&tokenContext{r.Context(), a.token, a.known.text, &demand{a.known.met.by, a.scopes}})
	}
	next := &acceptedRequest{context: tokenContext{r.Context(), a.token, a.text, met}}
	next.request = *r.WithContext(&next.context)
	return &next.request
}

// An acceptedRequest is the request that the next handler gets, with its context, in
// one allocation.
type acceptedRequest struct {
	request http.Request
	context tokenContext
}

// A demand is what a handler asks of requests, or several handlers around one another:
// a token that a Middleware accepts, with scopes. Those of one handler share it.
type demand struct {
	by     *Middleware // that verifies the token; nil: WithToken
	scopes []string
}

var outside = new(demand) // of WithToken

// tokenContext is the context of a request that was let through.
type tokenContext struct {
	context.Context
	token *jwt.Token // nil for a request that may be anonymous
	text  string     // of the token
	met   *demand
}

// Format writes the type only, whatever the verb: the text is a secret.
func (c *tokenContext) Format(s fmt.State, _ rune) { io.WriteString(s, "jwthttp.tokenContext") }

type tokenKey struct{}

func (c *tokenContext) Value(key any) any {
	if key == (tokenKey{}) {
		return c
	}
	return c.Context.Value(key)
}

func tokenContextOf(ctx context.Context) *tokenContext {
	c, _ := ctx.Value(tokenKey{}).(*tokenContext)
	return c
}

// answers reports whether m needs not verify a request with this context and a
// token of this text. What was verified for one request is not taken for another
// that is made with its context, and that a request needed no token says nothing.
func (c *tokenContext) answers(m *Middleware, text string) bool {
	switch {
	case c.token == nil:
		return false
	case c.met.by != nil:
		return c.met.by == m && c.text == text
	}
	return text == "" || hasPayload(text, c.token)
}

// hasPayload reports whether the payload in a token's text is that of a verified
// token.
func hasPayload(text string, token *jwt.Token) bool {
	_, rest, _ := strings.Cut(text, ".")
	encoded, _, ok := strings.Cut(rest, ".")
	if !ok {
		return false
	}
	payload, err := jwt.DecodeBase64URL(encoded)
	return err == nil && len(payload) > 0 && string(payload) == string(token.Payload())
}
