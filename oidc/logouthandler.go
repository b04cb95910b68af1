package oidc

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// A LogoutHandler receives the logout tokens that a provider sends when somebody has
// logged out there (OpenID Connect Back-Channel Logout 1.0 section 2.5), and ends
// what they name: a session by its sid, or else all sessions of a subject that
// began before the token was issued. A token that comes again after that ends
// nothing more; the last 1,024 of them are remembered, by this handler alone.
//
// It answers with status 200 when all is ended, and with 400 otherwise (section
// 2.8), and gets no cookies and no access token. The zero value ends nothing.
type LogoutHandler struct {
	Tokens   jwt.TokenVerifier // accepts logout tokens: LogoutTokens, for several clients a jwt.Policies of them; required
	Sessions SessionRevoker    // what is ended; required

	// Log, if not nil, gets one record for every request that ends nothing: at level
	// Info, or Warn if it could not be decided or ended.
	Log *slog.Logger

	done recent // tokens that were carried out
}

// A SessionRevoker ends sessions: a *revoke.DenyList does, for APIs that verify
// tokens with one of the same store, or what has the sessions of your own cookies.
// It must be safe for concurrent use, and may be called again for what is ended.
type SessionRevoker interface {
	// RevokeSession ends a session of the issuer.
	RevokeSession(ctx context.Context, issuer, sessionID string) error

	// RevokeSubject ends all sessions of a subject that began at a time or before.
	RevokeSubject(ctx context.Context, issuer, subject string, at time.Time) error
}

const maxLogoutBody = 128 << 10 // bytes; a token has half of it at most

// ServeHTTP answers a POST of a form with logout_token.
func (l *LogoutHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	err := l.logout(w, r)
	if err == nil { // status 200 without a body
		return
	}
	code, level := "temporarily_unavailable", slog.LevelWarn
	if jose.Refuses[*jwt.VerifyError](err) || errors.Is(err, errLogoutRequest) {
		code, level = "invalid_request", slog.LevelInfo
	}
	if l != nil && l.Log != nil {
		l.Log.LogAttrs(r.Context(), level, "logout request not carried out", slog.String("error", err.Error()))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = io.WriteString(w, `{"error":"`+code+`"}`)
}

// errLogoutRequest is the error of a request that has no logout token.
var errLogoutRequest = errors.New("oidc: want a form with one logout_token")

// logout ends what the token of a request names.
func (l *LogoutHandler) logout(w http.ResponseWriter, r *http.Request) error {
	if l == nil || l.Tokens == nil || l.Sessions == nil {
		return errors.New("oidc: LogoutHandler.Tokens or Sessions is nil")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxLogoutBody)
	if err := r.ParseForm(); err != nil { // what is no form is an empty one
		return errLogoutRequest
	}
	tokens := r.PostForm["logout_token"]
	if len(tokens) != 1 {
		return errLogoutRequest
	}
	token, err := l.Tokens.Verify(r.Context(), tokens[0])
	if err != nil {
		return err
	}
	claims, err := jwt.ClaimsAs[logoutClaims](token)
	if err != nil {
		return err
	}
	if l.done.has(tokens[0]) {
		return nil
	}
	switch {
	case claims.SessionID != "":
		err = l.Sessions.RevokeSession(r.Context(), claims.Issuer, claims.SessionID)
	case claims.Subject != "":
		err = l.Sessions.RevokeSubject(r.Context(), claims.Issuer, claims.Subject, claims.IssuedAt.Time())
	default: // a token that LogoutTokens do not accept
		err = refuse("sub", "got neither sid nor sub, want one of them")
	}
	if err == nil {
		l.done.add(tokens[0])
	}
	return err
}
