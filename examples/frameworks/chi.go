// Package frameworks has the same API with three routers: an open route, one that
// needs a token, and one that needs a scope.
package frameworks

import (
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// Chi takes middleware as it is.
func Chi(protect *jwthttp.Middleware) http.Handler {
	r := chi.NewRouter()
	r.Get("/health", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "up") })
	r.Group(func(r chi.Router) {
		r.Use(protect.Handler)
		r.Get("/me", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, subject(r)) })
		r.With(protect.RequireScope("orders:write")).Post("/orders/{id}", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "order ", chi.URLParam(r, "id"), " of ", subject(r))
		})
	})
	return r
}

// subject tells who is calling.
func subject(r *http.Request) string {
	token, _ := jwthttp.TokenFrom(r.Context())
	return token.Claims.Subject
}
