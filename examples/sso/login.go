package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// login is the issuer: it knows the users, and signs tokens for them.
type login struct {
	issuer, page string
	keys         *jwk.KeyRing
	lifetime     time.Duration

	mu    sync.Mutex
	codes map[string]grant // by authorization code; each is good once
}

// A grant waits for the page to collect its token.
type grant struct {
	user, challenge string
	expires         time.Time
}

// newLogin returns the issuer's routes. Its one client is the page.
func newLogin(issuer, page string, lifetime time.Duration) (http.Handler, error) {
	keys := &jwk.KeyRing{Algorithm: jwt.ES256, RotateEvery: 30 * 24 * time.Hour} // has a Store where keys outlive the process
	metadata := &jwthttp.IssuerMetadata{URL: issuer, Keys: keys.Published, Members: map[string]any{
		"authorization_endpoint": issuer + "/authorize", "token_endpoint": issuer + "/token",
	}}
	if err := metadata.Validate(context.Background()); err != nil {
		return nil, err
	}
	l := &login{issuer: issuer, page: page, keys: keys, lifetime: lifetime, codes: map[string]grant{}}
	mux := http.NewServeMux()
	mux.Handle("/.well-known/", metadata)
	mux.HandleFunc("GET /authorize", l.form)
	mux.Handle("POST /authorize", http.NewCrossOriginProtection().Handler(http.HandlerFunc(l.authorize)))
	mux.Handle("/token", allowOrigin(page, http.HandlerFunc(l.token)))
	return mux, nil
}

var loginForm = template.Must(template.New("").Parse(`<!doctype html><title>Login</title>
<form method="post">
<input type="hidden" name="state" value="{{.Get "state"}}">
<input type="hidden" name="code_challenge" value="{{.Get "code_challenge"}}">
<input id="user" name="user" placeholder="user"> <input id="password" name="password" type="password" placeholder="password">
<button id="submit">Log in</button>
</form>`))

func (l *login) form(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "frame-ancestors 'none'")
	_ = loginForm.Execute(w, r.URL.Query())
}

// authorize checks the password and sends the browser back to the page, and to
// nowhere else, with a code.
func (l *login) authorize(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	right := subtle.ConstantTimeCompare([]byte(r.PostFormValue("password")), []byte("wonderland")) == 1
	challenge := r.PostFormValue("code_challenge")
	if r.PostFormValue("user") != "alice" || !right || len(challenge) != 43 {
		http.Error(w, "wrong user or password", http.StatusUnauthorized)
		return
	}
	code := rand.Text()
	l.mu.Lock()
	for old, g := range l.codes { // those nobody came for
		if time.Now().After(g.expires) {
			delete(l.codes, old)
		}
	}
	l.codes[code] = grant{"alice", challenge, time.Now().Add(time.Minute)}
	l.mu.Unlock()
	back := url.Values{"code": {code}, "state": {r.PostFormValue("state")}}
	http.Redirect(w, r, l.page+"/?"+back.Encode(), http.StatusSeeOther)
}

// token gives the page its token for a code, once, and only to the page that
// asked for the code: it knows what the challenge is the hash of.
func (l *login) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	code := r.PostFormValue("code")
	l.mu.Lock()
	g, ok := l.codes[code]
	delete(l.codes, code)
	l.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !ok || time.Now().After(g.expires) || base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	token, err := l.sign(r.Context(), g.user)
	if err != nil {
		http.Error(w, `{"error":"server_error"}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(map[string]string{"access_token": token, "token_type": "Bearer"})
}

func (l *login) sign(ctx context.Context, user string) (string, error) {
	access := jwt.Template{KeyFunc: l.keys.Signer, Type: "at+jwt", Issuer: l.issuer, Audience: []string{"example-apis"}, Lifetime: l.lifetime}
	return access.Sign(ctx, jwt.Claims{Subject: user})
}
