package main

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

// An issuer stands for the login of a company: it knows one client, and gives it
// access tokens for one API (OAuth 2.0, client credentials grant).
type issuer struct {
	template         jwt.Template
	clientID, secret string
	scopes           []string // that the client may have
	keys             *jwk.KeyRing
	metadata         *jwthttp.IssuerMetadata
}

func newIssuer(url, resource, clientID, secret string, scopes ...string) *issuer {
	keys := &jwk.KeyRing{Algorithm: jwt.ES256, RotateEvery: 30 * 24 * time.Hour}
	return &issuer{
		template: jwt.Template{KeyFunc: keys.Signer, Issuer: url, Audience: []string{resource}, Type: "at+jwt", Lifetime: 10 * time.Minute},
		clientID: clientID, secret: secret, scopes: scopes, keys: keys,
		metadata: &jwthttp.IssuerMetadata{URL: url, Keys: keys.Published, AllowAnyOrigin: true, Members: map[string]any{
			"token_endpoint":                        url + "/token",
			"grant_types_supported":                 []string{"client_credentials"},
			"token_endpoint_auth_methods_supported": []string{"client_secret_basic"},
			"code_challenge_methods_supported":      []string{"S256"}, // clients of MCP ask for it, whatever the grant
		}},
	}
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/token" {
		i.token(w, r)
		return
	}
	i.metadata.ServeHTTP(w, r)
}

// token answers a token request (RFC 6749 section 4.4).
func (i *issuer) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	id, secret, _ := r.BasicAuth()
	if id != i.clientID || subtle.ConstantTimeCompare([]byte(secret), []byte(i.secret)) != 1 || r.PostFormValue("grant_type") != "client_credentials" {
		http.Error(w, `{"error":"invalid_client"}`, http.StatusUnauthorized)
		return
	}
	granted := slices.DeleteFunc(strings.Fields(r.PostFormValue("scope")), func(scope string) bool { return !slices.Contains(i.scopes, scope) })
	scope := strings.Join(granted, " ")
	token, err := i.template.Sign(r.Context(), map[string]any{"sub": id, "client_id": id, "scope": scope})
	if err != nil {
		http.Error(w, `{"error":"server_error"}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": 600, "scope": scope})
}
