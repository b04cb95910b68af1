package jwthttp

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// IssuerMetadata is a handler that publishes the keys of a token issuer: what
// [DiscoverKeys] and its like in other languages look for. Below the path of the
// URL it serves
//
//	/.well-known/openid-configuration  which names the issuer and its key set
//	/.well-known/jwks.json             the JWK Set (RFC 7517 section 5)
//
// and the first one also where RFC 8414 section 3 puts it. All else is 404. Only
// public keys leave it: of a private key its public part, and if there is a
// symmetric key, the answer is 500 and no key at all.
//
// To change keys without a token being refused, publish the new key first, sign
// with it once MaxAge and the time that others keep keys have passed, and
// withdraw the old one when the last token it signed has expired.
//
// It is plain data; do not change it once it is in use. The zero value
// publishes nothing and answers 500.
type IssuerMetadata struct {
	URL    string            // the issuer as in the iss claim, an https URL; required
	Keys   func() []*jwk.Key // the keys to publish now; called for every request; required
	MaxAge time.Duration     // for which others may keep an answer; 0: 10 minutes
	Log    *slog.Logger      // told, at level Error, why an answer is 500; may be nil
}

const (
	openIDPath = "/.well-known/openid-configuration"
	oauthPath  = "/.well-known/oauth-authorization-server"
	keysPath   = "/.well-known/jwks.json"
)

// ServeHTTP answers GET and HEAD.
func (i *IssuerMetadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u, err := i.url()
	if err != nil {
		i.fail(w, r, err)
		return
	}
	path, contentType := u.Path, ""
	var document func() ([]byte, error)
	switch r.URL.Path {
	case path + openIDPath, oauthPath + path:
		document, contentType = i.metadata, "application/json"
	case path + keysPath:
		document, contentType = i.keySet, "application/jwk-set+json"
	default:
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	body, err := document()
	if err != nil {
		i.fail(w, r, err)
		return
	}
	maxAge := i.MaxAge
	if maxAge == 0 {
		maxAge = 10 * time.Minute
	}
	sum := sha256.Sum256(body)
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "public, max-age="+strconv.FormatInt(int64(maxAge/time.Second), 10))
	w.Header().Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body)) // answers If-None-Match
}

// fail answers without a word of why.
func (i *IssuerMetadata) fail(w http.ResponseWriter, r *http.Request, err error) {
	if i != nil && i.Log != nil {
		i.Log.LogAttrs(r.Context(), slog.LevelError, "keys not published", slog.String("error", err.Error()))
	}
	http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
}

// url checks the handler, and returns its URL without a slash at the end.
func (i *IssuerMetadata) url() (*url.URL, error) {
	switch {
	case i == nil || i.Keys == nil:
		return nil, errors.New("jwthttp: IssuerMetadata.Keys is nil, want the keys to publish")
	case i.MaxAge < 0:
		return nil, errors.New("jwthttp: IssuerMetadata.MaxAge is negative")
	}
	u, err := checkURL(i.URL)
	if err != nil {
		return nil, err
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, errors.New("jwthttp: IssuerMetadata.URL has a query or fragment, want none")
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	return u, nil
}

// metadata returns the document that names the key set.
func (i *IssuerMetadata) metadata() ([]byte, error) {
	keys, err := i.public()
	if err != nil {
		return nil, err
	}
	algorithms := []string{}
	for _, k := range keys {
		v, err := k.Verifier()
		if err == nil && !slices.Contains(algorithms, string(v.Algorithm())) { // not one for encryption
			algorithms = append(algorithms, string(v.Algorithm()))
		}
	}
	return json.Marshal(struct {
		Issuer     string   `json:"issuer"`
		KeysURL    string   `json:"jwks_uri"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
	}{i.URL, strings.TrimSuffix(i.URL, "/") + keysPath, algorithms})
}

// keySet returns the JWK Set.
func (i *IssuerMetadata) keySet() ([]byte, error) {
	keys, err := i.public()
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		Keys []*jwk.Key `json:"keys"`
	}{keys})
}

// public returns the public parts of the keys.
func (i *IssuerMetadata) public() ([]*jwk.Key, error) {
	keys := i.Keys()
	public := make([]*jwk.Key, 0, len(keys)) // not null
	for _, k := range keys {
		p := k.Public()
		if p == nil {
			return nil, fmt.Errorf("jwthttp: the key %s has no public part, want an asymmetric key", strictjson.Quote(k.KeyID()))
		}
		public = append(public, p)
	}
	return public, nil
}
