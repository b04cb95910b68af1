// Command login is a service with a login: a short access token for every call, a
// refresh token that works once for the next one, and a logout after which both
// are refused. It keeps what it must, and its secret, in files beside it, so that
// everybody is still signed in after a restart:
//
//	go run .
//	curl -d user=alice -d password='correct horse' localhost:8080/login
//	curl -H 'Authorization: Bearer <access_token>' localhost:8080/me
//	curl -d refresh_token=<refresh_token> localhost:8080/refresh
//	curl -H 'Authorization: Bearer <access_token>' localhost:8080/sessions
//	curl -d token=<refresh_token> localhost:8080/logout
//
// or elsewhere: -store memory: forgets all at the end, sqlite:FILE is the default, and
// any number of instances that share a secret share one of the others:
//
//	export LOGIN_SECRET=$(openssl rand -hex 32)
//	go run . -store postgres://user:password@localhost/database
//	go run . -store redis:localhost:6379
package main

import (
	"context"
	"crypto/subtle"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

func main() {
	addr := flag.String("addr", "localhost:8080", "where to listen")
	where := flag.String("store", "sqlite:login.db", "memory:, sqlite:FILE, postgres:URL or redis:ADDRESS")
	flag.Parse()

	keep, err := openStore(*where)
	if err != nil {
		log.Fatal(err)
	}
	secret, err := openSecret(*where)
	if err != nil {
		log.Fatal(err)
	}
	service, err := newService(keep, secret)
	if err != nil {
		log.Fatal(err)
	}
	log.Print("listening on ", *addr)
	log.Fatal((&http.Server{Addr: *addr, Handler: service.handler(), ReadHeaderTimeout: 5 * time.Second}).ListenAndServe())
}

const (
	issuer   = "https://login.example"
	audience = "https://api.example"
)

type service struct{ sessions *revoke.Sessions }

func newService(keep store.SessionStore, secret []byte) (*service, error) {
	key, err := jwt.NewHMAC(jwt.HS256, secret, "")
	if err != nil {
		return nil, err
	}
	policy := &jwt.Policy{Keys: jwt.Keys{key}, Issuer: issuer, Audience: []string{audience}, Leeway: 5 * time.Second}
	return &service{&revoke.Sessions{
		DenyList: &revoke.DenyList{Tokens: policy, Store: keep, Lifetime: 30 * 24 * time.Hour},
		Log:      slog.Default(),
		Sign: func(ctx context.Context, c revoke.Claims, _ *revoke.Session) (string, error) {
			return jwt.Sign(ctx, key, c)
		},
		Issuer:         issuer,
		Audience:       jwt.Audience{audience},
		AccessLifetime: 5 * time.Minute, SessionLifetime: 30 * 24 * time.Hour, IdleLifetime: 7 * 24 * time.Hour,
	}}, nil
}

func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", s.login)
	mux.HandleFunc("POST /refresh", s.sessions.ServeRefresh)
	mux.HandleFunc("POST /logout", s.sessions.ServeRevocation)
	protect := &jwthttp.Middleware{Tokens: s.sessions.DenyList, Realm: "login"}
	mux.Handle("GET /me", protect.Handler(http.HandlerFunc(s.me)))
	mux.Handle("GET /sessions", protect.Handler(http.HandlerFunc(s.list)))
	mux.Handle("DELETE /sessions/{id}", protect.Handler(http.HandlerFunc(s.end)))
	return http.TimeoutHandler(mux, 5*time.Second, "try again later")
}

func (s *service) login(w http.ResponseWriter, r *http.Request) {
	// In the place of your own users and their hashed passwords.
	user, password := r.PostFormValue("user"), []byte(r.PostFormValue("password"))
	if subtle.ConstantTimeCompare(password, []byte("correct horse")) != 1 || user == "" {
		http.Error(w, "wrong user or password", http.StatusUnauthorized)
		return
	}
	tokens, err := s.sessions.Begin(r.Context(), user, device{r.UserAgent()})
	s.sessions.WriteTokens(w, r, tokens, err)
}

// A device is what is known of where a session began.
type device struct {
	Browser string `json:"browser"`
}

func (s *service) me(w http.ResponseWriter, r *http.Request) {
	token, _ := jwthttp.TokenFrom(r.Context())
	fmt.Fprintf(w, "hello %s\n", token.Claims.Subject)
}

// list shows where the user is signed in.
func (s *service) list(w http.ResponseWriter, r *http.Request) {
	token, _ := jwthttp.TokenFrom(r.Context())
	sessions, err := s.sessions.List(r.Context(), token.Claims.Subject)
	if err != nil {
		http.Error(w, "try again later", http.StatusServiceUnavailable)
		return
	}
	for _, session := range sessions {
		fmt.Fprintf(w, "%s since %s: %s\n", session.ID, session.BeganAt.Format(time.RFC3339), session.Data)
	}
}

// end signs the user out on one device.
func (s *service) end(w http.ResponseWriter, r *http.Request) {
	token, _ := jwthttp.TokenFrom(r.Context())
	switch found, err := s.sessions.EndSession(r.Context(), token.Claims.Subject, r.PathValue("id")); {
	case err != nil:
		http.Error(w, "try again later", http.StatusServiceUnavailable)
	case !found:
		http.Error(w, "no such session", http.StatusNotFound)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}
