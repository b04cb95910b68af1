package main

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// An issuer gives tokens to whoever asks on this machine.
type issuer struct {
	url      string
	flags    *serveFlags
	claims   []describe.Member
	ring     *jwk.KeyRing
	template *jwt.Template
	metadata *jwthttp.IssuerMetadata
}

// handler serves the issuer. Pages of other sites, which browsers on this machine
// show, get no token and rotate nothing.
func (i *issuer) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/.well-known/", i.metadata)
	mux.HandleFunc("POST /token", i.serveToken)
	mux.HandleFunc("POST /rotate", i.serveRotate)
	local := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if "http://"+r.Host != i.url { // another name for this address, as of a site that rebinds its own
			http.Error(w, "this is "+i.url, http.StatusMisdirectedRequest)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		local.ServeHTTP(w, r)
	})
}

// rotate makes a key that signs from now on, and returns its key ID.
func (i *issuer) rotate(ctx context.Context) (keyID string, err error) {
	if err := i.ring.Rotate(ctx); err != nil {
		return "", err
	}
	signer, err := i.ring.Signer(ctx)
	if err != nil {
		return "", err
	}
	return signer.KeyID(), nil
}

func (i *issuer) serveRotate(w http.ResponseWriter, r *http.Request) {
	keyID, err := i.rotate(r.Context())
	if err != nil {
		answer(w, http.StatusInternalServerError, map[string]any{"error": "server_error", "error_description": err.Error()})
		return
	}
	answer(w, http.StatusOK, map[string]any{"kid": keyID})
}

// serveToken is the token endpoint (RFC 6749 section 4.3 and 4.4).
func (i *issuer) serveToken(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request", "want a form")
		return
	}
	client, secret, basic := r.BasicAuth()
	if !basic {
		client, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	if client == "" || !i.flags.right(secret) {
		w.Header().Set("WWW-Authenticate", `Basic realm="token"`)
		refuse(w, http.StatusUnauthorized, "invalid_client", "want a client_id, and the client_secret if there is one")
		return
	}
	subject := client
	switch r.PostForm.Get("grant_type") {
	case "client_credentials":
	case "password":
		if subject = r.PostForm.Get("username"); !slices.Contains(i.flags.users, subject) {
			refuse(w, http.StatusBadRequest, "invalid_grant", "there is no such test user; see --user")
			return
		}
	default:
		refuse(w, http.StatusBadRequest, "unsupported_grant_type", "want client_credentials or password")
		return
	}
	i.issue(w, r, client, subject)
}

// issue answers with a token.
func (i *issuer) issue(w http.ResponseWriter, r *http.Request, client, subject string) {
	audience := i.flags.audience
	for _, name := range []string{"audience", "resource"} {
		if asked := r.PostForm[name]; len(asked) > 0 {
			audience = asked
		}
	}
	claims := set(set(set(nil, "sub", subject), "aud", jwt.Audience(audience)), "client_id", client)
	scope := strings.Join(strings.Fields(r.PostForm.Get("scope")), " ")
	if scope != "" {
		claims = set(claims, "scope", scope)
	}
	for _, m := range i.claims {
		claims = set(claims, m.Name, m.Value)
	}
	token, err := i.template.Sign(r.Context(), object(claims))
	if err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request", err.Error())
		return
	}
	body := map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": int(i.flags.lifetime.Seconds())}
	if scope != "" {
		body["scope"] = scope
	}
	if r.PostForm.Get("grant_type") == "password" && asksForID(scope) {
		if body["id_token"], err = i.idToken(r.Context(), client, subject, r.PostForm.Get("nonce"), token); err != nil {
			refuse(w, http.StatusInternalServerError, "server_error", err.Error())
			return
		}
	}
	answer(w, http.StatusOK, body)
}

func refuse(w http.ResponseWriter, status int, code, description string) {
	answer(w, status, map[string]any{"error": code, "error_description": description})
}

// answer writes a JSON answer that nobody may keep.
func answer(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client has gone
}
