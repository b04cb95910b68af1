// Package jwthttp carries tokens and keys over HTTP. A [Middleware] lets only
// requests with a good token through to a handler; [RemoteKeys] are the keys of
// an issuer, known by its URL; [IssuerMetadata] publishes keys for others.
//
//	keys, err := jwthttp.DiscoverKeys("https://login.example", jwthttp.RemoteOptions{})
//	policy := &jwt.Policy{Keys: keys, Issuer: "https://login.example", Audience: []string{"https://api.example"}}
//	protect := &jwthttp.Middleware{Tokens: policy}
//	http.Handle("/", protect.Handler(api))
//
// In the handler, [TokenFrom] and [ClaimsFrom] tell who is calling. Several
// issuers are a [jwt.Policies], each of them with RemoteKeys of its own.
//
// Everything here is safe for concurrent use once it is set up.
package jwthttp

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A Middleware demands a token with every request to a handler (RFC 6750). It is
// plain data; do not change it once it is in use. The zero value lets nobody
// through.
//
// The answers to a request that is not let through say no more than this:
//
//	400 invalid_request     a malformed Authorization header, or more than one
//	401                     no token; with invalid_token: one that is refused
//	403 insufficient_scope  a good token, but not for this
//	503                     it could not be decided, as keys were out of reach
//
// Why a token was refused is for Log only.
type Middleware struct {
	Tokens jwt.TokenVerifier // what accepts them; required

	Realm string // of the challenge; may be empty

	// Extract finds the token in a request: "" if it has none, an error if the
	// request is malformed. Nil is BearerToken; for browsers see CookieToken.
	Extract func(r *http.Request) (token string, err error)

	// AllowAnonymous lets requests without a token through; TokenFrom then
	// reports none. A token that is there must be good all the same.
	AllowAnonymous bool

	// Log, if not nil, is told of every request that is not let through: at
	// level Info, or Warn if it could not be decided.
	Log *slog.Logger
}

// Handler returns a handler that calls next for requests with a good token.
// As a method value it is the middleware of routers built on net/http.
func (m *Middleware) Handler(next http.Handler) http.Handler { return m.handler(next, nil) }

// RequireScope returns middleware that demands a good token, even if others may
// be anonymous, which has all the scopes in its scope claim, a space-separated
// string (RFC 8693 section 4.2). Inside a handler of the same Middleware it does
// not verify the same token again.
func (m *Middleware) RequireScope(scopes ...string) func(next http.Handler) http.Handler {
	scopes = append([]string{}, scopes...) // not nil, even if there are none
	return func(next http.Handler) http.Handler { return m.handler(next, scopes) }
}

func (m *Middleware) handler(next http.Handler, scopes []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, token, err := m.check(r)
		if err == nil && scopes != nil {
			err = checkScopes(token, scopes)
		}
		if err != nil {
			m.refuse(w, r, err, scopes)
			return
		}
		next.ServeHTTP(w, r.WithContext(newTokenContext(r.Context(), token, m, text)))
	})
}

// Authenticate returns the token of a request, for handlers that answer by
// themselves.
// It returns nil without an error for a request without a token, if those are
// allowed; otherwise that is [ErrNoToken]. A malformed request is a
// *[RequestError]; other errors are those of Tokens.
func (m *Middleware) Authenticate(r *http.Request) (*jwt.Token, error) {
	_, token, err := m.check(r)
	return token, err
}

// check is Authenticate that also returns the text of the token.
func (m *Middleware) check(r *http.Request) (text string, token *jwt.Token, err error) {
	if m == nil || m.Tokens == nil {
		return "", nil, errors.New("jwthttp: Middleware.Tokens is nil, want what verifies tokens")
	}
	extract := m.Extract
	if extract == nil {
		extract = BearerToken
	}
	if text, err = extract(r); err != nil {
		return "", nil, &RequestError{err}
	}
	if c, ok := r.Context().Value(tokenKey{}).(*tokenContext); ok && c.by == m && c.isFor(text) {
		return text, c.token, nil
	}
	if text == "" {
		if m.AllowAnonymous {
			return "", nil, nil
		}
		return "", nil, ErrNoToken
	}
	token, err = m.Tokens.Verify(r.Context(), text)
	if err == nil && token == nil {
		err = errors.New("jwthttp: Middleware.Tokens returned neither a token nor an error")
	}
	return text, token, err
}

// ErrNoToken is the error of a request that has no token.
var ErrNoToken = errors.New("jwthttp: the request has no token")

// A RequestError is that of a malformed request: what a server answers with 400.
type RequestError struct{ Err error }

func (e *RequestError) Error() string {
	if e.Err == nil {
		return "jwthttp: malformed request"
	}
	return "jwthttp: malformed request: " + e.Err.Error()
}

// Unwrap returns what was wrong.
func (e *RequestError) Unwrap() error { return e.Err }

// A scopeError is that of a token without a scope that is asked for.
type scopeError struct{ want, got string }

func (e *scopeError) Error() string {
	return "jwthttp: want the scope " + strictjson.Quote(e.want) + ", got " + strictjson.Quote(e.got)
}

func checkScopes(token *jwt.Token, scopes []string) error {
	if token == nil { // allowed to be anonymous, but not here
		return ErrNoToken
	}
	if len(scopes) == 0 {
		return nil
	}
	claims, err := jwt.ClaimsAs[struct {
		Scope string `json:"scope"`
	}](token)
	if err != nil {
		return &scopeError{scopes[0], "none that is a string"}
	}
	granted := strings.Split(claims.Scope, " ")
	for _, scope := range scopes {
		if scope == "" || !slices.Contains(granted, scope) {
			return &scopeError{scope, claims.Scope}
		}
	}
	return nil
}

// refuse answers a request that is not let through.
func (m *Middleware) refuse(w http.ResponseWriter, r *http.Request, err error, scopes []string) {
	status, code, level := http.StatusServiceUnavailable, "", slog.LevelWarn
	var refused *jwt.VerifyError
	var malformed *RequestError
	switch {
	case errors.As(err, &malformed):
		status, code, level = http.StatusBadRequest, "invalid_request", slog.LevelInfo
	case errors.Is(err, ErrNoToken):
		status, level = http.StatusUnauthorized, slog.LevelInfo
	case errors.As(err, new(*scopeError)):
		status, code, level = http.StatusForbidden, "insufficient_scope", slog.LevelInfo
	case errors.As(err, &refused):
		status, code, level = http.StatusUnauthorized, "invalid_token", slog.LevelInfo
	}
	if m != nil && m.Log != nil {
		m.Log.LogAttrs(r.Context(), level, "request not let through", slog.Int("status", status),
			slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.String("error", err.Error()))
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if status == http.StatusServiceUnavailable {
		if seconds := retryAfter(err); seconds > 0 {
			h.Set("Retry-After", strconv.FormatInt(seconds, 10))
		}
	} else {
		h.Set("WWW-Authenticate", m.challenge(code, scopes))
	}
	http.Error(w, http.StatusText(status), status)
}

// challenge is the value of WWW-Authenticate (RFC 6750 section 3).
func (m *Middleware) challenge(code string, scopes []string) string {
	var parameters []string
	if m.Realm != "" {
		parameters = append(parameters, "realm="+quotedString(m.Realm))
	}
	if len(scopes) > 0 {
		parameters = append(parameters, "scope="+quotedString(strings.Join(scopes, " ")))
	}
	if code != "" {
		parameters = append(parameters, "error="+quotedString(code))
	}
	if len(parameters) == 0 {
		return "Bearer"
	}
	return "Bearer " + strings.Join(parameters, ", ")
}

// quotedString returns s as a quoted-string (RFC 9110 section 5.6.4). What may
// not stand in one, such as a line break, is left out.
func quotedString(s string) string {
	b := []byte{'"'}
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\t' || c >= ' ' && c != 0x7F:
			b = append(b, c)
		}
	}
	return string(append(b, '"'))
}

// retryAfter is the time in seconds after which an error says to try again,
// rounded up, and 0 if it does not say so.
func retryAfter(err error) int64 {
	var wait interface{ RetryAfter() time.Duration }
	if !errors.As(err, &wait) {
		return 0
	}
	return int64((wait.RetryAfter() + time.Second - 1) / time.Second)
}

// BearerToken returns the token of the one Authorization header with the scheme
// Bearer (RFC 6750 section 2.1), and "" if there is no header or it has another
// scheme. The scheme's case does not matter. A second header, or a token with
// characters that none may have, is an error.
func BearerToken(r *http.Request) (token string, err error) {
	values := r.Header["Authorization"]
	if len(values) == 0 {
		return "", nil
	}
	if len(values) > 1 {
		return "", errors.New("got several Authorization headers, want one")
	}
	const scheme = "Bearer"
	value := values[0]
	if len(value) < len(scheme) || !strings.EqualFold(value[:len(scheme)], scheme) {
		return "", nil
	}
	if len(value) > len(scheme) && value[len(scheme)] != ' ' {
		return "", nil // the scheme only begins like it
	}
	token = strings.TrimLeft(value[len(scheme):], " ")
	if !isToken68(token) {
		return "", errors.New("got a malformed Authorization header, want one bearer token")
	}
	return token, nil
}

// isToken68 reports whether s is a b64token of RFC 6750 section 2.1.
func isToken68(s string) bool {
	s = strings.TrimRight(s, "=")
	if s == "" {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-' || c == '.' || c == '_' || c == '~' || c == '+' || c == '/':
		default:
			return false
		}
	}
	return true
}

// CookieToken returns a function for [Middleware.Extract] that takes the token
// from the one cookie with that name, best one that starts with "__Host-". Browsers send
// cookies along with requests that other sites make, so put an
// [http.CrossOriginProtection] around the handler.
func CookieToken(name string) func(r *http.Request) (token string, err error) {
	return func(r *http.Request) (string, error) {
		switch cookies := r.CookiesNamed(name); len(cookies) {
		case 0:
			return "", nil
		case 1:
			return cookies[0].Value, nil
		default:
			return "", errors.New("got several cookies of that name, want one")
		}
	}
}

// tokenContext is the context of a request that was let through.
type tokenContext struct {
	context.Context
	token *jwt.Token // nil for a request that may be anonymous
	by    *Middleware
	isFor func(text string) bool // whether the token had this text, which no formatting shows
}

func newTokenContext(ctx context.Context, token *jwt.Token, by *Middleware, text string) *tokenContext {
	return &tokenContext{ctx, token, by, func(other string) bool { return other == text }}
}

type tokenKey struct{}

func (c *tokenContext) Value(key any) any {
	if key == (tokenKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// TokenFrom returns the token of a request from its context, and false if it was
// let through without one or did not come by a [Middleware].
func TokenFrom(ctx context.Context) (*jwt.Token, bool) {
	c, ok := ctx.Value(tokenKey{}).(*tokenContext)
	if !ok || c.token == nil {
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
