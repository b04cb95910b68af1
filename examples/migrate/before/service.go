// Package before is a service as it is written with golang-jwt v5: it issues
// tokens at /login and asks for one at /notes. Package after is the same service
// with this library.
package before

import (
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

// A Service has the secret that it signs and verifies with.
type Service struct {
	Secret []byte
	Now    func() time.Time
}

// Handler returns the routes.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", s.login)
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
	now := s.Now()
	claims := Claims{
		Tenant: form.Tenant,
		Roles:  form.Roles,
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    issuer,
			Subject:   form.User,
			Audience:  jwt.ClaimStrings{audience},
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(15 * time.Minute)),
		},
	}
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	token.Header["kid"] = "2026-11"
	signed, err := token.SignedString(s.Secret)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	fmt.Fprint(w, signed)
}

// authenticated lets requests with a good token that has the role through.
func (s *Service) authenticated(role string, next func(http.ResponseWriter, *http.Request, *Claims)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		header := r.Header.Get("Authorization")
		text, ok := strings.CutPrefix(header, "Bearer ")
		if !ok {
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		claims := new(Claims)
		_, err := jwt.ParseWithClaims(text, claims, func(t *jwt.Token) (any, error) {
			if t.Header["kid"] != "2026-11" {
				return nil, errors.New("unknown key")
			}
			return s.Secret, nil
		},
			jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer(issuer), jwt.WithAudience(audience),
			jwt.WithExpirationRequired(), jwt.WithLeeway(30*time.Second), jwt.WithTimeFunc(s.Now), jwt.WithStrictDecoding())
		if err != nil {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		if !slices.Contains(claims.Roles, role) {
			w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope"`)
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		}
		next(w, r, claims)
	}
}

func (s *Service) notes(w http.ResponseWriter, r *http.Request, claims *Claims) {
	fmt.Fprintf(w, "notes of %s, tenant %d", claims.Subject, claims.Tenant)
}
