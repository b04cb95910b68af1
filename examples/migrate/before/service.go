// Package before is a service as it is written with golang-jwt v5: it issues an
// access token and a refresh token at /login, a new access token at /refresh, and
// asks for an access token at /notes, in the Authorization header or a cookie. It
// has two secrets, since it once changed the first. Package after is the same
// service with this library.
package before

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	issuer   = "https://notes.example"
	audience = "https://api.notes.example"

	accessLifetime  = 15 * time.Minute
	refreshLifetime = 30 * 24 * time.Hour
	leeway          = 30 * time.Second

	cookieName = "__Host-access"
)

// Claims are those of an access token.
type Claims struct {
	Tenant int64    `json:"tenant"`
	Roles  []string `json:"roles,omitempty"`
	jwt.RegisteredClaims
}

// Validate is called by the parser.
func (c Claims) Validate() error {
	if c.Tenant <= 0 {
		return errors.New("tenant must be positive")
	}
	return nil
}

// refreshClaims are those of a refresh token.
type refreshClaims struct {
	Use    string   `json:"use"`
	Tenant int64    `json:"tenant"`
	Roles  []string `json:"roles,omitempty"`
	jwt.RegisteredClaims
}

// Validate is called by the parser.
func (c refreshClaims) Validate() error {
	if c.Use != "refresh" {
		return errors.New("not a refresh token")
	}
	return nil
}

// A Service issues tokens and verifies them.
type Service struct {
	secrets map[string][]byte
	current string
	now     func() time.Time
}

// NewService returns the service with its secrets by key ID. It signs with the
// current one, and verifies with all of them.
func NewService(secrets map[string][]byte, current string, now func() time.Time) (*Service, error) {
	if len(secrets[current]) == 0 {
		return nil, errors.New("there is no current secret")
	}
	return &Service{secrets, current, now}, nil
}

// Handler returns the routes.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", s.login)
	mux.HandleFunc("POST /refresh", s.refresh)
	mux.HandleFunc("POST /logout", s.logout)
	mux.HandleFunc("GET /notes", s.authenticated("reader", s.notes))
	mux.HandleFunc("POST /notes", s.authenticated("writer", s.notes))
	return mux
}

func (s *Service) login(w http.ResponseWriter, r *http.Request) {
	var form struct {
		User   string
		Tenant int64
		Roles  []string
	}
	if err := json.NewDecoder(r.Body).Decode(&form); err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	refresh, err := s.sign(refreshClaims{
		Use:              "refresh",
		Tenant:           form.Tenant,
		Roles:            form.Roles,
		RegisteredClaims: s.registered(form.User, issuer, refreshLifetime),
	})
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	s.writeTokens(w, form.User, form.Tenant, form.Roles, refresh)
}

func (s *Service) refresh(w http.ResponseWriter, r *http.Request) {
	var form struct{ Refresh string }
	if err := json.NewDecoder(r.Body).Decode(&form); err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	var claims refreshClaims
	if err := s.parse(form.Refresh, &claims, issuer); err != nil {
		http.Error(w, "unauthorized", http.StatusUnauthorized)
		return
	}
	s.writeTokens(w, claims.Subject, claims.Tenant, claims.Roles, form.Refresh)
}

// writeTokens answers with a new access token, which is also in a cookie, and the refresh token.
func (s *Service) writeTokens(w http.ResponseWriter, user string, tenant int64, roles []string, refresh string) {
	access, err := s.sign(Claims{Tenant: tenant, Roles: roles, RegisteredClaims: s.registered(user, audience, accessLifetime)})
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: access, Path: "/", MaxAge: int(accessLifetime.Seconds()), Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	json.NewEncoder(w).Encode(map[string]string{"access": access, "refresh": refresh})
}

func (s *Service) logout(w http.ResponseWriter, _ *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	w.WriteHeader(http.StatusNoContent)
}

func (s *Service) registered(user, audience string, lifetime time.Duration) jwt.RegisteredClaims {
	now := s.now()
	return jwt.RegisteredClaims{
		Issuer:    issuer,
		Subject:   user,
		Audience:  jwt.ClaimStrings{audience},
		IssuedAt:  jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(now.Add(lifetime)),
	}
}

func (s *Service) sign(claims jwt.Claims) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	token.Header["kid"] = s.current
	return token.SignedString(s.secrets[s.current])
}

// parse verifies a token for an audience.
func (s *Service) parse(text string, claims jwt.Claims, audience string) error {
	_, err := jwt.ParseWithClaims(text, claims, s.key,
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer(issuer), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithLeeway(leeway), jwt.WithTimeFunc(s.now), jwt.WithStrictDecoding())
	return err
}

// key returns the secret for a token.
func (s *Service) key(t *jwt.Token) (any, error) {
	if _, ok := t.Method.(*jwt.SigningMethodHMAC); !ok {
		return nil, errors.New("unexpected algorithm")
	}
	keyID, _ := t.Header["kid"].(string)
	secret, ok := s.secrets[keyID]
	if !ok {
		return nil, errors.New("unknown key")
	}
	return secret, nil
}

type claimsKey struct{}

// authenticated lets requests with a good token that has the role through.
func (s *Service) authenticated(role string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok {
			cookie, err := r.Cookie(cookieName)
			if err != nil {
				w.Header().Set("WWW-Authenticate", "Bearer")
				http.Error(w, "unauthorized", http.StatusUnauthorized)
				return
			}
			text = cookie.Value
		}
		var claims Claims
		if err := s.parse(text, &claims, audience); err != nil {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		if !slices.Contains(claims.Roles, role) {
			w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope"`)
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		}
		next(w, r.WithContext(context.WithValue(r.Context(), claimsKey{}, &claims)))
	}
}

func (s *Service) notes(w http.ResponseWriter, r *http.Request) {
	claims, ok := r.Context().Value(claimsKey{}).(*Claims)
	if !ok {
		http.Error(w, "unauthorized", http.StatusUnauthorized)
		return
	}
	fmt.Fprintf(w, "notes of %s, tenant %d", claims.Subject, claims.Tenant)
}
