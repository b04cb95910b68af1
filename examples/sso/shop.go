package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/seed-b1f8f58c/jwt/oidc"
)

// A shop is a web page with a back end of its own. The tokens are in the back end;
// the browser has a cookie that names its session, and that scripts cannot read.
type shop struct {
	url, issuer string
	apis        map[string]string // URL by name
	key         jwt.Signer        // by which the shop proves who it is
	idTokens    *jwt.Policy

	mu       sync.Mutex
	pending  map[string]pendingLogin // logins that have begun, by cookie
	sessions map[string]*session     // by cookie
}

// A pendingLogin is what must come back with a login.
type pendingLogin struct {
	state, nonce, verifier string
	expires                time.Time
}

const clientID = "shop"

// newShop returns the page's routes.
func newShop(url, issuer string, key *jwk.Key, apis map[string]string) (http.Handler, error) {
	keys, err := jwthttp.DiscoverKeys(issuer, jwthttp.RemoteOptions{})
	if err != nil {
		return nil, err
	}
	signer, err := key.Signer()
	if err != nil {
		return nil, err
	}
	s := &shop{
		url: url, issuer: issuer, apis: apis, key: signer, idTokens: oidc.IDTokens(issuer, clientID, keys),
		pending: map[string]pendingLogin{}, sessions: map[string]*session{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { show(w, http.StatusOK, "page.html", nil, issuer) })
	serveFiles(mux, "style.css", "icon.svg", "page.js")
	mux.HandleFunc("GET /login", s.login)
	mux.HandleFunc("GET /callback", s.callback)
	mux.HandleFunc("GET /session", s.status)
	mux.HandleFunc("POST /call/{api}", s.call)
	mux.HandleFunc("POST /renew", s.renew)
	mux.HandleFunc("POST /automatic", s.automatic)
	mux.HandleFunc("POST /logout", s.logout)

	all := http.NewServeMux()
	all.Handle("POST /backchannel-logout", &oidc.LogoutHandler{Tokens: oidc.LogoutTokens(issuer, clientID, keys), Sessions: s})
	all.Handle("/", http.NewCrossOriginProtection().Handler(mux)) // cookies come with requests that other pages make
	return all, nil
}

// login sends the browser to the issuer.
func (s *shop) login(w http.ResponseWriter, r *http.Request) {
	id := rand.Text()
	begun := pendingLogin{rand.Text(), rand.Text(), rand.Text() + rand.Text(), time.Now().Add(10 * time.Minute)}
	s.mu.Lock()
	for old, b := range s.pending { // those that nobody has finished
		if time.Now().After(b.expires) {
			delete(s.pending, old)
		}
	}
	s.pending[id] = begun
	s.mu.Unlock()
	setCookie(w, startCookie, id, 10*time.Minute)
	challenge := sha256.Sum256([]byte(begun.verifier))
	to := url.Values{
		"response_type": {"code"}, "client_id": {clientID}, "redirect_uri": {s.url + "/callback"}, "scope": {"openid"},
		"state": {begun.state}, "nonce": {begun.nonce}, "max_age": {fmt.Sprint(int(sessionLifetime.Seconds()))},
		"code_challenge_method": {"S256"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])},
	}
	http.Redirect(w, r, s.issuer+"/authorize?"+to.Encode(), http.StatusSeeOther)
}

// callback is where the browser comes back to with a code.
func (s *shop) callback(w http.ResponseWriter, r *http.Request) {
	id := cookieOf(r, startCookie)
	s.mu.Lock()
	begun, ok := s.pending[id]
	delete(s.pending, id)
	s.mu.Unlock()
	q := r.URL.Query()
	if !ok || time.Now().After(begun.expires) || q.Get("state") != begun.state || q.Get("iss") != s.issuer {
		http.Error(w, "this login was not begun here, or too long ago", http.StatusBadRequest)
		return
	}
	tokens, err := s.request(r.Context(), url.Values{
		"grant_type": {"authorization_code"}, "code": {q.Get("code")}, "code_verifier": {begun.verifier}, "redirect_uri": {s.url + "/callback"},
	})
	if err != nil {
		http.Error(w, "the login failed, please try again", http.StatusBadGateway)
		return
	}
	login := oidc.Login{Nonce: begun.nonce, MaxAge: sessionLifetime, Leeway: 5 * time.Second}
	token, err := login.Verify(r.Context(), s.idTokens, tokens.ID)
	if err != nil {
		http.Error(w, "the login failed, please try again", http.StatusBadGateway)
		return
	}
	begins, err := newSession(token, tokens)
	if err != nil {
		http.Error(w, "the login failed, please try again", http.StatusBadGateway)
		return
	}
	cookie := rand.Text() // a new name, which nobody can have known before
	s.mu.Lock()
	delete(s.sessions, cookieOf(r, shopCookie))
	for old, session := range s.sessions { // those that are over
		if time.Since(session.began) > sessionLifetime {
			delete(s.sessions, old)
		}
	}
	s.sessions[cookie] = begins
	s.mu.Unlock()
	setCookie(w, startCookie, "", -1)
	setCookie(w, shopCookie, cookie, sessionLifetime)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// find returns the session of a request, nil if it has none.
func (s *shop) find(r *http.Request) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions[cookieOf(r, shopCookie)]
}

// sessionOf returns the session of a request, and answers it if there is none.
func (s *shop) sessionOf(w http.ResponseWriter, r *http.Request) *session {
	session := s.find(r)
	if session == nil {
		http.Error(w, "not signed in", http.StatusUnauthorized)
	}
	return session
}

// status tells the page about its session: null if it has none. No token is in it.
func (s *shop) status(w http.ResponseWriter, r *http.Request) {
	var v *view
	if session := s.find(r); session != nil {
		v = session.view()
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// call calls an API with the token of the session.
func (s *shop) call(w http.ResponseWriter, r *http.Request) {
	session := s.sessionOf(w, r)
	api, ok := s.apis[r.PathValue("api")]
	switch {
	case session == nil:
	case !ok:
		http.NotFound(w, r)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(session.call(r.Context(), s, r.PathValue("api"), api))
	}
}

// renew gets new tokens for the session.
func (s *shop) renew(w http.ResponseWriter, r *http.Request) {
	if session := s.sessionOf(w, r); session != nil {
		session.renew(r.Context(), s)
	}
}

// automatic turns on or off that an expired token is renewed before a call.
func (s *shop) automatic(w http.ResponseWriter, r *http.Request) {
	if session := s.sessionOf(w, r); session != nil {
		session.setAutomatic(r.FormValue("on") == "true")
	}
}

// logout sends the browser to the issuer, which ends the session everywhere and
// tells this server, too.
func (s *shop) logout(w http.ResponseWriter, r *http.Request) {
	if session := s.sessionOf(w, r); session != nil {
		http.Redirect(w, r, s.issuer+"/logout?"+url.Values{"id_token_hint": {session.idToken}}.Encode(), http.StatusSeeOther)
	}
}

// RevokeSession ends the session of a logout token.
func (s *shop) RevokeSession(_ context.Context, _, sessionID string) error {
	s.endAll(func(session *session) bool { return session.id == sessionID })
	return nil
}

// RevokeSubject ends the sessions of a user that began at a time or before.
func (s *shop) RevokeSubject(_ context.Context, _, subject string, at time.Time) error {
	s.endAll(func(session *session) bool { return session.user == subject && !session.began.After(at) })
	return nil
}

func (s *shop) endAll(named func(*session) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, session := range s.sessions {
		if named(session) {
			session.end()
		}
	}
}
