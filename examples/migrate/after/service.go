// Package after is the service of package before with this library.
package after

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

const (
	issuer   = "https://notes.example"
	audience = "https://api.notes.example"
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

// A Service issues tokens and verifies them.
type Service struct {
	access  *jwt.Template
	protect *jwthttp.Middleware
}

// NewService returns the service with a secret that it signs and verifies with.
func NewService(secret []byte, now func() time.Time) (*Service, error) {
	key, err := jwt.NewHMAC(jwt.HS256, secret, "2026-11")
	if err != nil {
		return nil, err
	}
	policy := &jwt.Policy{Keys: jwt.Keys{key}, Issuer: issuer, Audience: []string{audience}, Leeway: 30 * time.Second, Now: now,
		Rules: []jwt.Rule{jwt.RuleFor("tenant", Claims.Validate)}}
	return &Service{
		access:  &jwt.Template{Key: key, Issuer: issuer, Audience: []string{audience}, Lifetime: 15 * time.Minute, Now: now},
		protect: &jwthttp.Middleware{Tokens: policy, Scopes: jwthttp.ScopesIn("roles")},
	}, nil
}

// Handler returns the routes.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", s.login)
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
	signed, err := s.sign(r.Context(), form.User, form.Tenant, form.Roles)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	fmt.Fprint(w, signed)
}

func (s *Service) sign(ctx context.Context, user string, tenant int64, roles []string) (string, error) {
	return s.access.Sign(ctx, Claims{Tenant: tenant, Roles: roles, Claims: jwt.Claims{Subject: user}})
}

func (s *Service) notes(w http.ResponseWriter, r *http.Request) {
	claims, err := jwthttp.ClaimsFrom[Claims](r.Context())
	if err != nil {
		http.Error(w, "unauthorized", http.StatusUnauthorized)
		return
	}
	fmt.Fprintf(w, "notes of %s, tenant %d", claims.Subject, claims.Tenant)
}
