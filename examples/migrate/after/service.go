// Package after is the service of package before with this library.
package after

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
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
	jwt.Claims
}

// Validate is called when the claims are decoded.
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
	jwt.Claims
}

// A Service issues tokens and verifies them.
type Service struct {
	access, refresh *jwt.Template
	protect         *jwthttp.Middleware
	refreshTokens   *jwt.Policy
}

// NewService returns the service with its secrets by key ID. It signs with the
// current one, and verifies with all of them.
func NewService(secrets map[string][]byte, current string, now func() time.Time) (*Service, error) {
	var keys jwt.Keys
	var signer *jwt.HMAC
	for _, keyID := range slices.Sorted(maps.Keys(secrets)) {
		key, err := jwt.NewHMAC(jwt.HS256, secrets[keyID], keyID)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
		if keyID == current {
			signer = key
		}
	}
	if signer == nil {
		return nil, errors.New("there is no current secret")
	}
	require := []string{"kid"} // without it a token would be tried with each key
	return &Service{
		access:  &jwt.Template{Key: signer, Issuer: issuer, Audience: []string{audience}, Lifetime: accessLifetime, Now: now},
		refresh: &jwt.Template{Key: signer, Issuer: issuer, Audience: []string{issuer}, Lifetime: refreshLifetime, Now: now},
		protect: &jwthttp.Middleware{
			Tokens: &jwt.Policy{Keys: keys, Issuer: issuer, Audience: []string{audience}, Leeway: leeway, Now: now, Require: require,
				Rules: []jwt.Rule{jwt.RuleFor("tenant", Claims.Validate)}},
			Extract: headerOrCookie,
			Scopes:  jwthttp.ScopesIn("roles"),
		},
		refreshTokens: &jwt.Policy{Keys: keys, Issuer: issuer, Audience: []string{issuer}, Leeway: leeway, Now: now, Require: require,
			Rules: []jwt.Rule{jwt.Equal("use", "refresh")}},
	}, nil
}

// headerOrCookie returns the token of a program, or that of a browser.
func headerOrCookie(r *http.Request) (string, error) {
	if token, err := jwthttp.BearerToken(r); token != "" || err != nil {
		return token, err
	}
	return jwthttp.CookieToken(cookieName)(r)
}

// Handler returns the routes.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", s.login)
	mux.HandleFunc("POST /refresh", s.refreshAccess)
	mux.HandleFunc("POST /logout", s.logout)
	mux.Handle("GET /notes", s.protect.RequireScope("reader")(http.HandlerFunc(s.notes)))
	mux.Handle("POST /notes", s.protect.RequireScope("writer")(http.HandlerFunc(s.notes)))
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
	refresh, err := s.refresh.Sign(r.Context(), refreshClaims{Use: "refresh", Tenant: form.Tenant, Roles: form.Roles, Claims: jwt.Claims{Subject: form.User}})
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	s.writeTokens(w, r, form.User, form.Tenant, form.Roles, refresh)
}

func (s *Service) refreshAccess(w http.ResponseWriter, r *http.Request) {
	var form struct{ Refresh string }
	if err := json.NewDecoder(r.Body).Decode(&form); err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	claims, err := jwt.VerifyAs[refreshClaims](r.Context(), s.refreshTokens, form.Refresh)
	if err != nil {
		http.Error(w, "unauthorized", http.StatusUnauthorized)
		return
	}
	s.writeTokens(w, r, claims.Subject, claims.Tenant, claims.Roles, form.Refresh)
}

// writeTokens answers with a new access token, which is also in a cookie, and the refresh token.
func (s *Service) writeTokens(w http.ResponseWriter, r *http.Request, user string, tenant int64, roles []string, refresh string) {
	access, err := s.access.Sign(r.Context(), Claims{Tenant: tenant, Roles: roles, Claims: jwt.Claims{Subject: user}})
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

func (s *Service) notes(w http.ResponseWriter, r *http.Request) {
	claims, err := jwthttp.ClaimsFrom[Claims](r.Context())
	if err != nil {
		http.Error(w, "unauthorized", http.StatusUnauthorized)
		return
	}
	fmt.Fprintf(w, "notes of %s, tenant %d", claims.Subject, claims.Tenant)
}
