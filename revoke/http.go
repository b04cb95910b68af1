package revoke

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// ServeRefresh is the token endpoint of an authorization server for refresh
// tokens (RFC 6749 section 6): a POST of a form with grant_type=refresh_token,
// which may be absent, and refresh_token. It answers with WriteTokens. A client
// that must authenticate itself must do so before.
//
//	mux.HandleFunc("POST /token", sessions.ServeRefresh)
func (s *Sessions) ServeRefresh(w http.ResponseWriter, r *http.Request) {
	token, ok := formValue(w, r, "refresh_token")
	if !ok {
		return
	}
	if grant := r.PostFormValue("grant_type"); grant != "" && grant != "refresh_token" {
		writeError(w, http.StatusBadRequest, "unsupported_grant_type")
		return
	}
	tokens, err := s.Refresh(r.Context(), token)
	s.WriteTokens(w, r, tokens, err)
}

// ServeRevocation is the revocation endpoint (RFC 7009): a POST of a form with
// token, which is a refresh token or an access token of a session. It ends the
// session, and answers 200 also for a token that is none or works no more, as the
// RFC says. Without DenyList.Tokens, an access token is 400 and
// unsupported_token_type.
//
//	mux.HandleFunc("POST /revoke", sessions.ServeRevocation)
func (s *Sessions) ServeRevocation(w http.ResponseWriter, r *http.Request) {
	text, ok := formValue(w, r, "token")
	if !ok {
		return
	}
	end := s.End
	if strings.Count(text, ".") == 2 {
		if s != nil && s.DenyList != nil && s.DenyList.Tokens == nil {
			writeError(w, http.StatusBadRequest, "unsupported_token_type")
			return
		}
		end = s.endByAccessToken
	}
	err := end(r.Context(), text)
	if err != nil && !jose.Refuses[*jwt.VerifyError](err) {
		s.unavailable(w, r, err)
		return
	}
	noStore(w)
	w.WriteHeader(http.StatusOK)
}

// WriteTokens answers a request for tokens: with what Begin or Refresh returned as
// JSON (RFC 6749 section 5.1), or their error (section 5.2). A refusal is 400 and
// invalid_grant. Any other error is 503 and temporarily_unavailable. Log gets it, and
// an [ErrReused] as well, since a token may have been stolen.
func (s *Sessions) WriteTokens(w http.ResponseWriter, r *http.Request, tokens Tokens, err error) {
	switch {
	case jose.Refuses[*jwt.VerifyError](err):
		if errors.Is(err, ErrReused) {
			s.log(r, slog.LevelWarn, "a refresh token may have been stolen", err)
		}
		writeError(w, http.StatusBadRequest, "invalid_grant")
	case err != nil:
		s.unavailable(w, r, err)
	default:
		writeJSON(w, http.StatusOK, tokens)
	}
}

// maxForm is the size of the largest form that is read, in bytes.
const maxForm = 64 << 10

// formValue returns a parameter of the form in the body of a POST. If there is
// none, it answers that the request is invalid.
func formValue(w http.ResponseWriter, r *http.Request, name string) (string, bool) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		writeError(w, http.StatusMethodNotAllowed, "invalid_request")
		return "", false
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil || len(r.PostForm[name]) != 1 || r.PostForm[name][0] == "" || len(r.PostForm["grant_type"]) > 1 {
		writeError(w, http.StatusBadRequest, "invalid_request")
		return "", false
	}
	return r.PostForm[name][0], true
}

func (s *Sessions) unavailable(w http.ResponseWriter, r *http.Request, err error) {
	s.log(r, slog.LevelError, "sessions", err)
	w.Header().Set("Retry-After", "1")
	writeError(w, http.StatusServiceUnavailable, "temporarily_unavailable")
}

func (s *Sessions) log(r *http.Request, level slog.Level, message string, err error) {
	if s != nil && s.Log != nil {
		s.Log.LogAttrs(r.Context(), level, message, slog.String("error", err.Error()))
	}
}

func writeError(w http.ResponseWriter, status int, code string) {
	writeJSON(w, status, struct {
		Error string `json:"error"`
	}{code})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	noStore(w)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // the client is gone
}

// noStore keeps an answer out of caches.
func noStore(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
}
