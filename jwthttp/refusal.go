package jwthttp

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// ErrNoToken is the error of a request that has no token.
var ErrNoToken = errors.New("jwthttp: the request has no token")

// A RequestError is the error of a malformed request, to be answered with 400.
type RequestError struct{ Err error }

// Error returns what was wrong: for logs only.
func (e *RequestError) Error() string {
	if e == nil || e.Err == nil {
		return "jwthttp: malformed request"
	}
	return "jwthttp: malformed request: " + e.Err.Error()
}

// Unwrap returns what was wrong.
func (e *RequestError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// A Refusal is the answer to a request that a [Middleware] does not let through.
type Refusal struct {
	Status int         // 400, 401, 403 or 503
	Code   string      // error code of RFC 6750 section 3.1, or of a proof; "" without a token and with 503
	Scopes []string    // that are demanded, if any
	Header http.Header // to add to the answer: the challenges, Retry-After, Cache-Control
	Token  *jwt.Token  // genuine, but not let through; nil if there is none
	Err    error       // why, for logs only
}

// refusal decides how a request that is not let through is answered.
func (m *Middleware) refusal(a *acceptance, scopes []string, err error) *Refusal {
	refusal := &Refusal{Status: http.StatusServiceUnavailable, Scopes: union(a.scopes, scopes), Token: a.token, Err: err}
	var malformed *RequestError
	var unproven *ProofError
	switch {
	case errors.As(err, &malformed):
		refusal.Status, refusal.Code = http.StatusBadRequest, "invalid_request"
	case errors.Is(err, ErrNoToken):
		refusal.Status = http.StatusUnauthorized
	case errors.As(err, new(*scopeError)):
		refusal.Status, refusal.Code = http.StatusForbidden, "insufficient_scope"
	case errors.As(err, &unproven):
		refusal.Status, refusal.Code = http.StatusUnauthorized, unproven.code()
	case jose.Refuses[*jwt.VerifyError](err): // and is not joined with an error that may pass
		refusal.Status, refusal.Code = http.StatusUnauthorized, invalidToken
	}
	refusal.Header = http.Header{"Cache-Control": {"no-store"}}
	if refusal.Status != http.StatusServiceUnavailable {
		refusal.Header[challengeHeader] = m.challenges(a.scheme, refusal.Code, refusal.Scopes)
	} else if seconds := retryAfter(err); seconds > 0 {
		refusal.Header.Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
	return refusal
}

// retryAfter is the time in seconds after which an error says to try again,
// rounded up, at least 1, and 0 if it does not say so.
func retryAfter(err error) int64 {
	var wait interface{ RetryAfter() time.Duration }
	if !errors.As(err, &wait) {
		return 0
	}
	return int64(max((wait.RetryAfter()+time.Second-1)/time.Second, 1))
}

// log logs a refusal: why, and whose token it was, as far as that is known.
func (m *Middleware) log(r *http.Request, refusal *Refusal, more ...slog.Attr) {
	if m == nil || m.Log == nil {
		return
	}
	level := slog.LevelInfo
	if refusal.Status == http.StatusServiceUnavailable && !errors.Is(r.Context().Err(), context.Canceled) {
		level = slog.LevelWarn // if the client has gone, it is not for want of a key
	}
	path := ""
	if r.URL != nil {
		path = r.URL.Path
	}
	attributes := []slog.Attr{slog.Int("status", refusal.Status), slog.String("method", r.Method), slog.String("path", path),
		slog.String("error", refusal.Err.Error())}
	attributes = append(append(attributes, refusal.identity()...), more...)
	m.Log.LogAttrs(r.Context(), level, "request not let through", attributes...)
}

// identity is iss, sub and jti of the genuine token that was not let through, as far as
// it has them.
func (r *Refusal) identity() []slog.Attr {
	var token slog.LogValuer
	var refused *jwt.VerifyError
	switch {
	case r.Token != nil:
		token = r.Token
	case errors.As(r.Err, &refused):
		token = refused
	default:
		return nil
	}
	value := token.LogValue()
	if value.Kind() != slog.KindGroup {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(value.Group()), func(a slog.Attr) bool { return a.Key != "iss" && a.Key != "sub" && a.Key != "jti" })
}
