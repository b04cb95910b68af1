package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/seed-b1f8f58c/jwt/oidc"
	"github.com/seed-b1f8f58c/jwt/revoke"
)

// An issuer is the login server: it knows the users, and signs tokens for them.
type issuer struct {
	url      string
	clients  map[string]client // by client ID
	ring     *jwk.KeyRing
	sessions revoke.Sessions   // of refresh tokens
	proofs   jwt.TokenVerifier // accepts the assertions of clients, once each

	mu       sync.Mutex
	codes    map[string]grant        // by authorization code; each is good once
	browsers map[string]knownBrowser // by login cookie: who need not enter the password again
}

// A client is known to the issuer before anything happens.
type client struct {
	keys                            jwt.KeySet // by which it proves who it is; nil for one that asks for no tokens
	redirectURL, homeURL, logoutURL string
}

// A knownBrowser is one in which somebody has entered the password.
type knownBrowser struct {
	user string
	at   time.Time // the auth_time of all that follows
}

// A grant waits for the client to collect its tokens.
type grant struct {
	knownBrowser
	clientID, challenge, nonce string
	expires                    time.Time
}

// idClaims are those of an ID token, and of a logout token but for their type.
type idClaims struct {
	jwt.Claims
	SessionID string         `json:"sid"`
	Nonce     string         `json:"nonce,omitzero"`
	AuthTime  int64          `json:"auth_time,omitzero"`
	Events    map[string]any `json:"events,omitzero"`
}

// newIssuer returns the issuer's routes.
func newIssuer(url string, lifetime time.Duration, clients map[string]client) (http.Handler, error) {
	store := revoke.NewMemory(0)
	i := &issuer{
		url: url, clients: clients, ring: &jwk.KeyRing{Algorithm: jwt.ES256},
		codes: map[string]grant{}, browsers: map[string]knownBrowser{},
	}
	i.sessions = revoke.Sessions{
		DenyList: &revoke.DenyList{Store: store, Lifetime: sessionLifetime},
		Issuer:   url, Audience: jwt.Audience{"orders", "invoices"},
		AccessLifetime: lifetime, SessionLifetime: sessionLifetime,
		Sign: i.signAccessToken,
	}
	i.proofs = &revoke.Once{Tokens: jwt.PolicyFunc(i.assertionPolicy), Store: store, Lifetime: 10 * time.Minute}
	mux := http.NewServeMux()
	mux.Handle("/.well-known/", &jwthttp.IssuerMetadata{URL: url, Keys: i.ring.Published, Members: map[string]any{
		"authorization_endpoint": url + "/authorize", "token_endpoint": url + "/token", "end_session_endpoint": url + "/logout",
		"backchannel_logout_supported": true, "backchannel_logout_session_supported": true,
	}})
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.Handle("POST /authorize", http.NewCrossOriginProtection().Handler(http.HandlerFunc(i.login)))
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("GET /logout", i.logout)
	serveFiles(mux, "style.css", "icon.svg")
	return mux, i.ring.Rotate(context.Background())
}

// authorize shows the password page, unless this browser is logged in already.
func (i *issuer) authorize(w http.ResponseWriter, r *http.Request) {
	c, ok := i.clientOf(w, r)
	if !ok {
		return
	}
	i.mu.Lock()
	b, known := i.browsers[cookieOf(r, loginCookie)]
	i.mu.Unlock()
	if known && time.Since(b.at) < sessionLifetime {
		i.sendBack(w, r, c, b)
		return
	}
	showLogin(w, http.StatusOK, c, "")
}

// clientOf returns the client that a login request is from. If it is not one of a
// client, it is answered here, and nobody is sent anywhere.
func (i *issuer) clientOf(w http.ResponseWriter, r *http.Request) (client, bool) {
	q := r.URL.Query()
	c := i.clients[q.Get("client_id")]
	if c.redirectURL == "" || q.Get("redirect_uri") != c.redirectURL || q.Get("response_type") != "code" ||
		q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 {
		http.Error(w, "this is not a login request of a client", http.StatusBadRequest)
		return client{}, false
	}
	return c, true
}

// login checks the password.
func (i *issuer) login(w http.ResponseWriter, r *http.Request) {
	c, ok := i.clientOf(w, r)
	if !ok {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	right := subtle.ConstantTimeCompare([]byte(r.PostFormValue("password")), []byte("wonderland")) == 1
	if r.PostFormValue("user") != "alice" || !right {
		showLogin(w, http.StatusUnauthorized, c, "Wrong user name or password.")
		return
	}
	id := rand.Text()
	i.mu.Lock()
	for old, b := range i.browsers { // those that must enter it again
		if time.Since(b.at) >= sessionLifetime {
			delete(i.browsers, old)
		}
	}
	i.browsers[id] = knownBrowser{"alice", time.Now()}
	i.mu.Unlock()
	setCookie(w, loginCookie, id, sessionLifetime)
	http.Redirect(w, r, r.URL.RequestURI(), http.StatusSeeOther) // to authorize, which knows the browser now
}

// sendBack sends the browser back to the client with a code.
func (i *issuer) sendBack(w http.ResponseWriter, r *http.Request, c client, b knownBrowser) {
	code, now, q := rand.Text(), time.Now(), r.URL.Query()
	i.mu.Lock()
	for old, g := range i.codes { // those nobody came for
		if now.After(g.expires) {
			delete(i.codes, old)
		}
	}
	i.codes[code] = grant{b, q.Get("client_id"), q.Get("code_challenge"), q.Get("nonce"), now.Add(time.Minute)}
	i.mu.Unlock()
	back := url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {i.url}}
	http.Redirect(w, r, c.redirectURL+"?"+back.Encode(), http.StatusSeeOther)
}

// token gives a client its tokens, for a code or for a refresh token.
func (i *issuer) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	assertion, err := i.proofs.Verify(r.Context(), r.PostFormValue("client_assertion"))
	if err != nil {
		refuse(w, err, http.StatusUnauthorized, "invalid_client")
		return
	}
	clientID := assertion.Claims.Subject
	var answer any
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		answer, err = i.redeem(r.Context(), clientID, r.PostFormValue("code"), r.PostFormValue("code_verifier"))
	case "refresh_token":
		answer, err = i.sessions.Refresh(r.Context(), r.PostFormValue("refresh_token"))
	default:
		refuse(w, badGrant(), http.StatusBadRequest, "unsupported_grant_type")
		return
	}
	if err != nil {
		refuse(w, err, http.StatusBadRequest, "invalid_grant")
		return
	}
	_ = json.NewEncoder(w).Encode(answer)
}

var errGrant = errors.New("sso: code not acceptable")

// badGrant is the refusal of a code.
func badGrant() error { return &jwt.VerifyError{Reason: errGrant} }

// refuse answers with an OAuth error, or with 503 if nothing was decided.
func refuse(w http.ResponseWriter, err error, status int, code string) {
	var refusal *jwt.VerifyError
	if !errors.As(err, &refusal) {
		status, code = http.StatusServiceUnavailable, "temporarily_unavailable"
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": code})
}

// assertionPolicy accepts the assertions of a client.
func (i *issuer) assertionPolicy(_ context.Context, clientID string) (*jwt.Policy, error) {
	c := i.clients[clientID]
	if c.keys == nil {
		return nil, nil
	}
	return oidc.ClientAssertions(clientID, i.url, c.keys), nil
}

// redeem begins a session for a code, which is good once, for the client it was
// made for, and only for whoever knows what the challenge is the hash of.
func (i *issuer) redeem(ctx context.Context, clientID, code, verifier string) (any, error) {
	i.mu.Lock()
	g, ok := i.codes[code]
	delete(i.codes, code)
	i.mu.Unlock()
	sum := sha256.Sum256([]byte(verifier))
	if !ok || time.Now().After(g.expires) || g.clientID != clientID || base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge {
		return nil, badGrant()
	}
	var sessionID string
	sessions := i.sessions
	sessions.Sign = func(ctx context.Context, c revoke.Claims, s *revoke.Session) (string, error) {
		sessionID = c.SessionID
		return i.signAccessToken(ctx, c, s)
	}
	tokens, err := sessions.Begin(ctx, g.user, nil)
	if err != nil {
		return nil, err
	}
	idToken := jwt.Template{KeyFunc: i.ring.Signer, Issuer: i.url, Audience: []string{clientID}, Lifetime: sessionLifetime}
	text, err := idToken.Sign(ctx, idClaims{
		Claims: jwt.Claims{Subject: g.user}, SessionID: sessionID, Nonce: g.nonce, AuthTime: g.at.Unix(),
	})
	return struct {
		revoke.Tokens
		IDToken string `json:"id_token"`
	}{tokens, text}, err
}

func (i *issuer) signAccessToken(ctx context.Context, c revoke.Claims, _ *revoke.Session) (string, error) {
	key, err := i.ring.Signer(ctx)
	if err != nil {
		return "", err
	}
	return jwt.SignHeader(ctx, key, jwt.Header{Type: "at+jwt"}, struct {
		revoke.Claims
		ClientID string `json:"client_id"`
	}{c, clientID})
}
